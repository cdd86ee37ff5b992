"""What dossiers tell the house."""

from __future__ import annotations

from dms.dossiers.actions import ACTIONS
from dms.dossiers.answers import ANSWERS
from dms.dossiers.models import Dossier
from dms.kernel.topic import SubjectKind, Topic

TOPIC = Topic(
    name="dossiers",
    answers=ANSWERS,
    tables=(Dossier,),
    actions=ACTIONS,
    blueprints=("dms.dossiers.views:bp", "dms.dossiers.api:api"),
    kinds=(SubjectKind("dossier", "案卷", "/dossiers/", deeds="案卷"),),
    deeds={
        "dossier.open": "为 %(party)s 建立案卷 %(number)s",
        "dossier.export": "导出案卷清单，查找词 %(query)s",
    },
)
