"""What only a folder can promise: file rights, no trace of a broken write, a full disk, dead writers."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import durable
from storage.folder import PARTIAL, FolderStore
from storage.objects import ObjectExistsError, Powers, StorageFullError, StorageUnavailableError

NAME = "obj/ab/abcdef"
ROOT = Path(__file__).parents[2]


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_only_its_owner_may_read(tmp_path: Path) -> None:
    root = tmp_path / "a" / "objects"
    FolderStore(root).put(NAME, [b"secret"])
    assert stat.S_IMODE((root / NAME).stat().st_mode) == 0o600
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o700 for path in [root, *root.rglob("*")] if path.is_dir())


def test_opening_a_store_writes_nothing(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "objects")
    assert list(store.names()) == []
    assert not (tmp_path / "objects").exists()


@pytest.mark.parametrize("call", ["write", "fsync", "link"])
def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    store = FolderStore(tmp_path / "objects")
    store.put("obj/ab/other", [b"there already"])

    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(f"storage.durable.os.{call}", full)
        with pytest.raises(StorageFullError, match="full"):
            store.put(NAME, [b"x" * 1000])
    assert files(tmp_path) == [tmp_path / "objects" / "obj/ab/other"]
    assert store.put(NAME, [b"x" * 1000]) == 1000


SMALL_DISK = """
import sys
from pathlib import Path
from storage.folder import FolderStore
from storage.objects import StorageFullError
root = Path(sys.argv[1])
store = FolderStore(root)
try:
    store.put("obj/ab/abcdef", (bytes(1 << 16) for _ in range(100)))
except StorageFullError as error:
    print(error, [path.name for path in root.rglob("*") if path.is_file()])
print(store.put("obj/ab/small", [b"fits"]))
"""


def test_a_really_full_disk(tmp_path: Path) -> None:
    script = 'mount -t tmpfs -o size=1m tmpfs "$1" || exit 99; "$2" -c "$3" "$1"'
    command = ["unshare", "--mount", "sh", "-c", script, "sh", tmp_path, sys.executable, SMALL_DISK]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("no unshare here")
    if done.returncode in (1, 99) and "Traceback" not in done.stderr:
        pytest.skip("a small disk needs the right to mount one")
    lines = done.stdout.splitlines()
    assert "is full" in lines[0], done.stderr
    assert lines[0].endswith("[]")
    assert lines[1] == "4"


def test_a_disk_that_fails_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "objects").write_text("a file in the way")
    with pytest.raises(StorageUnavailableError, match="cannot be used"):
        FolderStore(tmp_path / "objects").put(NAME, [b"x"])


def test_without_hard_links_objects_are_still_created_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_arguments: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr("storage.durable.os.link", no_links)
    store = FolderStore(tmp_path / "objects")

    def overtaken() -> Iterator[bytes]:
        assert store.put(NAME, [b"first"]) == 5
        yield b"second"

    with pytest.raises(ObjectExistsError):
        store.put(NAME, overtaken())
    with store.open(NAME) as stream:
        assert stream.read() == b"first"
    assert list(store.names()) == [NAME]


def test_what_a_dead_writer_left_is_removed_and_a_live_one_is_not(tmp_path: Path) -> None:
    partial = tmp_path / PARTIAL
    partial.mkdir()
    long_ago = time.time() - 7200
    for name in ("dead", "living", "young"):
        (partial / name).write_bytes(b"half")
    for name in ("dead", "living"):
        os.utime(partial / name, (long_ago, long_ago))
    with (partial / "living").open() as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        FolderStore(tmp_path)
    assert {path.name for path in partial.iterdir()} == {"living", "young"}


KILLED = """
import sys, time
from pathlib import Path
from storage.folder import FolderStore
def chunks():
    yield b"x" * 100000
    print("half", flush=True)
    time.sleep(60)
FolderStore(Path(sys.argv[1])).put("obj/ab/abcdef", chunks())
"""


def test_a_killed_writer_leaves_no_object(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED, tmp_path], cwd=ROOT, stdout=subprocess.PIPE) as writer:
        assert writer.stdout
        assert writer.stdout.readline() == b"half\n"
        writer.send_signal(signal.SIGKILL)
    store = FolderStore(tmp_path)
    assert list(store.names()) == []
    assert len(files(tmp_path)) == 1  # the partial file, too young to be judged dead
    assert store.put(NAME, [b"again"]) == 5


def test_strange_files_in_the_folder_are_no_objects(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put(NAME, [b"x"])
    (tmp_path / "obj" / ".DS_Store").write_bytes(b"x")
    (tmp_path / "obj" / "a b.txt").write_bytes(b"x")
    (tmp_path / "lost+found").mkdir()
    assert list(store.names()) == [NAME]


def test_a_link_out_of_the_store_is_not_followed(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "objects")
    store.put(NAME, [b"x"])
    outside = tmp_path / "outside"
    outside.write_bytes(b"secret")
    (tmp_path / "objects/obj/ab/link").symlink_to(outside)
    with pytest.raises(StorageUnavailableError):
        store.open("obj/ab/link")


def test_bytes_are_synced_before_they_get_their_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deeds: list[str] = []
    real_sync, real_link, real_folder = os.fsync, os.link, durable.sync_folder
    monkeypatch.setattr("storage.durable.os.fsync", lambda file: (deeds.append("fsync"), real_sync(file))[1])
    monkeypatch.setattr("storage.durable.os.link", lambda a, b: (deeds.append("link"), real_link(a, b))[1])
    store = FolderStore(tmp_path)
    store.put("obj/ab/first", [b"x"])
    deeds.clear()
    monkeypatch.setattr(durable, "sync_folder", lambda path: (deeds.append(path.name), real_folder(path))[1])
    store.put(NAME, [b"x"])
    assert deeds == ["fsync", "link", "ab", "fsync"]


def test_a_probe_leaves_nothing_and_begins_no_store(tmp_path: Path) -> None:
    root = tmp_path / "objects"
    assert FolderStore(root).probe() == Powers(deletes=True)
    assert not root.exists()
    root.mkdir()
    FolderStore(root).probe()
    assert files(root) == []


def test_a_probe_of_a_full_disk_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(durable, "write_all", full)
    with pytest.raises(StorageFullError):
        FolderStore(tmp_path).probe()
    assert files(tmp_path) == []
