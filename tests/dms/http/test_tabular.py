import csv
import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.http.tabular import csv_chunks, safe, write_xlsx


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =HYPERLINK()", "\r=1"])
def test_no_text_can_become_a_formula(text):
    assert str(safe(text)).startswith("'")


def test_numbers_stay_numbers_and_codes_stay_whole():
    assert safe(-5) == -5
    assert safe("007") == "007"


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2), max_size=5))
def test_a_csv_file_reads_back_row_by_row(rows):
    text = b"".join(csv_chunks(["一", "二"], rows)).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read[0] == ["一", "二"]
    assert len(read) == len(rows) + 1
    assert [[str(safe(cell)) for cell in row] for row in rows] == read[1:]


def test_an_xlsx_file_keeps_text_as_text():
    target = io.BytesIO()
    write_xlsx(target, "清单", ["编号", "金额"], [["007", 12.5], ["=1+1", None], ["控\x00制", 1]])
    sheet = openpyxl.load_workbook(io.BytesIO(target.getvalue())).active
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["编号", "金额"], ["007", 12.5], ["'=1+1", None], ["控制", 1],
    ]  # fmt: skip
    assert sheet["A3"].data_type == "s"
