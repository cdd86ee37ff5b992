"""Write PDFs of scanned pages, page after page with flat memory, optionally with a rubbish text layer."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Self

_LAYER_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


@dataclass(frozen=True, slots=True)
class Corner:
    """A small grey JPEG, `size` pixels wide and high, for the lower right corner of a page."""

    jpeg: bytes
    size: tuple[int, int]


class ScanPdfWriter:
    """A PDF under construction in `target`; every page is one JPEG. Use it as a context manager."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._at = 0
        self._places: dict[int, int] = {}
        self._pages: list[int] = []
        self._next = 4  # 1 catalog, 2 pages, 3 font of the text layer
        self._write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._finish()

    def add_page(self, jpeg: bytes, size: tuple[int, int], dpi: float, layer: str = "", *, grey: bool = False) -> int:
        """Add a page showing `jpeg` of `size` pixels; `layer` is invisible text. Return the picture's number."""
        picture = self.add_picture(jpeg, size, grey=grey)
        self.add_again(picture, size, dpi, layer)
        return picture

    def add_picture(self, jpeg: bytes, size: tuple[int, int], *, grey: bool) -> int:
        """Put a JPEG of `size` pixels into the file without showing it; return its number."""
        space = b"/DeviceGray" if grey else b"/DeviceRGB"
        head = (
            b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /ColorSpace %s /Filter /DCTDecode"
        )
        return self._stream(head % (*size, space), jpeg)

    def add_again(
        self, picture: int, size: tuple[int, int], dpi: float, layer: str = "", corner: Corner | None = None
    ) -> None:
        """Add a page showing a picture that is in the file already, with `corner` (a page's number) laid over it."""
        width, height = (72 * side / dpi for side in size)
        drawing = b"q %.3f 0 0 %.3f 0 0 cm /P Do Q" % (width, height)
        if layer:
            drawing += b" BT /F 9 Tf 3 Tr 20 %.1f Td (%s) Tj ET" % (height - 30, _escaped(layer))
        small = b""
        if corner:
            across, up = (72 * side / dpi for side in corner.size)
            drawing += b" q %.3f 0 0 %.3f %.3f 12 cm /C Do Q" % (across, up, width - across - 24)
            small = b" /C %d 0 R" % self.add_picture(corner.jpeg, corner.size, grey=True)
        content = self._stream(b"/Filter /FlateDecode", zlib.compress(drawing))
        page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.3f %.3f] /Contents %d 0 R "
        resources = b"/Resources << /XObject << /P %d 0 R%s >> /Font << /F 3 0 R >> >> >>"
        self._pages.append(self._object(page % (width, height, content) + resources % (picture, small)))

    def _finish(self) -> None:
        self._object(_LAYER_FONT, 3)
        kids = b" ".join(b"%d 0 R" % page for page in self._pages)
        self._object(b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(self._pages), kids), 2)
        self._object(b"<< /Type /Catalog /Pages 2 0 R >>", 1)
        start = self._at
        self._write(b"xref\n0 %d\n0000000000 65535 f \n" % self._next)
        for number in range(1, self._next):
            self._write(b"%010d 00000 n \n" % self._places[number])
        self._write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (self._next, start))

    def _stream(self, head: bytes, data: bytes) -> int:
        return self._object(b"<< %s /Length %d >>\nstream\n%s\nendstream" % (head, len(data), data))

    def _object(self, body: bytes, number: int = 0) -> int:
        if not number:
            number, self._next = self._next, self._next + 1
        self._places[number] = self._at
        self._write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        return number

    def _write(self, data: bytes) -> None:
        self._target.write(data)
        self._at += len(data)


def _escaped(text: str) -> bytes:
    raw = text.encode("latin-1", "replace")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
