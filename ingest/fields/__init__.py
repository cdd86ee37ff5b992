"""From lines with geometry to the fields of a document type: labels, values, kinds, tables."""
