"""Pages of people: the door, one's own account, everybody's accounts, the administration's overview."""

from __future__ import annotations

from flask import Blueprint

from dms.http.texts import action_text, role_text, role_texts, scope_text

bp = Blueprint("accounts", "dms.accounts", template_folder="templates")
for function in (role_text, role_texts, action_text, scope_text):
    bp.add_app_template_global(function)
bp.add_app_template_filter(role_text, "role_name")
bp.add_app_template_filter(action_text, "action_name")

from dms.accounts.views import administration, door, own, people  # noqa: E402, F401  they register their routes on bp
