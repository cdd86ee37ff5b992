"""Reading opens no connection; and the watcher that says so sees those that are opened."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.connections import outside, supported, watched

pytestmark = pytest.mark.skipif(not supported(), reason="watching system calls needs Linux on x86-64 or arm64")

ROOT = Path(__file__).parents[3]
TALKS = """
import socket
for family, kind, address in (
    (socket.AF_INET, socket.SOCK_DGRAM, ("192.0.2.7", 53)),
    (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 9)),
    (socket.AF_UNIX, socket.SOCK_STREAM, "/nowhere"),
):
    try:
        socket.socket(family, kind).connect(address)
    except OSError:
        pass
try:
    socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b"x", ("2001:db8::1", 4000))
except OSError:
    pass
"""
READS = """
import io, sys
sys.path.append({root!r})
import numpy
from ingest.sandbox import OcrWorker, Parser
from ingest.sandbox.warmup import tiny_pdf
from ingest.triage import FileKind
with Parser(consent=True) as parser, OcrWorker({engine!r}) as worker:
    page = parser.raster(io.BytesIO(tiny_pdf()), FileKind.PDF, 1)
    worker.read(page.pixels)
print("read")
"""


def run(report, program):
    command = watched(report, [sys.executable, "-W", "ignore", "-c", program])
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def test_the_watcher_sees_what_leaves_the_machine(tmp_path):
    report = tmp_path / "report"
    run(report, f"import subprocess, sys; subprocess.run([sys.executable, '-c', {TALKS!r}])")
    assert sorted(line.split(" ")[-1] for line in outside(report)) == ["192.0.2.7:53", "[2001:db8::1]:4000"]
    assert {"127.0.0.1:9", "unix:/nowhere"} <= {line.split(" ")[-1] for line in report.read_text().splitlines()}


@pytest.mark.parametrize("engine", ["ppocr", "null"])
def test_reading_opens_no_connection(tmp_path, engine):
    report = tmp_path / "report"
    assert run(report, READS.format(root=str(ROOT), engine=engine)).strip() == "read"
    assert not report.exists()
