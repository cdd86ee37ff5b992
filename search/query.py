"""The query language: what people type in the search box, parsed into an `Expression`; see docs/search.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from search.expression import AllOf, AnyOf, Between, Expression, Has, Not, Words, positive_words
from search.index import QueryError
from search.normalise import canonical
from search.values import amount_of_word, amounts, dates, fen_range

MOST_CHARACTERS = 1_000
MOST_PARTS = 50
LEVELS = {"公开": "0", "内部": "1", "秘密": "2", "机密": "3", "public": "0", "internal": "1", "secret": "2"} | {
    "confidential": "3"
}
_OR = ("OR", "或", "|")

_TEXT_FIELDS = {
    "parties": "客户 相对方 单位 公司 party customer",
    "persons": "人 人员 姓名 person",
    "codes": "编号 号码 档号 代码 合同号 code number",
    "title": "标题 题名 title",
    "body": "正文 全文 text",
    "types": "类型 文种 type",
}
_VALUE_FIELDS = {
    "status": "状态 status",
    "year": "年度 year",
    "department": "部门 department",
    "owner": "经手人 owner",
    "dossier": "案卷 dossier",
    "confirmed": "已确认 confirmed",
}
_RANGE_FIELDS = {"amount": "金额 amount", "date": "日期 date", "received": "收到 收件 received"}
_LEVEL_NAMES = ("密级", "level")


def parse(text: str) -> Expression:
    """Return what a query means; nothing typed means everything. Raises `QueryError`."""
    return _parse(text)


@lru_cache(maxsize=256)
def _parse(text: str) -> Expression:
    if len(text) > MOST_CHARACTERS:
        raise QueryError(f"The query is too long; use at most {MOST_CHARACTERS} characters.", code="query_too_long")
    if sum(text.count(mark) for mark in '"“”') % 2:
        raise QueryError(
            'A quotation mark is missing; write a phrase like "有限公司".', '"', '"有限公司"', "quote_open"
        )
    parts = [part for part in _alternatives(list(_PART.finditer(text))) if part is not None]
    if len(parts) > MOST_PARTS:
        raise QueryError(f"The query has too many parts; use at most {MOST_PARTS}.", code="query_too_long")
    if text.strip() and not parts:
        raise QueryError("There is nothing to look for; type a word, a code or an amount.", text, "合同", "query_empty")
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def text_query(text: str) -> tuple[str, ...]:
    """Return the canonical needles of a query that a page may show, longest first, each once; for highlights."""
    needles = {words.needle for words in positive_words(parse(text))}
    return tuple(sorted(needles, key=lambda needle: (-len(needle), needle)))


def query_parts(text: str) -> list[str]:
    """Return the parts of a query that must all match, as typed; alternatives stay one part. Raises `QueryError`."""
    parse(text)
    parts: list[str] = []
    joining = False
    for typed in (match.group() for match in _PART.finditer(text)):
        if parts and (joining or typed in _OR):
            parts[-1] = f"{parts[-1]} {typed}"
            joining = typed in _OR
        else:
            parts.append(typed)
    return parts


def filter_expression(filters: Mapping[str, Iterable[str]]) -> tuple[Expression, ...]:
    """Return one expression for each name of `Request.filters`. Raises `QueryError` for a range it cannot read."""
    return tuple(_filter(name, tuple(values)) for name, values in sorted(filters.items()))


def _filter(name: str, values: tuple[str, ...]) -> Expression:
    if name == "amount":
        return AnyOf(tuple(fen_range(value) for value in values))
    if name in ("date", "received"):
        return AnyOf(tuple(dates(name, value, "2023-01-01..2023-03-31") for value in values))
    return Has(name, values)


def _alternatives(matches: list[re.Match[str]]) -> list[Expression | None]:
    """Join parts around OR (which binds closer than the blank) and return the parts that must all match."""
    parts: list[Expression | None] = []
    joining = False
    for place, match in enumerate(matches):
        if match.group() in _OR:
            if place in (0, len(matches) - 1) or joining:
                raise QueryError(
                    "OR stands between two parts, for example 合同 OR 协议.", "OR", "合同 OR 协议", "or_alone"
                )
            joining = True
            continue
        part = _part(match)
        parts.append(_either(parts.pop(), part) if joining else part)
        joining = False
    return parts


def _either(left: Expression | None, right: Expression | None) -> Expression | None:
    if left is None or right is None:
        return left or right
    return AnyOf((*(left.parts if isinstance(left, AnyOf) else (left,)), right))


def _part(match: re.Match[str]) -> Expression | None:
    field = (match["field"] or "").lower()
    found: Expression | None
    if field:
        found = _READERS[field](match["quoted"] if match["quoted"] is not None else match["word"], match.group())
    elif match["quoted"] is not None:
        found = _phrase(match["quoted"], None, match.group())
    else:
        found = _word(match["word"])
    return Not(found) if match["minus"] and found is not None else found


def _word(word: str) -> Expression | None:
    """Return a word anywhere; one that is an amount is looked for in texts and among the amounts."""
    if _EMPTY_FIELD.fullmatch(word):
        return _phrase("", None, word)
    needle = canonical(word)
    amount = amount_of_word(word)
    if amount is None:
        return Words(needle) if needle else None
    shown, fen = amount
    return AnyOf((Words(canonical(shown)), Between("amount", fen, fen)))


def _phrase(value: str, column: str | None, part: str) -> Expression:
    needle = canonical(value)
    if not needle:
        message = f'“{part}” names nothing to look for; write it like 客户:某某公司 or "有限公司".'
        raise QueryError(message, part, "客户:某某公司", "part_empty")
    return Words(needle, column)


def _level(value: str, part: str) -> Expression:
    level = LEVELS.get(value.lower(), value)
    if level not in LEVELS.values():
        raise QueryError(
            f"“{part}” is no secrecy level; write 密级:内部 or level:1.", part, "密级:内部", "level_invalid"
        )
    return Has("level", (level,))


_Reader = Callable[[str, str], Expression]


def _column(column: str) -> _Reader:
    return lambda value, part: _phrase(value, column, part)


def _attribute(name: str) -> _Reader:
    return lambda value, part: Has(name, (value,))


def _range(name: str) -> _Reader:
    return lambda value, part: amounts(value) if name == "amount" else dates(name, value)


def _readers() -> dict[str, _Reader]:
    found: dict[str, _Reader] = dict.fromkeys(_LEVEL_NAMES, _level)
    for table, reader in ((_TEXT_FIELDS, _column), (_VALUE_FIELDS, _attribute), (_RANGE_FIELDS, _range)):
        for name, labels in table.items():
            found |= dict.fromkeys(labels.split(), reader(name))
    return found


_READERS = _readers()
_FIELD = "|".join(re.escape(name) for name in sorted(_READERS, key=len, reverse=True))
_PART = re.compile(
    rf"""(?P<minus>[-－])?(?:(?P<field>{_FIELD})[:：]\s*)?(?:["“”](?P<quoted>[^"“”]*)["“”]|(?P<word>[^\s"“”]+))""",
    re.IGNORECASE,
)
_EMPTY_FIELD = re.compile(rf"({_FIELD})[:：]", re.IGNORECASE)
FIELD_NAMES = tuple(_READERS)
"""Every name that may stand before the colon, Chinese and English."""
