"""What the administration page shows: settings, health in numbers, who is in."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from config.settings import Settings
from dms.accounts.actions import SETTINGS_VIEW
from dms.accounts.models import Account, ApiToken, WebSession
from dms.audit.models import AuditCheckpoint, AuditHead
from dms.kernel.archive import Archive
from dms.policy import Identity


@dataclass(frozen=True, slots=True)
class Overview:
    """Facts for the administration page. `free_bytes` is the room left where the data folder is."""

    settings: dict[str, Any]
    people: int
    sessions: int
    tokens: int
    free_bytes: int
    audit_size: int
    checkpoint: AuditCheckpoint | None
    master_keys: tuple[str, ...]


def overview(archive: Archive, identity: Identity) -> Overview:
    """Return what an administrator looks at first."""
    archive.policy.require(identity, SETTINGS_VIEW)
    now = archive.clock.now()
    with archive.db.read() as session:
        return Overview(
            settings=shown_settings(archive.settings),
            people=session.scalar(sa.select(sa.func.count(Account.id)).where(Account.disabled_at.is_(None))) or 0,
            sessions=session.scalar(
                sa.select(sa.func.count(WebSession.id)).where(
                    WebSession.ended_at.is_(None), WebSession.expires_at > now
                )
            )
            or 0,
            tokens=session.scalar(
                sa.select(sa.func.count(ApiToken.id)).where(ApiToken.ended_at.is_(None), ApiToken.expires_at > now)
            )
            or 0,
            free_bytes=shutil.disk_usage(archive.data).free,
            audit_size=session.scalar(sa.select(AuditHead.size)) or 0,
            checkpoint=session.scalar(sa.select(AuditCheckpoint).order_by(AuditCheckpoint.size.desc()).limit(1)),
            master_keys=tuple(archive.vault.keys.ids()),
        )


def shown_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings as they may be shown: passwords in URLs are starred."""
    return {name: settings.shown(name) for name in Settings.model_fields}
