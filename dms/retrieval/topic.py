"""What search tells the house."""

from __future__ import annotations

from collections.abc import Iterable

from dms.kernel.archive import Archive
from dms.kernel.topic import SILENT, Chore, MenuItem, SubjectKind, Topic
from dms.policy.content import DOCUMENT_VIEW
from dms.retrieval import projection
from dms.retrieval.actions import ACTIONS
from dms.retrieval.measures import index
from dms.retrieval.models import IndexOutbox


def _chores(archive: Archive) -> Iterable[Chore]:
    yield Chore("feed the index", 0.5, lambda: projection.consume(archive))


TOPIC = Topic(
    name="retrieval",
    answers=SILENT,
    tables=(IndexOutbox,),
    actions=ACTIONS,
    blueprints=("dms.retrieval.views:bp", "dms.retrieval.api:api"),
    chores=_chores,
    menu=(MenuItem(20, "/search", "检索", "search", (DOCUMENT_VIEW,), key="g s", on_phone=True),),
    kinds=(SubjectKind("search", "检索", deeds="检索"),),
    deeds={
        "search.export": "导出检索结果（%(form)s），检索词 %(query)s，筛选 %(filters)s，共 %(total)s 件",
    },
    measures=(index,),
)
