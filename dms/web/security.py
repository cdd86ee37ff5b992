"""Headers that tell browsers what our pages may do, and requests that are refused before any view."""

from __future__ import annotations

from flask import Flask, Response, request

from dms.kernel.errors import InvalidError

POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; "
    "img-src 'self' blob:"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
}
YEAR_SECONDS = 365 * 24 * 3600


def prepare(app: Flask) -> None:
    """Add the headers to every answer."""
    app.after_request(_add_headers)


def refuse_multipart() -> None:
    """Refuse multipart bodies: parsing them would spool a paper's plain bytes to a disk (files come as raw bodies)."""
    if request.mimetype.startswith("multipart/"):
        raise InvalidError("文件请用上传区逐个发送，这种表单不收；没有保存任何内容。", code="multipart")


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR_SECONDS}")
    return response
