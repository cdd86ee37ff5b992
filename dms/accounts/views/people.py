"""Pages of administrators: people, their roles and clearance, invitations, departments."""

from __future__ import annotations

from collections.abc import Sequence

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from dms.accounts import service
from dms.accounts.actions import ACCOUNT_MANAGE
from dms.accounts.forms import DepartmentName, PersonChange, TickedRoles, TypedPerson
from dms.accounts.models import Department
from dms.accounts.views import bp
from dms.http import current_archive, current_identity, form, shows_again, toast


@bp.app_template_global()
def department_choices(departments: Sequence[Department]) -> list[tuple[str, str]]:
    """Return departments as the options of a select."""
    return [(department.id, department.name) for department in departments]


@bp.get("/people")
def people() -> str:
    """List people."""
    archive, identity = current_archive(), current_identity()
    wanted = service.PeopleFilter(
        request.args.get("q", ""), request.args.get("role", ""), request.args.get("department", ""),
        bool(request.args.get("disabled")),
    )  # fmt: skip
    found, cursor = service.people(archive, identity, wanted, request.args.get("after", ""))
    return render_template(
        "accounts/people.html", people=found, cursor=cursor, wanted=wanted,
        departments=service.departments(archive, identity), exception=service.bootstrap_exception(archive),
    )  # fmt: skip


@bp.get("/people/new")
def new_person() -> str:
    """Show the form of an invitation."""
    departments = service.departments(current_archive(), current_identity())
    return render_template("accounts/new_person.html", departments=departments)


@bp.post("/people")
@shows_again(new_person)
def create_person() -> AnyResponse:
    """Create a person and show the link that invites them, this once."""
    typed = form(TypedPerson)
    link = service.create_account(
        current_archive(), current_identity(), name=typed.name, login=typed.login, roles=typed.roles,
        department_id=typed.department or None, level=typed.level,
    )  # fmt: skip
    return make_response(_person_page(link.account_id, link), 201)


@bp.get("/people/<account_id>")
def person(account_id: str) -> str:
    """Show one person."""
    return _person_page(account_id)


def _person_page(account_id: str, link: service.NewLink | None = None) -> str:
    archive, identity = current_archive(), current_identity()
    found = service.get_account(archive, identity, account_id)
    manages = archive.policy.may(identity, ACCOUNT_MANAGE)
    return render_template(
        "accounts/person.html", person=found, departments=service.departments(archive, identity),
        tokens=service.tokens_of(archive, identity, account_id) if manages else [],
        link=_full(link.path) if link else "", link_until=link.expires_at if link else None,
        is_self=account_id == identity.account_id, exception=service.bootstrap_exception(archive),
    )  # fmt: skip


def _full(path: str) -> str:
    return (current_archive().settings.public_url or request.host_url).rstrip("/") + path


@bp.post("/people/<account_id>")
@shows_again(person)
def change_person(account_id: str) -> AnyResponse:
    """Change name and department."""
    typed = form(PersonChange)
    service.change_account(
        current_archive(), current_identity(), account_id, name=typed.name,
        department_id=typed.department or None, revision=typed.revision,
    )  # fmt: skip
    toast(_("资料已保存。"))
    return redirect(url_for(".person", account_id=account_id))


@bp.post("/people/<account_id>/roles")
@shows_again(person)
def change_roles(account_id: str) -> AnyResponse:
    """Change roles and clearance."""
    typed = form(TickedRoles)
    service.set_roles(
        current_archive(), current_identity(), account_id, roles=typed.roles, level=typed.level,
        revision=typed.revision,
    )  # fmt: skip
    toast(_("角色和涉密等级已保存，立即生效。"))
    return redirect(url_for(".person", account_id=account_id))


@bp.post("/people/<account_id>/link")
@shows_again(person)
def new_link(account_id: str) -> AnyResponse:
    """Make a one-time link and show it this once."""
    link = service.create_link(current_archive(), current_identity(), account_id)
    return make_response(_person_page(account_id, link), 201)


@bp.post("/people/<account_id>/disable")
@shows_again(person)
def disable(account_id: str) -> AnyResponse:
    """Disable an account."""
    service.disable_account(current_archive(), current_identity(), account_id)
    toast(_("账号已停用，登录和令牌都已失效。"), undo=url_for(".enable", account_id=account_id))
    return redirect(url_for(".person", account_id=account_id))


@bp.post("/people/<account_id>/enable")
def enable(account_id: str) -> AnyResponse:
    """Enable an account."""
    service.enable_account(current_archive(), current_identity(), account_id)
    toast(_("账号已启用。"))
    return redirect(url_for(".person", account_id=account_id))


@bp.post("/people/tokens/<token_id>/end")
def end_anothers_token(token_id: str) -> AnyResponse:
    """End somebody's token."""
    service.end_token(current_archive(), current_identity(), token_id)
    toast(_("令牌已作废。"))
    return redirect(url_for(".people"))


@bp.post("/departments")
@shows_again(people)
def create_department() -> AnyResponse:
    """Create a department."""
    service.create_department(current_archive(), current_identity(), form(DepartmentName).department_name)
    toast(_("部门已建立。"))
    return redirect(url_for(".people"))


@bp.post("/departments/<department_id>")
def rename_department(department_id: str) -> AnyResponse:
    """Rename a department."""
    name = form(DepartmentName).department_name
    service.rename_department(current_archive(), current_identity(), department_id, name)
    toast(_("部门名称已保存。"))
    return redirect(url_for(".people"))
