"""The nine roles, and what an action is that the roles table grants; each topic declares its own."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Role(StrEnum):
    """A role (角色) of requirements §7. A person may hold several, except that SYS, SEC and LOG stand alone."""

    ARC = "ARC"  # 档案员
    SAL = "SAL"  # 业务员
    MGR = "MGR"  # 主管
    GM = "GM"  # 总经理
    FIN = "FIN"  # 财务
    AUD = "AUD"  # 审计
    SYS = "SYS"  # 系统管理员
    SEC = "SEC"  # 安全管理员
    LOG = "LOG"  # 审计管理员


class Action(str):
    """Something a person may be allowed to do (操作); the text itself is the name used in roles.toml and API tokens.

    `text` says it in words (msgid). `content`: it shows or changes content, which the separate roles never have.
    `within_view`: its scope never reaches further than what the person may see. `reads`: it changes nothing of the
    archive (one's own tokens are no part of it), so that AUD may have it.
    """

    text: str
    content: bool
    within_view: bool
    reads: bool

    def __new__(
        cls, name: str, text: str, *, content: bool = False, within_view: bool = False, reads: bool = False
    ) -> Self:
        """Make an action."""
        made = super().__new__(cls, name)
        made.text, made.content, made.within_view, made.reads = text, content, within_view, reads
        return made


SEPARATE = frozenset({Role.SYS, Role.SEC, Role.LOG})
"""Roles of the three-way separation of duties (三员分立): mutually exclusive, and none of them reads content."""
