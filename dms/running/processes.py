"""The supervised processes: `python -m dms.running.processes NAME`, told on standard input what to do."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.settings import Settings
from dms.kernel.errors import DmsError
from dms.kernel.telemetry import exposition, logs

if TYPE_CHECKING:  # a process imports only what its role needs
    from dms.kernel.archive import Archive
    from dms.kernel.tools import PageReader

LOG = logging.getLogger("dms.processes")
LARGEST_START = 1 << 20

NICE = 10  # of the workers; their parsers and OCR processes inherit it


@dataclass(frozen=True)
class Start:
    """What a process is started with: its role, the settings, the listening socket, the endpoint of the local net."""

    role: str  # web, worker, keeper
    settings: dict[str, Any]
    handle: int = -1
    lan: dict[str, Any] | None = None
    queues: tuple[str, ...] = ()  # of a worker; none: its usual ones
    metrics_port: int = 0  # 0: not asked for


def encode(start: Start) -> bytes:
    """Return a start as the one line that the process reads."""
    return json.dumps(asdict(start), default=str).encode() + b"\n"


def read_start() -> Start:
    """Read the line byte by byte: what follows belongs to `follow_parent`."""
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte or len(line) > LARGEST_START:
            raise SystemExit("started without a supervisor")
        line += byte
    return Start(**json.loads(line))


def follow_parent() -> None:
    """End this process when standard input ends: the supervisor holds its other end, and even kill -9 closes it."""
    threading.Thread(target=_until_alone, name="follow-parent", daemon=True).start()


def _until_alone() -> None:
    while os.read(0, 4096):
        continue
    os._exit(0)


def main(open_tools: Callable[[Archive], AbstractContextManager[PageReader]] | None = None) -> None:
    """Run the process that the supervisor asks for; `open_tools` gives workers another reader than the usual one."""
    start = read_start()
    follow_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is the supervisor's to pass on
    settings = Settings.model_validate(start.settings)
    logs.configure(sys.argv[1] if len(sys.argv) > 1 else start.role, settings.log_level, settings.log_format)
    if start.metrics_port and start.role != "web":  # the web also tells of the catalog, once that is open
        exposition.serve(settings.metrics_listen, start.metrics_port)
    try:
        if start.role == "worker":
            run_worker(start, settings, open_tools)
        else:
            {"web": run_web, "keeper": run_keeper}[start.role](start, settings)
    except DmsError as error:  # the supervisor starts it again: the catalog's server may only be away
        LOG.error("%s [%s]", error, error.code)
        sys.exit(error.exit_code)


def run_web(start: Start, settings: Settings) -> None:
    """Serve the interface on the socket that was handed over."""
    from dms.bootstrap import open_archive
    from dms.operations.metrics import CatalogCollector
    from dms.web import lan, server
    from dms.web.app import create_app

    with open_archive(settings) as archive:
        if start.metrics_port:
            exposition.serve(settings.metrics_listen, start.metrics_port, CatalogCollector(archive))
        app = create_app(archive)
        if start.lan is not None:
            files = start.lan["certificate"]
            certificate = lan.Certificate(Path(files["certificate"]), Path(files["key"]), files["fingerprint"])
            lan.start(app, lan.Endpoint(start.lan["address"], start.lan["port"], certificate))
        web = server.HandedServer(app, socket.socket(fileno=start.handle))
        signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=web.stop).start())
        web.start()


def run_worker(
    start: Start, settings: Settings, open_tools: Callable[[Archive], AbstractContextManager[PageReader]] | None = None
) -> None:
    """Work on jobs."""
    from dms.bootstrap import open_archive
    from dms.intake.readers import Readers
    from dms.jobs.rules import JOB_QUEUES
    from dms.kernel.carrier import Queue
    from dms.running import worker

    os.nice(NICE)  # every core may read, and the pages still come first
    queues = tuple(Queue(name) for name in start.queues) or JOB_QUEUES
    worker.main(settings, open_archive, open_tools or Readers, queues)


def run_keeper(_start: Start, settings: Settings) -> None:
    """Keep house."""
    from dms.bootstrap import open_archive
    from dms.running import housekeeping

    with open_archive(settings) as archive:
        keeper = housekeeping.Housekeeper(archive)
        signal.signal(signal.SIGTERM, lambda *_: keeper.stop())
        keeper.run()


if __name__ == "__main__":
    main()
