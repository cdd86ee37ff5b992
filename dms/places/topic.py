"""What places tell the house."""

from __future__ import annotations

from dms.kernel.topic import MenuItem, SubjectKind, Topic
from dms.places.actions import ACTIONS, PLACE_VIEW
from dms.places.answers import ANSWERS
from dms.places.models import Place

TOPIC = Topic(
    name="places",
    answers=ANSWERS,
    tables=(Place,),
    actions=ACTIONS,
    menu=(MenuItem(50, "/places", "库位", "shelf", (PLACE_VIEW,), key="g p", matches=("/holdings", "/putaway")),),
    kinds=(SubjectKind("place", "库位", "/places/", deeds="库位"),),
    deeds={
        "place.create": "建立库位 %(pattern)s，新增 %(made)s 个",
        "place.close": "停用库位 %(code)s",
        "place.export": "导出库位清单",
        "box.create": "编新盒号 %(first)s 至 %(last)s，共 %(count)s 个",
    },
)
