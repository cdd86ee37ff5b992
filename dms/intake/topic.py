"""What comes in tells the house."""

from __future__ import annotations

from collections.abc import Iterable

from dms.intake import reading
from dms.intake.answers import ANSWERS
from dms.intake.measures import arrivals, pages
from dms.intake.models import Arrival, Batch, PageReading, WatchProblem
from dms.intake.passwords import PASSWORD_TASK
from dms.intake.watch import Watcher
from dms.kernel.archive import Archive
from dms.kernel.carrier import Queue
from dms.kernel.topic import Chore, JobKind, SubjectKind, TaskKind, Topic


def _chores(archive: Archive) -> Iterable[Chore]:
    if archive.settings.watch_folder is not None:
        watcher = Watcher(archive, archive.settings.watch_folder)
        yield Chore("watch the folder", 2.0, lambda: min(watcher.scan(), 0))


TOPIC = Topic(
    name="intake",
    answers=ANSWERS,
    tables=(Batch, Arrival, PageReading, WatchProblem),
    blueprints=("dms.intake.views:bp", "dms.intake.api:api"),
    jobs=(
        JobKind("inspect", "查看文件结构", reading.inspect, Queue.READING),
        JobKind("read", "读取页面", reading.read, Queue.READING),
    ),
    tasks=(
        TaskKind(
            PASSWORD_TASK,
            "给出 PDF 的打开密码（收件批 %(batch)s）",
            ended_by=("arrival.password", "arrival.discard", "arrival.inspected"),
        ),
    ),
    stages={"reading": "读取页面"},
    chores=_chores,
    kinds=(SubjectKind("arrival", "来件", "/arrivals/", deeds="收件"), SubjectKind("batch", "收件批")),
    deeds={
        "batch.receipt": "打印收件批 %(number)s 的回执，%(files)s 个文件",
        "arrival.receive": "收到文件 %(name)s（%(length)s 字节，收件批 %(batch)s）",
        "arrival.duplicate": "收到重复的文件 %(name)s，指向已有的一份",
        "arrival.inspected": "查看了来件的结构",
        "arrival.unreadable": "来件还不能读取，已原样保存",
        "arrival.locked": "来件有密码，等人给出",
        "arrival.refused": "来件不能使用，等人处理（%(problem)s）",
        "arrival.stored": "来件放回待读",
        "arrival.read-again": "让来件再读一次",
        "arrival.password": "给出来件的密码",
        "arrival.discard": "丢弃来件 %(name)s",
        "arrival.read": "读完来件",
    },
    measures=(pages, arrivals),
)
