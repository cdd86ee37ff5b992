"""The image for production leaves the generator of specimens out: everything that it runs does without."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("config", "dms", "ingest", "search", "storage")
LEFT_OUT = "ingest/specimens"
NEEDS_IT = "dms.operations.demonstration.filling"  # imported by the job that draws the papers
STARTED_OTHERWISE = "dms.migrations.env"  # by Alembic, within a migration
IMPORT_ALL = f"""
import importlib, pathlib
for package in {PACKAGES!r}:
    for path in sorted(pathlib.Path(package).rglob("*.py")):
        name = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
        if name not in ({NEEDS_IT!r}, {STARTED_OTHERWISE!r}) and not name.startswith("dms.migrations.versions."):
            importlib.import_module(name)
assert importlib.util.find_spec("ingest.specimens") is None
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages as .dockerignore lets them into the image."""
    folder = tmp_path_factory.mktemp("image")
    left_out = shutil.ignore_patterns("__pycache__")

    def ignored(place: str, names: list[str]) -> set[str]:
        inside = Path(place).relative_to(ROOT)
        return left_out(place, names) | {name for name in names if (inside / name).as_posix() == LEFT_OUT}

    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=ignored)
    return folder


def python(image: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HOME": str(image), "XDG_DATA_HOME": str(image / "data")}
    command = [sys.executable, "-W", "ignore", *arguments]
    return subprocess.run(command, cwd=image, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_the_image_is_made_without_specimens() -> None:
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {rule[1:] for rule in rules if rule.startswith("!")} >= set(PACKAGES)
    assert rules.index(LEFT_OUT) > rules.index("!ingest")  # of two rules the later one counts


def test_everything_in_the_image_is_imported_without_specimens(image: Path) -> None:
    done = python(image, "-c", IMPORT_ALL)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_demonstration_says_what_it_needs(image: Path) -> None:
    done = python(image, "-m", "dms", "run", "--port", "0")
    assert done.returncode == 7
    assert "ingest/specimens" in done.stderr
    assert "[specimens_missing]" in done.stderr
    assert not (image / "data").exists()  # nothing was begun
