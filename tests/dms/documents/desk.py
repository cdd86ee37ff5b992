"""Papers to bring in, and the desk that takes them in and has them read by the recorded engine."""

from __future__ import annotations

import hashlib
import io
from typing import Any

from config.rulebook import load_rulebook
from dms.intake import service as intake
from dms.intake.batches import Delivery
from dms.intake.recorded import RecordedReader
from dms.kernel.archive import Archive
from dms.policy import Identity
from dms.running.worker import Worker
from ingest.doctypes import load_types
from ingest.model import Box, Line, Page, Seal, SealShape

TYPES = load_types(load_rulebook().types)


def page(number: int, *lines: tuple[str, float, float], confidence: float = 0.97, seal: bool = False) -> Page:
    """Return a page of lines given as (text, x, y); a character is 0.018 wide."""
    printed = tuple(
        Line(text, Box(x, y, min(x + 0.018 * len(text), 1.0), y + 0.016), confidence) for text, x, y in lines
    )
    seals = (Seal(Box(0.6, 0.7, 0.8, 0.85), SealShape.ROUND, 0.9),) if seal else ()
    return Page(number, 1654, 2339, 200.0, printed, seals, engine="recorded")


def contract(first: int = 1, number: str = "GX-2023-0611", day: str = "2023年6月12日") -> tuple[Page, Page]:
    """Return the two pages of a contract."""
    return (
        page(
            first,
            ("购销合同", 0.4, 0.05),
            (f"合同编号：{number}", 0.6, 0.1),
            (f"签订日期：{day}", 0.6, 0.13),
            ("甲方：福州晨星贸易有限公司", 0.1, 0.18),
            ("乙方：厦门海岳五金有限公司", 0.1, 0.21),
            ("合计金额：¥12,000.00", 0.1, 0.4),
            ("第1页 共2页", 0.45, 0.95),
        ),
        page(first + 1, ("违约责任：按法律规定。", 0.1, 0.1), ("第2页 共2页", 0.45, 0.95), seal=True),
    )


def receipt(first: int = 1) -> Page:
    """Return a receipt."""
    return page(
        first,
        ("收据", 0.45, 0.1),
        ("No. 0012345", 0.7, 0.1),
        ("2024年3月5日", 0.6, 0.15),
        ("今收到：厦门海岳五金有限公司", 0.1, 0.2),
        ("收款事由：货款", 0.1, 0.25),
        ("金额（大写）：壹仟贰佰元整", 0.1, 0.3),
        ("（小写）：¥1,200.00", 0.6, 0.3),
        ("收款单位（盖章）：福州晨星贸易有限公司", 0.1, 0.4),
    )


class Desk:
    """Brings files in and has them read by the recorded engine."""

    def __init__(self, archive: Archive, person: Identity) -> None:
        self.archive, self.person = archive, person
        self.recordings: dict[str, tuple[Page, ...]] = {}
        self.reader = RecordedReader(TYPES, self.recordings)
        self.worker = Worker(archive, self.reader)

    def scan(self, name: str, *pages: Page) -> bytes:
        """Return a file whose reading is recorded."""
        data = b"%PDF-1.7\n" + name.encode("utf-8", "replace") + b"\n" + bytes(20_000)
        self.recordings[hashlib.sha256(data).hexdigest()] = pages
        return data

    def bring(
        self, data: bytes, name: str = "scan.pdf", person: Identity | None = None, **details: Any
    ) -> intake.Receipt:
        """Take a file in."""
        delivery = Delivery("web", **details)
        return intake.receive(self.archive, person or self.person, io.BytesIO(data), name, delivery)

    def work(self) -> int:
        """Do all jobs that are ready; return how many."""
        count = 0
        while self.worker.work_once():
            count += 1
        return count
