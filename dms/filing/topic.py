"""What filing tells the house."""

from __future__ import annotations

from dms.kernel.topic import SILENT, Topic

TOPIC = Topic(
    name="filing",
    answers=SILENT,
    blueprints=("dms.filing.views:bp", "dms.filing.api:api"),
    deeds={
        "document.file": "归档文件，档号 %(number)s",
    },
)
