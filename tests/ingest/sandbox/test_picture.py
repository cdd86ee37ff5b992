"""Pictures of every mode come out as upright red-green-blue pixels; broken and absurd ones are turned away."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from ingest.sandbox import DamagedFileError, PageTooLargeError, UnknownKindError, UnreadableKindError
from ingest.triage import HEAD, FileKind, identify

RED, WHITE = (200, 20, 30), (255, 255, 255)


def two_halves(size=(60, 40)):
    """A picture whose left half is red."""
    picture = Image.new("RGB", size, WHITE)
    picture.paste(RED, (0, 0, size[0] // 2, size[1]))
    return picture


def saved(picture, kind, **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer


def about(pixel, colour, tolerance=12):
    return bool(np.abs(pixel.astype(int) - np.array(colour)).max() <= tolerance)


@pytest.mark.parametrize("kind", ["jpeg", "png", "tiff"])
def test_a_picture_is_one_page(parser, kind):
    source = saved(two_halves(), kind, dpi=(200, 200), **({"quality": 95} if kind == "jpeg" else {}))
    assert identify(source.getvalue()[:HEAD], "x") == kind
    info = parser.inspect(source, FileKind(kind))
    assert (info.page_count, info.damaged) == (1, False)
    page = parser.raster(source, FileKind(kind), 1)
    assert page.pixels.shape == (40, 60, 3)
    assert page.dpi == pytest.approx(200, abs=0.1)
    assert about(page.pixels[20, 10], RED)
    assert about(page.pixels[20, 50], WHITE)


def test_frames_of_a_tiff_are_pages(parser):
    source = saved(two_halves(), "tiff", save_all=True, append_images=[Image.new("1", (30, 20), 0)] * 2)
    assert parser.inspect(source, FileKind.TIFF).page_count == 3
    assert parser.raster(source, FileKind.TIFF, 3).pixels.max() == 0


@pytest.mark.parametrize("kind", ["jpeg", "tiff"])
@pytest.mark.parametrize(("orientation", "red_at"), [(1, (20, 10)), (3, (20, 50)), (6, (10, 20)), (8, (50, 20))])
def test_a_picture_is_turned_as_its_exif_says(parser, kind, orientation, red_at):
    exif = Image.Exif()
    exif[0x0112] = orientation
    source = saved(two_halves(), kind, exif=exif)
    pixels = parser.raster(source, FileKind(kind), 1).pixels
    assert pixels.shape == ((60, 40, 3) if orientation in {6, 8} else (40, 60, 3))
    assert about(pixels[red_at], RED, 25)


def modes():
    colour = two_halves()
    yield "cmyk", saved(colour.convert("CMYK"), "tiff"), FileKind.TIFF
    yield "cmyk-jpeg", saved(colour.convert("CMYK"), "jpeg", quality=95), FileKind.JPEG
    yield "palette", saved(colour.convert("P", palette=Image.Palette.ADAPTIVE), "png"), FileKind.PNG
    clear = colour.convert("RGBA")
    clear.putalpha(Image.fromarray(np.where(np.arange(60) < 30, 255, 0).astype(np.uint8)[None].repeat(40, 0)))
    yield "alpha", saved(clear, "png"), FileKind.PNG


@pytest.mark.parametrize(
    ("name", "source", "kind"), list(modes()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_colour_modes_become_rgb(parser, name, source, kind):
    pixels = parser.raster(source, kind, 1).pixels
    assert about(pixels[20, 10], RED, 30)
    assert about(pixels[20, 50], WHITE)


@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_grey_of_sixteen_bits_and_of_one_keep_their_order(parser, kind):
    deep = Image.fromarray(np.linspace(0, 65535, 100).astype(np.uint16)[None].repeat(10, 0))
    row = parser.raster(saved(deep, kind), FileKind(kind), 1).pixels[5, :, 0].astype(int)
    assert (row[0], row[-1]) == (0, 255)
    assert abs(row[50] - 128) <= 3
    black = parser.raster(saved(two_halves().convert("1"), kind), FileKind(kind), 1).pixels
    assert set(np.unique(black)) <= {0, 255}


def test_a_scan_finer_than_asked_is_reduced(parser):
    page = parser.raster(saved(two_halves((1200, 800)), "png", dpi=(600, 600)), FileKind.PNG, 1, dpi=300)
    assert page.pixels.shape == (400, 600, 3)
    assert page.dpi == pytest.approx(300, abs=0.1)


def png_that_claims(width, height):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b""))


@pytest.mark.parametrize("size", [(10_000, 9_000), (60_000, 60_000)])
def test_a_picture_that_would_unpack_to_gigabytes_is_refused(parser, size):
    with pytest.raises(PageTooLargeError):
        parser.raster(png_that_claims(*size), FileKind.PNG, 1)


@pytest.mark.parametrize("kind", ["jpeg", "png", "tiff"])
def test_a_cut_off_picture_is_said_to_be_damaged(parser, kind):
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (90, 90, 3), np.uint8))
    whole = saved(noise, kind, **({"compression": "tiff_lzw"} if kind == "tiff" else {})).getvalue()
    cut = io.BytesIO(whole[: len(whole) * 2 // 3])
    try:
        assert parser.inspect(cut, FileKind(kind)).damaged
    except DamagedFileError:
        return
    with pytest.raises(DamagedFileError):
        parser.raster(cut, FileKind(kind), 1)


@pytest.mark.parametrize("kind", [FileKind.OFD, FileKind.HEIC, FileKind.XML, FileKind.DOCX, FileKind.EML])
def test_other_kinds_are_kept_but_not_read(parser, kind):
    with pytest.raises(UnreadableKindError, match="kept byte for byte"):
        parser.inspect(io.BytesIO(b"something"), kind)
    with pytest.raises(UnknownKindError, match="no known kind"):
        parser.inspect(io.BytesIO(b"something"), FileKind.UNKNOWN)
