"""The confined OCR process: it reads, it survives its engine, it can do nothing else."""

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ingest.sandbox import OcrDiedError, OcrStartError, OcrTimeoutError, OcrWorker
from ingest.sandbox.ocr import CHILD

HOSTILE = Path(__file__).with_name("hostile_ocr.py")
OK, ATTACK, DIE, HANG, TAKE_MEMORY, LIE, FAIL = range(7)


def order(number):
    return np.full((20, 30, 3), number, np.uint8)


@pytest.fixture(scope="module")
def worker():
    with OcrWorker("hostile", program=HOSTILE, deadline=2.0) as made:
        yield made


@pytest.fixture(scope="module")
def printed():
    picture = Image.new("RGB", (900, 200), "white")
    ImageDraw.Draw(picture).text((60, 60), "Invoice 2024", fill="black", font=ImageFont.load_default(64))
    return np.asarray(picture)


@pytest.mark.parametrize(
    ("deed", "error"),
    [
        (DIE, OcrDiedError),
        (HANG, OcrTimeoutError),
        (TAKE_MEMORY, OcrDiedError),
        (LIE, OcrDiedError),
        (FAIL, OcrDiedError),
    ],
)
def test_a_picture_that_kills_the_engine_is_lost_alone(worker, deed, error):
    assert worker.read(order(OK))[0].text == "ok"
    with pytest.raises(error):
        worker.read(order(deed))
    assert worker.read(order(OK))[0].text == "ok"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="confinement needs Linux")
def test_an_engine_that_was_taken_over_can_do_nothing(worker):
    assert worker.report().level == "full"
    assert [line.text for line in worker.read(order(ATTACK)) if not line.text.startswith("denied")] == []


def test_an_unknown_engine_says_which_there_are():
    with OcrWorker("crystal-ball") as worker, pytest.raises(OcrStartError, match="ppocr"):
        worker.read(order(OK))


def test_nothing_is_read_where_nothing_is_looked_for(printed):
    with OcrWorker("null") as worker:
        assert worker.read(printed) == ()


def test_ppocr_reads_fully_confined(printed):
    pytest.importorskip("rapidocr")
    with OcrWorker("ppocr") as worker:
        assert "2024" in worker.read(printed)[0].text
        assert not sys.platform.startswith("linux") or worker.report().level == "full"


def test_tesseract_reads_and_is_said_to_be_confined_less(printed):
    if shutil.which("tesseract") is None:
        pytest.skip("tesseract is not installed")
    with OcrWorker("tesseract") as worker:
        assert "2024" in worker.read(printed)[0].text
        assert worker.report().level == "partial" or not sys.platform.startswith("linux")
        scratch = Path(worker._scratch._path)
        assert list(scratch.iterdir()) == []
    assert not scratch.exists()


def test_the_program_of_the_process_is_found():
    assert CHILD.is_file()
