"""Seeded generator of realistic scanned business papers with their truth."""
