"""Seeded generator of realistic scanned business papers with their truth."""

from ingest.specimens.papers.kinds import KINDS
from ingest.specimens.sets import write_demo, write_long_pdf, write_set
from ingest.specimens.specimen import Specimen, make_specimen, make_stack
from ingest.specimens.variants import RANDOM, VARIANTS, Variant

__all__ = [
    "KINDS",
    "RANDOM",
    "VARIANTS",
    "Specimen",
    "Variant",
    "make_specimen",
    "make_stack",
    "write_demo",
    "write_long_pdf",
    "write_set",
]
