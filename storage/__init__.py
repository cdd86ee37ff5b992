"""Originals at rest: object stores, the encrypted format, keys and the Vault above them."""
