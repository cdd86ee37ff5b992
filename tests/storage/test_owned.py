"""A store is used only while it bears its archive's mark."""

import pytest

from storage.folder import FolderStore
from storage.objects import ObjectNotFoundError, StorageUnavailableError
from storage.owned import MARK, ForeignStoreError, OwnedStore, owner_of

NAME = "obj/ab/abcdef"
OURS, THEIRS = "01ours", "01theirs"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "objects"


@pytest.fixture
def owned(folder):
    store = OwnedStore(FolderStore(folder), OURS)
    store.mark()
    return store


def test_a_marked_store_behaves_as_the_store_below_and_hides_the_mark(owned, folder):
    assert owned.put(NAME, [b"abc"]) == 3
    with owned.open(NAME) as stream:
        assert stream.read() == b"abc"
    assert (owned.size(NAME), list(owned.names())) == (3, [NAME])
    owned.delete(NAME)
    assert list(owned.names()) == []
    with pytest.raises(ObjectNotFoundError):
        owned.size(NAME)
    assert owner_of(FolderStore(folder)) == OURS


def test_a_second_mark_of_the_same_archive_changes_nothing_and_of_another_is_refused(owned, folder):
    owned.mark()
    with pytest.raises(ForeignStoreError, match=OURS):
        OwnedStore(FolderStore(folder), THEIRS).mark()
    assert owner_of(FolderStore(folder)) == OURS


@pytest.mark.parametrize("left", ["nothing at all", "an empty folder"])
def test_a_disk_that_goes_away_while_the_archive_runs_is_not_an_empty_store(owned, folder, left):
    owned.put(NAME, [b"abc"])
    folder.rename(folder.with_name("unmounted"))
    if left == "an empty folder":
        folder.mkdir()

    def never():
        raise AssertionError("the source is not touched")
        yield b""

    for deed in (
        lambda: owned.put("obj/ab/other", never()), lambda: owned.open(NAME), lambda: owned.size(NAME),
        lambda: owned.delete(NAME), lambda: list(owned.names()),
    ):  # fmt: skip
        with pytest.raises(StorageUnavailableError, match="no mark"):
            deed()
    assert not folder.exists() or not list(folder.iterdir())
    if folder.exists():
        folder.rmdir()
    folder.with_name("unmounted").rename(folder)
    with owned.open(NAME) as stream:
        assert stream.read() == b"abc"


def test_the_mark_of_another_archive_stops_every_deed(folder):
    OwnedStore(FolderStore(folder), THEIRS).mark()
    with pytest.raises(ForeignStoreError, match=THEIRS):
        OwnedStore(FolderStore(folder), OURS).put(NAME, [b"abc"])
    assert list(FolderStore(folder).names()) == [MARK]
