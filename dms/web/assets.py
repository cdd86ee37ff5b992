"""Static files under a path that carries a hash of them all: cached for a year, never stale.

The hash stands in the path, not in a query, so that modules and style sheets that import one another by relative
path stay within one version.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, Response, send_from_directory, url_for

from dms.http.request import anonymous

FOLDER = Path(__file__).parent / "static"
VERSION_LENGTH = 12


def prepare(app: Flask) -> None:
    """Serve the static files and give templates `static(name)`."""
    version = version_of(FOLDER)
    app.add_url_rule("/static/<version>/<path:filename>", "static", _serve(version))
    app.add_url_rule("/favicon.ico", "favicon", _favicon)
    app.add_template_global(lambda filename: url_for("static", filename=filename), "static")
    app.url_defaults(lambda endpoint, values: _put_version(endpoint, values, version))


def version_of(folder: Path) -> str:
    """Return a short hash over names and contents of all files of a folder."""
    digest = sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:VERSION_LENGTH]


def _put_version(endpoint: str, values: dict[str, Any], version: str) -> None:
    if endpoint == "static":
        values.setdefault("version", version)


def _serve(current: str) -> Callable[[str, str], Response]:
    @anonymous
    def serve(version: str, filename: str) -> Response:
        response = send_from_directory(FOLDER, filename)
        fresh = version == current
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if fresh else "no-cache"
        return response

    return serve


@anonymous
def _favicon() -> Response:
    return send_from_directory(FOLDER, "img/favicon.svg")
