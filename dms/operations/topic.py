"""What the care of the whole archive tells the house."""

from __future__ import annotations

from dms.jobs.work import Work
from dms.kernel.database import ArchiveFact
from dms.kernel.topic import SILENT, JobKind, SubjectKind, Topic
from dms.operations.actions import ACTIONS


def _fill(work: Work) -> None:
    from dms.operations import demonstration  # draws papers: loaded only where they are wanted

    demonstration.fill(work)


def _settle(work: Work) -> None:
    from dms.operations import demonstration

    demonstration.settle(work)


TOPIC = Topic(
    name="operations",
    answers=SILENT,
    tables=(ArchiveFact,),
    actions=ACTIONS,
    jobs=(
        JobKind("demonstration", "制作演示文件", _fill),
        JobKind("demonstration-settle", "演示文件归档上架", _settle),
    ),
    kinds=(
        SubjectKind("backup", "备份", deeds="备份"),
        SubjectKind("keys", deeds="密钥"),
        SubjectKind("archive", "档案"),
    ),
    deeds={
        "backup.made": "备份 %(target)s，%(objects)s 个对象",
        "archive.moved": "档案由 %(from)s 搬到 %(to)s，%(objects)s 个对象",
        "backup.restored": "由备份 %(target)s 恢复，%(objects)s 个对象；这份备份之后的事不在这里",
        "keys.rotate": "轮换主密钥，重新包裹 %(objects)s 个对象",
    },
)
