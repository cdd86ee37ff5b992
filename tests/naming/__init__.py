"""Collects every name that is stored or public, whatever the modules that hold it are called."""

from __future__ import annotations

from pathlib import Path

import click

from dms.bootstrap import TOPICS
from tests.naming.declared import commands, model_keys, rulebook, search, settings, types
from tests.naming.found import enumeration, enumerations, keys_of_table, literals, texts, the
from tests.naming.made import (
    Names,
    api_fields,
    archive_facts,
    files,
    fresh_archive,
    leaf_fields,
    metrics,
    routes,
    tables,
)
from tests.naming.migrated import migrations
from tests.naming.spoken import COOKIE, DEED, LATER, NOT_DEEDS, VARIABLE, error_codes, formats, object_roles

TOLD = ("ARC", "reading")  # beginnings of enumerations that are a kind of names of their own


def collect(folder: Path) -> dict[str, list[str]]:
    """Return every kind of names, each sorted; `folder` is empty, and may be written to."""
    fresh = fresh_archive(folder)
    kinds: dict[str, Names] = {
        "API fields": api_fields(fresh.openapi),
        "archive facts": archive_facts(fresh),
        "audit deeds": literals(DEED).union(TOPICS.deeds) - NOT_DEEDS,
        "audit leaf fields": leaf_fields(fresh),
        "commands": commands(the("group", click.Group), ()),
        "cookies": literals(COOKIE),
        "enumerations": (f"{each[0]}: {value}" for each in enumerations() for value in each if each[0] not in TOLD),
        "environment variables": literals(VARIABLE),
        "error codes": error_codes(),
        "files of a backup": files(fresh.backup),
        "files of the data folder": {*files(fresh.data), *(LATER & texts())},
        "formats": formats(),
        "job kinds": TOPICS.jobs,
        "job queues": enumeration("reading", "indexing"),
        "metrics": metrics(fresh),
        "migrations": migrations(),
        "object roles": object_roles(),
        "policy actions": TOPICS.actions,
        "problem codes": keys_of_table("parse_failed", "page_damaged"),
        "roles": enumeration("ARC", "SYS"),
        "routes of pages": routes(fresh, api=False),
        "routes of the API": routes(fresh, api=True),
        "rulebook": rulebook(),
        "search": search(fresh),
        "settings": settings(),
        "tables": tables(fresh),
        "task kinds": TOPICS.tasks,
        "type file keys": model_keys(the("DocumentType", type)),
        "types": types(),
    }
    fresh.catalog.dispose()
    return {kind: sorted(set(names)) for kind, names in kinds.items()}
