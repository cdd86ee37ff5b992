"""A page from file to fields through the real parser, engine and rules; a box read again."""

import io

import pytest

from ingest.model import CheckState, TextLayer
from ingest.reader import Reader
from ingest.specimens import make_specimen
from ingest.triage import HEAD, identify


@pytest.fixture(scope="module")
def reader(types):
    with Reader(list(types.values())) as reader:
        yield reader


def test_a_stamped_invoice(reader):
    specimen = make_specimen("einvoice", 78, "scan")
    kind = identify(specimen.data[:HEAD], specimen.name)
    result = reader.read_page(io.BytesIO(specimen.data), kind, 1)
    assert result.page.rotation == 0
    assert result.view_jpeg.startswith(b"\xff\xd8\xff")
    assert len(result.thumbnail_jpeg) < len(result.view_jpeg)
    (paper,) = reader.understand([result.page])
    truth = specimen.truth.documents[0]
    values = {f.name: f for f in paper.fields}
    assert paper.type == truth.type
    for name in ("invoice_no", "issued", "total", "total_capitals", "amount", "tax"):
        assert values[name].value == truth.value(name), name
    assert all(c.state is CheckState.PASSED for c in values["total"].checks)

    total = values["total"]
    again = reader.read_box(io.BytesIO(specimen.data), kind, 1, total.box, page=result.page)
    assert total.raw.strip("¥￥") in again.replace(" ", "")


@pytest.mark.parametrize(
    ("variant", "state"), [("pdf-digital", "agreed"), pytest.param("pdf-rubbish", "rejected", marks=pytest.mark.slow)]
)
def test_text_layers_are_believed_only_when_the_picture_agrees(reader, variant, state):
    specimen = make_specimen("account", 79, variant)
    kind = identify(specimen.data[:HEAD], specimen.name)
    page = reader.read_page(io.BytesIO(specimen.data), kind, 1).page
    assert page.text_layer is TextLayer(state)
    assert ("text_layer_rejected" in page.warnings) == (state == "rejected")
    (paper,) = reader.understand([page])
    truth = specimen.truth.documents[0]
    assert {f.name: f.value for f in paper.fields}["account"] == truth.value("account")
