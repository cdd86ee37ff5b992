"""Originals in the Vault (原件库): everything between the catalog and `storage.Vault`."""
