"""What the frame of every printed form says: whose archive, when it was printed and by whom."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from dms.kernel.archive import Archive
from dms.policy import Identity


def sheet(archive: Archive, identity: Identity, at: datetime) -> dict[str, str]:
    """Return what `frame.typ` takes as its `sheet`; `at` is the moment of printing."""
    return {
        "company": "、".join(company.name for company in archive.settings.own_companies[:2]),
        "archive": archive.settings.archive_name,
        "printed_at": moment(archive, at),
        "printed_by": identity.name,
    }


def moment(archive: Archive, at: datetime) -> str:
    """Return a moment to the minute in the archive's time zone: paper is read where the archive is."""
    return f"{at.astimezone(ZoneInfo(archive.settings.time_zone)):%Y-%m-%d %H:%M}"


def size(length: int) -> str:
    """Return a length in bytes as screens show it: 3.4 MB."""
    if length < 1000:
        return f"{length} B"
    unit = next(power for power in (1, 2, 3) if length < 1000 ** (power + 1) or power == 3)
    return f"{length / 1000**unit:.1f} {'KMG'[unit - 1]}B"
