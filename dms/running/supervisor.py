"""Supervises one web process, the workers and the housekeeper of a data folder, and restarts whatever dies."""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from config.settings import Settings
from dms.kernel.errors import ConfigurationError
from dms.kernel.lock import FolderLock
from dms.kernel.telemetry.ports import Role, metrics_port
from dms.running.processes import Start, encode

if TYPE_CHECKING:
    from dms.web.lan import Endpoint

LOG = logging.getLogger("dms.supervisor")
FIRST_PAUSE = 0.5  # seconds before a process is started again, doubled each time
LONGEST_PAUSE = 30.0
STEADY = 60.0  # seconds after which a process counts as well again
GRACE = 20.0  # seconds that processes have to leave
LOOK = 0.2
BACKLOG = 128
ROOT = Path(__file__).resolve().parents[2]
PROGRAM = (sys.executable, "-m", "dms.running.processes")


class PortInUseError(ConfigurationError):
    """Another program listens on the port."""

    code = "port_in_use"


@dataclass
class Child:
    """A supervised process: its start, and how it has fared."""

    name: str
    start: Start
    handles: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    since: float = 0.0
    pause: float = FIRST_PAUSE
    not_before: float = field(default=0.0)

    def spawn(self, program: Sequence[str]) -> None:
        """Start the process; it reads its settings from standard input, and ends when that closes."""
        self.process = subprocess.Popen(
            [*program, self.name], stdin=subprocess.PIPE, pass_fds=self.handles, start_new_session=True,
            env={**os.environ, "ORT_DISABLE_TELEMETRY": "1", "PYTHONUNBUFFERED": "1", "PYTHONPATH": _path()},
        )  # fmt: skip
        self.since = time.monotonic()
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(encode(self.start))
            self.process.stdin.flush()
        except BrokenPipeError:  # it died at once; the next look finds it
            LOG.warning("%s ended while it was started", self.name)

    def has_died(self) -> bool:
        """Tell whether the process has ended."""
        return self.process is not None and self.process.poll() is not None


def _path() -> str:
    return os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))


class Supervisor:
    """Keeps children running until it is stopped; `died` is told the process id of each that ended."""

    def __init__(self, children: Sequence[Child], program: Sequence[str], died: Callable[[int], None]) -> None:
        self._children, self._program, self._died = list(children), list(program), died
        self._stop = threading.Event()

    def stop(self) -> None:
        """Ask everything to end."""
        self._stop.set()

    def run(self) -> None:
        """Start all children, restart those that die, end all when stopped."""
        try:
            while not self._stop.is_set():
                for child in self._children:
                    self._look_after(child)
                self._stop.wait(LOOK)
        finally:
            self._end()

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.has_died():
            assert child.process is not None
            LOG.error("%s (pid %s) ended with %s", child.name, child.process.pid, child.process.returncode)
            child.pause = FIRST_PAUSE if now - child.since > STEADY else min(child.pause * 2, LONGEST_PAUSE)
            child.not_before = now + child.pause
            pid = child.process.pid
            _let_go(child.process)
            child.process = None
            self._died(pid)
        if child.process is None and now >= child.not_before:
            child.spawn(self._program)

    def _end(self) -> None:
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            process.terminate()
        until = time.monotonic() + GRACE
        for process in running:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            _let_go(process)


def _let_go(process: subprocess.Popen[bytes]) -> None:
    """Close our end of an ended process's standard input."""
    if process.stdin is not None:
        try:
            process.stdin.close()
        except BrokenPipeError:  # it died before it had read its settings
            return


def listen(settings: Settings) -> socket.socket:
    """Return the socket of the web, bound once and handed to each web process. Raises `PortInUseError`."""
    family = socket.AF_INET6 if ":" in settings.listen else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.listen, settings.port))
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUseError(
                "端口 %(port)s 已被别的程序占用，没有启动，数据没有改动。请换一个：--port %(other)s，或停掉那个程序。",
                port=settings.port, other=settings.port + 1,
            ) from error  # fmt: skip
        raise PortInUseError(
            "不能在 %(address)s:%(port)s 上监听（%(problem)s），没有启动，数据没有改动。请检查 listen 和 port 设置。",
            code="cannot_listen", address=settings.listen, port=settings.port, problem=error.strerror,
        ) from error  # fmt: skip
    listener.listen(BACKLOG)
    listener.set_inheritable(True)
    return listener


