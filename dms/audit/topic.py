"""What the log tells the house."""

from __future__ import annotations

from collections.abc import Iterable

from dms.audit import sequencer
from dms.audit.actions import ACTIONS, AUDIT_READ
from dms.audit.measures import waiting
from dms.audit.models import AuditCheckpoint, AuditHead, AuditKey, AuditLeaf, AuditNode
from dms.kernel.archive import Archive
from dms.kernel.topic import SILENT, Chore, MenuItem, SubjectKind, Topic


def _chores(archive: Archive) -> Iterable[Chore]:
    yield Chore("sequence the log", 0.5, lambda: sequencer.tick(archive))


TOPIC = Topic(
    name="audit",
    answers=SILENT,
    tables=(AuditLeaf, AuditNode, AuditHead, AuditKey, AuditCheckpoint),
    actions=ACTIONS,
    blueprints=("dms.audit.views:bp", "dms.audit.api:api"),
    chores=_chores,
    menu=(MenuItem(100, "/audit", "审计", "audit", (AUDIT_READ,), key="g a"),),
    kinds=(SubjectKind("audit", "审计", deeds="审计"),),
    deeds={
        "audit.export": "导出整个审计日志",
        "audit.list": "导出审计列表，条件 %(filter)s",
    },
    measures=(waiting,),
)
