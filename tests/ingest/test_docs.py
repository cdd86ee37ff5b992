"""The documents name every shipped type, field, kind, check and key."""

from pathlib import Path
from typing import get_args

import pytest

from ingest.checks import known_checks
from ingest.doctypes import DocumentType, FieldType, Kind

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def page_of_types():
    return (DOCS / "document-types.md").read_text("utf-8")


def test_every_shipped_type_and_field_is_listed(types, page_of_types):
    for declared in types.values():
        assert f"### {declared.code} {declared.name}" in page_of_types
        section = page_of_types.split(f"### {declared.code} ")[1].split("###")[0]
        missing = [f.name for f in declared.expanded_fields() if f"`{f.name}`" not in section]
        assert not missing, f"{declared.code}: {missing}"


def test_every_key_kind_and_check_is_described(page_of_types):
    keys = [info.alias or name for model in (DocumentType, FieldType) for name, info in model.model_fields.items()]
    for word in [*keys, *known_checks()]:
        assert f"`{word}" in page_of_types, word
    reading = (DOCS / "reading.md").read_text("utf-8")
    for kind in get_args(Kind):
        assert f"`{kind}`" in reading, kind
