"""Make the QR picture of a code: at least error level M, with the quiet zone that scanners need."""

from __future__ import annotations

import io

import segno

from dms.codes.rules import code_of

QUIET = 4  # modules, ISO/IEC 18004


def svg(number: str) -> str:
    """Return the QR picture of a number as SVG, for screens and for forms."""
    picture = io.BytesIO()
    _qr(number).save(picture, kind="svg", border=QUIET, xmldecl=False, svgclass=None, lineclass=None, light="#fff")
    return picture.getvalue().decode()


def png(number: str, scale: int = 8) -> bytes:
    """Return the QR picture of a number as PNG, `scale` pixels a module."""
    picture = io.BytesIO()
    _qr(number).save(picture, kind="png", border=QUIET, scale=scale)
    return picture.getvalue()


def _qr(number: str) -> segno.QRCode:
    return segno.make_qr(code_of(number), error="m")  # segno takes a higher level where it costs no larger picture
