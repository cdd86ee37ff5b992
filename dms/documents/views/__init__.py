"""Pages of documents (件) and arrivals (来件): inbox, upload, what the review sends, lists, pictures."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("documents", "dms.documents", template_folder="templates")

from dms.documents.views import arrivals, inbox, listing, pictures, review, show  # noqa: E402  they add their routes

__all__ = ["arrivals", "bp", "inbox", "listing", "pictures", "review", "show"]
