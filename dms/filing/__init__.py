"""Filing (归档): what binds a document to the archive."""
