"""A real PostgreSQL of our own in a scratch folder: through its socket, and on a port of loopback where asked."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from tests.services.absent import AbsentError
from tests.services.leash import leash
from tests.services.ports import HOST, free_ports

PASSWORD = "guidang-secret"
ABSENT = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
PATIENCE = 60.0  # seconds until a server must be ready


def programs() -> Path | None:
    """Return the folder of the newest installed server's programs, None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


def _as_owner() -> list[str]:
    # PostgreSQL refuses to run as root; Debian's package brings the user.
    if os.geteuid() != 0:
        return [*leash()]
    return [*leash("--reuid=postgres", "--regid=postgres", "--clear-groups"), "env", "HOME=/tmp"]


class Postgres:
    """A fresh server as a context. `kill` and `start` may be called within: the folder and the address stay.

    With `listen` it also takes connections on `port`, with a password; `tls` names the files of certificate and key.
    """

    def __init__(self, *, listen: bool = False, durable: bool = False, tls: tuple[Path, Path] | None = None) -> None:
        binaries = programs()
        if binaries is None:
            raise AbsentError(ABSENT)
        self._binaries, self._durable = binaries, durable
        self.folder = Path(tempfile.mkdtemp(prefix="guidang-pg-"))
        self.data = self.folder / "data"
        self.port = free_ports(1)[0] if listen else 5432
        self._listen = HOST if listen else ""
        self._tls = tuple(self._own(path) for path in tls) if tls else None
        self._process: subprocess.Popen[bytes] | None = None
        self._user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name

    def _own(self, path: Path) -> Path:
        copy = self.folder / path.name
        shutil.copy(path, copy)
        copy.chmod(0o600)
        return copy

    def url(self, port: int = 0, user: str = "guidang", password: str = PASSWORD, database: str = "postgres") -> str:
        """Return the URL over TCP, if need be through another port; of the socket where the server does not listen."""
        if not self._listen:
            return f"postgresql+psycopg://{user}@/{database}?host={self.folder}"
        return f"postgresql://{user}:{password}@{HOST}:{port or self.port}/{database}"

    def _run(self, *command: str) -> None:
        subprocess.run([*_as_owner(), *command], check=True, cwd=self.folder, stdout=subprocess.DEVNULL)

    def _make(self) -> None:
        for path in (self.folder, *(self._tls or ())):
            shutil.chown(path, self._user)
        initdb = [
            str(self._binaries / "initdb"),
            "-D",
            str(self.data),
            "-U",
            "guidang",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
        ]
        (self.folder / "password").write_text(PASSWORD, encoding="utf-8")
        self._run(*initdb, "--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={self.folder / 'password'}")

    def start(self) -> None:
        """Start the server and wait until it answers; after `kill` it recovers from its log first."""
        options = [f"-k{self.folder}", f"-clisten_addresses={self._listen}", f"-p{self.port}", "-cmax_connections=80"]
        options += [] if self._durable else ["-cfsync=off"]
        if self._tls:
            options += ["-cssl=on", f"-cssl_cert_file={self._tls[0]}", f"-cssl_key_file={self._tls[1]}"]
        with (self.folder / "log").open("ab") as log:
            command = [*_as_owner(), str(self._binaries / "postgres"), "-D", str(self.data), *options]
            self._process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)
        self._wait()

    def _wait(self) -> None:
        assert self._process is not None
        ready = [str(self._binaries / "pg_isready"), "-q", "-h", str(self.folder), "-p", str(self.port)]
        until = time.monotonic() + PATIENCE
        while subprocess.run(ready, check=False).returncode:
            if time.monotonic() > until or self._process.poll() is not None:
                raise RuntimeError(f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill the server and all its processes as kill -9 does."""
        if self._process is None:
            return
        family = [self._process.pid, *_children(self._process.pid)]
        for each in family:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        self._process.wait()
        self._process = None
        while any(map(lives, family)):  # their shared memory would keep a new server from starting
            time.sleep(0.02)
        for lock in (self.data / "postmaster.pid", *self.folder.glob(".s.PGSQL.*")):  # a zombie's would still bind
            lock.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        try:
            self._make()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)  # at once
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _children(pid: int) -> list[int]:
    return [each for each in _processes() if _stat(each)[1:2] == [str(pid)]]


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def lives(pid: int) -> bool:
    """Tell whether a process runs."""
    return _stat(pid)[:1] not in ([], ["Z"])


def _stat(pid: int) -> list[str]:
    """Return state, parent … of a process, nothing where it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return []


@contextmanager
def running() -> Iterator[str]:
    """Yield the URL of a fresh, empty database; the server is gone afterwards."""
    with Postgres() as server:
        yield server.url()
