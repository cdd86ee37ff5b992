"""Pages of PDFs come out upright, complete and bounded, with the lines of their text layer in the right place."""

import io

import numpy as np
import pytest
from PIL import Image

from ingest.sandbox import (
    DamagedFileError,
    EmptyFileError,
    Limits,
    NoSuchPageError,
    PageTooLargeError,
    Parser,
    PasswordNeededError,
    TooManyPagesError,
    WrongPasswordError,
)
from ingest.triage import FileKind
from tests.ingest.sandbox.samples import locked, pdf_of, saved, text, with_form_field

PDF = FileKind.PDF


def ink(pixels):
    """Return the box of everything dark, in fractions."""
    rows, columns = np.nonzero(pixels.min(axis=2) < 128)
    height, width = pixels.shape[:2]
    return columns.min() / width, rows.min() / height, (columns.max() + 1) / width, (rows.max() + 1) / height


def scan_pdf(pages=1):
    page = Image.new("RGB", (620, 877), "white")
    page.paste((0, 0, 0), (100, 100, 300, 200))
    buffer = io.BytesIO()
    page.save(buffer, "PDF", resolution=75, save_all=True, append_images=[page] * (pages - 1))
    return buffer


def test_a_document_is_inspected_and_each_page_drawn(parser):
    source = saved(pdf_of(text("one"), text("two")))
    info = parser.inspect(source, PDF)
    assert (info.page_count, info.encrypted, info.damaged) == (2, False, False)
    page = parser.raster(source, PDF, 2, dpi=144)
    assert page.pixels.shape == (600, 800, 3)
    assert page.dpi == pytest.approx(144)
    assert [line.text for line in page.text_lines] == ["two"]
    assert page.digital


@pytest.mark.parametrize(
    ("rotate", "crop"), [(0, None), (90, None), *((turn, (40, 150, 340, 260)) for turn in (0, 90, 180, 270))]
)
def test_boxes_of_the_text_layer_lie_on_the_ink(parser, rotate, crop):
    source = saved(pdf_of(text("HHHH HHHH"), rotate=rotate, crop=crop))
    page = parser.raster(source, PDF, 1, dpi=150)
    assert (page.pixels.shape[0] > page.pixels.shape[1]) == (rotate in {90, 270})
    assert "".join(line.text for line in page.text_lines).replace(" ", "") == "HHHHHHHH"
    boxes = [line.box for line in page.text_lines]
    x0, y0 = min(b.x0 for b in boxes), min(b.y0 for b in boxes)
    x1, y1 = max(b.x1 for b in boxes), max(b.y1 for b in boxes)
    left, top, right, bottom = ink(page.pixels)
    tolerance = 0.03
    assert x0 - tolerance <= left <= right <= x1 + tolerance
    assert y0 - tolerance <= top <= bottom <= y1 + tolerance
    assert (right - left) * (bottom - top) > 0.4 * (x1 - x0) * (y1 - y0)


def test_label_and_far_value_are_two_lines_and_words_have_boxes(parser):
    source = saved(pdf_of(text("Total due") + b" " + text("12.50", x=300)))
    lines = parser.raster(source, PDF, 1).text_lines
    assert [line.text for line in lines] == ["Total due", "12.50"]
    assert [word.text for word in lines[0].words] == ["Total", "due"]
    assert lines[0].words[0].box.x1 < lines[0].words[1].box.x0


def test_text_outside_the_visible_part_is_left_out(parser):
    source = saved(pdf_of(text("seen") + b" " + text("hidden", y=20), crop=(0, 100, 400, 300)))
    assert [line.text for line in parser.raster(source, PDF, 1).text_lines] == ["seen"]


def test_a_scan_is_not_digital(parser):
    page = parser.raster(scan_pdf(), PDF, 1)
    assert not page.digital
    assert page.text_lines == ()
    assert ink(page.pixels) == pytest.approx((100 / 620, 100 / 877, 300 / 620, 200 / 877), abs=0.01)


