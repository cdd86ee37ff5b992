"""An Elasticsearch server of our own in a scratch folder, on loopback; the real server without most of its modules."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

VERSION = "9.5.0"
ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
NEEDED_JAVA = 21
_START_SECONDS = 240
LIGHT_JAVA = "-Xms512m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"  # starts quickly, runs slower
_USER = "nobody"  # Elasticsearch refuses to run as root
_CONFIG = """
cluster.name: guidang-tests
discovery.type: single-node
http.host: 127.0.0.1
transport.host: 127.0.0.1
http.port: {http}
transport.port: {transport}
cluster.routing.allocation.disk.threshold_enabled: false
"""


class MissingError(Exception):
    """What the server needs is not on this machine; the message says what."""


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

    def __init__(self, folder: Path, settings: str = "", java: str = LIGHT_JAVA) -> None:
        problem = missing()
        if problem:
            raise MissingError(problem)
        self.folder = folder
        self.port, transport = _free_ports(2)
        self.config = folder / "config"
        self._java = java
        with zipfile.ZipFile(_fetched()) as packed:
            packed.extractall(folder)
        self._home = folder / f"elasticsearch-{VERSION}"
        (self._home / "bin" / "elasticsearch").chmod(0o755)
        shutil.copytree(self._home / "config", self.config)
        text = _CONFIG.format(http=self.port, transport=transport) + settings
        (self.config / "elasticsearch.yml").write_text(f"{text}path.data: {folder}/data\npath.logs: {folder}/logs\n")
        self._process: subprocess.Popen[bytes] | None = None

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
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Let the server hang: it accepts connections and answers nothing."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let a hanging server go on."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGCONT)

    def _give_to_user(self) -> None:
        (self.folder / "tmp").mkdir(exist_ok=True)
        if os.geteuid() == 0:
            self.folder.chmod(0o755)
            subprocess.run(["chown", "-R", _USER, str(self.folder)], check=True)

    def _wait(self) -> None:
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            assert self._process is not None
            if self._process.poll() is not None:
                break
            if _answers(self.port):
                return
            time.sleep(0.2)
        raise RuntimeError(f"Elasticsearch did not start:\n{(self.folder / 'output').read_text()[-3000:]}")


def _as_user() -> list[str]:
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={_USER}", "--regid=nogroup", "--clear-groups"]


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _answers(port: int) -> bool:
    """Tell whether the server answers at all on a port: with its health, or (secured) that it wants a name."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_cluster/health", timeout=5) as answer:
            return json.load(answer)["status"] in ("green", "yellow")
    except urllib.error.HTTPError:
        return False
    except (OSError, ValueError):
        return False


@contextmanager
def running() -> Iterator[str]:
    """Yield the address of a fresh server without security; it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="guidang-es-"))
    server = Server(folder, "xpack.security.enabled: false\n")
    try:
        server.start()
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)
