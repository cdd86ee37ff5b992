"""An archive opens only with the store that holds its originals."""

import io
import shutil
from pathlib import Path

import pytest

from config.settings import Settings
from dms.bootstrap import open_archive, start_archive
from dms.intake import service as intake
from dms.intake.batches import Delivery
from dms.kernel.errors import UnavailableError
from dms.operations.doctor import examine
from dms.operations.findings import State
from dms.originals.store import StoreForeignError
from dms.policy import SYSTEM
from storage.owned import MARK, owner_of


def started(folder: Path) -> Settings:
    settings = Settings(data=folder / "data", keys_url=f"keyfile://{folder / 'keys' / 'keys'}", workers=1)
    start_archive(settings)
    return settings


@pytest.fixture
def settings(tmp_path):
    return started(tmp_path / "ours")


@pytest.fixture
def objects(settings):
    """The folder of the originals, after one was taken in."""
    with open_archive(settings) as archive:
        intake.receive(archive, SYSTEM, io.BytesIO(b"%PDF-1.7 one"), "a.pdf", Delivery("cli"))
    return Path(settings.store_url.removeprefix("file://"))


def doctor(settings):
    return next(finding for finding in examine(settings) if finding.part == "原件库")


def refused(settings, words):
    with pytest.raises(StoreForeignError, match=words), open_archive(settings):
        raise AssertionError("it was opened")
    finding = doctor(settings)
    assert finding.state is State.FAILED
    assert words in finding.text


def test_the_store_of_a_new_archive_is_marked(settings):
    with open_archive(settings) as archive:
        assert owner_of(archive.vault.store) == archive.vault.instance
    assert doctor(settings).state is State.GOOD


@pytest.mark.parametrize("left", ["nothing at all", "an empty folder"])
def test_a_store_that_is_not_mounted_is_not_opened_and_nothing_is_written_below_its_mount_point(
    settings, objects, left
):
    objects.rename(objects.with_name("unmounted"))
    if left == "an empty folder":
        objects.mkdir()
    refused(settings, "磁盘没有挂上")
    assert not objects.exists() or not list(objects.iterdir())


def test_the_store_of_another_archive_is_not_opened(settings, objects, tmp_path):
    other = started(tmp_path / "theirs")
    refused(settings.model_copy(update={"store_url": other.store_url}), "属于另一个档案")


def test_a_store_from_before_there_were_marks_is_known_by_its_originals_and_marked(settings, objects):
    (objects / MARK).unlink()
    assert "下次启动" in doctor(settings).text
    with open_archive(settings) as archive:
        assert owner_of(archive.vault.store) == archive.vault.instance


def test_a_disk_that_goes_away_stops_uploads_with_a_sentence_and_loses_nothing(settings, objects):
    with open_archive(settings) as archive:
        shutil.move(objects, objects.with_name("unmounted"))
        with pytest.raises(UnavailableError, match="暂时不能用") as caught:
            intake.receive(archive, SYSTEM, io.BytesIO(b"%PDF-1.7 two"), "b.pdf", Delivery("cli"))
        assert caught.value.code == "store_unavailable"
        assert not objects.exists()
        shutil.move(objects.with_name("unmounted"), objects)
        assert intake.receive(archive, SYSTEM, io.BytesIO(b"%PDF-1.7 two"), "b.pdf", Delivery("cli")).state == "stored"
