"""What Elasticsearch keeps of an entry: the strict mapping, and documents made from records and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from search.expression import COLUMNS
from search.index import MOST_MATCHES
from search.numbers import MOST
from search.record import FIELDS, Record

SCHEMA = 2
"""Of the mapping and of the tokens; grows with every change of either, after which an index must be rebuilt."""
NEAR = 100
"""Matches on either side of the last one counted that one search may bring."""
_LONGEST_VALUE = 8_000  # characters of an attribute's value that can be asked for; Lucene's terms end at 32,766 bytes
_MOST = MOST["amount"]
_TEXT = {"type": "text", "analyzer": "whitespace"}
_NUMBER = {"type": "long"}


def index_body(shards: int, building: bool) -> dict[str, Any]:
    """Return settings and mappings of a new index; while it is `building` nothing searches it."""
    settings: dict[str, Any] = {
        "number_of_shards": shards,
        "auto_expand_replicas": "0-1",
        "max_result_window": MOST_MATCHES + NEAR,
        "sort.field": ["received", "id"],  # newest first, so that the newest matches come without reading them all
        "sort.order": ["desc", "desc"],
    }
    if building:
        settings |= BUILDING
    return {"settings": {"index": settings}, "mappings": _mappings()}


BUILDING = {"refresh_interval": "-1", "translog.durability": "async"}
BUILT: dict[str, None] = dict.fromkeys(BUILDING)  # back to what the server has as default


def schema_of(mappings: Mapping[str, Any]) -> int | None:
    """Return the version that an index's mappings name."""
    found = mappings.get("_meta", {}).get("guidang", {}).get("schema")
    return found if isinstance(found, int) else None


def meta(**rest: str) -> dict[str, Any]:
    """Return what the mapping says about itself."""
    return {"guidang": {"schema": SCHEMA, **rest}}


def _mappings() -> dict[str, Any]:
    return {
        "dynamic": "strict",
        "_meta": meta(),
        "_source": {"excludes": list(COLUMNS)},  # tokens are made again from the texts in `kept`
        "properties": {
            "id": {"type": "keyword", "index": False},
            "revision": {"type": "long", "index": False},
            "gone": {"type": "boolean"},
            "received": _NUMBER,
            "document_date": _NUMBER,
            "amount": _NUMBER,
            "dates": _NUMBER,
            "amounts": _NUMBER,
            "attributes": {"type": "flattened", "ignore_above": _LONGEST_VALUE},
            "kept": {"type": "object", "enabled": False},
            **dict.fromkeys(COLUMNS, _TEXT),
            "body": _TEXT | {"index_phrases": True},
        },
    }


def document_of(record: Record) -> dict[str, Any]:
    """Return the document of an entry."""
    return {
        "id": record.id, "revision": record.revision, "received": record.received,
        "document_date": record.document_date, "amount": record.amount, "dates": record.dates,
        "amounts": [max(-_MOST, min(each, _MOST)) for each in record.amounts], "attributes": record.attributes,
        "kept": {"numbers": record.numbers, "pages": record.pages, "fields": record.fields, "names": record.names},
        **dict(zip(("body", *FIELDS), record.texts(), strict=True)),
    }  # fmt: skip


def record_from(source: Mapping[str, Any]) -> Record:
    """Return the record whose document was kept."""
    kept = source["kept"]
    return Record(**{name: value for name, value in source.items() if name != "kept"}, **kept)


def tombstone(entry: str, revision: int) -> dict[str, Any]:
    """Return the document that stands for an entry that is gone, so that an older write does not bring it back."""
    return {"id": entry, "revision": revision, "gone": True, "received": 0}