def test_filled_in_form_fields_are_drawn(parser):
    page = parser.raster(saved(with_form_field((100, 100, 200, 150))), PDF, 1, dpi=72)
    assert ink(page.pixels) == pytest.approx((0.25, 0.5, 0.5, 200 / 300), abs=0.02)


def test_a_locked_document_asks_for_its_password(parser):
    source = locked("打开")
    with pytest.raises(PasswordNeededError, match="password"):
        parser.inspect(source, PDF)
    with pytest.raises(WrongPasswordError):
        parser.inspect(source, PDF, password="wrong")
    assert parser.inspect(source, PDF, password="打开").encrypted
    assert parser.raster(source, PDF, 1, password="打开").text_lines[0].text == "secret page"


def test_a_document_locked_against_changes_only_opens(parser):
    assert parser.inspect(locked(""), PDF).encrypted


def test_a_huge_page_is_drawn_coarser_and_an_absurd_one_refused(parser):
    page = parser.raster(saved(pdf_of(text("A0"), size=(2384, 3370))), PDF, 1, dpi=300)
    assert page.pixels.shape[0] * page.pixels.shape[1] <= Limits().pixels * 1.01
    assert 100 < page.dpi < 300
    assert page.notes == ("raster_coarser",)
    with pytest.raises(PageTooLargeError):
        parser.raster(saved(pdf_of(b"", size=(14400, 14400))), PDF, 1)


def test_a_picture_that_unpacks_to_gigabytes_is_turned_away(parser):
    pdf = pdf_of(b"q 400 0 0 300 0 0 cm /Im Do Q")
    from pikepdf import Dictionary, Name, Stream

    bomb = Stream(pdf, b"\0" * 1000)
    bomb.Type, bomb.Subtype, bomb.Width, bomb.Height = Name.XObject, Name.Image, 60000, 60000
    bomb.ColorSpace, bomb.BitsPerComponent = Name.DeviceRGB, 8
    pdf.pages[0].obj.Resources.XObject = Dictionary(Im=bomb)
    try:
        assert parser.raster(saved(pdf), PDF, 1, dpi=72).pixels.shape == (300, 400, 3)
    except (PageTooLargeError, DamagedFileError):
        pass  # either is an answer; the parent lives


def test_what_is_broken_is_said_so(parser):
    whole = saved(pdf_of(text("one"))).getvalue()
    with pytest.raises(DamagedFileError):
        parser.inspect(io.BytesIO(b"%PDF-1.7\nnothing else"), PDF)
    with pytest.raises(EmptyFileError):
        parser.inspect(io.BytesIO(), PDF)
    with pytest.raises(NoSuchPageError):
        parser.raster(io.BytesIO(whole), PDF, 2)
    cut = parser.inspect(io.BytesIO(whole[: whole.rindex(b"startxref")]), PDF)
    assert cut.damaged
    assert cut.notes == ("pdf_repaired",)


def test_too_many_pages_are_refused():
    with Parser(Limits(pages=3), consent=True) as small, pytest.raises(TooManyPagesError):
        small.inspect(saved(pdf_of(*[b""] * 4)), PDF)


def test_chinese_text_layer_is_read(parser):
    pdf = pdf_of(b"BT /F2 20 Tf 60 200 Td <540d79f0> Tj ET")
    from pikepdf import Array, Dictionary, Name

    descendant = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType0, BaseFont=Name("/STSong-Light"),
        CIDSystemInfo=Dictionary(Registry="Adobe", Ordering="GB1", Supplement=4), DW=1000,
    )  # fmt: skip
    pdf.pages[0].obj.Resources.Font.F2 = Dictionary(
        Type=Name.Font, Subtype=Name.Type0, BaseFont=Name("/STSong-Light"), Encoding=Name("/UniGB-UCS2-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]),
    )  # fmt: skip
    page = parser.raster(saved(pdf), PDF, 1)
    assert [line.text for line in page.text_lines] == ["名称"]
    assert [word.text for word in page.text_lines[0].words] == ["名", "称"]
