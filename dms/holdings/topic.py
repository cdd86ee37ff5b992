"""What paper originals tell the house."""

from __future__ import annotations

from dms.holdings.actions import ACTIONS, HOLDING_MOVE
from dms.holdings.answers import ANSWERS
from dms.holdings.models import Holding, HoldingDocument, Movement
from dms.kernel.topic import MenuItem, SubjectKind, Topic

TOPIC = Topic(
    name="holdings",
    answers=ANSWERS,
    tables=(Holding, HoldingDocument, Movement),
    actions=ACTIONS,
    blueprints=("dms.holdings.views:bp", "dms.holdings.api:api"),
    menu=(MenuItem(15, "/putaway", "扫码", "scan", (HOLDING_MOVE,), on_phone=True, beside=False),),
    kinds=(SubjectKind("holding", "原件", "/holdings/", deeds="原件"),),
    deeds={
        "holding.register": "登记原件 %(code)s",
        "holding.link": "原件 %(code)s 也是另一件文件的原件",
        "holding.seen": "看到原件 %(code)s 在原处",
        "holding.put_away": "上架 %(code)s：%(from)s → %(to)s",
        "holding.move": "移动 %(code)s：%(from)s → %(to)s",
        "holding.hand_out": "把 %(code)s 交给 %(to)s，应还 %(due_on)s，用途 %(reason)s",
        "holding.return": "收回 %(code)s：%(from)s → %(to)s",
        "holding.undo": "撤销移动 %(code)s：%(from)s → %(to)s",
        "holding.export": "导出借出清单，%(count)s 份",
    },
)
