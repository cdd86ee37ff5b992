"""Sets are written whole: the demonstration, sets from the command line, long PDFs."""

import json

import pikepdf

from ingest.specimens.__main__ import main
from ingest.specimens.sets import write_demo, write_long_pdf
from ingest.specimens.story import CUSTOMER, OWN_COMPANY


def test_the_demonstration_covers_all_kinds_in_sixteen_pages(tmp_path):
    truths = write_demo(tmp_path)
    assert sum(len(t.pages) for t in truths) <= 16
    assert {d.type for t in truths for d in t.documents} == {"T01", "T02", "T04", "T06", "T08", "T09", "T10"}
    assert len({(tmp_path / t.name).suffix for t in truths}) == 4
    told = json.loads((tmp_path / "truth.json").read_text("utf-8"))
    assert told["story"]["own"]["name"] == OWN_COMPANY.name
    assert {f["name"] for f in told["files"]} | {"truth.json"} == {p.name for p in tmp_path.iterdir()}
    contract = next(d for t in truths for d in t.documents if d.kind == "contract")
    assert (contract.value("party_a_name"), contract.value("party_b_name")) == (CUSTOMER.name, OWN_COMPANY.name)


def test_the_command_line_writes_files_and_their_truth(tmp_path, capsys):
    assert main([str(tmp_path), "--seed", "3", "--count", "2", "--kinds", "receipt", "--variant", "low", "clean"]) == 0
    assert "4 files, 4 pages" in capsys.readouterr().out
    told = json.loads((tmp_path / "truth.json").read_text("utf-8"))
    assert [f["name"] for f in told["files"]] == [
        "receipt-3-low.jpg", "receipt-3-clean.png", "receipt-4-low.jpg", "receipt-4-clean.png",
    ]  # fmt: skip
    box = told["files"][0]["documents"][0]["fields"][0]["box"]
    assert len(box) == 4
    assert all(0 <= side <= 1 for side in box)


def test_a_long_pdf_has_its_pages_and_grows_by_its_pictures_only(tmp_path):
    shared, distinct = tmp_path / "shared.pdf", tmp_path / "distinct.pdf"
    write_long_pdf(shared, 40, distinct=False)
    write_long_pdf(distinct, 40)
    for path in (shared, distinct):
        with pikepdf.open(path) as pdf:
            assert len(pdf.pages) == 40
    assert distinct.stat().st_size > 2 * shared.stat().st_size
