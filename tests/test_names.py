"""Names that are stored or public never go and never change: they are compared with those written down in names.json.

`python -m tests.test_names` adds new names to the file; it takes none away.
"""

import json
import sys
import tempfile
from pathlib import Path

import pytest

from tests.naming import collect

GOLDEN = Path(__file__).with_name("names.json")
HINT = (
    "What is gone must come back under its old name: archives, scripts and people hold it. "
    "What is new by intention is added by `python -m tests.test_names`, and the change of names.json is reviewed."
)
MIGRATED = (
    "A migration that was released is never edited: undo the change and write a further one, "
    "which `python -m tests.test_names` adds."
)


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    return collect(tmp_path_factory.mktemp("names"))


def known():
    return json.loads(GOLDEN.read_text(encoding="utf-8")) if GOLDEN.exists() else {}


def differences(before, now):
    """Return one line a name that is in one of the lists only."""
    gone = [f"gone: {name}" for name in before if name not in now]
    return gone + [f"new:  {name}" for name in now if name not in before]


@pytest.mark.parametrize("kind", [kind for kind in known() if kind != "migrations"])
def test_names_stay(names, kind):
    found = differences(known()[kind], names[kind])
    assert not found, "\n".join((f"{kind}:", *found, HINT))


def test_every_kind_of_names_is_written_down(names):
    assert set(names) == set(known())
    assert all(names.values())


def test_released_migrations_make_what_they_made(names):
    found = differences(known()["migrations"], names["migrations"])
    assert not found, "\n".join((*found, MIGRATED))


def add():
    """Write the names that are new into the file."""
    with tempfile.TemporaryDirectory() as folder:
        now, before = collect(Path(folder)), known()
    together = {kind: sorted({*found, *before.get(kind, ())}) for kind, found in now.items()}
    GOLDEN.write_text(
        json.dumps(before | together, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    for kind in now:
        sys.stdout.write("".join(f"{kind}: {line}\n" for line in differences(before.get(kind, []), now[kind])))


if __name__ == "__main__":
    add()
