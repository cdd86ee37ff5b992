"""The roles table of requirements §7: every cell, and what happens to a table that breaks its rules."""

from __future__ import annotations

import pytest

from dms.accounts.actions import ACCOUNT_MANAGE, ROLE_MANAGE, SETTINGS_MANAGE, TOKEN_MANAGE
from dms.audit.actions import AUDIT_READ
from dms.bootstrap import TOPICS
from dms.dossiers.actions import DOSSIER_OPEN
from dms.holdings.actions import HOLDING_LEND, HOLDING_MOVE
from dms.jobs.actions import JOB_MANAGE
from dms.kernel.errors import ForbiddenError
from dms.operations.actions import BACKUP_RUN
from dms.parties.actions import PARTY_EDIT
from dms.places.actions import PLACE_MANAGE
from dms.policy import (
    SEPARATE,
    SYSTEM,
    Action,
    Attributes,
    Identity,
    Policy,
    PolicyTableError,
    Role,
    command_line,
)
from dms.policy.content import (
    DOCUMENT_EXPORT,
    DOCUMENT_FILE,
    DOCUMENT_LEVEL,
    DOCUMENT_PRINT,
    DOCUMENT_REVIEW,
    DOCUMENT_UPLOAD,
    DOCUMENT_VIEW,
    PAGE_VIEW,
    SEAL_CONFIRM,
)
from tests.dms.conftest import MakeIdentity

ROLES = ("ARC", "SAL", "MGR", "GM", "FIN", "AUD", "SYS", "SEC", "LOG")

# What somebody of each role (clearance 3, department sales) sees. o: own, d: department's, -: others'; digits: levels.
SEEN = {
    "ARC": {"o unfiled": "0123", "d unfiled": "0123", "- unfiled": "0123", "o": "0123", "d": "0123", "-": "0123"},
    "SAL": {"o unfiled": "0123", "d unfiled": "", "- unfiled": "", "o": "012", "d": "01", "-": ""},
    "MGR": {"o unfiled": "0123", "d unfiled": "", "- unfiled": "", "o": "", "d": "012", "-": ""},
    "GM": {"o unfiled": "", "d unfiled": "", "- unfiled": "", "o": "0123", "d": "0123", "-": "0123"},
    "FIN": {"o unfiled": "0123", "d unfiled": "", "- unfiled": "", "o": "012", "d": "01", "-": "01"},
    "AUD": {"o unfiled": "", "d unfiled": "", "- unfiled": "", "o": "012", "d": "012", "-": "012"},
    "SYS": {}, "SEC": {}, "LOG": {},
}  # fmt: skip


def thing(place: str, level: int, type_code: str = "T01") -> Attributes:
    owner = {"o": "me", "d": "other", "-": "other"}[place[0]]
    return Attributes(owner, "sales" if place[0] == "d" else "hr", type_code, level, "unfiled" not in place)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("place", ["o unfiled", "d unfiled", "- unfiled", "o", "d", "-"])
def test_who_sees_what(policy: Policy, identity: MakeIdentity, role: str, place: str) -> None:
    who = identity(role, account_id="me", department_id="sales")
    seen = "".join(str(n) for n in range(4) if policy.may(who, DOCUMENT_VIEW, thing(place, n)))
    assert seen == SEEN[role].get(place, "")


def test_finance_sees_confidential_papers_of_finance_types(policy: Policy, identity: MakeIdentity) -> None:
    who = identity("FIN", account_id="me")
    assert policy.may(who, DOCUMENT_VIEW, thing("-", 2, "T06"))
    assert not policy.may(who, DOCUMENT_VIEW, thing("-", 2, "T04"))
    assert not policy.may(who, DOCUMENT_VIEW, thing("-", 3, "T06"))


def test_nobody_sees_above_their_clearance(policy: Policy, identity: MakeIdentity) -> None:
    for role in ROLES:
        who = identity(role, account_id="me", department_id="sales", level=0)
        assert not policy.may(who, DOCUMENT_VIEW, thing("d", 1))
        assert not policy.may(who, PAGE_VIEW, thing("d", 1))


