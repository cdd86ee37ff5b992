"""Pictures as pages of a PDF: the JPEG or PNG stream itself where a PDF can hold it, else the decoded pixels."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image

from ingest.sandbox.errors import DamagedPageError, PageTooLargeError, UncopyableError

if TYPE_CHECKING:
    from ingest.sandbox.extraction.picked import Picked, Source
    from ingest.sandbox.limits import Limits

FORMATS = {"jpeg": "JPEG", "png": "PNG", "tiff": "TIFF"}
ORIENTATION = 0x0112
LONG_SIDE = 841.89  # points: A4, for pictures that do not say how large they are
PLACEHOLDER_DPI = 96.0  # cameras and screens write 72 or 96 whatever the truth
COLOURS = {"1": Name.DeviceGray, "L": Name.DeviceGray, "RGB": Name.DeviceRGB, "CMYK": Name.DeviceCMYK}
SEE_THROUGH = {"RGBA", "LA", "PA", "La", "RGBa"}
GREY_16 = {"I;16", "I;16B", "I;16L", "I;16N"}
MATRICES = {  # orientation → how a picture of one by one lies on a page of w by h
    1: "{w} 0 0 {h} 0 0", 2: "-{w} 0 0 {h} {w} 0", 3: "-{w} 0 0 -{h} {w} {h}", 4: "{w} 0 0 -{h} 0 {h}",
    5: "0 -{h} -{w} 0 {w} {h}", 6: "0 -{h} {w} 0 0 {h}", 7: "0 {h} {w} 0 0 0", 8: "0 {h} -{w} 0 {w} 0",
}  # fmt: skip


def add_picture(made: Pdf, source: Source, picked: Picked, limits: Limits) -> None:
    """Append a page that shows one picture, turned. Raises a ParseError."""
    image = decoded(source, picked.page, limits)
    drawn = _jpeg(made, source, image) or _png(made, source) or _pixels(made, image)
    facing = image.getexif().get(ORIENTATION, 1)
    width, height = _points(image)
    if facing in (5, 6, 7, 8):
        width, height = height, width
    page = made.add_blank_page(page_size=(width, height))
    page.obj.Resources = Dictionary(XObject=Dictionary(Im0=made.make_indirect(drawn)))
    matrix = MATRICES.get(facing, MATRICES[1]).format(w=f"{width:.4f}", h=f"{height:.4f}")
    page.obj.Contents = made.make_stream(f"q {matrix} cm /Im0 Do Q".encode())
    if picked.turn % 360:
        page.rotate(picked.turn % 360, relative=True)


def decoded(source: Source, page: int, limits: Limits) -> Image.Image:
    """Return a picture, or one of several in a file, whose pixels are decoded when they are asked for."""
    Image.MAX_IMAGE_PIXELS = limits.source_pixels
    image = Image.open(source.file, formats=[FORMATS[source.kind]])
    if page > 1:
        image.seek(page - 1)
    if image.width * image.height > limits.source_pixels:
        raise PageTooLargeError
    return image


def _points(image: Image.Image) -> tuple[float, float]:
    """Return width and height of the printed picture in points."""
    stated = image.info.get("dpi", (0, 0))
    x, y = (float(value) for value in stated)
    if PLACEHOLDER_DPI < x <= 4800 and PLACEHOLDER_DPI < y <= 4800:
        return image.width * 72 / x, image.height * 72 / y
    scale = LONG_SIDE / max(image.size)
    return image.width * scale, image.height * scale


def _jpeg(made: Pdf, source: Source, image: Image.Image) -> Stream | None:
    if source.kind != "jpeg" or image.mode not in COLOURS:
        return None
    source.file.seek(0)
    drawn = _drawing(made, source.file.read(), image.size, COLOURS[image.mode], 8)
    drawn.Filter = Name.DCTDecode
    if image.mode == "CMYK" and "adobe" in image.info:  # Adobe writes such pictures inverted
        drawn.Decode = Array([1, 0] * 4)
    return drawn


def _png(made: Pdf, source: Source) -> Stream | None:
    """Return a PNG's own compressed stream; None where it is interlaced or can be seen through."""
    if source.kind != "png":
        return None
    chunks: dict[bytes, list[bytes]] = {}
    for name, data in _chunks(source.file):
        chunks.setdefault(name, []).append(data)
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[b"IHDR"][0])
    if interlaced or colour not in (0, 2, 3) or b"tRNS" in chunks:
        return None
    space: Any = {0: Name.DeviceGray, 2: Name.DeviceRGB}.get(colour)
    if space is None:
        palette = chunks[b"PLTE"][0]
        space = Array([Name.Indexed, Name.DeviceRGB, len(palette) // 3 - 1, palette])
    drawn = _drawing(made, b"".join(chunks[b"IDAT"]), (width, height), space, depth)
    drawn.Filter = Name.FlateDecode
    drawn.DecodeParms = Dictionary(Predictor=15, Colors=3 if colour == 2 else 1, BitsPerComponent=depth, Columns=width)
    return drawn


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    file.seek(8)
    while len(head := file.read(8)) == 8:
        size, name = struct.unpack(">I4s", head)
        data = file.read(size)
        if len(data) != size:
            raise DamagedPageError
        yield name, data
        file.read(4)  # the check sum


def _pixels(made: Pdf, image: Image.Image) -> Stream:
    """Return the decoded pixels, packed without loss. Raises `UncopyableError` for what a PDF cannot hold."""
    plain, mask = flattened(image)
    drawn = _packed(made, plain)
    if mask is not None:
        drawn.SMask = made.make_indirect(_packed(made, mask))
    return drawn


def flattened(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Return the colours of a picture without a palette, and how far each pixel covers what is behind it."""
    image.load()
    if image.mode in SEE_THROUGH or "transparency" in image.info:
        whole = image.convert("RGBA")
        return whole.convert("RGB"), whole.getchannel("A")
    return (image.convert("RGB") if image.mode == "P" else image), None


def _packed(made: Pdf, image: Image.Image) -> Stream:
    if image.mode in GREY_16:
        data, space, depth = image.tobytes("raw", "I;16B"), Name.DeviceGray, 16
    elif image.mode in COLOURS:
        data, space, depth = image.tobytes(), COLOURS[image.mode], 1 if image.mode == "1" else 8
    else:
        raise UncopyableError
    drawn = _drawing(made, zlib.compress(data), image.size, space, depth)
    drawn.Filter = Name.FlateDecode
    return drawn


def _drawing(made: Pdf, data: bytes, size: tuple[int, int], space: Any, depth: int) -> Stream:
    drawn = Stream(made, data)
    drawn.Type, drawn.Subtype = Name.XObject, Name.Image
    drawn.Width, drawn.Height = size
    drawn.ColorSpace, drawn.BitsPerComponent = space, depth
    return drawn
