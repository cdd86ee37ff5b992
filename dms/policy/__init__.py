"""Who may do what to which things: one table of roles, rendered as predicate, as SQL and as an index filter."""

from __future__ import annotations

from dms.policy.actions import SEPARATE, Action, Role
from dms.policy.identity import SYSTEM, Identity, Via, command_line
from dms.policy.scope import Attributes, Columns, Scope, Subject, attributes
from dms.policy.table import Policy, PolicyTableError

__all__ = [
    "SEPARATE",
    "SYSTEM",
    "Action",
    "Attributes",
    "Columns",
    "Identity",
    "Policy",
    "PolicyTableError",
    "Role",
    "Scope",
    "Subject",
    "Via",
    "attributes",
    "command_line",
]
