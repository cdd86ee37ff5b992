"""The whole path of a paper with its originals on S3, and what people see and keep when the server does not serve."""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from config.settings import Settings
from dms.bootstrap import open_archive, start_archive
from dms.documents.service import lists
from dms.intake.models import Arrival
from dms.jobs.models import Job
from dms.kernel.archive import Archive
from dms.originals import objects
from dms.originals.models import Intent, StoredObject
from dms.policy import Identity
from dms.retrieval import projection
from dms.web.app import create_app
from storage.envelope import Envelope
from storage.owned import MARK
from storage.s3 import bucket
from tests.dms.documents.desk import Desk, contract
from tests.services.faults import CLIENT, CutAnswer, Fault, Hang, Proxy, Refuse, Reset

pytestmark = pytest.mark.service


class House:
    """An archive on S3: web and workers with a writer's keys through a proxy, the housekeeping with a keeper's."""

    def __init__(self, stack: ExitStack, folder: Path, person: Identity, s3_url: str) -> None:
        parts = urlsplit(s3_url)
        self.proxy = stack.enter_context(Proxy((str(parts.hostname), parts.port or 0)))
        self._parts = parts._replace(path=f"{parts.path}/{secrets.token_hex(6)}")
        self._settings = Settings(
            data=folder / "data", keys_url=f"keyfile://{folder / 'keys' / 'keys'}", workers=1, public_url="",
            store_url=self.url("keeper"),
        )  # fmt: skip
        start_archive(self._settings)
        self._stack = stack
        self.keeper = self.open("keeper")
        self.archive = self.open("writer")
        self.desk = Desk(self.archive, person)
        self.client = self._browser(person)

    def url(self, role: str) -> str:
        return self._parts._replace(netloc=f"{role}:{role}-secret@{self.proxy.host}:{self.proxy.port}").geturl()

    def open(self, role: str) -> Archive:
        return self._stack.enter_context(open_archive(self._settings.model_copy(update={"store_url": self.url(role)})))

    def _browser(self, person: Identity) -> FlaskClient:
        app = create_app(self.archive, load_identity=lambda *_, **__: person)
        client = app.test_client()
        client.set_cookie("guidang_session", "archivist")
        found = re.search(r'name="csrf" content="([^"]+)"', client.get("/inbox").text)
        assert found
        client.environ_base["HTTP_X_CSRF_TOKEN"] = found[1]
        return client

    def upload(self, data: bytes, name: str = "合同.pdf") -> tuple[int, dict[str, str]]:
        """Send a file as the page does."""
        headers = {"X-File-Name": quote(name), "Accept": "application/json"}
        answer = self.client.put("/upload", data=data, headers=headers, content_type="application/octet-stream")
        return answer.status_code, answer.json

    def index(self) -> None:
        while projection.consume(self.archive):
            pass

    def agrees(self) -> bool:
        """Tell whether the bucket holds the objects of the catalog, each whole, and nothing else of this archive."""
        while objects.sweep(self.keeper):
            pass
        with self.keeper.db.read() as session:
            envelopes = [Envelope.from_json(text) for text in session.scalars(sa.select(StoredObject.envelope))]
            assert session.scalar(sa.select(sa.func.count()).select_from(Intent)) == 0
        for envelope in envelopes:
            self.keeper.vault.verify(envelope)
        return sorted(self.keeper.vault.store.names()) == sorted(envelope.name for envelope in envelopes)


@pytest.fixture
def house(
    tmp_path: Path, identity: Callable[..., Identity], monkeypatch: pytest.MonkeyPatch, s3_url: str
) -> Iterator[House]:
    monkeypatch.setattr(bucket, "ANSWER", 2.0)
    monkeypatch.setattr(bucket, "PAUSES", (0.05, 0.1, 0.3))
    with ExitStack() as stack:
        yield House(stack, tmp_path, identity("ARC", name="张档案"), s3_url)


def test_from_intake_to_destruction(house: House) -> None:
    data = house.desk.scan("contract", *contract())
    status, receipt = house.upload(data)
    assert (status, receipt["state"]) == (201, "stored")
    house.desk.work()
    house.index()
    (document,) = lists.inbox(house.archive, house.desk.person).documents
    assert "GX-2023-0611" in house.client.get("/search?q=晨星贸易").text
    for picture in ("view.jpg", "thumb.jpg", "crop.jpg?box=0.1,0.1,0.5,0.3"):
        answer = house.client.get(f"/documents/{document.id}/pages/1/{picture}")
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert house.client.get(f"/documents/{document.id}/download").data == data
    assert house.agrees()

    unwanted = b"no kind of file at all"
    _, receipt = house.upload(unwanted, "what.bin")
    assert receipt["state"] == "refused"
    before = list(house.keeper.vault.store.names())
    arrival = receipt["url"].rpartition("/")[2]
    assert house.client.post(f"/arrivals/{arrival}/discard", data={"reason": "不要"}).status_code == 302
    assert house.client.get(f"/arrivals/{arrival}/download").status_code == 404
    assert sorted(house.keeper.vault.store.names()) == sorted(before)  # a writer deletes nothing
    assert house.agrees()  # the housekeeping did
    assert len(list(house.keeper.vault.store.names())) == len(before) - 1
    assert MARK not in before


