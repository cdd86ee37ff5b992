"""Server time of the pages of a large archive: `python -m benchmarks.web --documents 100000`.

Builds a catalog and an index of invented documents in a scratch folder, asks every page through the WSGI application
(no network, no browser) and prints the median and the 95th percentile of each, beside the target of 150 ms.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

from config.settings import Settings
from dms.accounts.service import first_person_link, load_identity, use_link
from dms.bootstrap import open_archive, start_archive
from dms.documents.models import Document, DocumentPage, FieldRow
from dms.holdings.models import Holding, HoldingDocument
from dms.http.request import SESSION_COOKIE
from dms.intake.models import Arrival, Batch, PageReading
from dms.intake.pagecodec import encode_page
from dms.kernel.archive import Archive
from dms.kernel.database import new_id
from dms.parties.models import Party
from dms.parties.rules import initials, match_key
from dms.retrieval.projection import rebuild
from dms.web.app import create_app
from ingest.model import Box, Line, Page, Word

TARGET_MS = 150.0
ROUNDS = 40
STEP = 2000
SYLLABLES = "华信钱塘东海远航瑞丰金鼎宏图天和安泰嘉禾明德启元博雅中兴盛世新立恒通"
GOODS = ("不锈钢管", "铝合金型材", "电缆", "轴承", "阀门", "水泵", "办公家具", "包装材料")


def main() -> None:
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="guidang-web-") as folder:
        settings = Settings(data=Path(folder) / "data", keys_url=f"keyfile://{folder}/keys", workers=1)
        start_archive(settings)
        with open_archive(settings) as archive:
            started = time.perf_counter()
            ids = fill(archive, options.documents, random.Random(options.seed))
            rebuild(archive)
            print(f"{options.documents:,} documents built in {time.perf_counter() - started:.0f} s")
            figures = measure(archive, ids)
    for path, (median, p95) in figures.items():
        print(f"{path:40} median {median:7.1f} ms   p95 {p95:7.1f} ms   {'ok' if p95 <= TARGET_MS else 'SLOW'}")
    if options.json:
        Path(options.json).write_text(json.dumps({"documents": options.documents, "pages": figures}, indent=1))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json")
    return parser.parse_args()


def fill(archive: Archive, count: int, rng: random.Random) -> list[str]:
    """Write the documents by bulk inserts, each with one page, some fields, one paper in twenty; return their ids."""
    now = archive.clock.now()
    parties = [party_row(rng, now) for _ in range(max(10, count // 100))]
    batch = {"id": new_id(), "number": "S-bench", "source": "cli", "copy_kind": "unknown", "paper_place": "", "note": "",
             "created_at": now}  # fmt: skip
    with archive.db.write() as session:
        session.execute(sa.insert(Party), parties)
        session.execute(sa.insert(Batch), [batch])
    ids: list[str] = []
    for start in range(0, count, STEP):
        rows = [document_rows(rng, parties, batch["id"], now, n) for n in range(start, min(start + STEP, count))]
        with archive.db.write() as session:
            for table in (Arrival, PageReading, Document, DocumentPage, FieldRow, Holding, HoldingDocument):
                found = [row for each in rows for row in each.get(table, ())]
                if found:
                    session.execute(sa.insert(table), found)
        ids += [each[Document][0]["id"] for each in rows]
    return ids


def party_row(rng: random.Random, now: Any) -> dict[str, Any]:
    name = "".join(rng.choices(SYLLABLES, k=4)) + rng.choice(("贸易", "五金", "机电", "建材")) + "有限公司"
    return {"id": new_id(), "name": name, "match_key": match_key(name), "initials": initials(name, 32), "created_at": now,
            "relation": "trading", "legal_form": "enterprise", "region": "", "is_own": False, "note": "",
            "revision": 1}  # fmt: skip


def document_rows(
    rng: random.Random, parties: list[dict[str, Any]], batch: str, now: Any, number: int
) -> dict[Any, list[dict[str, Any]]]:  # fmt: skip
    party, day = rng.choice(parties), date(2020, 1, 1) + timedelta(days=rng.randrange(2400))
    amount, code = rng.randrange(10_000, 90_000_000), f"GX-{day.year}-{number:06}"
    document, arrival = new_id(), new_id()
    lines = ["购销合同", f"合同编号 {code}", f"甲方 {party['name']}", f"签订日期 {day}", f"品名 {rng.choice(GOODS)}",
             f"合计人民币 {amount / 100:,.2f} 元", *("".join(rng.choices(SYLLABLES, k=24)) for _ in range(12))]  # fmt: skip
    values = {"contract_no": ("code", code), "party_a_name": ("party", party["name"]), "signed": ("date", day.isoformat()),
              "total": ("amount", str(amount))}  # fmt: skip
    rows: dict[Any, list[dict[str, Any]]] = {
        Arrival: [{"id": arrival, "batch_id": batch, "name": f"{number}.jpg", "kind": "jpeg", "state": "read",
                   "sha256": f"{number:064x}", "length": 1, "page_count": 1, "source": "cli", "received_at": now,
                   "problem_code": "", "problem": ""}],
        PageReading: [{"id": new_id(), "arrival_id": arrival, "number": 1, "reading": encode_page(page(lines)),
                       "engine": "ppocr", "width": 1400, "height": 2000, "read_at": now, "problem": "",
                       "problem_code": ""}],
        Document: [{"id": document, "type_code": "T04", "title": f"{party['name']}购销合同（{code}）",
                    "state": "NEEDS_REVIEW" if number % 3 else "VALIDATED", "party_id": party["id"], "level": 1,
                    "document_date": day, "amount": amount, "code": code, "created_at": now, "page_count": 1,
                    "copy_kind": "unknown", "revision": 1, "doubts": 0, "type_confidence": 0.9}],
        DocumentPage: [{"id": new_id(), "document_id": document, "position": 1, "arrival_id": arrival, "number": 1,
                        "turn": 0, "hidden": False}],
        FieldRow: [{"id": new_id(), "document_id": document, "name": name, "label": name, "kind": kind, "raw": value,
                    "value": value, "position": 1, "box": [0.1, 0.1, 0.5, 0.12], "confidence": 0.9, "checks": [],
                    "source": "machine", "engine": "ppocr", "doubtful": False, "created_at": now}
                   for name, (kind, value) in values.items()],
    }  # fmt: skip
    if number % 20 == 0:
        holding = new_id()
        rows[Holding] = [{"id": holding, "code": f"Y-{number:06}", "copy_kind": "original", "created_at": now, "title": "",
                          "copies": 1, "holder_kind": "archive", "holder": "", "level": 1, "present_person": "",
                          "revision": 1}]  # fmt: skip
        rows[HoldingDocument] = [{"holding_id": holding, "document_id": document}]
    return rows


def page(texts: list[str]) -> Page:
    lines = []
    for row, text in enumerate(texts):
        top, width = 0.05 + row * 0.04, 0.8 / max(len(text), 1)
        words = tuple(
            Word(c, Box(0.1 + i * width, top, 0.1 + (i + 1) * width, top + 0.02), 0.95) for i, c in enumerate(text)
        )
        lines.append(Line(text, Box(0.1, top, 0.9, top + 0.02), 0.95, words))
    return Page(1, 1400, 2000, 200.0, tuple(lines), engine="ppocr")


def measure(archive: Archive, ids: list[str]) -> dict[str, tuple[float, float]]:
    """Return (median, 95th percentile) in ms of each page, asked as the first person."""
    link = first_person_link(archive)
    assert link is not None
    session = use_link(archive, link.secret, "a long enough passphrase", name="张档案", login="zhang")
    assert load_identity(archive, session=session, bearer=None, address="") is not None
    client = create_app(archive).test_client()
    client.set_cookie(SESSION_COOKIE, session)
    return {path: timed(client, list(urls)) for path, urls in pages(ids)}


def pages(ids: list[str]) -> Iterator[tuple[str, list[str]]]:
    some = random.Random(7).sample(ids, min(ROUNDS, len(ids)))
    for path in ("/inbox", "/documents", "/parties", "/places", "/holdings", "/jobs", "/audit", "/people", "/admin"):
        yield path, [path] * ROUNDS
    yield "/documents/<id>", [f"/documents/{each}" for each in some]
    yield "/review/<id>", [f"/review/{each}" for each in some]
    words = {"two characters": "华信", "common word": "有限公司", "code part": "GX-2023", "nothing": "没有这样的词"}
    for name, text in words.items():
        yield f"/search ({name})", [f"/search?q={text}"] * ROUNDS
    yield "/search (amount range)", ["/search?q=合同&amount_from=1000&amount_to=5000"] * ROUNDS
    yield "/search (sorted by date)", ["/search?q=华信&sort=-document_date"] * ROUNDS


def timed(client: FlaskClient, urls: list[str]) -> tuple[float, float]:
    client.get(urls[0])
    taken = []
    for url in urls:
        started = time.perf_counter()
        answer = client.get(url)
        taken.append((time.perf_counter() - started) * 1000)
        assert answer.status_code == 200, f"{url}: {answer.status}"
    return statistics.median(taken), sorted(taken)[int(len(taken) * 0.95) - 1]


if __name__ == "__main__":
    main()
