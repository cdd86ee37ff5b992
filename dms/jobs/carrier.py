"""Which carrier brings news of jobs to workers, as the settings ask for."""

from __future__ import annotations

from config.settings import Settings
from dms.jobs.broker import BrokerCarrier
from dms.jobs.local import LocalCarrier
from dms.jobs.notify import NotifyCarrier
from dms.kernel.carrier import Carrier
from dms.kernel.database import Database


def carrier_for(settings: Settings, database: Database) -> Carrier:
    """Return the carrier that the settings ask for."""
    if settings.carrier_url:
        return BrokerCarrier(settings.carrier_url)
    return LocalCarrier(settings.data / "wake") if database.is_sqlite else NotifyCarrier(database)
