"""The receipt of a batch: whose it is, what it says, that it is logged, and that its code is read back."""

from __future__ import annotations

import io
import re

import numpy as np
import pikepdf
import pypdfium2
import pytest
import sqlalchemy as sa

from config.rulebook import load_rulebook
from dms.audit.models import AuditLeaf
from dms.codes.rules import code_of, parse
from dms.codes.scanning import find_codes
from dms.intake import receipts
from dms.intake.batches import Delivery
from dms.intake.models import Arrival, Batch
from dms.intake.receipts import receipt
from dms.intake.service import receive
from dms.kernel.errors import NotFoundError
from dms.parties import service as parties
from dms.parties.actions import PARTY_VIEW
from dms.policy.content import DOCUMENT_UPLOAD
from tests.dms.people import Door, send

ODD = '#let x $y$ *b* "q" <a> 😀 \u202egpj.pdf'


@pytest.fixture
def li(identity):
    return identity("SAL", account_id="li", name="李业务", department_id="sales")


@pytest.fixture
def bring(archive, li):
    """Bring a file: `bring("合同.pdf", b"…", note="…")` returns the answer."""

    def make(name, data, person=li, **details):
        return receive(archive, person, io.BytesIO(data), name, Delivery("web", **details))

    return make


def pdf_of(pages: int) -> bytes:
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        pdf.save(made)
    return made.getvalue()


