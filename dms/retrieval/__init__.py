"""Retrieval (检索): search use cases, the index outbox, result lists and exports."""
