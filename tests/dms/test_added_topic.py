"""A topic is a folder and one line: the notes of `tests/dms/added` appear in every part of the house.

The line is `TOPICS` of the composition; the table's migration is written by our own generator. Both are taken back with
this file's last test, and the table leaves the models' metadata at once: no other test sees them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

import dms.bootstrap
from config.settings import Settings
from dms.kernel.archive import Archive
from dms.kernel.clock import FixedClock
from dms.kernel.database import Base
from dms.kernel.errors import ConflictError
from dms.kernel.subjects import Subject
from dms.kernel.telemetry import exposition
from dms.kernel.topic import Topics
from dms.migrations import upgrade
from dms.operations import autogenerate
from dms.operations.backup import backup
from dms.operations.metrics import CatalogCollector
from dms.operations.move import move
from dms.operations.restore import restore
from dms.places.models import Place
from dms.places.service import close_place
from dms.policy import SYSTEM, Identity, Role
from dms.retrieval import projection
from dms.running.housekeeping import Housekeeper
from dms.running.worker import Worker
from dms.web.openapi import document
from tests.dms.operations.conftest import fresh_database
from tests.dms.people import Door, send

RIGHTS = '[ARC]\n"note.view" = "all"\n"note.write" = "all"\n'
KEEPER = Identity("keeper", "张档案", frozenset({Role.ARC, Role.SYS, Role.LOG}), level=3)
GUEST = Identity("guest", "李业务", frozenset({Role.SAL}))
SQLITE = "sqlite"
POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.service)
Somewhere = Callable[[str], Settings]


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The models of the example while the house has its topic: one more line in the composition, and its migration."""
    from tests.dms.added import models
    from tests.dms.added.topic import TOPIC

    scripts = tmp_path_factory.mktemp("program") / "migrations"
    shutil.copytree(upgrade.SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(upgrade, "SCRIPTS", scripts)
        autogenerate.main("notes")
        Base.metadata.remove(models.Note.__table__)  # type: ignore[arg-type]
        patch.setattr(dms.bootstrap, "TOPICS", Topics((*dms.bootstrap.TOPICS, TOPIC)))
        yield models


@pytest.fixture
def place(added: Any, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Somewhere]:
    """Make the settings of an empty place for an archive: `place("sqlite")`, `place("postgresql")`."""
    with ExitStack() as stack:

        def make(kind: str) -> Settings:
            data = tmp_path / f"data-{len(list(tmp_path.glob('data-*')))}"
            data.mkdir()
            url = "" if kind == SQLITE else stack.enter_context(fresh_database(request.getfixturevalue("postgres_url")))
            return Settings(data=data, keys_url=f"keyfile://{tmp_path / 'keys'}", workers=1, catalog_url=url)

        yield make


def started(settings: Settings) -> Settings:
    """Start an archive whose owner lets archivists write notes."""
    (settings.data / "rulebook").mkdir()
    (settings.data / "rulebook" / "roles.toml").write_text(RIGHTS, encoding="utf-8")
    dms.bootstrap.start_archive(settings)
    return settings


@pytest.fixture
def archive(place: Somewhere) -> Iterator[Archive]:
    with dms.bootstrap.open_archive(started(place(SQLITE))) as opened:
        yield opened


@pytest.fixture
def keeper(archive: Archive) -> Any:
    return Door(archive, KEEPER, GUEST).browser("keeper")


def shelf_of(archive: Archive) -> str:
    """Return a place, a thing to write notes on."""
    with archive.db.read() as session:
        return session.scalars(sa.select(Place.id).order_by(Place.id)).first() or ""


def noted(archive: Archive, text: str = "钥匙在抽屉里") -> str:
    """Write a note through the API; return its number."""
    client = Door(archive, KEEPER).browser("keeper")
    answer = send(client, "POST", "/api/v1/notes", {"kind": "place", "id": shelf_of(archive), "text": text})
    assert answer.status_code == 201, answer.text
    return str(answer.json["number"])


def notes(archive: Archive, added: Any) -> list[tuple[str, str, int | None, bool]]:
    """Return the rows of the table."""
    columns = (added.Note.number, added.Note.text, added.Note.length, added.Note.old)
    with archive.db.read() as session:
        return [tuple(row) for row in session.execute(sa.select(*columns).order_by(added.Note.id))]


def test_it_stands_in_the_menu_with_its_counter_and_its_screen(archive: Archive, keeper: Any) -> None:
    number = noted(archive)
    page = keeper.get("/notes")
    assert (page.status_code, number in page.text) == (200, True)
    assert 'href="/notes"' in page.text
    assert '<b class="menu-count" data-count="notes" data-hide-when-zero="notes">1</b>' in page.text
    guest = Door(archive, GUEST).browser("guest")
    assert guest.get("/notes").status_code == 403
    assert 'href="/notes"' not in guest.get("/keys").text


def test_the_api_is_described(archive: Archive) -> None:
    assert "写便条" in str(document(Door(archive, KEEPER).app)["paths"]["/api/v1/notes"]["post"])


def test_the_log_tells_its_deed_in_its_sentence_and_filters_by_it(archive: Archive, keeper: Any) -> None:
    number = noted(archive)
    assert '<option value="note."' in keeper.get("/audit").text
    assert "便条的事" in keeper.get("/audit").text
    assert f"写便条 {number}" in keeper.get("/audit?action=note.").text
    assert f"写便条 {number}" not in keeper.get("/audit?action=hold.").text


def test_its_job_is_named_waits_and_is_done(archive: Archive, added: Any, keeper: Any) -> None:
    number = noted(archive, "四个汉字")
    assert "数便条的字" in keeper.get("/jobs").text
    assert Worker(archive, None).work_once()  # type: ignore[arg-type]  # the job needs no reader
    assert notes(archive, added) == [(number, "四个汉字", 4, False)]
    assert "数便条的字" not in keeper.get("/jobs").text


def test_the_housekeeper_does_its_chore(archive: Archive, added: Any) -> None:
    number = noted(archive)
    later = replace(archive, clock=FixedClock(archive.clock.now() + timedelta(days=91)))
    Housekeeper(later).round()
    assert [(row[0], row[3]) for row in notes(archive, added)] == [(number, True)]


def test_it_is_measured(archive: Archive) -> None:
    noted(archive)
    server = exposition.serve("127.0.0.1", 0, CatalogCollector(archive))
    assert server is not None
    with urlopen(f"http://127.0.0.1:{server.server_port}/metrics", timeout=10) as answer:
        families = list(text_string_to_metric_families(answer.read().decode()))
    server.shutdown()
    server.server_close()
    found = [sample for family in families for sample in family.samples]
    samples = {(each.name, each.labels.get("kind"), each.labels.get("state")): each.value for each in found}
    assert samples["guidang_notes", None, None] == 1
    assert samples["guidang_jobs", "note-count", "ready"] == 1


def test_its_printed_number_leads_to_it_and_to_nobody_who_may_not_see_it(archive: Archive) -> None:
    number = noted(archive, "钥匙")
    with archive.db.read() as session:
        found = archive.topics.resolve(session, archive, number.lower())
        assert [subject.kind for subject in found] == ["note"]
        label = archive.topics.labels(session, archive, found)[found[0]]
        assert (label.text, label.path) == (f"{number} 钥匙", "/notes")
        assert archive.topics.visible(session, archive, KEEPER, found) == found
        assert archive.topics.visible(session, archive, GUEST, found) == []
        assert archive.topics.resolve(session, archive, "BT-999999") == []


def test_what_has_a_note_stays_and_takes_the_note_along_when_it_goes(archive: Archive, added: Any) -> None:
    noted(archive)
    shelf = Subject("place", shelf_of(archive))
    with pytest.raises(ConflictError):
        close_place(archive, KEEPER, shelf.id)
    with archive.db.write() as session:
        assert [each.kind for each in archive.topics.held(session, archive, "place", [shelf.id])[shelf.id]] == ["note"]
        archive.topics.let_go(session, archive, shelf)
    assert notes(archive, added) == []


WAYS = [(SQLITE, SQLITE), pytest.param(SQLITE, "postgresql", marks=POSTGRESQL.marks),
        pytest.param("postgresql", SQLITE, marks=POSTGRESQL.marks)]  # fmt: skip


@pytest.mark.parametrize(("here", "there"), WAYS)
def test_its_rows_come_back_from_a_backup(place: Somewhere, added: Any, tmp_path: Path, here: str, there: str) -> None:
    with dms.bootstrap.open_archive(started(place(here))) as archive:
        noted(archive)
        before = notes(archive, added)
        made = backup(archive, SYSTEM, tmp_path / "elsewhere")
    target = place(there)
    restore(made.folder, target, SYSTEM)
    with dms.bootstrap.open_archive(target) as again:
        assert notes(again, added) == before
        assert noted(again, "又一张") > before[0][0]


@pytest.mark.parametrize(("here", "there"), WAYS)
def test_its_rows_move_to_another_catalog(place: Somewhere, added: Any, here: str, there: str) -> None:
    source, target = started(place(here)), place(there)
    with dms.bootstrap.open_archive(source) as archive:
        noted(archive)
        before = notes(archive, added)

    def build() -> int:
        with dms.bootstrap.composed(target) as arrived:
            return projection.build(arrived)

    with dms.bootstrap.composed(source) as archive:
        move(archive, SYSTEM, target, build)
    with dms.bootstrap.open_archive(target) as again:
        assert notes(again, added) == before
        assert noted(again, "又一张") > before[0][0]


def test_the_migration_of_its_table_is_written_for_it(added: Any) -> None:
    script = next(upgrade.SCRIPTS.glob("versions/*_notes.py")).read_text(encoding="utf-8")
    assert "op.create_table('note'" in script
    assert script.count("create_table") == 1
    assert "note" not in Base.metadata.tables
