"""What each deed of the log reads like: one sentence an action, filled from the leaf's details."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

# msgids; the extraction script reads this table. %(target)s is the id of what was dealt with, %(reason)s the reason;
# %(changes)s what was changed, from what to what; every other placeholder is a name of the leaf's details, "—"
# where the leaf has none of that name.
SENTENCES: Mapping[str, str] = {
    "session.start": "登录",
    "session.end": "退出登录",
    "session.fail": "登录失败，登录名 %(login)s",
    "link.create": "给 %(name)s 一条一次性链接（%(purpose)s）",
    "link.use": "用一次性链接设了密码（%(purpose)s）",
    "account.create": "建立账号 %(name)s，角色 %(roles)s，涉密等级 %(level)s",
    "account.change": "修改 %(name)s 的资料",
    "account.roles": "把 %(name)s 的角色由 %(before)s 改为 %(after)s，涉密等级 %(level)s",
    "account.password": "改了自己的密码",
    "account.disable": "停用账号 %(name)s",
    "account.enable": "启用账号 %(name)s",
    "department.create": "建立部门 %(name)s",
    "department.change": "部门 %(before)s 改名为 %(name)s",
    "token.create": "建立令牌 %(name)s，%(days)s 天，操作 %(actions)s",
    "token.end": "作废令牌 %(name)s",
    "audit.export": "导出整个审计日志",
    "audit.list": "导出审计列表，条件 %(filter)s",
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
    "document.file": "归档文件，档号 %(number)s",
    "document.extract": "把 %(count)s 页无损抽取为文件自己的原件（%(kind)s，SHA-256 %(sha256)s）",
    "document.verify": "核验文件：证实 %(proven)s 项，不符 %(failed)s 项，待证 %(pending)s 项",
    "document.trash": "把文件移入回收站",
    "document.restore": "从回收站取回文件",
    "document.destroy": "回收站满 30 天，销毁未归档的文件 %(title)s",
    "seal.confirm": "确认印章 %(text)s",
    "search.export": "导出检索结果（%(form)s），检索词 %(query)s，筛选 %(filters)s，共 %(total)s 件",
    "party.create": "建立客户 %(name)s",
    "party.change": "修改客户 %(title)s：%(changes)s",
    "party.export": "导出客户清单，查找词 %(query)s",
    "dossier.open": "为 %(party)s 建立案卷 %(number)s",
    "dossier.export": "导出案卷清单，查找词 %(query)s",
    "place.create": "建立库位 %(pattern)s，新增 %(made)s 个",
    "place.close": "停用库位 %(code)s",
    "place.export": "导出库位清单",
    "box.create": "编新盒号 %(first)s 至 %(last)s，共 %(count)s 个",
    "holding.register": "登记原件 %(code)s",
    "holding.link": "原件 %(code)s 也是另一件文件的原件",
    "holding.seen": "看到原件 %(code)s 在原处",
    "holding.put_away": "上架 %(code)s：%(from)s → %(to)s",
    "holding.move": "移动 %(code)s：%(from)s → %(to)s",
    "holding.hand_out": "把 %(code)s 交给 %(to)s，应还 %(due_on)s，用途 %(reason)s",
    "holding.return": "收回 %(code)s：%(from)s → %(to)s",
    "holding.undo": "撤销移动 %(code)s：%(from)s → %(to)s",
    "holding.export": "导出借出清单，%(count)s 份",
    "job.retry": "重试任务 %(kind)s",
    "job.retry_all": "重试停放的全部任务 %(kind)s",
    "job.cancel": "取消任务 %(kind)s",
    "backup.made": "备份 %(target)s，%(objects)s 个对象",
    "archive.moved": "档案由 %(from)s 搬到 %(to)s，%(objects)s 个对象",
    "backup.restored": "由备份 %(target)s 恢复，%(objects)s 个对象；这份备份之后的事不在这里",
    "keys.rotate": "轮换主密钥，重新包裹 %(objects)s 个对象",
}
UNKNOWN = "%(action)s"


class _Values(Mapping[str, str]):
    """The placeholders of a sentence: details as text, a dash for what is not there."""

    def __init__(self, details: Mapping[str, Any], **further: str) -> None:
        self._values = {**details, **further}

    def __getitem__(self, name: str) -> str:
        return text_of(self._values.get(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def text_of(value: Any) -> str:
    """Return a value of the details as a person reads it."""
    if value is None or value in ("", [], {}):
        return "—"
    if isinstance(value, list):
        return "、".join(text_of(each) for each in value)
    if isinstance(value, dict):
        return "，".join(f"{name} {text_of(each)}" for name, each in value.items())
    return str(value)


def sentence(template: str, action: str, target: str, details: Mapping[str, Any], reason: str) -> str:
    """Fill a (translated) sentence of the table."""
    further = {"action": action, "target": target, "reason": reason, "changes": changes_of(details)}
    return template % _Values(details, **further)


def changes_of(details: Mapping[str, Any]) -> str:
    """Return what was changed, {label: before → after}, as text."""
    changes = details.get("changes")
    return "；".join(f"{label} {change}" for label, change in changes.items()) if isinstance(changes, Mapping) else ""