def test_what_goes_on_while_the_server_is_down(house: House) -> None:
    first = house.desk.scan("first", *contract())
    house.upload(first)
    house.desk.work()
    house.index()
    (document,) = lists.inbox(house.archive, house.desk.person).documents
    waiting = house.desk.scan("waiting", *contract(number="GX-2023-0612"))
    house.upload(waiting)

    house.proxy.set(Refuse())
    status, problem = house.upload(house.desk.scan("late", *contract()), "迟到.pdf")
    assert (status, problem["code"]) == (503, "store_unavailable")
    assert "“迟到.pdf”没有收下，已收的都在" in problem["detail"]
    for path in ("/inbox", "/documents", "/search?q=晨星", f"/documents/{document.id}", f"/review/{document.id}"):
        assert house.client.get(path).status_code == 200
    picture = house.client.get(f"/documents/{document.id}/pages/1/view.jpg", headers={"Accept": "application/json"})
    assert (picture.status_code, picture.json["code"]) == (503, "store_unavailable")
    assert house.client.get(f"/documents/{document.id}/download").status_code == 503
    house.desk.work()  # tries the second paper and puts it back
    with house.archive.db.read() as session:
        job = session.scalars(sa.select(Job).where(Job.state != "done")).one()
        assert (job.problem_code, "S3 服务器没有应答" in job.problem) == ("store_no_answer", True)
        job_id = job.id
    assert house.client.get("/readyz").status_code == 503

    house.proxy.heal()
    assert house.client.get("/readyz").status_code == 200
    with house.archive.db.write() as session:
        session.execute(sa.update(Job).where(Job.id == job_id).values(not_before=house.archive.clock.now()))
    house.desk.work()
    assert len(lists.inbox(house.archive, house.desk.person).documents) == 2
    assert house.client.get(f"/documents/{document.id}/download").data == first
    assert house.upload(house.desk.scan("late", *contract()), "迟到.pdf")[0] == 201
    assert house.agrees()


def test_an_upload_with_keys_that_may_not_write(house: House, identity: Callable[..., Identity]) -> None:
    house.archive = house.open("reader")
    house.client = house._browser(house.desk.person)
    status, problem = house.upload(b"%PDF-1.7 one")
    assert (status, problem["code"]) == (503, "store_forbidden")
    assert "没有收下，已收的都在。请管理员运行 python -m dms doctor" in problem["detail"]
    assert house.agrees()


FAULTS: tuple[Fault, ...] = (
    Reset(after=0, times=3), Reset(after=3_000, times=4), CutAnswer(when=b"PUT ", times=3), Refuse(),
    CutAnswer(when=b"PUT "), Reset(after=15, toward=CLIENT, times=3), Hang(), Reset(after=20_000),
)  # fmt: skip


def test_uploads_over_a_line_that_breaks_all_the_time(house: House) -> None:
    papers = [b"%PDF-1.7\n" + secrets.token_bytes(40_000) for _ in range(24)]
    stop = threading.Event()

    def spoil() -> None:
        while not stop.is_set():
            for fault in FAULTS:
                house.proxy.set(fault)
                stop.wait(0.25)
                house.proxy.heal()
                stop.wait(0.15)

    spoiler = threading.Thread(target=spoil)
    spoiler.start()
    refused = 0
    for paper in papers:
        while (status := house.upload(paper)[0]) != 201:
            assert status in (503, 200)  # 200: it was taken in, and the answer to the sender was all that failed
            if status == 200:
                break
            refused += 1
    stop.set()
    spoiler.join()
    house.proxy.heal()
    begun = time.monotonic()
    assert house.upload(b"%PDF-1.7\nafter all that")[0] == 201
    assert time.monotonic() - begun < 60
    with house.archive.db.read() as session:
        assert session.scalar(sa.select(sa.func.count(Arrival.id)).where(Arrival.state != "duplicate")) == 25
    assert refused
    assert house.agrees()