def text_of(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    return "".join(page.get_textpage().get_text_range() for page in pages).replace("\u200b", "").replace("\ufffe", "-")


def words(text: str) -> str:
    return re.sub(r"\s+", "", text)


def grey(pdf: bytes, dots_per_inch: int = 150) -> np.ndarray:
    """Return the first page as the pixels of a view."""
    return np.asarray(pypdfium2.PdfDocument(pdf)[0].render(scale=dots_per_inch / 72).to_pil().convert("L"))


def test_what_was_brought_is_on_a_receipt_whose_code_leads_back(archive, identity, li, bring):
    party = parties.create(archive, identity("ARC"), {"name": "杭州华信贸易有限公司", "region": "330106"})
    details = {
        "copy_kind": "original", "expected_papers": 8, "paper_place": "销售部文件柜", "note": "两份合同待补",
        "party_id": party,
    }  # fmt: skip
    first = bring("购销合同.pdf", pdf_of(2), **details)
    bring(ODD, pdf_of(3), **details)
    again = bring("购销合同(1).pdf", pdf_of(2), **details)
    assert first.batch_id == again.batch_id
    with archive.db.write() as session:
        session.get_one(Arrival, first.arrival_id).page_count = 2
    made = receipt(archive, li, first.batch_id)
    shown = words(text_of(made))
    with archive.db.read() as session:
        number = session.get_one(Batch, first.batch_id).number
    for word in (
        "收件回执", number, code_of(number), "李业务", "杭州华信贸易有限公司", "原件", "8份", "销售部文件柜",
        "两份合同待补", "2026-06-1414:00", "购销合同.pdf", "第1页共1页", "交件人（签字）", "收件人（签字）",
        "#letx$y$_b__q__a_‹U+1F600›gpj.pdf",
    ):  # fmt: skip
        assert word in shown, word
    (seen,) = find_codes(grey(made))
    assert (seen.code.number, seen.code.kind) == (number, "batch")
    with pikepdf.open(io.BytesIO(made)) as pdf:
        about = pdf.open_metadata()
        assert (about["pdfaid:part"], about["pdfaid:conformance"]) == ("2", "B")
    with archive.db.read() as session:
        leaf = session.scalars(sa.select(AuditLeaf).where(AuditLeaf.action == "batch.receipt")).one()
    assert (leaf.target_kind, leaf.target_id, leaf.actor_name) == ("batch", first.batch_id, "李业务")
    assert number in str(leaf.body)


def test_it_is_for_the_bringer_and_the_archivist_alone(archive, identity, li, bring):
    batch = bring("合同.pdf", pdf_of(1)).batch_id
    colleague = identity("SAL", account_id="wang", name="王业务", department_id="sales")
    stranger = identity("SAL", account_id="zhao", name="赵业务", department_id="north")
    for person in (colleague, stranger, identity("SYS"), identity("LOG"), identity("SEC")):
        with pytest.raises(NotFoundError):
            receipt(archive, person, batch)
    with pytest.raises(NotFoundError):
        receipt(archive, li, "no-such-batch")
    for person in (li, identity("ARC")):
        assert receipt(archive, person, batch).startswith(b"%PDF")
    with archive.db.read() as session:
        assert session.scalar(sa.select(sa.func.count()).where(AuditLeaf.action == "batch.receipt")) == 2


def test_a_program_that_may_only_bring_gets_its_own_receipt(archive, identity, bring):
    scanner = identity("SAL", account_id="scan", allowed=frozenset({DOCUMENT_UPLOAD}))
    batch = bring("合同.pdf", pdf_of(1), person=scanner).batch_id
    assert receipt(archive, scanner, batch).startswith(b"%PDF")
    with pytest.raises(NotFoundError):
        receipt(archive, identity("SAL", account_id="scan", allowed=frozenset({PARTY_VIEW})), batch)


@pytest.mark.parametrize("copy_kind", load_rulebook().copy_kinds)
def test_every_kind_and_state_has_its_words(archive, li, bring, copy_kind):
    answers = [bring(f"{n}.pdf", pdf_of(n), copy_kind=copy_kind) for n in range(1, 8)]
    states = ("stored", "inspected", "reading", "read", "unreadable", "locked", "refused", "discarded")
    with archive.db.write() as session:
        for state, answer in zip(states, answers, strict=False):
            session.get_one(Arrival, answer.arrival_id).state = state
    assert words(text_of(receipt(archive, li, answers[0].batch_id))).count("已收下") >= 6


def test_a_long_list_ends_with_how_many_are_not_on_it(archive, li, bring, monkeypatch):
    monkeypatch.setattr(receipts, "MOST_LISTED", 30)
    batch = {bring(f"{n}.pdf", pdf_of(1) + b"%" + str(n).encode()).batch_id for n in range(33)}.pop()
    made = receipt(archive, li, batch)
    shown = words(text_of(made))
    assert "33个" in shown
    assert "另有3个文件没有列出" in shown
    assert len(pypdfium2.PdfDocument(made)) == 2
    assert "第2页共2页" in shown


def test_pages_and_programs_hand_it_out(archive, identity, li, bring):
    batch = bring("合同.pdf", pdf_of(1))
    wang = identity("SAL", account_id="wang", department_id="sales")
    door = Door(archive, li, wang)
    path = f"/batches/{batch.batch_id}/receipt.pdf"
    assert path in door.browser("li").get(f"/arrivals/{batch.arrival_id}").text
    answer = door.browser("li").get(path)
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "allow-scripts" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.data.startswith(b"%PDF")
    assert door.browser("wang").get(path).status_code == 404
    assert door.browser().get(path).status_code == 302
    api = send(door.browser("li"), "GET", f"/api/v1/batches/{batch.batch_id}/receipt")
    assert (api.status_code, api.data[:4]) == (200, b"%PDF")
    refused = send(door.browser("wang"), "GET", f"/api/v1/batches/{batch.batch_id}/receipt")
    assert (refused.status_code, refused.json["code"]) == (404, "batch_unknown")


def test_the_code_on_it_is_the_batch_number(archive, li, bring):
    batch = bring("合同.pdf", pdf_of(1)).batch_id
    with archive.db.read() as session:
        number = session.get_one(Batch, batch).number
    assert parse(f" {number.lower().replace('-', '—')} / {code_of(number)[-1]} ").number == number
