"""An archive of an earlier release is upgraded and then answers, works on and can be carried away as it could then."""

from __future__ import annotations

import re
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.frozen.archive import FROZEN, PEOPLE, Asker, Frozen, unpack
from tests.frozen.comparing import Answers, additions, differences, recorded

PATIENCE = 180.0  # seconds for what was left waiting in the archive
SHOWN = 20  # kinds of differences that a failure prints


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def frozen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Frozen]:
    """The archive as it was packed, brought to this program's version. The tests go on with it in their order."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        yield _upgraded(unpack(folder))
        return
    name = f"f_{secrets.token_hex(6)}"  # a database of its own: the dump names its schema, public
    postgres = request.getfixturevalue("postgres_url")
    server = sa.create_engine(postgres, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    url = sa.engine.make_url(postgres).set(database=name)
    try:
        unpacked = unpack(folder, url.render_as_string(hide_password=False))
        _pour(url, folder / "postgres.sql")
        yield _upgraded(unpacked)
    finally:
        with server.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        server.dispose()


def _pour(url: sa.URL, dump: Path) -> None:
    engine = sa.create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.connection.driver_connection.execute(dump.read_bytes().decode())  # type: ignore[union-attr]
    engine.dispose()


def _upgraded(unpacked: Frozen) -> Frozen:
    done = unpacked.run("upgrade")
    assert done.code == 0, done.said
    return unpacked


def _require_same(expected: dict[str, Answers], ask: Callable[[str, str], object]) -> None:
    """Fail with the first of each kind of difference: one lost member is lost in a hundred answers."""
    added = additions()
    kinds: dict[str, list[str]] = defaultdict(list)
    for who, answers in expected.items():
        for path, answer in answers.items():
            for line in differences(answer, ask(who, path), added):
                where, _, what = line.partition(": ")
                kind = f"{re.sub('[0-9]+', '', where)} {what.split(' ')[0]}"
                kinds[kind].append(f"{who} GET {path}\n    {line}")
    if kinds:
        told = [first + (f" (and {len(more)} like this)" if more else "") for first, *more in kinds.values()]
        rest = f"\n… and {len(told) - SHOWN} more kinds" if len(told) > SHOWN else ""
        pytest.fail(f"answers differ from {FROZEN.name}'s:\n" + "\n".join(told[:SHOWN]) + rest, pytrace=False)


def _asked_anew(frozen: Frozen, name: str, *only: str, data: Path | None = None) -> None:
    """Ask everything that was recorded (of these people only) and compare."""
    expected = {who: said for who, said in recorded(name).items() if who in only or not only}
    with frozen.app(data) as app:
        askers = {who: Asker(app, who) for who in expected}
        _require_same(expected, lambda who, path: askers[who].ask(path))


def test_everybody_is_answered_as_before(frozen: Frozen) -> None:
    _asked_anew(frozen, "answers.json")


def test_there_is_nothing_more_to_upgrade(frozen: Frozen) -> None:
    again = frozen.run("upgrade")
    assert again.code == 0, again.said
    assert "不需要升级" in again.said


def test_a_backup_of_it_comes_back_whole(frozen: Frozen, tmp_path: Path) -> None:
    if frozen.on_server:
        pytest.skip("a backup holds the same catalog, whichever engine it comes from")
    made = frozen.run("backup", str(tmp_path / "backups"))
    assert made.code == 0, made.said
    (backup,) = (tmp_path / "backups").iterdir()
    restored = frozen.run("restore", str(backup), data=tmp_path / "data")
    assert restored.code == 0, restored.said
    _asked_anew(frozen, "answers.json", PEOPLE[0], data=tmp_path / "data")
    _asked_anew(frozen, "searches.json", PEOPLE[0], data=tmp_path / "data")


def test_what_was_left_waiting_is_worked_and_then_found(frozen: Frozen) -> None:
    if frozen.on_server:
        pytest.skip("processes take long to start, and tests of jobs work on both engines")
    worker = ["worker", *(f"--queue={name}" for name in ("reading", "housekeeping", "indexing"))]
    with frozen.app(at=None) as app, frozen.running(["keeper"], worker):
        administrator, archivist = Asker(app, "zhou"), Asker(app, PEOPLE[0])
        parked = [job["id"] for job in administrator.body("/jobs")["parked"]]
        until = time.monotonic() + PATIENCE
        while (left := _left(administrator, archivist)) and time.monotonic() < until:
            time.sleep(0.25)
        assert not left, f"still waiting after {PATIENCE:.0f} s: {left}"
        assert [job["id"] for job in administrator.body("/jobs")["parked"]] == parked
    _asked_anew(frozen, "searches.json", PEOPLE[0])
    checked = frozen.run("index", "check")
    assert checked.code == 0, checked.said


def _left(administrator: Asker, archivist: Asker) -> list[str]:
    """Say what is not done: jobs, among them one of a worker that is long gone, and what the index does not know."""
    kinds = administrator.body("/jobs")["kinds"]
    busy = [
        f"{kind['kind']}: {kind['ready']} + {kind['running']}" for kind in kinds if kind["ready"] or kind["running"]
    ]
    return busy + ([] if archivist.body("/search?q=outboxword")["hits"] else ["outboxword is not found"])


def test_its_index_can_be_built_anew(frozen: Frozen) -> None:
    rebuilt = frozen.run("index", "rebuild")
    assert rebuilt.code == 0, rebuilt.said
    _asked_anew(frozen, "searches.json")


def test_the_log_goes_on_from_what_was_signed_then(frozen: Frozen) -> None:
    signed = recorded("answers.json")["shen"]["/audit/checkpoints"]["body"]["checkpoints"]
    anchors = [f"--anchor={each['size']}:{each['root']}" for each in signed]
    verified = frozen.run("audit", "verify", *anchors)
    assert (verified.code, len(anchors)) == (0, 2), verified.said
