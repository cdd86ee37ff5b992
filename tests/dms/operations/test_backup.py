import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from config.settings import Settings, load_settings
from dms.audit.proofs import verify
from dms.bootstrap import open_archive, start_archive
from dms.kernel.database import Database
from dms.kernel.errors import ConflictError, InvalidError
from dms.migrations.upgrade import NewerDataError
from dms.operations import snapshot
from dms.operations.backup import CHECKSUMS, backup
from dms.operations.restore import BackupDamagedError, check, restore
from dms.operations.rows import digests
from dms.operations.snapshot import steady
from dms.policy import SYSTEM
from storage.keys import KeysError
from tests.dms.documents.stacks import Stacks
from tests.dms.operations.conftest import CONTENTS, EMBEDDED, PRODUCTION, contents, filled, keep


@pytest.fixture
def made(archive, tmp_path):
    return backup(archive, SYSTEM, tmp_path / "elsewhere")


@pytest.fixture
def target(settings, tmp_path):
    return Settings(data=tmp_path / "restored", keys_url=settings.keys_url)


def test_a_restored_archive_holds_the_same_originals(archive, made, target):
    report = restore(made.folder, target, SYSTEM)
    assert (report.objects, report.verified) == (3, 3)
    with open_archive(target) as again:
        assert contents(again) == contents(archive)
        assert again.vault.instance == archive.vault.instance


def test_own_files_of_documents_come_along_with_where_they_came_from(archive, target, tmp_path):
    stacks = Stacks(archive)
    document = stacks.document((stacks.arrival("one", "two"), 2))
    stacks.work()
    restore(backup(archive, SYSTEM, tmp_path / "elsewhere").folder, target, SYSTEM)
    with open_archive(target) as again:
        assert Stacks(again).downloaded(document)[1] == stacks.downloaded(document)[1]
        assert Stacks(again).file(document).pages == stacks.file(document).pages


@pytest.mark.parametrize("target_kind", [EMBEDDED, PRODUCTION])
@pytest.mark.parametrize("source_kind", [EMBEDDED, PRODUCTION])
def test_a_backup_of_any_archive_is_restored_on_any_other(place, tmp_path, source_kind, target_kind):
    target = place(target_kind)
    with filled(place(source_kind)) as archive:
        made = backup(archive, SYSTEM, tmp_path / "elsewhere")
        with snapshot.opened(made.folder / "catalog.db") as connection:
            carried = digests(connection)
    restore(made.folder, target, SYSTEM)
    database = Database(target.catalog_url)
    with steady(database) as connection:
        found = digests(connection)
    database.close()
    assert found.pop("audit_leaf").rows == carried.pop("audit_leaf").rows + 1  # that it was restored
    assert found == carried
    with open_archive(target) as again:
        assert contents(again) == sorted(CONTENTS)
        keep(again, b"a new one")
        assert verify(again, SYSTEM).is_good


@pytest.mark.parametrize("kind", [EMBEDDED, PRODUCTION])
def test_a_backup_is_of_one_moment_while_the_archive_goes_on(place, tmp_path, kind):
    done = threading.Event()
    with filled(place(kind)) as archive:

        def go_on():
            while not done.is_set():
                keep(archive, b"while the backup runs")

        writer = threading.Thread(target=go_on)
        writer.start()
        try:
            made = backup(archive, SYSTEM, tmp_path / "elsewhere")
        finally:
            done.set()
            writer.join()
        later = len(contents(archive))
    target = place(EMBEDDED)
    assert len(CONTENTS) <= restore(made.folder, target, SYSTEM).verified == made.objects < later


@pytest.mark.service
def test_what_holds_something_already_is_not_restored_into(place, made):
    production = place("production")
    with filled(production):
        pass
    for held in ("catalog_url", "store_url"):
        half = place(EMBEDDED).model_copy(update={held: getattr(production, held)})
        with pytest.raises(ConflictError) as refused:
            restore(made.folder, half, SYSTEM)
        assert refused.value.code == "not_empty"
        assert not half.data.exists()


