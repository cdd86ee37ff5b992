"""The policy: the roles table parsed and checked once, then asked for scopes and permissions."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping

from dms.kernel.errors import ConfigurationError, ForbiddenError
from dms.policy.actions import SEPARATE, Action, Role
from dms.policy.content import DOCUMENT_VIEW
from dms.policy.identity import Identity
from dms.policy.scope import Scope, Subject

TERMS = ("none", "all", "own", "department", "filed", "unfiled", "cleared", "level<=N", "type:A,B")


class PolicyTableError(ConfigurationError):
    """The roles table (roles.toml) cannot be used as it is."""

    code = "roles_table"


class Policy:
    """Answers who may do what to which things; whatever the table does not grant is denied.

    `actions` are those that the topics declare. `table` maps a role's code to its grants: action → scope expression:
    `own & unfiled | department & filed & cleared & level<=1`. `|` joins, `&` binds tighter; `cleared` means not above
    the person's clearance. Raises `PolicyTableError` naming the entry.
    """

    def __init__(self, table: Mapping[str, Mapping[str, str]], actions: Iterable[Action]) -> None:
        self.actions = tuple(actions)
        self._named = {str(action): action for action in self.actions}
        self._grants = {_role(code): _checked(code, grants, self._named) for code, grants in table.items()}

    def named(self, name: str) -> Action:
        """Return the action of a name. Raises `KeyError`."""
        return self._named[name]

    def scope(self, identity: Identity, action: Action) -> Scope:
        """Return the things to which somebody may do something."""
        if identity.allowed is not None and action not in identity.allowed:
            return Scope.none()
        if identity.is_operator:
            return Scope.all()
        granted = self._granted(identity, action)
        return granted & self._granted(identity, DOCUMENT_VIEW) if action.within_view else granted

    def may(self, identity: Identity, action: Action, subject: Subject | None = None) -> bool:
        """Tell whether somebody may do something: to this thing, or without one, to anything at all."""
        scope = self.scope(identity, action)
        return bool(scope) if subject is None else scope.allows(subject)

    def require(self, identity: Identity, action: Action, subject: Subject | None = None) -> None:
        """Raise `ForbiddenError` unless `may`.

        Where a use case touches one thing it gives it as `subject`; without a subject only the right as such is asked.
        """
        if not self.may(identity, action, subject):
            raise ForbiddenError("您的角色不能这样做，没有任何改动。需要时请联系系统管理员调整角色。", code="forbidden")

    def roles_of(self, action: Action) -> frozenset[Role]:
        """Return the roles that the table gives an action at all."""
        return frozenset(role for role, grants in self._grants.items() if action in grants)

    def actions_of(self, roles: Iterable[Role]) -> frozenset[Action]:
        """Return the actions that these roles give at all, for a token's choice and the roles page."""
        return frozenset(action for role in roles for action in self._grants.get(role, {}))

    def _granted(self, identity: Identity, action: Action) -> Scope:
        scope = Scope.none()
        for role in identity.roles:
            expression = self._grants.get(role, {}).get(action)
            if expression:
                scope = scope | parse_scope(expression, identity)
        return scope


def parse_scope(expression: str, identity: Identity) -> Scope:
    """Return what an expression of the roles table means for somebody. Raises `ValueError` naming the term."""
    scope = Scope.none()
    for alternative in expression.split("|"):
        clause = Scope.all()
        for term in alternative.split("&"):
            clause = clause & _term(term.strip(), identity)
        scope = scope | clause
    return scope


def _term(term: str, identity: Identity) -> Scope:
    simple: dict[str, Callable[[], Scope]] = {
        "none": Scope.none,
        "all": Scope.all,
        "own": lambda: Scope.own(identity.account_id),
        "department": lambda: Scope.department(identity.department_id),
        "filed": Scope.filed,
        "unfiled": lambda: Scope.filed(False),
        "cleared": lambda: Scope.levels(identity.level),
    }
    if term in simple:
        return simple[term]()
    if term.startswith("level<=") and term[7:].strip().isdecimal():
        return Scope.levels(int(term[7:]))
    if term.startswith("type:") and term[5:].strip(" ,"):
        return Scope.types(*(code.strip() for code in term[5:].split(",")))
    raise ValueError(f"不认识“{term}”，可以用：{'、'.join(TERMS)}")


def _role(code: str) -> Role:
    try:
        return Role(code)
    except ValueError as error:
        raise PolicyTableError(
            "角色表中的角色 %(role)s 不存在，是否指 %(near)s？请改 roles.toml 后再启动。",
            role=code, near=_nearest(code, list(Role)),
        ) from error  # fmt: skip


def _checked(code: str, grants: Mapping[str, str], known: Mapping[str, Action]) -> dict[Action, str]:
    probe = Identity("probe", "probe", department_id="probe")
    checked = {}
    for name, expression in grants.items():
        action = _action(code, name, known)
        try:
            parse_scope(expression, probe)
        except ValueError as error:
            raise PolicyTableError(
                "角色表 %(role)s 的 %(action)s：%(problem)s。请改 roles.toml 后再启动。",
                role=code, action=name, problem=str(error),
            ) from error  # fmt: skip
        if expression.strip() != "none":
            checked[action] = expression
    _check_separation(Role(code), frozenset(checked))
    return checked


def _action(code: str, name: str, known: Mapping[str, Action]) -> Action:
    try:
        return known[name]
    except KeyError as error:
        raise PolicyTableError(
            "角色表 %(role)s 中的操作 %(action)s 不存在，是否指 %(near)s？请改 roles.toml 后再启动。",
            role=code, action=name, near=_nearest(name, list(known)),
        ) from error  # fmt: skip


def _check_separation(role: Role, actions: frozenset[Action]) -> None:
    wrong = {each for each in actions if (each.content if role in SEPARATE else role is Role.AUD and not each.reads)}
    if wrong:
        raise PolicyTableError(
            "角色表给了 %(role)s 不该有的操作 %(actions)s：三员不读内容，审计只读不改。请改 roles.toml 后再启动。",
            role=role, actions="、".join(sorted(wrong)),
        )  # fmt: skip


def _nearest(name: str, known: list[str]) -> str:
    return str((difflib.get_close_matches(name, known, 1, 0.0) or known)[0])
