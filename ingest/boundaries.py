"""Where one paper ends and the next begins in a stack: titles, page numbers (第x页 共y页), types of one page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.classify import classify, title_weight
from ingest.doctypes import DocumentType
from ingest.model import Page

_NUMERALS = {c: i for i, c in enumerate("零一二三四五六七八九十")}
_PAGE_NUMBER = re.compile(
    r"第\s*(?P<n>\d{1,3}|[一二三四五六七八九十])\s*页(?:\s*[,，/、(]?\s*共\s*(?P<of>\d{1,3}|[一二三四五六七八九十])\s*页)?"
    r"|共\s*(?P<of2>\d{1,3})\s*页\s*[,，/、]?\s*第\s*(?P<n2>\d{1,3})\s*页"
    r"|\bPAGE\s*(?P<n3>\d{1,3})\s*(?:OF|/)\s*(?P<of3>\d{1,3})",
    re.IGNORECASE,
)
_TITLE = 4.0  # weight of titles on a page's top that begins a paper


@dataclass(frozen=True, slots=True)
class _Evidence:
    page: Page
    declared: DocumentType | None
    titled: bool
    number: int | None
    of: int | None


def split(types: Sequence[DocumentType], pages: Iterable[Page]) -> tuple[tuple[Page, ...], ...]:
    """Divide `pages`, in their order, into papers; every page belongs to exactly one."""
    papers: list[list[_Evidence]] = []
    for page in pages:
        evidence = _weigh(types, page)
        if papers and not _begins(papers[-1], evidence):
            papers[-1].append(evidence)
        else:
            papers.append([evidence])
    return tuple(tuple(e.page for e in paper) for paper in papers)


def _weigh(types: Sequence[DocumentType], page: Page) -> _Evidence:
    declared = classify(types, [page]).winner
    titled = declared is not None and title_weight(declared, page) >= _TITLE
    number, of = page_number(page)
    return _Evidence(page, declared, titled, number, of)


def _begins(paper: Sequence[_Evidence], now: _Evidence) -> bool:
    """Tell whether a page begins a paper, by the strongest evidence first."""
    first, last = paper[0], paper[-1]
    if now.number is not None:
        follows = last.number == now.number - 1 and (last.of is None or now.of is None or last.of == now.of)
        return now.number == 1 or not (follows or (now.number > 1 and not now.titled and len(paper) < now.number))
    if last.of is not None and last.number == last.of:
        return True
    if first.declared and first.declared.pages is not None and len(paper) >= first.declared.pages:
        return True
    if now.titled:
        return True
    if not now.page.lines:
        return False  # a blank back belongs to its front
    if first.declared is None:
        return now.declared is not None
    return now.declared is not None and now.declared.code != first.declared.code and now.declared.pages == 1


def page_number(page: Page) -> tuple[int | None, int | None]:
    """Return number and count that a page prints at its head or foot, None where it prints none."""
    for line in page.lines:
        if 0.12 < line.box.y0 < 0.85:
            continue
        match = _PAGE_NUMBER.search(unicodedata.normalize("NFKC", line.text))
        if match:
            return _first(match, "n", "n2", "n3"), _first(match, "of", "of2", "of3")
    return None, None


def _first(match: re.Match[str], *names: str) -> int | None:
    text = next((match[name] for name in names if match[name]), None)
    return None if text is None else _NUMERALS[text] if text in _NUMERALS else int(text)
