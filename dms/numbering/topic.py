"""What the counters tell the house."""

from __future__ import annotations

from dms.kernel.topic import SILENT, Topic
from dms.numbering.models import NumberCounter

TOPIC = Topic(
    name="numbering",
    answers=SILENT,
    tables=(NumberCounter,),
)
