from __future__ import annotations

import os
from pathlib import Path

import pytest
import sqlalchemy as sa

from dms.intake.batches import Delivery
from dms.intake.bringing import bring, candidates
from dms.intake.models import Arrival, WatchProblem
from dms.intake.names import printable
from dms.intake.watch import Watcher
from dms.kernel.archive import Archive
from dms.policy import SYSTEM
from tests.dms.documents.desk import Desk, receipt


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "in"
    path.mkdir()
    return path


def names(archive: Archive) -> list[str]:
    with archive.db.read() as session:
        return list(session.scalars(sa.select(Arrival.name).order_by(Arrival.id)))


def test_a_whole_file_is_taken_in_and_moved(archive: Archive, desk: Desk, folder: Path) -> None:
    (folder / "客户").mkdir()
    (folder / "客户" / "一.pdf").write_bytes(desk.scan("a", receipt()))
    watcher = Watcher(archive, folder, settled=0)
    assert watcher.scan() == 1
    assert names(archive) == ["客户/一.pdf"]
    assert (folder / "done" / "客户" / "一.pdf").exists()
    assert watcher.scan() == 0


def test_a_growing_or_unfinished_file_waits(archive: Archive, desk: Desk, folder: Path) -> None:
    path = folder / "scan.pdf"
    path.write_bytes(b"%PDF-1.7 begin")
    (folder / "x.pdf.part").write_bytes(b"%PDF")
    (folder / ".hidden.pdf").write_bytes(b"%PDF")
    watcher = Watcher(archive, folder, settled=3600)
    assert watcher.scan() == 0
    with path.open("ab") as writer:
        writer.write(b" and more")
        writer.flush()
        assert Watcher(archive, folder, settled=0).scan() == 0
    assert Watcher(archive, folder, settled=0).scan() == 1
    assert names(archive) == ["scan.pdf"]


def test_a_refused_file_is_set_aside_with_its_reason(archive: Archive, folder: Path) -> None:
    (folder / "空.pdf").write_bytes(b"")
    Watcher(archive, folder, settled=0).scan()
    assert "空文件" in (folder / "failed" / "空.pdf.txt").read_text(encoding="utf-8")
    assert names(archive) == []