GRANTED = {
    DOCUMENT_UPLOAD: "ARC SAL MGR FIN",
    DOCUMENT_REVIEW: "ARC SAL MGR FIN",
    DOCUMENT_FILE: "ARC",
    DOCUMENT_EXPORT: "ARC MGR GM AUD",
    DOCUMENT_PRINT: "ARC MGR GM AUD",
    DOCUMENT_LEVEL: "ARC",
    SEAL_CONFIRM: "ARC",
    DOSSIER_OPEN: "ARC SAL MGR",
    PARTY_EDIT: "ARC",
    HOLDING_MOVE: "ARC",
    HOLDING_LEND: "ARC",
    PLACE_MANAGE: "ARC",
    JOB_MANAGE: "ARC SYS",
    AUDIT_READ: "ARC AUD LOG",
    ACCOUNT_MANAGE: "SYS",
    ROLE_MANAGE: "SYS SEC",
    SETTINGS_MANAGE: "SYS",
    BACKUP_RUN: "SYS",
    TOKEN_MANAGE: "ARC SAL MGR GM FIN AUD SYS SEC LOG",
}


@pytest.mark.parametrize("action", list(GRANTED))
def test_who_may_do_it_at_all(policy: Policy, identity: MakeIdentity, action: Action) -> None:
    may = {role for role in ROLES if policy.may(identity(role, department_id="sales"), action)}
    assert may == set(GRANTED[action].split())


def test_archivist_reads_only_own_deeds_in_the_log(policy: Policy, identity: MakeIdentity) -> None:
    archivist, auditor = identity("ARC"), identity("AUD")
    assert policy.may(archivist, AUDIT_READ, Attributes(owner_id=archivist.account_id))
    assert not policy.may(archivist, AUDIT_READ, Attributes(owner_id="other"))
    assert policy.may(auditor, AUDIT_READ, Attributes(owner_id="other"))


def test_separate_roles_never_touch_content_and_auditors_change_nothing(policy: Policy) -> None:
    for role in SEPARATE:
        assert policy.actions_of([role]).isdisjoint(action for action in TOPICS.actions.values() if action.content)
    assert policy.actions_of([Role.AUD]) <= {action for action in TOPICS.actions.values() if action.reads}


def test_nobody_without_a_role_may_do_anything(policy: Policy, identity: MakeIdentity) -> None:
    assert not any(policy.may(identity(), action) for action in TOPICS.actions.values())
    with pytest.raises(ForbiddenError, match="角色"):
        policy.require(identity(), DOCUMENT_VIEW)


def test_token_narrows_and_never_widens(policy: Policy, identity: MakeIdentity) -> None:
    token = identity("SAL", account_id="me", allowed=frozenset({DOCUMENT_VIEW, DOCUMENT_FILE}))
    assert {action for action in TOPICS.actions.values() if policy.may(token, action)} == {DOCUMENT_VIEW}


def test_system_and_operator_may_do_everything(policy: Policy) -> None:
    for who in (SYSTEM, command_line("root")):
        assert all(policy.may(who, action, thing("-", 3)) for action in TOPICS.actions.values())
    assert not policy.may(Identity(None, "x", via="web"), DOCUMENT_VIEW)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"ARK": {}}, "ARC"),
        ({"ARC": {"document.veiw": "all"}}, "document.view"),
        ({"ARC": {"document.view": "evrything"}}, "evrything"),
        ({"ARC": {"document.view": "own |"}}, "不认识"),
        ({"SYS": {"document.view": "own"}}, "三员"),
        ({"LOG": {"document.download": "all"}}, "三员"),
        ({"AUD": {"document.review": "own"}}, "只读"),
    ],
)
def test_wrong_table_is_refused_with_the_entry(table: dict[str, dict[str, str]], says: str) -> None:
    with pytest.raises(PolicyTableError, match=says):
        Policy(table, TOPICS.actions.values())


def test_owner_takes_a_right_away_with_none() -> None:
    assert not Policy({"ARC": {"document.print": "none"}}, TOPICS.actions.values()).actions_of([Role.ARC])
