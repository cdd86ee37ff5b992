"""The parent's side: levels of confinement, children that die, many threads, files that are read piece by piece."""

import io
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ingest.sandbox import Parser, ParserDiedError, SandboxWeakError, probe
from ingest.sandbox.confine import report
from ingest.sandbox.remote import BLOCK
from ingest.triage import FileKind
from tests.ingest.sandbox.samples import pdf_of, saved, text

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="confinement needs Linux")
HERE = Path(__file__).parent


@linux
def test_this_system_confines_fully():
    assert probe() == report(())


@linux
@pytest.mark.parametrize(
    ("program", "level", "missing"),
    [("without_landlock.py", "partial", {"landlock"}), ("without_walls.py", "limits only", {"landlock", "seccomp"})],
)
def test_a_weaker_confinement_is_said_and_used_only_with_consent(program, level, missing):
    source = saved(pdf_of(text("words")))
    with Parser(program=HERE / program) as careful:
        assert careful.report().level == level
        assert set(careful.report().missing) == missing
        with pytest.raises(SandboxWeakError, match="sandbox_consent"):
            careful.inspect(source, FileKind.PDF)
    with Parser(program=HERE / program, consent=True) as bold:
        assert bold.raster(source, FileKind.PDF, 1, dpi=72).text_lines[0].text == "words"


def test_a_warm_child_that_was_killed_is_replaced(parser):
    source = saved(pdf_of(b""))
    parser.inspect(source, FileKind.PDF)
    os.kill(parser._spare.process.pid, signal.SIGKILL)
    assert parser.inspect(source, FileKind.PDF).page_count == 1


def test_a_program_that_is_no_child_is_told(tmp_path):
    program = tmp_path / "hello.py"
    program.write_text("print('hello')")
    with Parser(program=program) as broken, pytest.raises(ParserDiedError, match="doctor"):
        broken.inspect(io.BytesIO(b"x"), FileKind.PDF)


def test_threads_share_one_parser(parser):
    sources = [saved(pdf_of(*[text(f"page {number}")] * number)) for number in range(1, 5)]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda source: parser.inspect(source, FileKind.PDF).page_count, sources))
    assert found == [1, 2, 3, 4]


class Counting(io.BytesIO):
    """Counts what is read of it, and how much at once."""

    taken = 0
    most = 0

    def read(self, size=-1):
        data = super().read(size)
        self.taken += len(data)
        self.most = max(self.most, len(data))
        return data


def test_a_large_file_is_read_in_pieces_and_not_wholly(parser):
    pdf = pdf_of(*(text(f"page {number}") for number in range(40)))
    for page in pdf.pages:
        page.obj.Ballast = pdf.make_stream(os.urandom(100_000))
    source = Counting(saved(pdf).getvalue())
    assert parser.raster(source, FileKind.PDF, 1, dpi=72).text_lines[0].text == "page 0"
    assert source.most <= BLOCK
    assert source.taken < len(source.getvalue())


def test_a_source_that_fails_tells_its_own_error(parser):
    class Torn(io.BytesIO):
        def read(self, size=-1):
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        parser.inspect(Torn(b"%PDF-1.4"), FileKind.PDF)


PARENT = """
import sys, time
sys.path.append({root!r})
from ingest.sandbox import OcrWorker, Parser
parser, worker = Parser(consent=True), OcrWorker("null")
parser.report(), worker.report()
print(parser._spare.process.pid, worker._channel.process.pid, flush=True)
time.sleep(600)
"""


@linux
def test_children_die_with_a_parent_that_is_killed():
    program = PARENT.format(root=str(HERE.parents[2]))
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        children = [int(word) for word in parent.stdout.readline().split()]
        assert all(Path(f"/proc/{child}").exists() for child in children)
        parent.kill()
    assert len(children) == 2
    until = time.monotonic() + 20
    while any(_runs(child) for child in children) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(_runs(child) for child in children)


def _runs(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
