"""The program of the parsing child: import, warm up, shut itself in, do one job, end."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # started as a file in isolated mode: the project is not on the path
    sys.path.append(str(Path(__file__).resolve().parents[2]))

import numpy as np
from numpy.typing import NDArray

from ingest.sandbox.errors import DamagedFileError, PageTooLargeError, ParseError
from ingest.sandbox.frames import Header, Wire
from ingest.sandbox.limits import Limits
from ingest.sandbox.pdf import PdfFile
from ingest.sandbox.picture import PictureFile
from ingest.sandbox.program import run
from ingest.sandbox.remote import RemoteFile
from ingest.sandbox.warmup import warm_up

Answer = tuple[Header, NDArray[np.uint8] | None]
Task = Callable[[RemoteFile, Header, Limits], Answer]


def inspect(source: RemoteFile, job: Header, limits: Limits) -> Answer:
    """Answer what kind of file `source` is within its kind."""
    return _open(source, job, limits).inspect(), None


def raster(source: RemoteFile, job: Header, limits: Limits) -> Answer:
    """Answer with the pixels of one page."""
    header, pixels = _open(source, job, limits).raster(int(job["page"]), int(job["dpi"]))
    header["lines"] = [asdict(line) for line in header["lines"]]
    return header, pixels


TASKS: dict[str, Task] = {"inspect": inspect, "raster": raster}


def _open(source: RemoteFile, job: Header, limits: Limits) -> PdfFile | PictureFile:
    if job["kind"] == "pdf":
        return PdfFile(source, job["password"], limits)  # type: ignore[arg-type]  # RawIOBase reads like BinaryIO
    return PictureFile(source, job["kind"], limits)  # type: ignore[arg-type]  # likewise


def serve(wire: Wire, tasks: dict[str, Task], limits: Limits) -> None:
    """Read one job, answer it."""
    job, _ = wire.receive()

    def fetch(offset: int, size: int) -> bytearray:
        wire.send({"type": "read", "offset": offset, "size": size})
        return wire.receive()[1]

    try:
        header, pixels = tasks[job["task"]](RemoteFile(int(job["size"]), fetch), job, limits)
    except ParseError as error:
        wire.send({"type": "error", "code": error.code})
    except MemoryError:
        wire.send({"type": "error", "code": PageTooLargeError.code})
    except Exception:  # noqa: BLE001  whatever a library raises on broken data becomes an error with a sentence
        wire.send({"type": "error", "code": DamagedFileError.code})
    else:
        _answer(wire, header, pixels)


def _answer(wire: Wire, header: dict[str, Any], pixels: NDArray[np.uint8] | None) -> None:
    if pixels is None:
        wire.send({"type": "answer", **header})
        return
    height, width = pixels.shape[:2]
    wire.send({"type": "answer", **header, "height": height, "width": width}, np.ascontiguousarray(pixels).data)


def main(tasks: dict[str, Task] | None = None) -> None:
    """Run as a child that does `tasks`."""
    run(lambda wire, limits: serve(wire, tasks or TASKS, limits), warm_up)


if __name__ == "__main__":
    main()
