"""JSON API of documents and arrivals."""

from __future__ import annotations

from flask import Blueprint

api = Blueprint("documents_api", __name__, url_prefix="/api/v1")

from dms.documents.api import arrivals, lookup, pages, review  # noqa: E402  they add their routes

__all__ = ["api", "arrivals", "lookup", "pages", "review"]
