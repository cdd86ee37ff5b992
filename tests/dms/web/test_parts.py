from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from dms.web.checks import DOUBTED, PASSED, check_text
from dms.web.parts import code, day, moment, money, page_url, percent, size
from ingest.checks import sides


@pytest.mark.parametrize(
    ("fen", "text"),
    [(0, "¥0.00"), (5, "¥0.05"), (128450000, "¥1,284,500.00"), (-120050, "-¥1,200.50"), ("100", "¥1.00"),
     (None, ""), ("", "")],
)  # fmt: skip
def test_money_is_written_in_yuan_with_thousands(fen: int | str | None, text: str) -> None:
    assert money(fen) == text


def test_days_and_moments_are_those_of_the_archive(app: Flask) -> None:
    with app.test_request_context("/"):
        assert day(date(2026, 6, 12)) == "2026-06-12"
        assert moment(datetime(2026, 6, 12, 16, 30, tzinfo=UTC)) == "2026-06-13 00:30"
        assert (day(None), moment(None)) == ("", "")


def test_a_code_is_grouped_for_the_eye_and_whole_for_the_hand() -> None:
    html = code("91330203MA2AGX8R3K")
    assert html.striptags() == "91330203MA2AGX8R3K"
    assert html.count("code-group") == 4
    assert "&lt;b&gt;" in code("<b>")


@pytest.mark.parametrize(("value", "text"), [(0, "0%"), (0.999, "99%"), (1, "100%"), (None, "0%"), (0.614, "61%")])
def test_a_certainty_is_never_rounded_up_to_certain(value: float | None, text: str) -> None:
    assert percent(value) == text


@pytest.mark.parametrize(("count", "text"), [(0, "0 B"), (999, "999 B"), (3_400_000, "3.4 MB"), (None, "0 B")])
def test_sizes_are_short(count: int | None, text: str) -> None:
    assert size(count) == text


def test_a_changed_address_keeps_the_other_conditions(app: Flask) -> None:
    with app.test_request_context("/search?q=合同&type=T04&type=T06&after=x"):
        assert page_url(after=None, type=["T04"]) == "/search?q=%E5%90%88%E5%90%8C&type=T04"


def test_every_check_has_words_for_both_outcomes(app: Flask) -> None:
    assert PASSED.keys() == DOUBTED.keys() | {sides.OWN, sides.COUNTERPARTY}  # whose side it is, is never doubted
    with app.test_request_context("/"):
        assert check_text({"name": "uscc", "state": "passed", "message": ""}) == "校验位正确"
        assert check_text({"name": "new_one", "state": "failed", "message": "Compare it."}) == "Compare it."
