"""The engine sets what it is given, as PDF/A-2b, whatever stands in the data."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dms.kernel.errors import ConfigurationError
from dms.printing import engine, fonts, texts
from dms.printing.engine import PrintError, render
from tests.sources import ROOT

AT = datetime(2026, 6, 14, 6, 5, tzinfo=UTC)
ONE = """#import "frame.typ": *
#set text(font: serif, fallback: false, lang: "zh")
#set document(title: "试")
#said(json("data.json").text)
"""


def text_of(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    found = "".join(page.get_textpage().get_text_range() for page in pages)
    return found.replace("\u200b", "").replace("\r\n", "\n").replace("\ufffe", "-")


def printed(text: str) -> str:
    return text_of(render(ONE, {"text": text}, at=AT))


def test_a_form_is_an_archival_pdf_of_its_day():
    made = render(ONE, {"text": "正文"}, at=AT)
    with pikepdf.open(io.BytesIO(made)) as pdf:
        about = pdf.open_metadata()
        assert (about["pdfaid:part"], about["pdfaid:conformance"]) == ("2", "B")
        assert about["xmp:CreateDate"].startswith("2026-06-14T06:05")
        assert pdf.trailer.get("/Encrypt") is None
        fonts_in_it = {str(each.BaseFont) for page in pdf.pages for each in page.resources.Font.values()}
    assert all("NotoSerifCJK" in name for name in fonts_in_it)


def test_equal_input_gives_equal_bytes_also_at_once():
    with ThreadPoolExecutor(4) as many:
        made = set(many.map(lambda _: render(ONE, {"text": "同"}, at=AT), range(12)))
    assert len(made) == 1
    assert render(ONE, {"text": "别"}, at=AT) not in made


@pytest.mark.parametrize(
    "text",
    [
        "#let x = 1", "#panic()", '#read("/etc/hostname")', "$x^2$", "*粗* _斜_ `码`", "= 题", "- 项", "<标> @引",
        'a"b"c', "a\\b\\\\", "\\u{41}", "<b>&amp;</b>", "// 注 /* 注 */", "~ -- --- ...", "https://例.cn/?a=b#c",
        "'引'", "[方] {花}", "0x41", "null",
    ],
)  # fmt: skip
def test_data_are_never_markup(text):
    assert printed(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("笑😀", "笑‹U+1F600›"),
        ("假\u202egpj.exe", "假‹U+202E›gpj.exe"),
        ("a\x00b\x1bc", "a‹U+0000›b‹U+001B›c"),
        ("坏\udcff", "坏‹U+DCFF›"),
        ("שלום", "‹U+05E9›‹U+05DC›‹U+05D5›‹U+05DD›"),
        ("e\u0301", "é"),
        ("㐀𠮷", "㐀𠮷"),
        ("a\tb", "a b"),
    ],
)
def test_what_paper_cannot_show_is_spelled_out(text, shown):
    assert texts.fit_text(text) == shown
    assert printed(text) == shown


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_any_text_can_be_set(text):
    render(ONE, {"text": text}, at=AT)


def test_a_long_name_stays_within_the_page():
    made = pypdfium2.PdfDocument(render(ONE, {"text": "x" * 200}, at=AT))
    page = made[0].get_textpage()
    rights = [page.get_charbox(index)[2] for index in range(page.count_chars())]
    assert len(rights) >= 200
    assert max(rights) <= made[0].get_width()


def test_lists_and_numbers_reach_the_template_as_they_are():
    data = {"rows": [{"n": 1, "甲": "乙"}, {"n": None}], "yes": True}
    assert texts.fit(data) == data
    assert json.loads(json.dumps(texts.fit({"deep": ({"a": "😀"},)}))) == {"deep": [{"a": "‹U+1F600›"}]}


def test_a_template_sees_no_file_but_its_own(tmp_path):
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    for path in (str(tmp_path / "secret"), "../engine.py", "/setup.cfg"):
        with pytest.raises(PrintError):
            render(f'#read("{path}")', {}, at=AT)


def test_a_template_that_does_not_fit_its_data_says_so_in_words_and_the_log_where(caplog):
    with pytest.raises(PrintError, match="没有任何改动") as caught:
        render('#json("data.json").missing', {}, at=AT)
    assert caught.value.code == "print_failed"
    assert "main.typ:1" in caplog.text


def test_without_fonts_the_error_names_the_packages(monkeypatch):
    monkeypatch.setattr(fonts, "find_spec", lambda name: None)
    monkeypatch.setattr(fonts, "DEBIAN", fonts.Path("nowhere"))
    with pytest.raises(ConfigurationError, match=r"mplfonts.*fonts-noto-cjk") as caught:
        fonts.font_files.__wrapped__()
    assert caught.value.code == "print_font"


def test_the_glyphs_are_those_that_the_fonts_have():
    glyphs = fonts.showable()
    assert all(ord(c) in glyphs for c in "张龘①㎡℃¥éЖω　，。“”—·‹›")
    assert not {0x1F600, 0x202E, 0x05E9} & glyphs


def test_no_template_asks_for_a_package_from_the_network():
    templates = list((ROOT / "dms").rglob("*.typ"))
    assert templates
    assert not [path for path in templates if '"@' in path.read_text(encoding="utf-8")]
    assert (engine.TEMPLATES / "frame.typ") in templates
