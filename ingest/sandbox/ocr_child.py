"""The program of the OCR process: shut files away, load the engine and try it, shut the rest, then serve."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

if __name__ == "__main__":  # started as a file in isolated mode: the project is not on the path
    sys.path.append(str(Path(__file__).resolve().parents[2]))

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ingest.ocr import MissingEngineError, OcrEngine, UnknownEngineError, engine
from ingest.sandbox import confine, landlock
from ingest.sandbox.frames import Wire

_PROGRAM_FILES = 256 << 20  # bytes a program may write into its scratch folder, per file


def program_rules() -> list[tuple[str, int]]:
    """Return the Landlock rules that let Tesseract, and nothing else, be run, and its scratch folder be used."""
    program = shutil.which("tesseract") or ""
    loaders = ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1")  # the kernel opens them to run a program
    data = [("/usr/share/tesseract-ocr", landlock.READ), ("/usr/share/tessdata", landlock.READ)]
    run = [(str(Path(path).resolve()), landlock.RUN) for path in (program, *loaders) if path]
    return [*data, *run, (os.environ["TMPDIR"], landlock.KEEP), ("/dev/null", landlock.READ | landlock.WRITE_FILE)]


def start(
    name: str, threads: int, memory: int, parent: int, make: Callable[[str, int], OcrEngine]
) -> tuple[OcrEngine, confine.Report]:
    """Confine this process for the engine `name` and return it, warm."""
    programs = name == "tesseract"
    missing = [*confine.no_new_privileges(), *(["programs denied"] if programs else [])]
    unlocked = confine.restrict_files(program_rules() if programs else ())  # before any library starts a thread
    reader = make(name, threads)
    reader.read(_printed())
    missing += unlocked + confine.drop_privileges(not unlocked)
    confine.die_with_parent(parent)
    missing += confine.set_limits(memory, None, files=256, written=_PROGRAM_FILES if programs else 0, forks=programs)
    missing += confine.restrict_calls(files=programs, programs=programs)
    return reader, confine.report(missing)


def _printed() -> NDArray[np.uint8]:
    """Return a picture with a line of text: engines load their recogniser when they first find one."""
    picture = Image.new("RGB", (640, 160), "white")
    ImageDraw.Draw(picture).text((40, 50), "Page 2024", fill="black", font=ImageFont.load_default(48))
    return np.asarray(picture)


def serve(wire: Wire, reader: OcrEngine) -> None:
    """Read pictures until the parent goes; an engine that fails ends the process."""
    while True:
        job, raw = wire.receive()
        pixels = np.frombuffer(raw, np.uint8).reshape(int(job["height"]), int(job["width"]), 3)
        lines = [asdict(line) for line in reader.read(pixels)]
        wire.send({"type": "answer", "lines": lines})


def main(make: Callable[[str, int], OcrEngine] = engine) -> None:
    """Run as a child: `python -I ocr_child.py PARENT_PID ENGINE THREADS MEMORY`, frames on standard streams."""
    parent, name, threads, memory = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    confine.die_with_parent(parent)
    wire = Wire(*confine.silence())
    try:
        reader, report = start(name, threads, memory, parent, make)
    except (MissingEngineError, UnknownEngineError) as error:
        wire.send({"type": "failed", "sentence": str(error)})
        os._exit(1)
    wire.send({"type": "ready", "level": report.level, "missing": list(report.missing)})
    try:
        serve(wire, reader)
    finally:
        os._exit(0)  # leave nothing to destructors of libraries


if __name__ == "__main__":
    main()
