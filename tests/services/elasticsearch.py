"""An Elasticsearch server of our own in a scratch folder, on loopback; the real server without most of its modules.

It speaks TLS only and knows three users: one with the very role that docs/operations.md gives, one who may only read,
one who may do everything.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from urllib.parse import quote

from tests.services.absent import AbsentError
from tests.services.certificates import Authority
from tests.services.leash import leash
from tests.services.ports import free_ports

VERSION = "9.5.0"
ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
NEEDED_JAVA = 21
USER, READER, ADMIN = "guidang", "reader", "admin"
PASSWORD = "a@b:c/d%e 密码"  # what an address must carry quoted
ROLES = {USER: ["guidang"], READER: ["guidang_reader"], ADMIN: ["superuser"]}
ROLE = Path(__file__).parents[2] / "docs" / "elasticsearch" / "role.json"
READER_ROLE = '{ cluster: [monitor], indices: [{ names: ["guidang*"], privileges: [read, view_index_metadata] }] }'
_START_SECONDS = 240
_JAVA = "-Xms1g -Xmx1g -XX:-UseG1GC -XX:+UseSerialGC -XX:TieredStopAtLevel=1"  # starts quickly, runs slower
_RUNS_AS = "nobody"  # Elasticsearch refuses to run as root
_CONFIG = """
cluster.name: guidang-tests
discovery.type: single-node
http.host: 127.0.0.1
transport.host: 127.0.0.1
http.port: {http}
transport.port: {transport}
cluster.routing.allocation.disk.threshold_enabled: false
resource.reload.interval.high: 1s
xpack.security.enabled: true
xpack.security.http.ssl.enabled: true
xpack.security.http.ssl.key: server.key
xpack.security.http.ssl.certificate: server.pem
path.data: {folder}/data
path.logs: {folder}/logs
"""


def java_home() -> Path | None:
    """Return the folder of an installed JDK that is new enough, the newest one; None where there is none."""
    given = [Path(os.environ[name]) for name in ("ES_JAVA_HOME", "JAVA_HOME") if os.environ.get(name)]
    homes = {home.resolve() for home in (*given, *Path("/usr/lib/jvm").glob("*")) if (home / "bin/java").exists()}
    versions = {home: version for home in homes if (version := _java_version(home)) >= NEEDED_JAVA}
    return max(versions, key=lambda home: versions[home]) if versions else None


def _java_version(home: Path) -> int:
    release = home / "release"
    found = re.search(r'JAVA_VERSION="(\d+)', release.read_text()) if release.exists() else None
    return int(found[1]) if found else 0


def missing() -> str:
    """Return what keeps the server from being started here, empty where nothing does."""
    if java_home() is None:
        return f"Elasticsearch needs a JDK of version {NEEDED_JAVA} or newer under /usr/lib/jvm or in JAVA_HOME"
    if not _archive().exists() and shutil.which("mvn") is None:
        return "Elasticsearch is fetched with Maven, which is not installed (Debian: apt-get install maven)"
    return ""


def _archive() -> Path:
    caches = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return caches / "guidang-tests" / f"elasticsearch-{VERSION}.zip"


@cache
def _fetched() -> Path:
    """Return the server's archive, fetched once (130 MB) and kept outside the tree."""
    kept = _archive()
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
            goal = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
            command = ["mvn", "--quiet", "--batch-mode", goal, f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={folder}"]
            subprocess.run(command, check=True, cwd=folder)
            (Path(folder) / kept.name).replace(kept)
    return kept


class Server:
    """One server in `folder`: `start`, `kill` (at once, as a power cut does), `start` again with the same data."""

    def __init__(self, folder: Path, java: str = _JAVA) -> None:
        if problem := missing():
            raise AbsentError(problem)
        self.folder, self._java = folder, java
        self.port, transport = free_ports(2)
        self.config = folder / "config"
        self._process: subprocess.Popen[bytes] | None = None
        with zipfile.ZipFile(_fetched()) as packed:
            packed.extractall(folder)
        self._home = folder / f"elasticsearch-{VERSION}"
        (self._home / "bin" / "elasticsearch").chmod(0o755)
        shutil.copytree(self._home / "config", self.config)
        settings = _CONFIG.format(http=self.port, transport=transport, folder=folder)
        (self.config / "elasticsearch.yml").write_text(settings)
        self._write_users()
        self.authority = Authority(self.config)
        self.authority.server("server")

    def url(self, name: str = "guidang-test", user: str = USER, port: int = 0) -> str:
        """Return the address of an index there, as it stands in `index_url`; `port` may be that of a proxy."""
        login = f"{user}:{quote(PASSWORD, safe='')}"
        return f"https://{login}@127.0.0.1:{port or self.port}/{name}?ca={quote(str(self.authority.path))}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._give_to_user()
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "ES_PATH_CONF": str(self.config),
            "ES_JAVA_HOME": str(java_home()), "ES_JAVA_OPTS": self._java, "ES_TMPDIR": str(self.folder / "tmp"),
        }  # fmt: skip
        with (self.folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                [*_as_user(), str(self._home / "bin" / "elasticsearch")], env=environment, cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        self._wait()

    def kill(self) -> None:
        """Kill the server and what it started, with signal 9."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _write_users(self) -> None:
        (self.config / "users").write_text("".join(f"{user}:{_hashed(PASSWORD)}\n" for user in ROLES))
        pairs = "".join(f"{role}:{user}\n" for user, roles in ROLES.items() for role in roles)
        (self.config / "users_roles").write_text(pairs)
        (self.config / "roles.yml").write_text(
            f"guidang: {json.dumps(json.loads(ROLE.read_text()))}\nguidang_reader: {READER_ROLE}\n"
        )

    def _give_to_user(self) -> None:
        (self.folder / "tmp").mkdir(exist_ok=True)
        if os.geteuid() == 0:
            self.folder.chmod(0o755)
            subprocess.run(["chown", "-R", _RUNS_AS, str(self.folder)], check=True)

    def _wait(self) -> None:
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            assert self._process is not None
            if self._process.poll() is not None:
                break
            if self._answers():
                return
            time.sleep(0.2)
        raise RuntimeError(f"Elasticsearch did not start:\n{(self.folder / 'output').read_text()[-3000:]}")

    def _answers(self) -> bool:
        """Tell whether every index can be asked."""
        login = base64.b64encode(f"{ADMIN}:{PASSWORD}".encode()).decode()
        wanted = "wait_for_status=yellow&timeout=1s"
        request = urllib.request.Request(f"https://127.0.0.1:{self.port}/_cluster/health?{wanted}")
        request.add_header("Authorization", f"Basic {login}")
        trust = ssl.create_default_context(cafile=str(self.authority.path))
        try:
            with urllib.request.urlopen(request, timeout=5, context=trust) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError as refused:
            refused.close()
            return False
        except (OSError, ValueError):
            return False


def _hashed(password: str) -> str:
    """Return a password as the file realm stores it."""
    salt, rounds = secrets.token_bytes(32), 1000
    made = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, rounds, 32)
    return f"{{PBKDF2}}{rounds}${base64.b64encode(salt).decode()}${base64.b64encode(made).decode()}"


def _as_user() -> tuple[str, ...]:
    if os.geteuid() != 0:
        return leash()
    return leash(f"--reuid={_RUNS_AS}", "--regid=nogroup", "--clear-groups")


@contextmanager
def server(java: str = _JAVA) -> Iterator[Server]:
    """Yield a fresh server that runs with these options of Java; it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="guidang-es-"))
    try:
        made = Server(folder, java)
        try:
            made.start()
            yield made
        finally:
            made.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running() -> Iterator[str]:
    """Yield the address of an index on a fresh server; both are gone afterwards."""
    with server() as made:
        yield made.url()
