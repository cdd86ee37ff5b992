"""Catalogs of the interface's languages; `python -m dms.web.translations` brings them up to date."""