def test_an_unreadable_file_is_reported_once_and_tried_again(
    archive: Archive, desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "locked.pdf"
    path.write_bytes(desk.scan("a", receipt()))
    watcher = Watcher(archive, folder, settled=0)
    original = Path.open

    def refuse(self: Path, *arguments: object, **options: object) -> object:
        if self == path:
            raise PermissionError(13, "Permission denied")
        return original(self, *arguments, **options)  # type: ignore[call-overload]

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", refuse)
        watcher.scan()
        watcher.scan()
    with archive.db.read() as session:
        problem = session.scalars(sa.select(WatchProblem)).one()
        assert "没有权限打开" in problem.problem
        assert problem.details == {"name": "locked.pdf"}  # apart, so that every reader has it in their language
    assert Watcher(archive, folder, settled=0).scan() == 1
    with archive.db.read() as session:
        assert session.scalars(sa.select(WatchProblem)).first() is None


def test_a_closed_folder_is_reported_until_it_opens_or_goes_and_the_others_go_on(
    archive: Archive, desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "closed").mkdir()
    (folder / "a.pdf").write_bytes(desk.scan("a", receipt()))
    watcher, original = Watcher(archive, folder, settled=0), os.scandir

    def refuse(path: str) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", path)
        return original(path)

    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", refuse)
        assert (watcher.scan(), watcher.scan()) == (1, 0)
    with archive.db.read() as session:
        assert session.scalars(sa.select(WatchProblem)).one().details == {"name": "closed"}
    assert len([each for each in caplog.records if each.name == "dms.watch"]) == 1
    (folder / "closed").rmdir()
    watcher.scan()
    with archive.db.read() as session:
        assert session.scalars(sa.select(WatchProblem)).first() is None


def test_a_link_is_left_where_it_is_and_said_once(
    archive: Archive, desk: Desk, folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.pdf").write_bytes(desk.scan("a", receipt()))
    (folder / "file.pdf").symlink_to(tmp_path / "elsewhere" / "a.pdf")
    (folder / "all").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    watcher = Watcher(archive, folder, settled=0)
    assert (watcher.scan(), watcher.scan()) == (0, 0)
    assert names(archive) == []
    with archive.db.read() as session:
        found = session.scalars(sa.select(WatchProblem).order_by(WatchProblem.path)).all()
    assert [each.details["name"] for each in found] == ["all", "file.pdf"]
    assert all("链接" in each.problem for each in found)
    assert len([each for each in caplog.records if each.name == "dms.watch"]) == 2
    assert sorted(each.name for each in folder.iterdir()) == ["all", "file.pdf"]


def test_a_crash_between_taking_in_and_moving_makes_no_double(archive: Archive, desk: Desk, folder: Path) -> None:
    path = folder / "a.pdf"
    path.write_bytes(desk.scan("a", receipt()))
    watcher = Watcher(archive, folder, settled=0)
    watcher._move = lambda path, where: None  # type: ignore[assignment,method-assign]  # the process died here
    watcher.scan()
    assert path.exists()
    Watcher(archive, folder, settled=0).scan()
    assert names(archive) == ["a.pdf"]
    assert not path.exists()


def test_bringing_a_folder_again_makes_no_doubles(archive: Archive, desk: Desk, folder: Path) -> None:
    (folder / "a.pdf").write_bytes(desk.scan("a", receipt()))
    (folder / "b.pdf").write_bytes(desk.scan("a", receipt()))
    (folder / "c.pdf").write_bytes(b"")
    (folder / "link.pdf").symlink_to("/etc/passwd")

    def run() -> tuple[int, int, int, int]:
        files = list(candidates([folder]))
        done = bring(archive, SYSTEM, files, lambda origin: Delivery("cli", origin=origin))
        return done.stored, done.known, done.duplicates, len(done.failed)

    assert run() == (1, 0, 1, 1)
    assert run() == (0, 2, 0, 1)
    assert len(names(archive)) == 2


def test_what_cannot_be_brought_is_said_and_the_others_go_on(archive: Archive, desk: Desk, folder: Path) -> None:
    (folder / "a.pdf").write_bytes(desk.scan("a", receipt()))
    (folder / "link.pdf").symlink_to("/etc/passwd")
    (folder / "linked").symlink_to("/etc")
    os.mkfifo(folder / "pipe.pdf")
    gone = folder / "gone.pdf"
    gone.write_bytes(b"%PDF")
    files = list(candidates([folder / "no such", folder]))
    gone.unlink()
    done = bring(archive, SYSTEM, files, lambda origin: Delivery("cli", origin=origin))
    assert (done.stored, done.total) == (1, len(files))
    assert {(Path(name).name, code) for name, code, _ in done.failed} == {
        ("no such", "path_missing"), ("pipe.pdf", "not_a_file"), ("gone.pdf", "path_missing")
    }  # fmt: skip
    assert {(name, code) for name, code, _ in done.skipped} == {
        ("in/link.pdf", "link_skipped"), ("in/linked", "link_skipped")
    }  # fmt: skip


def test_a_folder_that_may_not_be_opened_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "closed").mkdir()
    (folder / "a.pdf").write_bytes(b"%PDF")
    original = os.scandir

    def refuse(path: str) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", path)
        return original(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = [(each.name, each.code) for each in candidates([folder])]
    assert found == [("in/a.pdf", ""), ("in/closed", "file_unreadable")]


def test_a_name_on_the_screen_keeps_its_folders_and_moves_no_cursor() -> None:
    assert printable("客户/a\n\x1b[2J\u202eb.pdf") == r"客户/a\n\x1b[2J\u202eb.pdf"
