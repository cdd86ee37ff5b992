"""The nine roles and the actions that the roles table grants."""

from __future__ import annotations

from enum import StrEnum


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


class Action(StrEnum):
    """Something a person may be allowed to do (操作); the value is the name used in roles.toml and API tokens."""

    DOCUMENT_VIEW = "document.view"  # see that it is there, its fields and its text; the base of all below
    PAGE_VIEW = "page.view"  # see pictures of its pages
    DOCUMENT_DOWNLOAD = "document.download"
    DOCUMENT_EXPORT = "document.export"
    DOCUMENT_PRINT = "document.print"
    DOCUMENT_UPLOAD = "document.upload"
    DOCUMENT_REVIEW = "document.review"  # correct and confirm fields, arrange pages
    DOCUMENT_FILE = "document.file"  # give the 档号
    DOCUMENT_DISCARD = "document.discard"
    DOCUMENT_LEVEL = "document.level"  # set or raise the secrecy level
    SEAL_CONFIRM = "seal.confirm"
    DOSSIER_VIEW = "dossier.view"
    DOSSIER_OPEN = "dossier.open"
    PARTY_VIEW = "party.view"
    PARTY_EDIT = "party.edit"
    PLACE_VIEW = "place.view"
    PLACE_MANAGE = "place.manage"
    HOLDING_MOVE = "holding.move"
    HOLDING_LEND = "holding.lend"
    JOB_VIEW = "job.view"
    JOB_MANAGE = "job.manage"
    AUDIT_READ = "audit.read"
    ACCOUNT_VIEW = "account.view"
    ACCOUNT_MANAGE = "account.manage"
    ROLE_MANAGE = "role.manage"
    TOKEN_MANAGE = "token.manage"  # noqa: S105  an action's name
    SETTINGS_VIEW = "settings.view"
    SETTINGS_MANAGE = "settings.manage"
    INDEX_MANAGE = "index.manage"
    BACKUP_RUN = "backup.run"


SEPARATE = frozenset({Role.SYS, Role.SEC, Role.LOG})
"""Roles of the three-way separation of duties (三员分立): mutually exclusive, and none of them reads content."""

CONTENT = frozenset(
    {
        Action.DOCUMENT_VIEW, Action.PAGE_VIEW, Action.DOCUMENT_DOWNLOAD, Action.DOCUMENT_EXPORT,
        Action.DOCUMENT_PRINT, Action.DOCUMENT_UPLOAD, Action.DOCUMENT_REVIEW, Action.DOCUMENT_FILE,
        Action.DOCUMENT_DISCARD, Action.DOCUMENT_LEVEL, Action.SEAL_CONFIRM, Action.DOSSIER_VIEW,
        Action.DOSSIER_OPEN, Action.PARTY_VIEW, Action.PARTY_EDIT,
    }
)  # fmt: skip
"""Actions that show or change content, which the separate roles never have."""

NEEDS_VIEW = frozenset(
    {
        Action.PAGE_VIEW, Action.DOCUMENT_DOWNLOAD, Action.DOCUMENT_EXPORT, Action.DOCUMENT_PRINT,
        Action.DOCUMENT_REVIEW, Action.DOCUMENT_FILE, Action.DOCUMENT_DISCARD, Action.DOCUMENT_LEVEL,
        Action.SEAL_CONFIRM,
    }
)  # fmt: skip
"""Actions whose scope never reaches further than what the person may see."""

READING = frozenset(
    {
        Action.DOCUMENT_VIEW, Action.PAGE_VIEW, Action.DOCUMENT_DOWNLOAD, Action.DOCUMENT_EXPORT,
        Action.DOCUMENT_PRINT, Action.DOSSIER_VIEW, Action.PARTY_VIEW, Action.PLACE_VIEW, Action.JOB_VIEW,
        Action.AUDIT_READ, Action.ACCOUNT_VIEW, Action.SETTINGS_VIEW, Action.TOKEN_MANAGE,
    }
)  # fmt: skip
"""Actions that change nothing of the archive (one's own tokens are no part of it): all that AUD may ever have."""
