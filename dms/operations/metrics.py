"""What the catalog knows of the work under way, as measurements: true for all machines, counted when somebody asks."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from dms.kernel.archive import Archive
from dms.kernel.telemetry.measures import gauge

LOG = logging.getLogger("dms.metrics")


class CatalogCollector(Collector):
    """Reads the catalog at each scrape; when that does not answer, only `guidang_catalog_up 0` is told."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def describe(self) -> Iterator[Metric]:
        """Yield nothing: registering must not read the catalog."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Yield what the topics measure now."""
        archive = self._archive
        try:
            with archive.db.read() as session:
                found = [metric for measure in archive.topics.measures for metric in measure(session, archive)]
        except SQLAlchemyError:
            LOG.warning("the catalog does not answer", exc_info=True)
            found = []
        yield gauge("guidang_catalog_up", "1 while the catalog answers", [((), float(bool(found)))])
        yield from found
