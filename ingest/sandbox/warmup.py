"""Parse small files of our own, so that libraries load what they load late while files can still be opened."""

from __future__ import annotations

import io

from PIL import Image

from ingest.sandbox.limits import Limits
from ingest.sandbox.pdf import PdfFile
from ingest.sandbox.picture import PictureFile


def warm_up(limits: Limits) -> None:
    """Read one PDF with text and one picture of every kind."""
    page = PdfFile(io.BytesIO(tiny_pdf()), None, limits)
    page.inspect()
    page.raster(1, 30)
    for kind in ("jpeg", "png", "tiff"):
        buffer = io.BytesIO()
        Image.new("RGB", (8, 8), "white").save(buffer, kind)
        picture = PictureFile(buffer, kind, limits)
        picture.inspect()
        picture.raster(1, 30)


def tiny_pdf() -> bytes:
    """Return a PDF of one page that says "ok" in a font that is not embedded."""
    content = b"BT /F1 24 Tf 20 40 Td (ok) Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        table,
        len(data),
    )
