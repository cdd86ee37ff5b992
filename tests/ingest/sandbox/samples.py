"""Small PDFs for tests, made with pikepdf."""

from __future__ import annotations

import io

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream


def pdf_of(
    *contents: bytes, size: tuple[float, float] = (400, 300), rotate: int = 0, crop: tuple[float, ...] | None = None
) -> Pdf:
    """Return a PDF with a page for each content stream; /F1 is Helvetica, not embedded."""
    pdf = Pdf.new()
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    for content in contents:
        page = pdf.add_blank_page(page_size=size)
        page.obj.Resources = Dictionary(Font=Dictionary(F1=font))
        page.obj.Contents = Stream(pdf, content)
        page.obj.Rotate = rotate
        if crop:
            page.obj.CropBox = Array(crop)
    return pdf


def text(words: str, x: float = 60, y: float = 200, points: float = 20) -> bytes:
    """Return a content stream that prints `words` at x, y (points from the lower left)."""
    return f"BT /F1 {points} Tf {x} {y} Td ({words}) Tj ET".encode("ascii")


def saved(pdf: Pdf, **options: object) -> io.BytesIO:
    """Return the file of `pdf`."""
    buffer = io.BytesIO()
    pdf.save(buffer, **options)  # type: ignore[arg-type]  # options of pikepdf
    return buffer


def with_form_field(black: tuple[float, float, float, float]) -> Pdf:
    """Return a PDF with a filled-in form field whose appearance is a black rectangle (left, bottom, right, top)."""
    pdf = pdf_of(b"")
    left, bottom, right, top = black
    look = Stream(pdf, f"0 g 0 0 {right - left} {top - bottom} re f".encode())
    look.Type, look.Subtype = Name.XObject, Name.Form
    look.BBox = Array([0, 0, right - left, top - bottom])
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T="name", V="x", F=4, Rect=Array(black),
            AP=Dictionary(N=pdf.make_indirect(look)), DA="/F1 12 Tf 0 g",
        )
    )  # fmt: skip
    pdf.pages[0].obj.Annots = Array([field])
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]))
    return pdf


def locked(password: str) -> io.BytesIO:
    """Return a PDF that opens with `password` only ("" opens for everybody)."""
    return saved(pdf_of(text("secret page")), encryption=pikepdf.Encryption(owner="owner", user=password))
