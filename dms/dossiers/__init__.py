"""Dossiers (案卷): one per customer, under a number that never changes."""
