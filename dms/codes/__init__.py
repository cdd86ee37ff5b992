"""Codes on paper: what a label says, how it is printed, how it is read back."""
