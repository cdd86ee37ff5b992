"""A specimen is repeatable, its file opens, and its truth lies where its ink is."""

import io

import numpy as np
import pdfplumber
import pikepdf
import pytest
from PIL import Image

from ingest.specimens import KINDS, VARIANTS, Variant, make_specimen, make_stack
from ingest.specimens.degrade import turn
from ingest.specimens.papers.kinds import Paper
from ingest.specimens.sheet import Sheet
from ingest.specimens.specimen import Part, make_file


def upright(specimen, number=0):
    return turn(specimen.pages[number], specimen.truth.pages[number].rotation)


def ink(grey, box):
    """Return by which share the darkest of a box is darker than its own paper, wherever the light falls."""
    height, width = grey.shape
    y0, y1 = int(box.y0 * height), int(np.ceil(box.y1 * height))
    x0, x1 = int(box.x0 * width), int(np.ceil(box.x1 * width))
    dark, paper = np.percentile(grey[y0:y1, x0:x1], (8, 90))
    return 1 - dark / paper


@pytest.mark.parametrize("kind", KINDS)
def test_equal_seeds_give_equal_bytes_and_other_seeds_other_papers(kind):
    first = make_specimen(kind, 3, "low")
    assert first.data == make_specimen(kind, 3, "low").data
    assert first.truth == make_specimen(kind, 3, "low").truth
    assert first.data != make_specimen(kind, 4, "low").data


@pytest.mark.parametrize("variant", ["pdf-digital", "random", "photo-hard"])
def test_every_way_of_making_a_file_is_repeatable(variant):
    assert make_specimen("einvoice", 8, variant).data == make_specimen("einvoice", 8, variant).data


@pytest.mark.parametrize(
    "variant", ["clean", "low", "skewed", "turned90", "turned180", "turned270", "photo", "photo-hard"]
)
def test_boxes_of_the_truth_lie_on_ink(variant):
    specimen = make_specimen("delivery", 11, variant)
    pixels, page = upright(specimen), specimen.truth.pages[0]
    assert (page.width, page.height) == (pixels.shape[1], pixels.shape[0])
    assert len(page.lines) > 15
    bare = [line.text for line in page.lines if ink(pixels[..., 1], line.box) < 0.15 and "SPECIMEN" not in line.text]
    assert not bare


@pytest.mark.parametrize(
    "changes",
    [{}, {"skew": -4.0}, {"skew": 2.5, "turn": 90}, {"turn": 180}, {"photo": 1.0}, {"photo": 0.7, "turn": 270}],
)
@pytest.mark.parametrize("place", [(12, 12), (120, 20), (60, 120), (20, 240), (110, 260)])
def test_a_lone_word_fills_its_box_after_every_distortion(changes, place):
    sheet = Sheet(210, 297)
    sheet.write(*place, "归档章程", 7, colour=(0, 0, 255))
    specimen = make_file(
        "word", [Part(Paper("receipt", (sheet,)), Variant("bent", dpi=80.0, container="png", **changes))], 5
    )
    pixels = upright(specimen).astype(int)
    rows, columns = np.nonzero(pixels[..., 2] - pixels[..., 0] > 60)
    height, width = pixels.shape[:2]
    box = specimen.truth.pages[0].lines[0].box
    found = (columns.min() / width, rows.min() / height, (columns.max() + 1) / width, (rows.max() + 1) / height)
    assert found == pytest.approx((box.x0, box.y0, box.x1, box.y1), abs=0.006)


@pytest.mark.parametrize("variant", ["clean", "skewed", "photo", "turned270"])
def test_red_ink_lies_within_the_seals_boxes(variant):
    specimen = make_specimen("delivery", 11, variant)
    pixels = upright(specimen).astype(int)
    red = (pixels[..., 0] - pixels[..., 1] > 70) & (pixels[..., 0] - pixels[..., 2] > 60)
    height, width = red.shape
    inside = np.zeros_like(red)
    for seal in specimen.truth.pages[0].seals:
        box = seal.box
        inside[int(box.y0 * height) : int(box.y1 * height) + 2, int(box.x0 * width) : int(box.x1 * width) + 2] = True
    assert red.sum() > 500
    assert red[inside].sum() > 0.97 * red.sum()


@pytest.mark.parametrize("variant", [v for v in VARIANTS if not VARIANTS[v].container.startswith("pdf")])
def test_pictures_open_with_the_pages_of_the_truth(variant):
    specimen = make_specimen("receipt", 2, variant)
    with Image.open(io.BytesIO(specimen.data)) as image:
        stored = image.size if image.getexif().get(0x0112, 1) == 1 else image.size[::-1]
        assert stored == specimen.pages[0].shape[1::-1]
        assert getattr(image, "n_frames", 1) == len(specimen.truth.pages) == 1


def test_two_pages_make_a_scanned_pdf_or_a_tiff_of_two_frames():
    scanned, frames = make_specimen("contract", 2, "low"), make_specimen("contract", 2, "bw")
    with pikepdf.open(io.BytesIO(scanned.data)) as pdf:
        assert len(pdf.pages) == len(scanned.truth.pages) == 2
    with Image.open(io.BytesIO(frames.data)) as image:
        assert (image.n_frames, image.mode) == (2, "1")


def test_a_digital_born_pdf_carries_its_text_at_the_places_of_the_truth():
    specimen = make_specimen("einvoice", 5, "pdf-digital")
    with pdfplumber.open(io.BytesIO(specimen.data)) as pdf:
        page = pdf.pages[0]
        for field in specimen.truth.documents[0].fields:
            box = field.box
            crop = page.crop(
                (box.x0 * page.width - 2, box.y0 * page.height - 2, box.x1 * page.width + 2, box.y1 * page.height + 2)
            )
            assert field.raw.replace(" ", "") in crop.extract_text().replace(" ", "").replace("\n", "")


def test_a_rubbish_text_layer_says_nothing_of_the_picture():
    specimen = make_specimen("receipt", 5, "pdf-rubbish")
    with pdfplumber.open(io.BytesIO(specimen.data)) as pdf:
        layer = pdf.pages[0].extract_text()
    assert layer.strip()
    assert specimen.truth.documents[0].value("payer") not in layer


def test_a_mixed_pdf_has_text_on_its_first_page_only():
    specimen = make_specimen("receipt", 5, "pdf-mixed")
    with pdfplumber.open(io.BytesIO(specimen.data)) as pdf:
        texts = [page.extract_text() for page in pdf.pages]
    assert "收据" in texts[0].replace(" ", "")
    assert texts[1:] == [""]
    assert [d.kind for d in specimen.truth.documents] == ["receipt", "delivery"]


def test_a_stack_says_where_its_papers_begin():
    stack = make_stack(["licence", "contract", "receipt"], 1, "low")
    assert [d.pages for d in stack.truth.documents] == [(1,), (2, 3), (4,)]
    assert [f.page for f in stack.truth.documents[2].fields] == [4] * len(stack.truth.documents[2].fields)


def test_unknown_kinds_and_variants_are_named():
    with pytest.raises(ValueError, match="diploma"):
        make_specimen("diploma", 1)
    with pytest.raises(ValueError, match="soaked"):
        make_specimen("licence", 1, "soaked")
