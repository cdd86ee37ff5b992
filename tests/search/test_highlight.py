import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.highlight import LineText, highlights
from search.normalise import canonical
from search.scan import occurs


def line(text: str, row: int = 0, words: bool = True) -> LineText:
    top, bottom = row / 10, row / 10 + 0.01
    each = tuple((char, (at / 100, top, (at + 1) / 100, bottom)) for at, char in enumerate(text) if char != " ")
    return LineText(text, (0.0, top, len(text) / 100, bottom), each if words else ())


def shown(lines: list[LineText], query: str) -> list[str]:
    return [lines[mark.line].text[mark.start : mark.end] for mark in highlights(lines, query)]


@pytest.mark.parametrize(
    ("text", "query", "hit"),
    [
        ("甲方：上海归档有限公司", "归档", "归档"),
        ("臺灣積體電路", "台湾", "臺灣"),
        ("合同编号：ＨＴ－２０２３－００１", "ht2023", "ＨＴ－２０２３"),
        ("合 同 编 号", "合同", "合 同"),
        ("某某（上海）有限公司", "某某上海", "某某（上海"),
        ("总价 ¥12,800.00 元", "12800", "12,800"),
        ("总价 12,800 元", "¥12800.00", "12,800"),
        ("账号 6222 0210 0123 4567", "62220210", "6222 0210"),
        ("HT-2023", "HT", "HT"),
    ],
)
def test_the_hit_is_what_is_printed(text: str, query: str, hit: str) -> None:
    assert shown([line(text)], query) == [hit]


def test_the_box_covers_the_characters_of_the_hit() -> None:
    (mark,) = highlights([line("甲方：上海归档有限公司")], "归档")
    assert mark.box == pytest.approx((0.05, 0.0, 0.07, 0.01))


def test_a_box_of_many_characters_is_divided_by_their_widths() -> None:
    whole = LineText("编号AB12归档", (0.0, 0.0, 0.62, 0.02), (("编号AB12归档", (0.0, 0.0, 0.62, 0.02)),))
    (mark,) = highlights([whole], "归档")
    assert mark.box == pytest.approx((0.42, 0.0, 0.62, 0.02))
    assert highlights([line("上海归档", words=False)], "归档")[0].box == pytest.approx((0.02, 0.0, 0.04, 0.01))


def test_a_hit_over_two_lines_gives_a_box_on_each() -> None:
    lines = [line("上海归"), line("档有限公司", 1)]
    assert [(mark.line, lines[mark.line].text[mark.start : mark.end]) for mark in highlights(lines, "归档有限")] == [
        (0, "归"),
        (1, "档有限"),
    ]


def test_overlapping_hits_are_one_and_excluded_words_are_not_shown() -> None:
    assert shown([line("有限公司合同")], "有限公 限公司 -合同") == ["有限公司"]


def test_a_short_run_is_not_shown_inside_a_longer_one() -> None:
    assert shown([line("2018日 18日")], "18") == ["18"]


def test_nothing_asked_nothing_shown() -> None:
    assert highlights([line("合同")], "") == ()
    assert highlights([], "合同") == ()


@given(
    st.lists(st.text(alphabet="合同号第aB12３ -。,", max_size=8), max_size=4),
    st.text(alphabet="合同号第aB12-", min_size=1, max_size=4),
)
def test_a_page_shows_a_hit_exactly_when_its_text_matches(texts: list[str], needle: str) -> None:
    if canonical(needle):
        lines = [line(text, row) for row, text in enumerate(texts)]
        matched = occurs(canonical(needle), canonical("\n".join(texts)))
        assert bool(highlights(lines, f'"{needle}"')) == matched
