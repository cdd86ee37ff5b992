"""Rights over content: what may be done with papers, from their arrival on. Many topics ask about the same few."""

from __future__ import annotations

from dms.policy.actions import Action

DOCUMENT_VIEW = Action(
    "document.view", "查看文件信息和全文", content=True, reads=True
)  # see that it is there, its fields and its text; the base of all below
PAGE_VIEW = Action("page.view", "查看页面图像", content=True, within_view=True, reads=True)  # see pictures of its pages
DOCUMENT_DOWNLOAD = Action("document.download", "下载文件", content=True, within_view=True, reads=True)
DOCUMENT_EXPORT = Action("document.export", "导出文件", content=True, within_view=True, reads=True)
DOCUMENT_PRINT = Action("document.print", "打印文件", content=True, within_view=True, reads=True)
DOCUMENT_UPLOAD = Action("document.upload", "上传文件", content=True)
DOCUMENT_REVIEW = Action(
    "document.review", "更正和确认字段", content=True, within_view=True
)  # correct and confirm fields, arrange pages
DOCUMENT_FILE = Action("document.file", "归档、给档号", content=True, within_view=True)  # give the 档号
DOCUMENT_DISCARD = Action("document.discard", "移入回收站", content=True, within_view=True)
DOCUMENT_LEVEL = Action("document.level", "定密级", content=True, within_view=True)  # set or raise the secrecy level
SEAL_CONFIRM = Action("seal.confirm", "确认印章", content=True, within_view=True)

ACTIONS = (
    DOCUMENT_VIEW,
    PAGE_VIEW,
    DOCUMENT_DOWNLOAD,
    DOCUMENT_EXPORT,
    DOCUMENT_PRINT,
    DOCUMENT_UPLOAD,
    DOCUMENT_REVIEW,
    DOCUMENT_FILE,
    DOCUMENT_DISCARD,
    DOCUMENT_LEVEL,
    SEAL_CONFIRM,
)