def address_of(settings: Settings, listener: socket.socket) -> str:
    """Return the address to open in a browser."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host, port = listener.getsockname()[:2]
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host  # noqa: S104  compared
    return f"http://{shown}:{port}"


def web_of(settings: Settings, listener: socket.socket, lan: Endpoint | None = None) -> list[Child]:
    """Return the web process of an archive."""
    lan_values: dict[str, Any] | None = asdict(lan) if lan else None
    handle = listener.fileno()
    return [
        Child(
            "web",
            Start("web", _values(settings), handle, lan_values, metrics_port=_metrics(settings, Role.WEB)),
            (handle,),
        )
    ]


def keeper_of(settings: Settings) -> list[Child]:
    """Return the housekeeper of an archive."""
    return [Child("keeper", Start("keeper", _values(settings), metrics_port=_metrics(settings, Role.KEEPER)))]


def workers_of(settings: Settings, queues: Sequence[str] = ()) -> list[Child]:
    """Return the workers of an archive, for some queues or for the usual ones."""
    values = _values(settings)
    return [
        Child(
            f"worker-{n}",
            Start("worker", values, queues=tuple(queues), metrics_port=_metrics(settings, Role.WORKER, n)),
        )
        for n in range(1, settings.workers + 1)
    ]


def _values(settings: Settings) -> dict[str, Any]:
    return settings.model_dump(mode="json")


def _metrics(settings: Settings, role: Role, number: int = 0) -> int:
    return metrics_port(settings.metrics_port, role, number)


def serve(
    settings: Settings, lan: Endpoint | None = None, program: Sequence[str] = PROGRAM,
    ready: Callable[[str], None] = lambda address: None,
) -> None:  # fmt: skip
    """Serve an archive until Ctrl-C or SIGTERM; `ready` is told the address once the port is ours.

    Raises:
        AlreadyRunningError: another process serves this data folder.
        PortInUseError: the port is taken.
    """
    with FolderLock(settings.data) as lock, listen(settings) as listener:
        address = address_of(settings, listener)
        lock.tell(address)
        children = [*web_of(settings, listener, lan), *keeper_of(settings), *workers_of(settings)]
        supervise(settings, children, program, lambda: ready(address))


def serve_web(settings: Settings, ready: Callable[[str], None] = lambda address: None) -> None:
    """Serve only the interface until Ctrl-C or SIGTERM; workers and housekeeping run elsewhere.

    Raises `PortInUseError`.
    """
    with listen(settings) as listener:
        supervise(settings, web_of(settings, listener), ready=lambda: ready(address_of(settings, listener)))


def supervise(
    settings: Settings, children: Sequence[Child], program: Sequence[str] = PROGRAM,
    ready: Callable[[], None] = lambda: None,
) -> None:  # fmt: skip
    """Keep these processes of an archive running until Ctrl-C or SIGTERM."""
    supervisor = Supervisor(children, program, _released(settings))
    _released(settings)(0)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: supervisor.stop())
    ready()
    supervisor.run()


def _released(settings: Settings) -> Callable[[int], None]:
    """Return what has the jobs of dead workers taken back at once: the housekeeper looks when it is told."""

    def tell(_pid: int) -> None:
        try:
            (settings.data / "released").touch()
        except OSError as error:  # the leases run out by themselves
            LOG.warning("the housekeeper cannot be told: %s", error)

    return tell


def print_address(address: str) -> None:
    """Print where the archive can be opened."""
    click.echo(f"打开 / Open:  {address}\n按 Ctrl-C 停止。 / Ctrl-C stops.")
