"""All tables of the catalog, imported so that migrations and tests know every one."""

from __future__ import annotations

import importlib

from dms.kernel.database import Base

TOPICS = (
    "accounts",
    "audit",
    "jobs",
    "numbering",
    "originals",
    "parties",
    "dossiers",
    "intake",
    "documents",
    "holdings",
)

for topic in TOPICS:
    importlib.import_module(f"dms.{topic}.models")

metadata = Base.metadata
