"""The program of the extracting child: import, warm up, shut itself in, copy the pages asked for, end."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import BinaryIO, cast

if __name__ == "__main__":  # started as a file in isolated mode: the project is not on the path
    sys.path.append(str(Path(__file__).resolve().parents[3]))

import pikepdf
from PIL import Image

from ingest.sandbox.errors import DamagedFileError, PageTooLargeError, ParseError
from ingest.sandbox.extraction.assembly import assemble
from ingest.sandbox.extraction.comparison import compare
from ingest.sandbox.extraction.outlet import Outlet
from ingest.sandbox.extraction.picked import Picked, Source
from ingest.sandbox.frames import Header, Wire
from ingest.sandbox.limits import Limits
from ingest.sandbox.program import run
from ingest.sandbox.remote import RemoteFile


def serve(wire: Wire, limits: Limits) -> None:
    """Read one job; answer with the file that it asks for, part by part, or tell whether a copy is what it shall be."""
    job, _ = wire.receive()
    try:
        _do(wire, job, limits)
    except ParseError as error:
        wire.send({"type": "error", "code": error.code})
    except MemoryError:
        wire.send({"type": "error", "code": PageTooLargeError.code})
    except Exception:  # noqa: BLE001  whatever a library raises on broken data becomes an error with a sentence
        wire.send({"type": "error", "code": DamagedFileError.code})
    else:
        wire.send({"type": "end"})


def _do(wire: Wire, job: Header, limits: Limits) -> None:
    files, pages = _sources(wire, job), [Picked(**each) for each in job["pages"]]
    if job["task"] == "compare":
        compare(files[:-1], pages, files[-1], job["first"], limits)
        return
    outlet = Outlet(wire)
    assemble(files, pages, outlet, limits)
    outlet.flush()


def _sources(wire: Wire, job: Header) -> list[Source]:
    def remote(number: int, size: int) -> BinaryIO:
        def fetch(offset: int, size: int) -> bytearray:
            wire.send({"type": "read", "file": number, "offset": offset, "size": size})
            return wire.receive()[1]

        return cast("BinaryIO", RemoteFile(size, fetch))

    return [
        Source(remote(number, each["size"]), each["kind"], each["password"], each["page_count"])
        for number, each in enumerate(job["files"])
    ]


def warm_up(limits: Limits) -> None:
    """Copy a page of every kind once, so that libraries load what they load late while files can still be opened."""
    pictures = []
    for kind in ("jpeg", "png", "tiff"):
        buffer = io.BytesIO()
        Image.new("RGB", (8, 8), "white").save(buffer, kind)
        pictures.append(Source(buffer, kind, None, 1))
    picked = [Picked(number, 1, 90) for number in range(len(pictures))]
    first = _copied(pictures, picked, limits)
    locked = Source(_locked(first.file), "pdf", "key", len(pictures))
    second = _copied([locked], [Picked(0, 2, 0)], limits)
    compare(pictures, picked, first, 1, limits)
    compare([locked], [Picked(0, 2, 0)], second, 1, limits)


def _copied(sources: list[Source], picked: list[Picked], limits: Limits) -> Source:
    copy = Outlet(None)
    assemble(sources, picked, copy, limits)
    return Source(io.BytesIO(copy.kept()), "pdf", None, len(picked))


def _locked(file: BinaryIO) -> io.BytesIO:
    """Return a PDF that needs a password: what opens it wants random numbers, whose device cannot be opened later."""
    buffer = io.BytesIO()
    with pikepdf.open(file) as pdf:
        pdf.save(buffer, encryption=pikepdf.Encryption(owner="key", user="key"))
    return buffer


if __name__ == "__main__":
    run(serve, warm_up)
