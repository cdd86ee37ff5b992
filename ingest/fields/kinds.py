"""Kinds of values (日期, 金额, 代码 …): where one stands in a text, and its normal form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from ingest import money
from ingest.fields.dates import Found, find_dates, find_periods
from ingest.identifiers import compact

GAP = "\x1f"  # stands between two printed pieces of a row
_BLANK = f"\\s{GAP}"
_CAPITALS = "零〇壹贰貳貮叁叄参肆伍陆陸柒捌玖一二三四五六七八九两十拾百佰千仟万萬亿億元圆圓角分整正负"
_CAPITAL_RUN = re.compile(f"[{_CAPITALS}](?:[{_BLANK}]*[{_CAPITALS}])+")
_FIGURES = re.compile(
    rf"(?P<sign>-?)\s*(?:[¥￥$]|RMB|CNY|RM|USD|人民币)?\s*(?P<minus>-?)\s*"
    rf"(?P<n>\d{{1,3}}(?:[,，][\s]?\d{{3}})+(?:\.\d+)?|\d+(?:\s?\.\s?\d+)?)[{_BLANK}]*(?P<unit>[亿万千]?)",
    re.IGNORECASE,
)
_FOREIGN = re.compile(r"美元|美金|USD|US\$|欧元|EUR|港[元币]|HKD|日元|JPY|英镑|GBP", re.IGNORECASE)
_LONGEST_NAME = 5
_PERSON = re.compile(r"[㐀-鿿]{1,}(?:[·•.][㐀-鿿]+)*|[A-Za-z][A-Za-z.,'’\- ]{1,40}[A-Za-z.]")
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"  # of number plates (车牌)
_CODE = re.compile(
    rf"(?:[{_PROVINCES}](?=[ ]?[A-Z][ ·.]?[A-Z0-9]{{5,6}}(?![A-Z0-9])))?"
    rf"[A-Za-z0-9](?:[ ]?[A-Za-z0-9\-_/()〔〕\[\]·.#]|[第字号年{_PROVINCES}])*"
)
_ACCOUNT = re.compile(r"\d(?:[\s\-–—]?\d){7,31}")
_PHONE = re.compile(
    r"(?:\+?86[\- ]?)?1[3-9]\d[\- ]?\d{4}[\- ]?\d{4}"
    r"|\(?0\d{2,3}\)?[\- —–]?\d{7,8}(?:[\-转*]\d{1,6})?|[48]00[\- ]?\d{3}[\- ]?\d{4}|(?<!\d)\d{7,8}(?!\d)"
)
_NUMBER = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?")
_BESIDE_HAN = re.compile(r"(?<=[㐀-鿿、。】》)])[(),:;!?]|[(),:;!?](?=[㐀-鿿【《(])")
_EDGES = f" \t{GAP}:;,.、，。；：_—-|'\""


def find_values(kind: str, text: str) -> Iterator[Found]:
    """Yield the values of `kind` in `text` from left to right; `value` is None where none can be normalised."""
    return _FINDERS.get(kind, _find_text)(text)


def _trimmed(text: str, start: int, end: int, edges: str = _EDGES) -> tuple[int, int]:
    while start < end and text[start] in edges:
        start += 1
    while end > start and text[end - 1] in edges:
        end -= 1
    return start, end


def join_blanks(text: str) -> str:
    """Return `text` without marks of gaps, with blanks only where Latin words meet."""
    single = re.sub(f"[{_BLANK}]+", " ", text).strip()
    return re.sub(r"(?<![!-~]) | (?![!-~])", "", single)


def chinese_width(text: str) -> str:
    """Return `text` with punctuation that adjoins Chinese in full width, as Chinese is printed."""
    return _BESIDE_HAN.sub(lambda match: chr(ord(match[0]) + 0xFEE0), text)


def _find_text(text: str) -> Iterator[Found]:
    start, end = _trimmed(text, 0, len(text), f" \t{GAP}:;,、，；：_|'\"")
    if end > start:
        yield Found(start, end, chinese_width(join_blanks(text[start:end])))


def _find_party(text: str) -> Iterator[Found]:
    start, end = _trimmed(text, 0, len(text))
    if end > start:
        name = re.sub(r"^\(盖?章\)|\(盖?章\)$", "", join_blanks(text[start:end]))
        yield Found(start, end, chinese_width(name))


def _find_person(text: str) -> Iterator[Found]:
    joined = re.compile(rf"(?<![㐀-鿿])[㐀-鿿](?:[{_BLANK}]+[㐀-鿿]){{1,3}}(?![㐀-鿿])")  # 李  明
    spread = joined.match(text, *_trimmed(text, 0, len(text)))
    matches = [spread] if spread else _PERSON.finditer(text)
    for match in matches:
        end = match.end()
        if not spread and re.fullmatch(f"[㐀-鿿]{{{_LONGEST_NAME + 1},}}", match[0]):
            end = match.start() + 3  # a name of three characters, then a seal's or a form's own words
        yield Found(match.start(), end, re.sub(f"[{_BLANK}]+", "", text[match.start() : end]))


def _find_capitals(text: str) -> Iterator[Found]:
    for match in _CAPITAL_RUN.finditer(text):
        try:
            fen = money.parse_capitals(match[0].replace(GAP, ""))
        except money.NotAnAmountError:
            continue
        if re.search("[元圆圓角分万萬亿億整正]", match[0]):
            yield Found(match.start(), match.end(), str(fen))


def _find_figures(text: str) -> Iterator[Found]:
    factor = {"": 1, "千": 1_000, "万": 10_000, "亿": 100_000_000}
    for match in _FIGURES.finditer(text):
        try:
            fen = money.possible(money.parse_figures(match["n"].replace(" ", "")) * factor[match["unit"]])
        except money.NotAnAmountError:
            continue
        start = match.start() + len(match[0]) - len(match[0].lstrip(f" \t{GAP}"))
        yield Found(start, match.end(), str(-fen if match["sign"] or match["minus"] else fen))


def _find_amount(text: str) -> Iterator[Found]:
    found = sorted((*_find_capitals(text), *_find_figures(text)), key=lambda f: f.start)
    if _FOREIGN.search(text):
        start, end = _trimmed(text, 0, len(text))
        yield Found(start, end, None)  # another currency: kept as printed
    else:
        yield from (_with_unit(text, f) for f in found)


def _with_unit(text: str, found: Found) -> Found:
    """Let the raw text of an amount keep its currency words: 300万元人民币, 人民币4500万元整."""
    before = re.search(rf"人民币[{_BLANK}]*[(]?$", text[: found.start])
    behind = re.match(rf"[{_BLANK}]*[元圆]?[整正]?(?:[{_BLANK}]*\(?人民币\)?)?", text[found.end :])
    end = found.end + (behind.end() if behind else 0)
    return Found(before.start() if before else found.start, end, found.value)


def _find_uscc(text: str) -> Iterator[Found]:
    for match in re.finditer(rf"[0-9A-Za-z](?:[{_BLANK}\-]?[0-9A-Za-z]){{7,24}}", text):
        yield Found(match.start(), match.end(), compact(match[0].replace(GAP, "")))


def _find_by(pattern: re.Pattern[str], normal: Callable[[str], str]) -> Callable[[str], Iterator[Found]]:
    def find(text: str) -> Iterator[Found]:
        for match in pattern.finditer(text):
            start, end = _trimmed(text, match.start(), match.end(), " .,-_/")
            if end > start:
                yield Found(start, end, normal(text[start:end]))

    return find


def _without_blanks(text: str) -> str:
    return re.sub(r"\s+", "", text).upper()


_FINDERS: Mapping[str, Callable[[str], Iterator[Found]]] = {
    "date": find_dates,
    "period": find_periods,
    "amount": _find_amount,
    "capitals": _find_capitals,
    "figures": _find_figures,
    "party": _find_party,
    "person": _find_person,
    "uscc": _find_uscc,
    "code": _find_by(_CODE, _without_blanks),
    "account": _find_by(_ACCOUNT, lambda t: re.sub(r"\D", "", t)),
    "phone": _find_by(_PHONE, lambda t: re.sub(r"[^\d+\-转]", "", t)),
    "number": _find_by(_NUMBER, lambda t: t.replace(",", "")),
}
