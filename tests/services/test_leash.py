"""Who starts a server and is killed leaves none behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.services import postgres, redis
from tests.services.absent import absent

ROOT = Path(__file__).parents[2]
STARTER = """
import sys, time
from {module} import {name}
server = {name}()
server.__enter__()
print(server._process.pid, flush=True)
time.sleep(600)
"""
SERVERS = {"Postgres": (postgres, postgres.programs), "Redis": (redis, redis.program)}

pytestmark = [
    pytest.mark.service,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent died"),
]


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_ends_with_its_starter(name: str) -> None:
    module, installed = SERVERS[name]
    if installed() is None:
        absent(module.ABSENT)
    program = STARTER.format(module=module.__name__, name=name)
    starter = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    assert postgres.lives(pid)
    starter.send_signal(signal.SIGKILL)
    starter.communicate()
    until = time.monotonic() + 30
    while postgres.lives(pid):
        assert time.monotonic() < until
        time.sleep(0.02)
