"""What documents tell the house."""

from __future__ import annotations

from collections.abc import Iterable

from dms.documents import extracting, understanding
from dms.documents.answers import ANSWERS
from dms.documents.expiry import empty_trash
from dms.documents.models import (
    Document,
    DocumentFile,
    DocumentPage,
    FieldRow,
    PageEdit,
    ReviewRemark,
    SealRow,
)
from dms.documents.service.lists import count_inbox, count_reading
from dms.kernel.archive import Archive
from dms.kernel.carrier import Queue
from dms.kernel.topic import Chore, JobKind, MenuItem, SubjectKind, Topic
from dms.policy.content import ACTIONS, DOCUMENT_REVIEW, DOCUMENT_UPLOAD, DOCUMENT_VIEW


def _chores(archive: Archive) -> Iterable[Chore]:
    yield Chore("empty the trash", 3600.0, lambda: empty_trash(archive))


TOPIC = Topic(
    name="documents",
    answers=ANSWERS,
    tables=(Document, DocumentPage, DocumentFile, FieldRow, SealRow, PageEdit, ReviewRemark),
    actions=ACTIONS,
    blueprints=("dms.documents.views:bp", "dms.documents.api:api"),
    jobs=(
        JobKind("understand", "辨认文件与字段", understanding.understand, Queue.READING),
        JobKind("extract", "抽取文件自己的原件", extracting.extract, Queue.READING),
    ),
    chores=_chores,
    menu=(
        MenuItem(
            10,
            "/inbox",
            "收件",
            "inbox",
            (DOCUMENT_UPLOAD, DOCUMENT_REVIEW),
            "inbox",
            "g i",
            ("/review", "/arrivals", "/batches"),
            on_phone=True,
        ),
        MenuItem(30, "/documents", "文件", "paper", (DOCUMENT_VIEW,), key="g d"),
    ),
    counters={"inbox": count_inbox, "reading": count_reading},
    kinds=(SubjectKind("document", "文件", "/documents/", deeds="文件", can_be_held=True),),
    deeds={
        "document.create": "由来件得到一件文件，类型 %(type)s，页 %(pages)s",
        "document.view": "查看文件",
        "page.view": "查看文件的页面图像",
        "document.download": "下载文件 %(name)s",
        "document.export": "导出文件",
        "document.print": "打印文件",
        "document.correct": "更正文件：%(changes)s",
        "document.confirm": "确认文件，改动：%(changes)s",
        "document.type": "改文件类型：%(changes)s",
        "document.later": "暂放文件",
        "document.rejected": "退回文件",
        "document.resume": "把暂放或退回的文件放回待审",
        "document.pages.split": "拆分页面",
        "document.pages.merge": "合并页面",
        "document.pages.reorder": "调整页面顺序",
        "document.pages.turn": "转动页面",
        "document.pages.hide": "隐藏页面",
        "document.pages.replace": "替换页面",
        "document.pages.undo": "撤销整理页面",
        "document.extract": "把 %(count)s 页无损抽取为文件自己的原件（%(kind)s，SHA-256 %(sha256)s）",
        "document.verify": "核验文件：证实 %(proven)s 项，不符 %(failed)s 项，待证 %(pending)s 项",
        "document.trash": "把文件移入回收站",
        "document.restore": "从回收站取回文件",
        "document.destroy": "回收站满 30 天，销毁未归档的文件 %(title)s",
        "seal.confirm": "确认印章 %(text)s",
    },
    wording="dms.documents.wording:worded",
)
