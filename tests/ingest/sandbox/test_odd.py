"""Malformed and unusual files of others: each is read or turned away in plain words, and the parent lives."""

import json
import resource
import time
from pathlib import Path

import pytest

from ingest.sandbox import ParseError
from ingest.triage import HEAD, identify

ODD = Path(__file__).parents[4] / "shared" / "data" / "odd"
ALLOWED = {
    "no_crash": {"read", "turned away"},
    "clean_error": {"turned away"},
    "clean_error_or_repair": {"read", "turned away"},
    "clean_error_or_bounded": {"read", "turned away"},
    "password_required": {"pdf_encrypted"},
    "readable_encrypted": {"read"},
    "pdfa_check_fails": {"read"},
    "pdfa_check_passes": {"read"},
}


def outcome(parser, path):
    """Read the file and its first two pages."""
    with path.open("rb") as source:
        kind = identify(source.read(HEAD), path.name)
        try:
            pages = parser.inspect(source, kind).page_count
            for number in range(1, min(pages, 2) + 1):
                parser.raster(source, kind, number, dpi=100)
        except ParseError as error:
            return "pdf_encrypted" if error.code == "pdf_encrypted" else "turned away"
    return "read"


@pytest.mark.slow
@pytest.mark.skipif(not ODD.is_dir(), reason="the folder of odd files is not beside the project")
def test_every_odd_file_is_read_or_turned_away(parser):
    surprises = []
    for item in json.loads((ODD / "manifest.json").read_text())["items"]:
        started = time.monotonic()
        found = outcome(parser, ODD / item["file"])
        took = time.monotonic() - started
        if found not in ALLOWED[item["truth"]["expect"]] or took > 60:
            surprises.append((item["file"], item["truth"]["expect"], found, took))
    assert surprises == []
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 700_000  # KiB
