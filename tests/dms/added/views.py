"""The screen of notes (便条)."""

from __future__ import annotations

from flask import Blueprint, render_template

from dms.http import current_archive, current_identity
from tests.dms.added import service

bp = Blueprint("added", __name__, template_folder="templates")


@bp.get("/notes")
def index() -> str:
    """List notes."""
    return render_template("added/index.html", notes=service.listing(current_archive(), current_identity()))
