"""The program of the extracting child: import, warm up, shut itself in, copy the pages asked for, end."""

from __future__ import annotations

import io
import sys
from pathlib import Path

if __name__ == "__main__":  # started as a file in isolated mode: the project is not on the path
    sys.path.append(str(Path(__file__).resolve().parents[3]))

from PIL import Image

from ingest.sandbox.errors import DamagedFileError, PageTooLargeError, ParseError
from ingest.sandbox.extraction.assembly import Picked, Source, assemble
from ingest.sandbox.extraction.outlet import Outlet
from ingest.sandbox.frames import Header, Wire
from ingest.sandbox.limits import Limits
from ingest.sandbox.program import run
from ingest.sandbox.remote import RemoteFile


def serve(wire: Wire, limits: Limits) -> None:
    """Read one job, answer with the file that it asks for, part by part."""
    job, _ = wire.receive()
    outlet = Outlet(wire)
    try:
        assemble(_sources(wire, job), [Picked(**each) for each in job["pages"]], outlet, limits)
        outlet.flush()
    except ParseError as error:
        wire.send({"type": "error", "code": error.code})
    except MemoryError:
        wire.send({"type": "error", "code": PageTooLargeError.code})
    except Exception:  # noqa: BLE001  whatever a library raises on broken data becomes an error with a sentence
        wire.send({"type": "error", "code": DamagedFileError.code})
    else:
        wire.send({"type": "end"})


def _sources(wire: Wire, job: Header) -> list[Source]:
    def remote(number: int, size: int) -> RemoteFile:
        def ask(offset: int, count: int) -> bytearray:
            wire.send({"type": "read", "file": number, "offset": offset, "size": count})
            return wire.receive()[1]

        return RemoteFile(size, ask)

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
    copy = Outlet(None)
    assemble(pictures, [Picked(number, 1, 90) for number in range(len(pictures))], copy, limits)
    assemble([Source(io.BytesIO(copy.kept()), "pdf", None, len(pictures))], [Picked(0, 2, 0)], Outlet(None), limits)


if __name__ == "__main__":
    run(serve, warm_up)
