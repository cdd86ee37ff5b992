"""Set sheets as a digital-born PDF with a real text layer, through Typst."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import typst
from PIL import Image

from ingest.fonts import find_font
from ingest.specimens.raster import seal_picture
from ingest.specimens.sheet import ASCENT, Colour, Impression, Panel, Picture, Polygon, Rule, Sheet, Text, measure

_HEAD = """#set text(lang: "zh", top-edge: "baseline", bottom-edge: "baseline")
#set text(kerning: false, cjk-latin-spacing: none, fallback: false)
#let t(x, y, size, family, fill, body) = {
  place(dx: x * 1mm, dy: y * 1mm, text(font: family, size: size * 1mm, fill: fill, body))
}
"""


def digital_pdf(sheets: Sequence[Sheet], rng: np.random.Generator) -> bytes:
    """Return a PDF of `sheets` whose text is text; seals and codes are pictures. Equal input gives equal bytes."""
    files: dict[str, bytes] = {}
    body = [_HEAD]
    for number, sheet in enumerate(sheets):
        page = f"#set page(width: {sheet.width}mm, height: {sheet.height}mm, margin: 0mm, fill: {_fill(sheet.paper)})\n"
        body += ["#pagebreak()\n" if number else "", page, *(_mark(mark, files, rng) for mark in sheet.marks)]
    source = "".join(body).encode()
    folders = sorted({str(find_font(style).path.parent) for style in ("serif", "sans", "mono")})
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    made = typst.compile(  # type: ignore[call-overload] # its stub does not know files in memory
        {"main.typ": source, **files}, font_paths=folders, ignore_system_fonts=True, format="pdf", timestamp=moment
    )
    return bytes(made)


def _fill(colour: Colour | None) -> str:
    return f"rgb({colour[0]}, {colour[1]}, {colour[2]})" if colour else "none"


def _mark(mark: object, files: dict[str, bytes], rng: np.random.Generator) -> str:
    match mark:
        case Text():
            return _text(mark)
        case Rule():
            stroke = f"{mark.width}mm + {_fill(mark.colour)}"
            return (
                f"#place(line(start: ({mark.x0}mm, {mark.y0}mm), end: ({mark.x1}mm, {mark.y1}mm), stroke: {stroke}))\n"
            )
        case Panel():
            shape = "ellipse" if mark.round else "rect"
            stroke = f"{mark.width}mm + {_fill(mark.stroke)}" if mark.stroke else "none"
            size = f"width: {mark.x1 - mark.x0:.4f}mm, height: {mark.y1 - mark.y0:.4f}mm"
            look = f"{size}, fill: {_fill(mark.fill)}, stroke: {stroke}"
            return f"#place(dx: {mark.x0}mm, dy: {mark.y0}mm, {shape}({look}))\n"
        case Polygon():
            points = ", ".join(f"({x:.4f}mm, {y:.4f}mm)" for x, y in mark.points)
            return f"#place(polygon(fill: {_fill(mark.fill)}, {points}))\n"
        case Picture():
            name = _file(files, Image.fromarray(mark.pixels))
            return f'#place(dx: {mark.x}mm, dy: {mark.y}mm, image("{name}", width: {mark.size}mm))\n'
        case Impression():
            return _impression(mark, files, rng)
    return ""


def _text(mark: Text) -> str:
    x, y = mark.x, mark.y + mark.size * ASCENT
    family = find_font("serif" if mark.hand else mark.style).family
    runs = list(mark.text) if mark.gap else [mark.text]
    lines = []
    for run in runs:
        safe = run.replace("\\", "\\\\").replace('"', '\\"')
        body = f'"{safe}"'
        if mark.bold:
            body = f"text(stroke: 0.04em + {_fill(mark.colour)}, {body})"
        lines.append(f'#t({x:.4f}, {y:.4f}, {mark.size}, "{family}", {_fill(mark.colour)}, {body})\n')
        x += measure(run, mark.style, mark.size) + mark.gap
    return "".join(lines)


def _impression(mark: Impression, files: dict[str, bytes], rng: np.random.Generator) -> str:
    picture = seal_picture(mark, 300, rng)
    name = _file(files, Image.fromarray(picture))
    width, height = picture.shape[1] * 25.4 / 300, picture.shape[0] * 25.4 / 300
    place = f"dx: {mark.x - width / 2:.4f}mm, dy: {mark.y - height / 2:.4f}mm"
    return f'#place({place}, image("{name}", width: {width:.4f}mm))\n'


def _file(files: dict[str, bytes], picture: Image.Image) -> str:
    """Keep `picture` as an SVG around a PNG: files given to the compiler in memory must be text."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    name = f"picture{len(files)}.svg"
    inner = base64.b64encode(buffer.getvalue()).decode()
    size = f'width="{picture.width}" height="{picture.height}"'
    look = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    image = f'<image {size} style="image-rendering:optimizeSpeed" xlink:href="data:image/png;base64,{inner}"/>'
    files[name] = f"<svg {look} {size}>{image}</svg>".encode()
    return name
