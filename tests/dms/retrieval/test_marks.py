from dms.intake.pagecodec import encode_page
from dms.retrieval.marks import ReadPage, marks
from ingest.model import Box, Line, Page


def read_page(*texts: str) -> ReadPage:
    lines = tuple(
        Line(text, Box(0.1, 0.1 * row, 0.9, 0.1 * row + 0.05), 0.9, ()) for row, text in enumerate(texts, start=1)
    )
    return ReadPage(encode_page(Page(1, 1000, 1400, 200.0, lines, engine="ppocr")), 0)


def test_a_snippet_is_the_line_without_loose_punctuation_at_its_ends() -> None:
    boxes, snippet = marks(read_page("甲方应于三十日内", "，争议由仲裁委员会（上海）裁决。"), "仲裁")
    assert snippet == "争议由仲裁委员会（上海）裁决"
    assert len(boxes) == 1


def test_a_page_that_does_not_hold_the_words_has_no_snippet() -> None:
    assert marks(read_page("甲方应于三十日内"), "仲裁") == ((), "")
    assert marks(None, "仲裁") == ((), "")


def test_a_word_spread_over_lines_is_shown_whole() -> None:
    assert marks(read_page("收", "据", "日期：2024年"), "收据")[1] == "收据"
    assert marks(read_page("Bill of", "lading", "No. 7"), "of lading")[1] == "Bill of lading"
    assert marks(read_page("收据", "收款人"), "收")[1] == "收据"
