from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config.settings import Settings
from dms.kernel.lock import AlreadyRunningError, FolderLock
from dms.running.processes import Start
from dms.running.supervisor import Child, PortInUseError, Supervisor, address_of, listen

HOLDER = (
    "import sys, time; from pathlib import Path; from dms.kernel.lock import FolderLock\n"
    "with FolderLock(Path(sys.argv[1])) as lock:\n lock.tell('x'); print('held', flush=True); time.sleep(60)"
)
CHILD = (
    "import os, sys, time; sys.stdin.readline(); open(os.path.join(sys.argv[1], sys.argv[2]), 'a')"
    ".write(f'{os.getpid()}\\n'); sys.stdin.read()"
)


def until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def pids(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def test_a_second_copy_is_told_who_has_the_folder(tmp_path: Path) -> None:
    with FolderLock(tmp_path) as lock:
        lock.tell("http://127.0.0.1:8765")
        with pytest.raises(AlreadyRunningError, match=rf"{os.getpid()}.*http://127\.0\.0\.1:8765"):
            FolderLock(tmp_path).__enter__()
    with FolderLock(tmp_path):
        pass


def test_the_lock_ends_with_its_process(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, cwd=Path.cwd())
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(AlreadyRunningError, match=str(holder.pid)):
        FolderLock(tmp_path).__enter__()
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with FolderLock(tmp_path):
        pass


def test_a_port_in_use_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match=str(port)):
            listen(Settings(data=tmp_path, port=port))


def test_port_zero_takes_a_free_one_on_loopback(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, port=0)
    with listen(settings) as listener:
        assert address_of(settings, listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_what_dies_is_started_again_and_all_end_together(tmp_path: Path) -> None:
    died: list[int] = []
    children = [Child(name, Start(name, {})) for name in ("one", "two")]
    supervisor = Supervisor(children, [sys.executable, "-c", CHILD, str(tmp_path)], died.append)
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    until(lambda: bool(pids(tmp_path / "one")) and bool(pids(tmp_path / "two")))
    first = pids(tmp_path / "one")[0]
    os.kill(first, signal.SIGKILL)
    until(lambda: len(pids(tmp_path / "one")) == 2)
    assert died == [first]
    assert len(pids(tmp_path / "two")) == 1
    supervisor.stop()
    thread.join()
    for child in children:
        assert child.process is not None
        assert child.process.returncode is not None
