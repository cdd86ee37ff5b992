"""Measurements from the catalog: every question is answered from an index and looks at no more than `MOST` rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from sqlalchemy.orm import InstrumentedAttribute, Session

MOST = 100_000  # what is more is counted as this
LATELY = timedelta(minutes=5)


def grouped(
    session: Session, condition: sa.ColumnElement[bool], *columns: InstrumentedAttribute[Any]
) -> list[tuple[tuple[str, ...], float]]:
    """Return how many rows there are of each combination of some columns, as text."""
    few = sa.select(*columns).where(condition).limit(MOST).subquery()
    rows = session.execute(sa.select(*few.c, sa.func.count()).group_by(*few.c))
    return [(tuple(map(str, row[:-1])), float(row[-1])) for row in rows]


def count(session: Session, column: InstrumentedAttribute[Any], condition: sa.ColumnElement[bool]) -> float:
    """Return how many rows fit."""
    few = sa.select(column).where(condition).limit(MOST).subquery()
    return float(session.scalar(sa.select(sa.func.count()).select_from(few)) or 0)


def age(
    session: Session, column: InstrumentedAttribute[datetime], now: datetime, *conditions: sa.ColumnElement[bool]
) -> float:
    """Return the seconds since the oldest row that fits, 0 where there is none; ids sort by time."""
    oldest = session.scalar(sa.select(column).where(*conditions).order_by(column.class_.id).limit(1))
    return max((now - oldest).total_seconds(), 0.0) if oldest else 0.0


def gauge(name: str, text: str, values: Any, *labels: str) -> Metric:
    """Return a measurement: (label values, value) under the names of its labels."""
    gauge = GaugeMetricFamily(name, text, labels=labels)
    for label_values, value in values:
        gauge.add_metric(label_values, value)
    return gauge
