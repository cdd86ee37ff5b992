"""The confined child that copies pages out of files without re-encoding them: a document's own file."""
