"""The web edge: factory, frame, error table, parts, static files."""
