"""The health check of a machine's processes, asked of real ones that the supervisor runs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from config.settings import Settings
from dms.kernel.telemetry.ports import Role, metrics_port
from dms.operations.alive import MetricsOffError, examine
from tests.services.ports import free_ports

PATIENCE = 120.0


def until(true: Callable[[], bool]) -> bool:
    """Wait until something is true; return whether it came in time."""
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


class Served:
    """`serve` as an administrator starts it, with measurements on and JSON lines."""

    def __init__(self, folder: Path) -> None:
        first = free_ports(4)[0]
        self.settings = Settings(data=folder / "data", port=first, metrics_port=first + 1, workers=1)
        self.log = folder / "log"
        self.environment = {
            **os.environ, "XDG_CONFIG_HOME": str(folder / "keys"), "GUIDANG_DATA": str(folder / "data"),
            "GUIDANG_KEYS_URL": f"keyfile://{folder / 'archive.keys'}", "GUIDANG_PORT": str(first),
            "GUIDANG_METRICS_PORT": str(first + 1), "GUIDANG_WORKERS": "1", "GUIDANG_LOG_FORMAT": "json",
            "GUIDANG_OCR_ENGINE": "null",
        }  # fmt: skip

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "dms", *command], env=self.environment, capture_output=True, text=True, check=False
        )

    made: subprocess.CompletedProcess[str]

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dms", "serve"], env=self.environment, stdout=log, stderr=log
            )

    def problems(self) -> dict[str, str]:
        return dict(examine(self.settings))

    def lives(self) -> bool:
        return not any(self.problems().values())

    def told(self) -> str:
        """Return what is wrong and what the processes logged, for a test that waited in vain."""
        return f"{self.process.poll()=} {self.problems()}\n{self.log.read_text(encoding='utf-8')}"

    def metrics(self, role: Role, number: int = 0) -> str:
        port = metrics_port(self.settings.metrics_port, role, number)
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            return str(answer.read().decode())


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(tmp_path_factory.mktemp("served"))
    served.made = served.run("init")
    assert served.made.returncode == 0, served.made.stderr
    served.start()
    try:
        assert until(served.lives), served.told()
        yield served
    finally:
        served.process.terminate()
        served.process.wait(60)


def test_init_makes_an_archive_and_names_the_way_in(served: Served) -> None:
    assert f"http://127.0.0.1:{served.settings.port}/link/" in served.made.stdout
    assert "恢复单" in served.made.stdout


def test_all_processes_live_and_the_command_says_so(served: Served) -> None:
    answer = served.run("health")
    assert answer.returncode == 0, answer.stdout
    assert answer.stdout.split() == ["✓", "web", "✓", "keeper", "✓", "worker-1"]


def test_each_process_tells_its_measurements(served: Served) -> None:
    assert "guidang_catalog_up 1.0" in served.metrics(Role.WEB)
    assert "guidang_last_turn_timestamp_seconds" in served.metrics(Role.KEEPER)
    assert "process_resident_memory_bytes" in served.metrics(Role.WORKER, 1)


def test_measurements_are_not_on_the_port_of_people(served: Served) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(f"http://127.0.0.1:{served.settings.port}/metrics", timeout=10)
    with refused.value as answer:
        assert answer.code in (401, 403, 404)


def test_a_worker_that_stands_still_is_told(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dms.operations.alive.LONGEST_STEP", 0.0)
    assert served.problems()["worker-1"]


def test_the_log_is_json_lines(served: Served) -> None:
    urlopen(f"http://127.0.0.1:{served.settings.port}/sign-in", timeout=10).close()
    assert until(lambda: "dms.access" in served.log.read_text(encoding="utf-8"))
    lines = [json.loads(line) for line in served.log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
    assert any(line["logger"] == "dms.access" and line["route"] == "/sign-in" for line in lines)


def test_a_dead_process_is_told_until_the_supervisor_has_replaced_it(served: Served) -> None:
    port = metrics_port(served.settings.metrics_port, Role.KEEPER)
    pid = _listening(port)
    os.kill(pid, signal.SIGSTOP)  # it holds its port and answers nobody
    try:
        assert dict(examine(served.settings, [Role.KEEPER]))["keeper"]
    finally:
        os.kill(pid, signal.SIGKILL)
    assert until(served.lives), served.told()
    assert _listening(port) != pid


def _listening(port: int) -> int:
    """Return the process that listens on a port."""
    wanted = f"{port:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    inode = next(row[9] for row in rows if row[1].endswith(f":{wanted}") and row[3] == "0A")
    for folder in Path("/proc").glob("[0-9]*/fd"):
        try:
            if any(str(entry.readlink()) == f"socket:[{inode}]" for entry in folder.iterdir()):
                return int(folder.parent.name)
        except OSError:  # it ended meanwhile, or is not ours
            continue
    raise AssertionError("nobody listens")


def test_without_measurements_workers_cannot_be_asked(tmp_path: Path) -> None:
    with pytest.raises(MetricsOffError, match="metrics_port"):
        list(examine(Settings(data=tmp_path), [Role.WORKER]))


def test_where_nothing_runs_each_is_dead(tmp_path: Path) -> None:
    first = free_ports(4)[0]
    found = dict(examine(Settings(data=tmp_path, port=first, metrics_port=first + 1, workers=2)))
    assert set(found) == {"web", "keeper", "worker-1", "worker-2"}
    assert all(found.values())
