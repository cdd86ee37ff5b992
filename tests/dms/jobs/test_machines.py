"""Separate machines on one PostgreSQL, S3, Elasticsearch and Redis, with all of that breaking: the scripts' verdict."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.services import elasticsearch, postgres, redis, seaweedfs
from tests.services.absent import absent

ROOT = Path(__file__).parents[3]
SERVERS = {
    "PostgreSQL": postgres.programs(), "Redis": redis.program(), "SeaweedFS": seaweedfs.program(),
    "Elasticsearch": not elasticsearch.missing(),
}  # fmt: skip
ABSENT = "、".join(name for name, there in SERVERS.items() if not there)

pytestmark = [pytest.mark.slow, pytest.mark.service]


def figures_of(tmp_path: Path, script: str, *options: str) -> dict[str, Any]:
    if ABSENT:
        absent(f"not installed here: {ABSENT}")
    subprocess.run(
        [sys.executable, "-m", f"benchmarks.{script}", *options, "--json", str(tmp_path / "figures")],
        cwd=ROOT, check=False, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    figures: dict[str, Any] = json.loads((tmp_path / "figures").read_text(encoding="utf-8"))
    return figures


def test_a_whole_archive_under_faults_loses_and_doubles_nothing(tmp_path: Path) -> None:
    figures = figures_of(tmp_path, "faults", "--minutes", "1")
    assert figures["wrong"] == []


def test_two_machines_read_no_page_twice_and_one_finishes_what_the_other_began(tmp_path: Path) -> None:
    figures = figures_of(tmp_path, "two_machines")
    both, one_dies = figures["both"], figures["one dies"]
    assert (both["wrong"], both["jobs taken up again"], len(both["parts read by"])) == ([], 0, 2)
    assert (one_dies["wrong"], one_dies["jobs taken up again"]) == ([], 1)
