"""Who asks: a signed-in person, a bearer token, the machine's operator, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dms.policy.actions import Role

HIGHEST_LEVEL = 3
Via = Literal["web", "api", "cli", "system"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks, as policy and audit need it.

    `level` is the clearance: the highest secrecy level (密级 0–3) that this person may see at all. `allowed` narrows a
    bearer token to some actions; None leaves all that the roles give. `address` is where the request came from.
    """

    account_id: str | None
    name: str
    roles: frozenset[Role] = frozenset()
    department_id: str | None = None
    level: int = 1
    language: str | None = None
    via: Via = "web"
    address: str = ""
    allowed: frozenset[str] | None = None
    session_id: str | None = None

    @property
    def is_operator(self) -> bool:
        """Tell whether this is the program itself or somebody with the machine's command line.

        Whoever may start programs beside the data and the keys could read and write them anyway: the policy does not
        pretend otherwise, but every such deed is in the audit log with the operating system's user name.
        """
        return self.account_id is None and self.via in ("system", "cli")


SYSTEM = Identity(None, "系统", level=HIGHEST_LEVEL, via="system")
"""The program itself: jobs, sweepers, the first start."""


def command_line(user: str) -> Identity:
    """Return the identity of somebody at the machine's command line, by the operating system's user name."""
    return Identity(None, user, level=HIGHEST_LEVEL, via="cli")
