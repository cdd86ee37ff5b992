"""An archive on PostgreSQL, S3, Elasticsearch and Redis, each behind a proxy, with machines of their own names on it."""

from __future__ import annotations

import io
import json
import os
import random
import secrets
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

from PIL import Image

from config.settings import Settings
from dms.accounts.service import first_person_link, load_identity, use_link
from dms.accounts.service.tokens import create_token
from dms.bootstrap import open_archive, start_archive
from dms.kernel.archive import Archive
from dms.policy.content import DOCUMENT_UPLOAD, DOCUMENT_VIEW
from ingest.specimens.scanpdf import ScanPdfWriter
from tests.services import elasticsearch, postgres, redis, seaweedfs
from tests.services.certificates import Authority
from tests.services.faults import Proxy
from tests.services.leash import leash
from tests.services.ports import HOST, free_ports

ROOT = Path(__file__).resolve().parents[1]
ACTIONS = (DOCUMENT_UPLOAD, DOCUMENT_VIEW)
ANSWER_SECONDS = 150.0


@dataclass(frozen=True)
class Servers:
    """The four servers, and the proxies before them; the catalog has two: in the clear, and with TLS."""

    catalog: postgres.Postgres
    store: seaweedfs.SeaweedFS
    index: elasticsearch.Server
    broker: redis.Redis
    authority: Authority
    proxies: dict[str, Proxy]

    def urls(self, *, tls: bool = False, direct: bool = False) -> dict[str, str]:
        """Return the settings that name the servers, through the proxies unless `direct`."""
        ports = {name: 0 if direct else proxy.port for name, proxy in self.proxies.items()}
        safe = f"?sslmode=verify-ca&sslrootcert={self.authority.path}"
        catalog = self.catalog.url(port=ports["catalog TLS" if tls else "catalog"])
        return {
            "catalog_url": catalog + (safe if tls else "?sslmode=disable"),
            "store_url": self.store.url(port=ports["store"]), "index_url": self.index.url(port=ports["index"]),
            "carrier_url": self.broker.url(port=ports["broker"]),
        }  # fmt: skip


@contextmanager
def servers(folder: Path) -> Iterator[Servers]:
    """Start the four servers and the proxies; all are gone afterwards."""
    authority = Authority(folder)
    with ExitStack() as stack:
        catalog = stack.enter_context(postgres.Postgres(listen=True, durable=True, tls=authority.server("catalog")))
        store = stack.enter_context(seaweedfs.SeaweedFS())
        broker = stack.enter_context(redis.Redis())
        index = stack.enter_context(elasticsearch.server())
        ports = {
            "catalog": catalog.port, "catalog TLS": catalog.port, "store": store.port, "index": index.port,
            "broker": broker.port,
        }  # fmt: skip
        proxies = {name: stack.enter_context(Proxy((HOST, port))) for name, port in ports.items()}
        yield Servers(catalog, store, index, broker, authority, proxies)


@contextmanager
def archive_on(made: Servers, folder: Path) -> Iterator[Archive]:
    """Make an archive on the servers and open it past the proxies, to look at what came of it."""
    settings = Settings(data=folder / "onlooker", keys_url=f"keyfile://{folder}/keys/keys", **made.urls(direct=True))
    start_archive(settings)
    with open_archive(settings) as archive:
        yield archive


class Machine:
    """A process tree with a host name, a data folder and a settings file of its own, started by a command of ours."""

    def __init__(self, folder: Path, name: str, command: list[str], values: dict[str, Any]) -> None:
        self.name, self._command = name, command
        home = folder / name
        home.mkdir()
        self._log, self._settings = home / "log", home / "guidang.toml"
        values = {"data": str(home / "data"), "keys_url": f"keyfile://{folder}/keys/keys", "workers": 1, **values}
        self._settings.write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items()))
        (home / "data").mkdir()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        program = [sys.executable, "-m", "dms", "--settings", str(self._settings), *self._command]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*leash(), *_named(self.name), *program], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def kill(self) -> None:
        """Kill its supervisor as kill -9 does; its children end because their standard input closes."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def kill_child(self) -> bool:
        """Kill one of the supervised processes; tell whether there was one."""
        found = self.children()
        if found:
            os.kill(random.choice(found), signal.SIGKILL)
        return bool(found)

    def children(self) -> list[int]:
        """Return the ids of the supervised processes."""
        assert self._process is not None
        command = ["ps", "--ppid", str(self._process.pid), "-o", "pid="]
        return list(map(int, subprocess.run(command, check=False, capture_output=True, text=True).stdout.split()))

    def keeps_running(self) -> bool:
        """Tell whether the supervisor runs."""
        return self._process is not None and self._process.poll() is None

    def log(self) -> str:
        """Return what its processes wrote."""
        return self._log.read_text(encoding="utf-8")

    def stop(self) -> None:
        """End it in order."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()


def _named(name: str) -> list[str]:
    """Return what gives a process tree a host name of its own: as root on Linux; elsewhere the trees share one."""
    if os.geteuid() == 0 and shutil.which("unshare"):
        return ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', name]
    return []


class Client:
    """A program that uses the JSON API with a token of the first person."""

    def __init__(self, archive: Archive, port: int) -> None:
        link = first_person_link(archive)
        assert link is not None
        session = use_link(archive, link.secret, secrets.token_urlsafe(), name="张档案", login="zhang")
        person = load_identity(archive, session=session, bearer=None, address="")
        assert person is not None
        self._secret = create_token(archive, person, "storm", [action.value for action in ACTIONS], 1).secret
        self._address = f"http://{HOST}:{port}"

    def ask(self, path: str, body: bytes | None = None, name: str = "scan.pdf") -> tuple[int, dict[str, Any]]:
        """Return status and answer, (0, {}) where none came; a body is put there as a file."""
        request = urllib.request.Request(self._address + path, body, method="PUT" if body else "GET")
        for header, value in (("Authorization", f"Bearer {self._secret}"), ("X-File-Name", name)):
            request.add_header(header, value)
        if body:
            request.add_header("Content-Type", "application/octet-stream")
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
                return answer.status, json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            return error.code, _problem(error.read())
        except (OSError, HTTPException, json.JSONDecodeError):  # none came, or it broke off
            return 0, {}


def _problem(text: bytes) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(text)
    except ValueError:
        return {}
    return found


def web_port() -> int:
    """Return a port for the web."""
    return free_ports(1)[0]


def scan(pages: int) -> bytes:
    """Return a scanned PDF that there was never before."""
    target = io.BytesIO()
    with ScanPdfWriter(target) as writer:
        for _ in range(pages):
            page = Image.effect_noise((620, 877), 24).convert("L")
            buffer = io.BytesIO()
            page.save(buffer, "JPEG", quality=50)
            writer.add_page(buffer.getvalue(), page.size, 75.0, grey=True)
    return target.getvalue()
