from __future__ import annotations

from dms.kernel.paging import Page, cut, every

ROWS = list("abcdefg")


def page(cursor: str | None, limit: int = 3) -> Page[str]:
    behind = [row for row in ROWS if cursor is None or row > cursor]
    return cut(behind[: limit + 1], limit, str)


def test_a_page_leads_on_only_while_there_is_more():
    assert page(None) == (["a", "b", "c"], "c")
    assert page("d") == (["e", "f", "g"], None)
    assert page("g") == ([], None)


def test_every_row_comes_once_in_order():
    assert list(every(page)) == ROWS


def test_no_page_is_asked_for_before_it_is_due():
    asked = []

    def watched(cursor: str | None) -> Page[str]:
        asked.append(cursor)
        return page(cursor)

    rows = every(watched, most=3)
    assert asked == []
    assert list(rows) == ROWS[:3]
    assert asked == [None]
