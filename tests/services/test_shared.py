"""A run's servers: none that no test asks for, one for all workers, none left behind, no silent want of one in CI."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services import absent, postgres
from tests.services.shared import Servers, variable

ROOT = Path(__file__).parents[2]
PLUGIN = "tests.services.shared"
TEST = """
import json, os, pathlib, tempfile, time
def test_it({fixtures}):
    servers = sorted(map(str, pathlib.Path(tempfile.gettempdir()).glob("guidang-*-*/")))
    pids = [int(pathlib.Path(folder, "data/postmaster.pid").open().readline()) for folder in servers]
    said = pathlib.Path(__file__).with_suffix(".said")
    said.write_text(json.dumps([os.environ.get("PYTEST_XDIST_WORKER"), servers, pids]))
    said.rename(said.with_suffix(".json"))
    time.sleep({seconds})
"""

pytestmark = pytest.mark.service


class Run:
    """A run of pytest over files of one test each, with a scratch folder of its own."""

    def __init__(self, folder: Path, scratch: str) -> None:
        self._folder = folder
        given = {name: value for name, value in os.environ.items() if not name.startswith(("GUIDANG_", "PYTEST_"))}
        self._environment = given | {"TMPDIR": scratch}

    def start(self, *options: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "pytest", "-c", os.devnull, "-p", PLUGIN, "-p", "no:cacheprovider", *options]
        return subprocess.Popen(
            [*command, str(self._folder)], cwd=ROOT, env=self._environment, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def finish(self, *options: str) -> None:
        started = self.start(*options)
        output, _ = started.communicate()
        assert started.returncode == 0, output

    def write(self, name: str, fixtures: str = "postgres_url", seconds: float = 0.5) -> None:
        (self._folder / f"test_{name}.py").write_text(TEST.format(fixtures=fixtures, seconds=seconds))

    def said(self, name: str) -> tuple[str | None, list[str], list[int]]:
        """Return what a test said, once it has: its worker, the folders of the servers that ran, their processes."""
        file, until = self._folder / f"test_{name}.json", time.monotonic() + 120
        while not file.exists():
            assert time.monotonic() < until
            time.sleep(0.05)
        worker, servers, pids = json.loads(file.read_text())
        return worker, servers, pids


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    if postgres.programs() is None:
        absent.absent(postgres.ABSENT)
    with tempfile.TemporaryDirectory(prefix="guidang-run-", ignore_cleanup_errors=True) as scratch:
        Path(scratch).chmod(0o755)  # PostgreSQL may run as another user
        yield Run(tmp_path, scratch)


def test_workers_share_one_server_and_the_run_ends_it(run: Run) -> None:
    run.write("one")
    run.write("other")
    run.finish("--numprocesses", "2", "--dist", "loadfile")
    (first, [folder], [pid]), (second, *same) = run.said("one"), run.said("other")
    assert {first, second} == {"gw0", "gw1"}
    assert same == [[folder], [pid]]
    assert Path(folder).name.startswith("guidang-pg-")
    assert not Path(folder).exists()
    assert not postgres.lives(pid)


def test_no_server_starts_for_a_test_that_needs_none(run: Run) -> None:
    run.write("one", fixtures="")
    run.finish()
    assert run.said("one") == (None, [], [])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent died")
@pytest.mark.parametrize("options", [(), ("--numprocesses", "1")], ids=["alone", "workers"])
def test_a_run_that_is_killed_leaves_no_server(run: Run, options: tuple[str, ...]) -> None:
    run.write("one", seconds=600)
    started = run.start(*options)
    _, _, [pid] = run.said("one")
    assert postgres.lives(pid)
    started.send_signal(signal.SIGKILL)
    started.communicate()
    until = time.monotonic() + 30
    while postgres.lives(pid):
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_server_that_the_environment_names_is_the_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable("s3"), "s3://elsewhere")
    servers = Servers()
    assert servers.url("s3") == "s3://elsewhere"
    servers.close()


@pytest.mark.parametrize(("in_ci", "outcome"), [(True, pytest.fail.Exception), (False, pytest.skip.Exception)])
def test_the_want_of_a_server_is_a_failure_in_ci_only(
    monkeypatch: pytest.MonkeyPatch, in_ci: bool, outcome: type[BaseException]
) -> None:
    monkeypatch.setattr(absent, "IN_CI", in_ci)
    with pytest.raises(outcome, match="not installed"):
        absent.absent("it is not installed")
