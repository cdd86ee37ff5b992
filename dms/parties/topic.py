"""What parties tell the house."""

from __future__ import annotations

from dms.kernel.topic import MenuItem, SubjectKind, Topic
from dms.parties.actions import ACTIONS, PARTY_VIEW
from dms.parties.answers import ANSWERS
from dms.parties.models import Party, PartyName

TOPIC = Topic(
    name="parties",
    answers=ANSWERS,
    tables=(Party, PartyName),
    actions=ACTIONS,
    blueprints=("dms.parties.views:bp", "dms.parties.api:api"),
    menu=(MenuItem(40, "/parties", "客户与案卷", "folder", (PARTY_VIEW,), key="g c", matches=("/dossiers",)),),
    kinds=(SubjectKind("party", "客户", "/parties/", deeds="客户"),),
    deeds={
        "party.create": "建立客户 %(name)s",
        "party.change": "修改客户 %(title)s：%(changes)s",
        "party.export": "导出客户清单，查找词 %(query)s",
    },
    wording="dms.parties.wording:worded",
)
