"""Taking papers in (收件): batches, files as received, the watched folder, the reading of their pages."""
