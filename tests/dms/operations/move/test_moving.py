"""An archive goes to other engines and back, is killed on the way, and lives on in exactly one place."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from config.settings import Settings
from dms.audit.proofs import verify
from dms.audit.sequencer import checkpoint, grown, sequence, tree_size
from dms.audit.service import record
from dms.bootstrap import composed, open_archive, start_archive
from dms.cli import group
from dms.kernel.clock import SystemClock
from dms.kernel.database import Database
from dms.kernel.errors import ConflictError, InvalidError, UnavailableError
from dms.kernel.lock import AlreadyRunningError, FolderLock
from dms.kernel.moving import ArrivingError, LeavingError, LeftError
from dms.operations.move import MoveReport, cancel, move
from dms.operations.rows import digests
from dms.operations.snapshot import steady
from dms.originals.models import StoredObject
from dms.policy import SYSTEM
from dms.retrieval import projection
from storage.envelope import Envelope
from storage.open import open_store
from tests.dms.documents.stacks import Stacks
from tests.dms.operations.conftest import CONTENTS, EMBEDDED, PRODUCTION, Place, contents, filled, keep
from tests.dms.operations.move import dying
from tests.dms.retrieval.conftest import Shelf

WAYS = [
    pytest.param(EMBEDDED, *PRODUCTION.values, marks=PRODUCTION.marks, id="to production"),
    pytest.param(*PRODUCTION.values, EMBEDDED, marks=PRODUCTION.marks, id="and back"),
]
LEAVES = 700
POINTS = [
    ("leave", 1), ("objects", 2), ("objects", 4), ("open", 1), ("rows", 9), ("index", 1), ("left", 1),
]  # fmt: skip
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([dying.__name__])


def go(source: Settings, target: Settings) -> MoveReport:
    def build() -> int:
        with composed(target) as there:
            return projection.build(there)

    with composed(source) as archive:
        return move(archive, SYSTEM, target, build)


def furnish(settings: Settings) -> None:
    """Give an archive originals, documents in the index, rules of its own and a signed log."""
    (settings.data / "rulebook").mkdir(parents=True)
    (settings.data / "rulebook" / "note.txt").write_text("ours")
    with filled(settings) as archive:
        for number in range(4):
            keep(archive, bytes([number]) * 70_000)
        Shelf(archive).add(("购销合同", "杭州西湖茶业有限公司"), title="茶叶合同")
        with archive.db.write() as session:
            for number in range(LEAVES):
                record(session, archive.clock, SYSTEM, action="test.deed", target=("test", str(number)))
        sequence(archive.db)
        checkpoint(archive)
        projection.rebuild(archive)


def head_of(settings: Settings) -> tuple[int, str]:
    with open_archive(settings) as archive:
        assert verify(archive, SYSTEM).is_good
        with archive.db.read() as session:
            size = tree_size(session)
            return size, grown(session, size).root().hex()


def rows_of(settings: Settings) -> Any:
    database = Database(settings.catalog_url)
    with steady(database) as connection:
        found = digests(connection)
    database.close()
    return found


@contextmanager
def kept(settings: Settings, folder: Path) -> Iterator[Path]:
    """Write settings into a file, as an administrator would."""
    names = ("data", "keys_url", "catalog_url", "store_url", "index_url", "workers")
    file = folder / f"{settings.data.name}.toml"
    values = {name: getattr(settings, name) for name in names}
    lines = [f"{name} = {value}" if isinstance(value, int) else f'{name} = "{value}"' for name, value in values.items()]
    file.write_text("\n".join(lines) + "\n")
    yield file


def killed(source: Settings, target: Settings, point: str, times: int = 1) -> int | None:
    """Move in a process of its own that kills itself at the point; return how it ended."""
    process = PROCESSES.Process(target=dying.main, args=(source, target, point, times))
    process.start()
    process.join()
    return process.exitcode


@pytest.mark.parametrize(("source_kind", "target_kind"), WAYS)
def test_an_archive_lives_on_where_it_went_and_only_there(place: Place, source_kind: str, target_kind: str) -> None:
    source, target = place(source_kind), place(target_kind)
    furnish(source)
    head, before = head_of(source), rows_of(source)
    report = go(source, target)
    assert (report.size, report.root) == head
    assert report.rows == sum(digest.rows for digest in before.values())
    arrived = rows_of(target)
    assert {name for name in before if arrived[name] != before[name]} == {"audit_leaf"}  # the leaf of the move
    with open_archive(target) as there:
        assert verify(there, SYSTEM, {report.size: report.root}).is_good
        assert set(CONTENTS) < set(contents(there))
        assert projection.compare(there) == ([], [])
        keep(there, b"life goes on")
    assert (target.data / "rulebook" / "note.txt").read_text() == "ours"
    assert rows_of(source) == before
    with pytest.raises(LeftError), open_archive(source):
        pass
    with pytest.raises(LeftError):
        start_archive(source)
    with pytest.raises(LeftError):
        go(source, target)


@pytest.mark.parametrize(
    ("source_kind", "target_kind", "points"),
    [
        pytest.param(EMBEDDED, "production", POINTS[::2], marks=PRODUCTION.marks, id="to production"),
        pytest.param("production", EMBEDDED, POINTS, marks=[*PRODUCTION.marks, pytest.mark.slow], id="and back"),
    ],
)
def test_killed_anywhere_it_goes_on_where_it_stopped(
    place: Place, source_kind: str, target_kind: str, points: list[tuple[str, int]]
) -> None:  # fmt: skip
    source, target = place(source_kind), place(target_kind)
    furnish(source)
    before = rows_of(source)
    for point, times in points:
        assert killed(source, target, point, times) == -signal.SIGKILL, point
        if point != "leave":
            with pytest.raises(ArrivingError), open_archive(target):
                pass
        with pytest.raises(LeftError if point == "left" else LeavingError), open_archive(source):
            pass
    report = go(source, target)
    with open_archive(target) as archive:
        assert len(contents(archive)) == report.objects
        assert verify(archive, SYSTEM, {report.size: report.root}).is_good
        assert projection.compare(archive) == ([], [])
    arrived = rows_of(target)
    assert {name for name in before if name != "audit_leaf" and arrived[name] != before[name]} <= {
        "audit_head",
        "audit_node",
    }


def test_own_files_of_documents_come_along(place: Place) -> None:
    source, target = place(EMBEDDED), place(EMBEDDED)
    with filled(source) as archive:
        stacks = Stacks(archive)
        document = stacks.document((stacks.arrival("one", "two"), 2))
        stacks.work()
        data = stacks.downloaded(document)[1]
    go(source, target)
    with open_archive(target) as there:
        assert Stacks(there).downloaded(document)[1] == data


def test_the_command_says_what_to_do_next(place: Place, tmp_path: Path) -> None:
    source, target = place(EMBEDDED), place(EMBEDDED)
    furnish(source)
    with kept(source, tmp_path) as here, kept(target, tmp_path) as there:
        done = CliRunner().invoke(group, ["--settings", str(here), "migrate-backend", "--to", str(there)])
    assert done.exit_code == 0, done.output
    assert f"--settings {there} serve" in done.output
    with open_archive(target) as archive:
        assert set(CONTENTS) < set(contents(archive))


def test_a_move_that_is_given_up_lets_the_source_live_on(place: Place, tmp_path: Path) -> None:
    source, target = place(EMBEDDED), place(EMBEDDED)
    furnish(source)
    killed(source, target, "rows")
    with kept(source, tmp_path) as here:
        given_up = CliRunner().invoke(group, ["--settings", str(here), "migrate-backend", "--cancel"])
    assert given_up.exit_code == 0, given_up.output
    with open_archive(source) as archive:
        keep(archive, b"life goes on here")
    with pytest.raises(ArrivingError), open_archive(target):
        pass
    with pytest.raises(ConflictError) as refused:
        go(source, target)
    assert refused.value.code == "move_leftover"
    with composed(source) as archive, pytest.raises(ConflictError, match="没有在搬迁"):
        cancel(archive, SYSTEM)


def test_a_damaged_original_stops_the_move_before_the_switch(place: Place) -> None:
    source, target = place(EMBEDDED), place(EMBEDDED)
    furnish(source)
    victim = spoil(source)
    with pytest.raises(ConflictError, match=victim) as refused:
        go(source, target)
    assert refused.value.code == "move_object"
    with pytest.raises(LeavingError), open_archive(source):
        pass


def spoil(settings: Settings) -> str:
    """Change one byte of an object in its store; return its name."""
    with composed(settings) as archive, archive.db.read() as session:
        envelope = Envelope.from_json(session.scalars(sa.select(StoredObject.envelope)).first() or "")
    path = Path(settings.store_url.removeprefix("file://")) / envelope.name
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + bytes([path.read_bytes()[-1] ^ 1]))
    return envelope.name


def test_objects_that_a_tool_brought_ahead_are_proved_not_trusted(place: Place) -> None:
    source, target = place(EMBEDDED), place(EMBEDDED)
    furnish(source)
    here, there = open_store(source.store_url), open_store(target.store_url)
    for name in here.names():
        with here.open(name) as stored:
            there.put(name, [stored.read()])
    victim = spoil(source.model_copy(update={"store_url": target.store_url}))
    with pytest.raises(ConflictError, match=victim):
        go(source, target)
    there.delete(victim)
    assert go(source, target).objects == len(list(here.names())) - 1  # without the mark


def test_what_was_written_behind_the_back_of_a_move_stops_the_switch(place: Place) -> None:
    source, target = place(EMBEDDED), place(EMBEDDED)
    furnish(source)

    def write_behind() -> int:
        database = Database(source.catalog_url)
        with database.write() as session:
            record(session, SystemClock("Asia/Shanghai"), SYSTEM, action="test.late", target=("test", "late"))
        database.close()
        return 0

    with composed(source) as archive, pytest.raises(ConflictError, match="audit_leaf") as refused:
        move(archive, SYSTEM, target, write_behind)
    assert refused.value.code == "move_differs"
    with pytest.raises(ArrivingError), open_archive(target):
        pass


@pytest.mark.parametrize("kind", [EMBEDDED, PRODUCTION])
def test_an_archive_in_use_is_not_moved(place: Place, kind: str) -> None:
    source, target = place(kind), place(EMBEDDED)
    with filled(source) as archive:
        with FolderLock(source.data), pytest.raises(AlreadyRunningError):
            go(source, target)
        with archive.db.read():
            pass  # the connection stays open in the pool, as a worker's does
        with pytest.raises(ConflictError) as refused:
            go(source, target)
        assert refused.value.code == "move_in_use"
    with open_archive(source):
        pass


def test_a_target_that_holds_something_is_left_alone(place: Place) -> None:
    source, other = place(EMBEDDED), place(EMBEDDED)
    for settings in (source, other):
        with filled(settings):
            pass
    before = rows_of(other)
    for held in ("catalog_url", "store_url"):
        with pytest.raises(ConflictError, match="没有写入任何东西"):
            go(source, place(EMBEDDED).model_copy(update={held: getattr(other, held)}))
    unreachable = place(EMBEDDED).model_copy(update={"index_url": "http://nobody:secret@127.0.0.1:9/guidang"})
    with pytest.raises(UnavailableError):
        go(source, unreachable)
    with pytest.raises(InvalidError, match="没有什么可搬"):
        go(source, source)
    assert rows_of(other) == before
    with open_archive(source), open_archive(other):
        pass


def test_the_keys_must_be_all_that_the_archive_has(place: Place, tmp_path: Path) -> None:
    source = place(EMBEDDED)
    with filled(source) as archive:
        old = tmp_path / "old.keys"
        old.write_bytes(Path(source.keys_url.removeprefix("keyfile://")).read_bytes())
        old.chmod(0o600)
        archive.vault.keys.rotate()
    with pytest.raises(ConflictError) as refused:
        go(source, place(EMBEDDED).model_copy(update={"keys_url": f"keyfile://{old}"}))
    assert refused.value.code == "move_keys"
