"""The administration's overview: what is set, how the archive is, what stands out."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _

from config.settings import Settings
from dms.accounts import service
from dms.accounts.actions import SETTINGS_VIEW
from dms.accounts.views import bp
from dms.http import current_archive, current_identity

DESCRIPTIONS = {name: field.description or "" for name, field in Settings.model_fields.items()}


@bp.get("/admin")
def administration() -> str:
    """Show settings and state; settings are changed in their file."""
    archive = current_archive()
    return render_template(
        "accounts/administration.html", overview=service.overview(archive, current_identity()),
        descriptions={name: _(text) for name, text in DESCRIPTIONS.items()},
        exception=service.bootstrap_exception(archive), data=archive.data,
    )  # fmt: skip


@bp.get("/admin/roles")
def roles_table() -> str:
    """Show the roles table in words."""
    archive = current_archive()
    archive.policy.require(current_identity(), SETTINGS_VIEW)
    return render_template("accounts/roles.html", table=archive.rulebook.roles)
