"""Arrivals that are real PDFs, and filed documents made of some of their pages."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import sqlalchemy as sa

from dms.documents import extracting, files
from dms.documents.models import Document, DocumentPage
from dms.documents.service import pictures
from dms.intake.batches import Delivery
from dms.intake.models import Arrival
from dms.intake.service import receive
from dms.jobs.models import Job
from dms.kernel.database import new_id
from dms.policy import SYSTEM, Identity
from dms.running.worker import Worker
from tests.ingest.sandbox.samples import pdf_of, saved, text

NUMBER = "Q001-KH-E3301HXMY001-03-0001"


class Stacks:
    """Arrivals of real PDFs, documents made of some of their pages, and a worker."""

    def __init__(self, archive: Any, person: Identity = SYSTEM) -> None:
        self.archive, self.person = archive, person
        self.worker = Worker(archive, None)

    def arrival(self, *words, **form):
        book = pdf_of(*[text(each) for each in words])
        if form.get("signed"):
            book.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([]), SigFlags=3)
        data = saved(book).getvalue()
        receipt = receive(self.archive, self.person, io.BytesIO(data), "一叠.pdf", Delivery("web"))
        with self.archive.db.write() as session:
            session.get_one(Arrival, receipt.arrival_id).page_count = len(words)
            session.execute(sa.delete(Job))
        return receipt.arrival_id

    def document(self, *pages, state="FILED"):
        """Make a document of (arrival, number[, turn[, hidden]]) and, if it is filed, queue what filing queues."""
        now, filed = self.archive.clock.now(), state == "FILED"
        rows = [DocumentPage(position=at, **_page(*page)) for at, page in enumerate(pages, 1)]
        with self.archive.db.write() as session:
            document = Document(
                id=new_id(), title="收据", state=state, number=NUMBER if filed else None, pages=rows,
                page_count=len(rows), filed_at=now if filed else None, created_at=now, copy_kind="original",
            )  # fmt: skip
            session.add(document)
            session.flush()
            if filed:
                extracting.queue(session, self.archive, document)
            return document.id

    def file(self, document_id):
        with self.archive.db.read() as session:
            return files.own_file(session, document_id)

    def work(self):
        """Do all jobs that are ready; return how many."""
        count = 0
        while self.worker.work_once():
            count += 1
        return count

    def downloaded(self, document_id):
        original = pictures.download(self.archive, self.person, document_id)
        with original.stream as stream:
            return original, stream.read()


def _page(arrival, number, turn=0, hidden=False):
    return {"arrival_id": arrival, "number": number, "turn": turn, "hidden": hidden}
