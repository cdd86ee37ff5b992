"""Starts the real servers that tests talk to, each in a scratch folder, for as long as one command runs."""