def test_settings_that_name_places_do_not_come_back_as_settings(archive, tmp_path, place):
    (archive.data / "guidang.toml").write_text('archive_name = "总档案室"\nstore_url = "file:///elsewhere"\n')
    made = backup(archive, SYSTEM, tmp_path / "elsewhere")
    target = place(EMBEDDED)
    assert restore(made.folder, target, SYSTEM).settings_aside == target.data / "guidang.from-backup.toml"
    assert load_settings(environment={}, data=target.data).archive_name == "归档"


def test_the_second_backup_links_what_the_first_holds(archive, made, tmp_path):
    keep(archive, b"four")
    again = backup(archive, SYSTEM, tmp_path / "elsewhere")
    assert (made.copied, again.objects, again.copied) == (3, 4, 1)
    assert check(again.folder) == check(made.folder) + 1


def test_no_backup_holds_a_master_key(made, settings):
    key_file = Path(settings.keys_url.removeprefix("keyfile://")).read_bytes()
    assert not any(key_file[:60] in path.read_bytes() for path in made.folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("deed", ["alter", "remove", "add"])
def test_a_backup_that_was_touched_is_refused_before_anything_is_written(made, target, deed):
    victim = next(path for path in (made.folder / "objects").rglob("*") if path.is_file())
    if deed == "alter":
        victim.chmod(0o600)
        victim.write_bytes(victim.read_bytes()[:-1] + b"x")
    elif deed == "remove":
        victim.unlink()
    else:
        (made.folder / "objects" / "stranger").write_bytes(b"x")
    with pytest.raises(BackupDamagedError):
        restore(made.folder, target, SYSTEM)
    assert not target.data.exists()


def test_a_folder_that_is_not_empty_is_left_alone(made, target):
    target.data.mkdir()
    (target.data / "note.txt").write_text("mine")
    with pytest.raises(ConflictError, match="空"):
        restore(made.folder, target, SYSTEM)
    assert [path.name for path in target.data.iterdir()] == ["note.txt"]


def test_the_keys_of_another_archive_are_refused_before_anything_is_written(made, tmp_path):
    other = Settings(data=tmp_path / "other", keys_url=f"keyfile://{tmp_path / 'otherkeys'}")
    start_archive(other)
    wrong = Settings(data=tmp_path / "wrong", keys_url=other.keys_url)
    with pytest.raises(KeysError):
        restore(made.folder, wrong, SYSTEM)
    assert not wrong.data.exists()


def test_what_is_no_backup_is_named(tmp_path, target):
    (tmp_path / "something").mkdir()
    with pytest.raises(InvalidError, match="不是一份完整的归档备份"):
        restore(tmp_path / "something", target, SYSTEM)


def test_a_backup_of_a_newer_format_is_refused(made, target):
    facts = made.folder / "backup.json"
    facts.write_text(facts.read_text().replace("guidang-backup-1", "guidang-backup-9"))
    with pytest.raises(NewerDataError):
        restore(made.folder, target, SYSTEM)


def test_a_backup_inside_the_data_folder_is_refused(archive):
    with pytest.raises(InvalidError, match="数据文件夹里面"):
        backup(archive, SYSTEM, archive.data / "backups")


def test_the_snapshot_is_a_sound_database_and_lists_its_checksums(made):
    with sqlite3.connect(made.folder / "catalog.db") as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    listed = (made.folder / CHECKSUMS).read_text().splitlines()
    assert {line.split("  ")[1] for line in listed} >= {"catalog.db", "keys.jsonl", "backup.json", "recover.py"}


def test_the_recovery_script_of_a_backup_opens_every_original_without_us(made, settings, tmp_path, archive):
    out = tmp_path / "plain"
    key_file = settings.keys_url.removeprefix("keyfile://")
    done = subprocess.run(
        [sys.executable, "-I", made.folder / "recover.py", made.folder / "objects", made.folder / "keys.jsonl",
         key_file, out],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert sorted(path.read_bytes() for path in out.rglob("*") if path.is_file()) == contents(archive)
