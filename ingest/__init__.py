"""From bytes to a reading: triage, sandboxed raster, OCR, classification, field extraction."""
