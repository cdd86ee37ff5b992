"""Makes the frozen archive with the release that it freezes: `python -m tests.frozen.build`.

It was run once, against the commit that brought it here, and is kept for the record: it says how the data came to be.
Do not repair it when the modules that it names are moved or renamed; a later release that is to be frozen as well gets
a builder and a folder (v2, v3 …) of its own.

Everything is done by the use cases themselves, at a clock of the year 2024, so that whatever a test's machine believes
the time to be, leases have run out and what is in the trash is old. Papers are small PDFs, TIFFs and JPEGs; what stands
on them is replayed (RecordedReader's way), because recognition is not what is frozen here.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

import sqlalchemy as sa
from argon2 import PasswordHasher
from PIL import Image, ImageDraw

import dms.accounts.secrets
import dms.bootstrap
import dms.jobs.service
import dms.kernel.database
from config.rulebook import OURS
from config.settings import Settings, load_settings
from dms.accounts import service as accounts
from dms.audit import sequencer
from dms.documents import intake, objects
from dms.documents.batches import Delivery
from dms.documents.expiry import empty_trash
from dms.documents.models import Document, DocumentPage, SealRow, WatchProblem
from dms.documents.recorded import blank
from dms.documents.service import arranging, arrivals, proving, rereading, review, trash
from dms.documents.service.review import Review
from dms.dossiers import service as dossiers
from dms.filing.service import file_document
from dms.holdings import moves, papers, places, undoing
from dms.holdings.papers import PaperFacts
from dms.kernel.archive import Archive
from dms.kernel.clock import FixedClock
from dms.kernel.database import Database, sqlite_module
from dms.kernel.errors import DmsError
from dms.migrations.tables import metadata
from dms.operations import snapshot
from dms.parties import service as parties
from dms.policy import Identity, Role
from dms.retrieval import projection
from dms.running.worker import Worker
from ingest.doctypes import load_types
from ingest.model import Page
from ingest.reader import PageResult
from ingest.sandbox import (
    DamagedFileError,
    DamagedPageError,
    FileInfo,
    ParserDiedError,
    PasswordNeededError,
    SandboxWeakError,
    WrongPasswordError,
)
from ingest.specimens.story import CUSTOMER, SECOND_CUSTOMER, THIRD_CUSTOMER
from ingest.triage import FileKind
from tests.dms.documents.desk import contract, page, receipt
from tests.frozen.archive import PASSWORD
from tests.frozen.recording import record
from tests.ingest.sandbox.samples import locked, pdf_of, saved, text
from tests.services.postgres import Postgres, programs

HERE = Path(__file__).parent / "v1"
BEGINNING = datetime(2024, 8, 1, 1, 0, tzinfo=UTC)
OWN = "福州晨星贸易有限公司"
SETTINGS = f"""\
archive_name = "冻结的档案 <1>"
sandbox_consent = true  # a test's machine may have no whole sandbox; the files are our own
ocr_engine = "null"  # what waits to be read is read at once
workers = 1

[[own_companies]]
name = "{OWN}"
former_names = ["福州晨星商行"]
fonds = "Q001"
"""
KEY = "guidang.keys"
LOCKED = "Guidang-1"  # the password of both locked PDFs
LONG_NAME = "很长的名字" * 60
ROLES = """\
[SAL]  # 业务员也可打印自己的
"document.print" = "own & level<=1"
"""
TYPES = ("t04-purchase-contract", "t09-payment-receipt")  # as this release has them: an owner's own from now on


class GoneError(BaseException):
    """The worker's process died at this point."""


class Clock(FixedClock):
    """Stands still but for the minute that each deed takes."""

    def minute(self) -> None:
        self.advance(minutes=1)

    def day(self) -> None:
        self.advance(days=1)


class Desk:
    """Reads what was recorded, and fails where it was told to."""

    def __init__(self) -> None:
        self.types = load_types(dms.bootstrap.read_rulebook(Path("/nowhere")).types)
        self.pages: dict[str, Sequence[Page | None]] = {}  # None: a damaged page
        self.faults: dict[str, BaseException] = {}
        self.passwords: dict[str, str] = {}
        self.dies_at: tuple[str, int] = ("", 0)

    def know(self, data: bytes, *pages: Page | None, password: str = "", fault: BaseException | None = None) -> bytes:
        key = hashlib.sha256(data).hexdigest()
        self.pages[key] = pages
        if password:
            self.passwords[key] = password
        if fault:
            self.faults[key] = fault
        return data

    def inspect(self, source: BinaryIO, kind: FileKind, password: str | None = None) -> FileInfo:
        key = _digest(source)
        if key in self.faults:
            raise self.faults[key]
        if key in self.passwords and password is None:
            raise PasswordNeededError
        if key in self.passwords and password != self.passwords[key]:
            raise WrongPasswordError
        if key not in self.pages:
            raise DamagedFileError
        return FileInfo(kind, len(self.pages[key]), password is not None, False, ())

    def read_page(self, source: BinaryIO, kind: FileKind, number: int, password: str | None = None) -> PageResult:
        key = _digest(source)
        if (key, number) == self.dies_at:
            raise GoneError
        found = self.pages[key][number - 1]
        if found is None:
            raise DamagedPageError
        return PageResult(found, blank(found, 240), blank(found, 60))

    def read_box(self, *_: Any, **__: Any) -> str:
        return ""


def _digest(source: BinaryIO) -> str:
    source.seek(0)
    return hashlib.sha256(source.read()).hexdigest()


class Office:
    """The archive under way, its people, and short words for what they do."""

    def __init__(self, archive: Archive, clock: Clock) -> None:
        self.archive, self.clock, self.desk = archive, clock, Desk()
        self.worker = Worker(archive, self.desk)
        self.people: dict[str, Identity] = {}

    def bring(self, who: str, name: str, data: bytes, **details: Any) -> str:
        self.clock.minute()
        source = details.pop("source", "web")
        found = intake.receive(self.archive, self.people[who], io.BytesIO(data), name, Delivery(source, **details))
        return found.arrival_id

    def pdf(self, *pages: Page | None, **facts: Any) -> bytes:
        """Return a real PDF of as many pages, whose reading is recorded."""
        words = [text(f"page {number} of paper {len(self.desk.pages)}") for number in range(1, len(pages) + 1)]
        return self.desk.know(saved(pdf_of(*words)).getvalue(), *pages, **facts)

    def read(self) -> None:
        self.clock.minute()
        while self.worker.work_once():
            self.clock.advance(seconds=2)

    def documents(self, arrival_id: str) -> list[str]:
        """Return the documents that have pages of an arrival, in the order of its pages."""
        query = sa.select(DocumentPage.document_id).where(DocumentPage.arrival_id == arrival_id)
        with self.archive.db.read() as session:
            return list(dict.fromkeys(session.scalars(query.order_by(DocumentPage.number))))

    def document(self, arrival_id: str) -> str:
        (found,) = self.documents(arrival_id)
        return found

    def say(self, who: str, document_id: str, confirm: bool = True, **said: Any) -> None:
        self.clock.minute()
        review.save(self.archive, self.people[who], document_id, Review(**said), confirm=confirm)

    def do(self, deed: Callable[..., Any], who: str, *arguments: Any, **named: Any) -> Any:
        """Do a use case as somebody, a minute later than what was done before."""
        self.clock.minute()
        return deed(self.archive, self.people[who], *arguments, **named)

    def refused(self, deed: Callable[..., Any], who: str, *arguments: Any, **named: Any) -> None:
        """Have a use case refuse."""
        try:
            self.do(deed, who, *arguments, **named)
        except DmsError:
            return
        raise AssertionError(deed)


def main() -> None:
    """Build the archive, carry its catalog to PostgreSQL, pack both, and record what the program answers of it."""
    clock = Clock(BEGINNING)
    _stand_still(clock)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        data = folder / "data"
        data.mkdir()
        (data / "guidang.toml").write_text(SETTINGS, encoding="utf-8")
        (data / "rulebook" / "types").mkdir(parents=True)
        (data / "rulebook" / "roles.toml").write_text(ROLES, encoding="utf-8")
        for name in TYPES:
            shutil.copy(OURS / "types" / f"{name}.toml", data / "rulebook" / "types")
        settings = load_settings(environment={"GUIDANG_KEYS_URL": f"keyfile://{folder / KEY}"}, data=data)
        dms.bootstrap.start_archive(settings)
        with dms.bootstrap.open_archive(settings) as archive:
            tokens = furnish(Office(archive, clock))
        HERE.mkdir(exist_ok=True)
        _settle(data)
        _count(settings)
        _dump(data / "catalog.db", folder)
        _pack(folder)
        people = json.dumps(tokens, ensure_ascii=False, indent=1) + "\n"
        (HERE / "tokens.json").write_text(people, encoding="utf-8")
    record()


def _stand_still(clock: Clock) -> None:
    """Let every part of the program see our clock, ids too, hash passwords cheaply, and name no machine."""
    dms.bootstrap.SystemClock = lambda zone: clock  # type: ignore[assignment,misc]
    dms.kernel.database.time = SimpleNamespace(time_ns=lambda: int(clock.at.timestamp() * 1e9))  # type: ignore[assignment]
    dms.accounts.secrets.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    dms.jobs.service.worker_name = lambda: "scanning-room/4026531836:4711"


def furnish(office: Office) -> dict[str, str]:
    """Do what people do in an archive; return the bearer tokens by person."""
    departments = _people(office)
    customers = _customers(office)
    _destroyed(office)
    filed = _filed(office, customers)
    office.clock.day()
    _shelves(office, filed)
    office.clock.day()
    _arranged(office, customers)
    office.clock.day()
    _hostile(office)
    _not_read(office)
    tokens = _tokens(office)
    _log(office)
    office.clock.day()
    _loose_ends(office, departments, customers, filed)
    return tokens


def _people(office: Office) -> dict[str, str]:
    archive = office.archive
    first = accounts.first_person_link(archive)
    assert first is not None
    accounts.use_link(archive, first.secret, PASSWORD, name="周管理", login="zhou")
    office.people["zhou"] = _identity(archive, "zhou")
    departments = {
        key: office.do(accounts.create_department, "zhou", name)
        for key, name in (("archive", "档案室"), ("sales", "销售部"), ("export", '外贸部 "Export" & <b>'))
    }
    crowd: tuple[tuple[str, str, tuple[str, ...], str | None, int], ...] = (
        ("zhang", "张档案", ("ARC",), "archive", 3),
        ("li", "李业务", ("SAL",), "sales", 1),
        ("obrien", "Seán O'Brien “小王” <i>", ("SAL",), "export", 2),
        ("zhao", "赵主管", ("MGR", "FIN"), "sales", 2),
        ("shen", "沈审计", ("AUD",), None, 2),
        ("qian", "钱日志", ("LOG",), None, 0),
        ("sun", "孙安全", ("SEC",), None, 0),
        ("wu", "吴总", ("GM",), None, 3),
        ("gone", "离职的人", ("SAL",), "sales", 1),
        ("invited", "=HYPERLINK(\"x\")", ("SAL",), "sales", 1),
    )  # fmt: skip
    for login, name, roles, department, level in crowd:
        invitation = office.do(
            accounts.create_account, "zhou", name=name, login=login, roles=[Role(role) for role in roles],
            department_id=departments[department] if department else None, level=level,
        )  # fmt: skip
        if login != "invited":
            accounts.use_link(archive, invitation.secret, PASSWORD, address="192.0.2.7", agent="Firefox/128.0")
            office.people[login] = _identity(archive, login)
    office.people["zhou"] = _identity(archive, "zhou")  # no longer the first person
    office.do(accounts.disable_account, "zhou", office.people["gone"].account_id)
    for _ in range(3):
        try:
            accounts.sign_in(archive, "li", "a wrong password", address="203.0.113.9")
        except DmsError:
            office.clock.minute()
    accounts.sign_in(archive, "wu", PASSWORD, address="192.0.2.8", agent="Mozilla/5.0 <script>")
    return departments


def _identity(archive: Archive, login: str) -> Identity:
    secret = accounts.sign_in(archive, login, PASSWORD)
    found = accounts.load_identity(archive, session=secret)
    assert found is not None
    return found


def _customers(office: Office) -> dict[str, str]:
    """Make parties and their dossiers; return party and dossier ids."""
    told: dict[str, dict[str, Any]] = {
        "xiamen": {
            "name": "厦门海岳五金有限公司",
            "relation": "trading",
            "legal_form": "enterprise",
            "region": "350200",
        },
        "heyan": {"name": CUSTOMER.name, "uscc": CUSTOMER.code, "relation": "trading", "legal_form": "enterprise"},
        "chengyu": {"name": SECOND_CUSTOMER.name, "uscc": SECOND_CUSTOMER.code, "relation": "traded"},
        "boyuan": {"name": THIRD_CUSTOMER.name, "uscc": THIRD_CUSTOMER.code, "legal_form": "sole_trader"},
        "hostile": {"name": 'O\'Hara "& Söhne" <script>alert(1)</script>', "region": "00IE", "relation": "potential"},
        "formula": {"name": "=cmd|' /C calc'!A0", "region": "00US", "relation": "supplier", "note": "+1\t-1\n@x 🗂️"},
    }
    found = {key: office.do(parties.create, "zhang", values) for key, values in told.items()}
    name = "云沧禾砚智能装备有限公司"  # renamed twice
    for revision, each in enumerate(("云沧禾砚机电制造有限公司", name), start=1):
        office.do(parties.change, "zhang", found["heyan"], {**told["heyan"], "name": each}, revision)
    office.refused(parties.create, "zhang", {"name": "另一家", "uscc": SECOND_CUSTOMER.code})
    owner = {"owner_id": office.people["li"].account_id}
    opened = {
        "xiamen": office.do(dossiers.open_dossier, "li", found["xiamen"], trigger="FIRST_DEAL", **owner),
        "heyan": office.do(dossiers.open_dossier, "zhang", found["heyan"], region="3301", level=2),
        "hostile": office.do(dossiers.open_dossier, "zhang", found["hostile"], trigger="ADVANCE", level=3),
    }
    return found | {f"{key}'s dossier": each for key, each in opened.items()}


def _destroyed(office: Office) -> None:
    """Put a document into the trash and let its thirty days pass."""
    arrival = office.bring("li", "早就不要的.pdf", office.pdf(receipt()))
    office.read()
    office.do(trash.trash, "zhang", office.document(arrival), "印错了")
    office.clock.advance(days=31)
    assert empty_trash(office.archive) == 1
    office.clock.day()


def _filed(office: Office, customers: Mapping[str, str]) -> dict[str, str]:
    """Bring in papers that are confirmed and filed; return documents by a short name."""
    xiamen, heyan = customers["xiamen's dossier"], customers["heyan's dossier"]
    found: dict[str, str] = {}
    whole = office.pdf(*contract())
    alone = office.bring("li", "购销合同 GX-2023-0611.pdf", whole, party_id=customers["xiamen"], copy_kind="original")
    stack = office.bring(
        "li", "一叠三件.pdf", office.pdf(*contract(1, "GX-2024-0007", "2024年1月9日"), receipt(3), _note(4)),
        expected_papers=3, paper_place="前台抽屉", note="客户亲自送来",
    )  # fmt: skip
    tiff = office.bring("li", "扫描0001.tif", office.desk.know(_tiff(3), receipt(1), *contract(2, "GX-2022-0033")))
    secret = office.bring("zhang", "机密合同.pdf", office.pdf(*contract(1, "JM-2024-0001")), copy_kind="copy")
    office.bring("obrien", "same again.pdf", whole)  # a duplicate
    office.read()
    found["alone"] = office.document(alone)
    said = {"copy_kind": "original", "dossier_id": xiamen, "values": {"total": "12,500.00", "place": "福州"}}
    with office.archive.db.read() as session:
        seals = session.scalars(sa.select(SealRow.id).where(SealRow.document_id == found["alone"])).all()
    office.say("li", found["alone"], confirm=False, values={"total": "12,400.00"})
    office.say("zhang", found["alone"], seals=frozenset(seals), **said)
    parts = office.documents(stack)
    found |= dict(zip(("stacked contract", "stacked receipt", "note"), parts, strict=False))
    office.say("zhang", found["stacked contract"], copy_kind="original", dossier_id=xiamen)
    office.say("zhang", found["stacked receipt"], copy_kind="original", dossier_id=xiamen, level=2)
    found["tiff receipt"], found["tiff contract"] = office.documents(tiff)[:2]
    office.say("zhang", found["tiff receipt"], copy_kind="original", dossier_id=heyan, title="收据 ✔ <b>重命名")
    office.say("zhang", found["tiff contract"], copy_kind="copy", dossier_id=heyan)
    found["secret"] = office.document(secret)
    office.say("zhang", found["secret"], copy_kind="copy", dossier_id=customers["hostile's dossier"], level=3)
    office.refused(file_document, "zhang", found["secret"])  # nobody has said where the original is
    for name in ("alone", "stacked contract", "stacked receipt", "tiff receipt"):
        office.do(file_document, "zhang", found[name])
    office.read()  # their own files are extracted
    return found


def _note(number: int) -> Page:
    return page(number, ("请把上次的样品一并带回，谢谢！", 0.1, 0.1), ("老陈", 0.7, 0.2))


def _tiff(pages: int) -> bytes:
    drawn = []
    for number in range(1, pages + 1):
        image = Image.new("1", (413, 585), 1)
        ImageDraw.Draw(image).rectangle((40, 40 * number, 300, 40 * number + 20), fill=0)
        drawn.append(image)
    buffer = io.BytesIO()
    drawn[0].save(buffer, "TIFF", save_all=True, append_images=drawn[1:], compression="group4", dpi=(50, 50))
    return buffer.getvalue()


def _jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (200, 280), 240).save(buffer, "JPEG", quality=40)
    return buffer.getvalue()


def _shelves(office: Office, filed: dict[str, str]) -> None:
    """Build shelves, put papers into boxes, lend one, know of others elsewhere; then file what waited for that."""
    shelves = office.do(places.create_places, "zhang", "K01-Q1-L[01..02]A-J01-C[1..2]", capacity=22)
    office.do(places.create_places, "zhang", "K03-G01-C1", capacity=3, max_level=1)
    closed = office.do(places.create_places, "zhang", "K02-Q1")
    office.do(places.close_place, "zhang", closed[0])
    boxes = office.do(places.create_boxes, "zhang", 3, "合同盒 “一”")
    for box, shelf in zip(boxes[:2], shelves, strict=False):
        office.do(moves.put_away, "zhang", shelf, box)
    office.do(moves.put_away, "zhang", shelves[2], boxes[0])
    alone = office.do(moves.register_at, "zhang", [filed["alone"]], PaperFacts("original", copies=2), boxes[0])
    office.do(moves.hand_out, "zhang", alone, person="陆景行", purpose="核对 <条款>", due_on=date(2024, 9, 16))
    both = [filed["stacked contract"], filed["stacked receipt"]]
    envelope = PaperFacts("original", code="Y2024-A00007", title="一袋两件")
    lent = office.do(moves.register_at, "zhang", both, envelope, boxes[1])
    reader = office.people["zhao"]
    office.do(
        moves.hand_out, "zhang", lent, person=reader.name, purpose="对账", due_on=None, person_id=reader.account_id
    )
    office.do(moves.give_back, "zhang", lent)
    moved = office.do(moves.move_paper, "zhang", lent, "SCANNING", "补扫")
    office.do(undoing.undo, "zhang", moved.movement_id)
    office.do(
        papers.register, "zhang", [filed["tiff contract"]],
        PaperFacts("original", holder_kind="bank", holder="中国银行 \"厦门\" 分行"),
    )  # fmt: skip
    office.do(
        papers.register, "zhang", [filed["secret"]], PaperFacts("original", holder_kind="customer", holder="O'Hara")
    )
    office.do(papers.register, "zhang", [filed["tiff receipt"]], PaperFacts("original"))  # nobody has seen it yet
    for name in ("tiff contract", "secret"):
        office.do(file_document, "zhang", filed[name])
    office.read()


def _arranged(office: Office, customers: Mapping[str, str]) -> None:
    """Split, merge, reorder, turn, hide and replace pages; undo; reject, resume, set aside, put into the trash."""
    one = office.bring("li", "两份收据.pdf", office.pdf(receipt(1), _note(2), receipt(3)))
    two = office.bring("li", "附页.jpg", office.desk.know(_jpeg(), _note(1)))
    better = office.bring("li", "重扫.pdf", office.pdf(receipt(1), receipt(2)))
    office.bring("li", "撕坏的.pdf", office.pdf(receipt(1), None, _note(3)))
    parted = office.bring("li", "两页各是一件.pdf", office.pdf(*contract(1, "CF-2024-0002")))
    office.read()
    first = office.documents(one)[0]
    joined = [*office.documents(one)[1:], *office.documents(two)]
    office.do(arranging.merge, "zhang", first, joined)
    office.do(arranging.reorder, "zhang", first, [2, 1, 3, 4])
    office.do(arranging.turn, "zhang", first, 1, 90)
    office.do(arranging.hide, "zhang", first, 3, True)
    valid = office.bring("li", "确认了还没有归档.pdf", office.pdf(receipt(1)))
    office.read()
    office.say("zhang", office.document(valid), copy_kind="original", dossier_id=customers["heyan's dossier"])
    edit = office.do(arranging.turn, "zhang", first, 2, 180)
    office.do(arranging.undo, "zhang", edit)
    office.do(arranging.replace, "zhang", first, 2, better, 2)
    office.say("zhang", first, dossier_id=customers["xiamen's dossier"], copy_kind="original")
    office.do(file_document, "zhang", first)  # its own file is of three arrivals
    office.do(arranging.split, "zhang", office.document(parted), [2])
    for name, deed, arguments in (
        ("退回的.pdf", review.reject, ("缺第二页，请补 “盖章” 页",)),
        ("稍后看的.pdf", review.later, (None, "等客户回话")),
        ("删掉的.pdf", trash.trash, ("重复打印",)),
    ):
        arrival = office.bring("li", name, office.pdf(receipt()))
        office.read()
        office.do(deed, "zhang", office.document(arrival), *arguments)
    again = office.bring("obrien", "sent back and resumed.pdf", office.pdf(_note(1)))
    office.read()
    office.do(review.reject, "zhang", office.document(again), "what is this?")
    office.do(review.resume, "zhang", office.document(again))
    office.do(rereading.change_type, "zhang", office.document(again), "T09")


def _hostile(office: Office) -> None:
    """Bring in files whose names are meant to do harm."""
    names = (
        '<script>alert("档案")</script>.pdf', "=cmd|' /C calc'!A0.pdf", "\u202efdp.exe\u202c.pdf", "🗂️📄 e\u0301.pdf",
        "a\nb\r\nSet-Cookie: x=1.pdf", "../../etc/passwd", f"{LONG_NAME}.pdf", "C:\\scan\\'引号\".pdf",
        "%s%(name)s{0}.pdf",
    )  # fmt: skip
    for number, name in enumerate(names):
        office.bring("obrien" if number % 2 else "li", name, office.pdf(receipt()), source="api")
    office.read()


def _not_read(office: Office) -> None:
    """Bring in what cannot be read, or not without a password; discard one."""
    shut, open_ = locked(LOCKED).getvalue(), locked(LOCKED).getvalue()
    office.bring("li", "有密码.pdf", office.desk.know(shut, _note(1), password=LOCKED))
    opened = office.bring("zhang", "有密码，已给.pdf", office.desk.know(open_, receipt(), password=LOCKED))
    wrong = office.bring("zhang", "密码不对.pdf", office.desk.know(locked(LOCKED).getvalue(), password=LOCKED))
    office.bring("li", "坏的.pdf", b"%PDF-1.4\nbroken" + bytes(100))
    rubbish = office.bring("li", "不认识.xyz", b"\x00\x01\x02 of no known kind" * 9)
    office.bring("li", "报价.docx", _docx())
    gone = office.bring("li", "要丢弃的.bin", b"\x07\x07 also of no known kind" * 9)
    office.read()
    office.do(arrivals.give_password, "zhang", opened, LOCKED)
    office.do(arrivals.give_password, "zhang", wrong, "guess")
    office.read()
    office.refused(arrivals.read_again, "zhang", rubbish[:-1] + "0")
    office.do(arrivals.discard, "zhang", gone, "认不出，客户说不要了")


def _docx() -> bytes:
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("word/document.xml", "<w:document/>")
    return buffer.getvalue()


def _tokens(office: Office) -> dict[str, str]:
    found = {}
    wishes = {"zhang": ("document.view", "page.view", "document.download"), "shen": ("audit.read", "document.view")}
    for login, actions in wishes.items():
        found[login] = office.do(accounts.create_token, login, "接口 <ERP>", actions, 366).secret
    ended = office.do(accounts.create_token, "zhang", "用完了的", ["document.view"], 30)
    office.do(accounts.end_token, "zhang", ended.id)
    return found


def _log(office: Office) -> None:
    """Give the leaves their places and sign twice, some deeds apart; climb the ladder of proofs of two documents."""
    archive = office.archive
    sequencer.sequence(archive.db)
    sequencer.checkpoint(archive)
    for document_id in _some(office, Document.state == "FILED"):
        office.do(proving.prove, "shen", document_id)
    sequencer.sequence(archive.db)
    office.clock.minute()
    sequencer.checkpoint(archive)
    while projection.consume(archive):
        continue


def _some(office: Office, condition: sa.ColumnElement[bool]) -> list[str]:
    with office.archive.db.read() as session:
        return list(session.scalars(sa.select(Document.id).where(condition).order_by(Document.id).limit(2)))


def _loose_ends(
    office: Office, departments: Mapping[str, str], customers: Mapping[str, str], filed: Mapping[str, str]
) -> None:
    """Leave things as a power cut would: an outbox, leaves without a place, jobs in every state, half an object."""
    archive = office.archive
    office.do(parties.change, "zhang", customers["xiamen"], {"name": "厦门海岳五金制造有限公司", "region": "350200"}, 1)
    office.do(accounts.rename_department, "zhou", departments["export"], "外贸部")
    waiting = _some(office, Document.state == "NEEDS_REVIEW")[0]
    office.say("zhang", waiting, confirm=False, title="索引还不知道的题名 outboxword")
    half = office.pdf(page(1, ("附页", 0.1, 0.1)), _note(2), _note(3))
    office.bring("li", "读到一半.pdf", half)
    office.desk.dies_at = (hashlib.sha256(half).hexdigest(), 2)
    try:
        office.read()
    except GoneError:
        office.clock.minute()
    office.bring("li", "隔离不了.pdf", office.pdf(_note(1), fault=SandboxWeakError()))
    office.bring("zhang", "读时中止.pdf", office.pdf(_note(1), fault=ParserDiedError()))
    for _ in range(2):
        office.worker.work_once()
    office.bring("li", "还没有看.pdf", office.pdf(_note(1)))  # its job is ready, nobody took it
    objects.reserve(archive, "original")
    now = archive.clock.now()
    with archive.db.write() as session:
        session.add(
            WatchProblem(
                path="/srv/scans/没有权限 <1>.pdf",
                problem="“%(name)s”没有权限打开。文件没有动；请检查权限，系统会自动再试。",
                details={"name": "没有权限 <1>.pdf"},
                first_at=now - timedelta(hours=2),
                last_at=now,
            )
        )


def _settle(data: Path) -> None:
    """Make each SQLite file one sound file without a log beside it, as small as it can be."""
    for file in sorted(data.iterdir()):
        if file.is_file() and file.read_bytes()[:15] == b"SQLite format 3":
            whole = file.with_name("whole")
            connection = sqlite_module().connect(file)
            connection.execute("VACUUM INTO ?", (str(whole),))  # the index's own connections stay open
            connection.close()
            whole.replace(file)
            for log in ("-wal", "-shm"):
                file.with_name(file.name + log).unlink(missing_ok=True)
    for bell in data.glob("wake-*"):
        bell.unlink()


def _count(settings: Settings) -> None:
    """Say how many rows each table has; refuse an archive that lacks one."""
    database = Database(settings.catalog_url)
    with database.read() as session:
        counts = {
            name: session.scalar(sa.select(sa.func.count()).select_from(t)) for name, t in metadata.tables.items()
        }
    database.close()
    print("\n".join(f"{name:20} {count}" for name, count in sorted(counts.items())))
    _settle(settings.data)
    assert all(counts.values()), counts


def _dump(catalog: Path, folder: Path) -> None:
    """Carry the catalog to a PostgreSQL as `restore` does, and keep it as SQL that any server from 14 on takes."""
    with Postgres() as server:
        database = Database(server.url())
        snapshot.put_back(database, catalog)
        database.close()
        binaries = programs()
        assert binaries is not None
        command = [
            binaries / "pg_dump", "-h", server.folder, "-U", "guidang", "--inserts", "--rows-per-insert=100",
            "--no-owner", "--no-privileges", "--no-comments", "postgres",
        ]  # fmt: skip
        sql = subprocess.run(command, check=True, capture_output=True).stdout.decode()
    unportable = ("\\", "SET transaction_timeout", "SET xmloption", "--")
    lines = [line for line in sql.split("\n") if line and not line.startswith(unportable)]
    file = folder / "postgres.sql"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _pack(folder: Path) -> None:
    """Pack data folder, key file and dump; the same content always gives the same bytes."""

    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        member.mtime = int(BEGINNING.timestamp())
        member.mode = 0o700 if member.isdir() else 0o600
        return member

    target = HERE / "archive.tar.xz"
    with tarfile.open(target, "w:xz", preset=9) as packed:
        for name in ("data", KEY, "postgres.sql"):
            packed.add(folder / name, name, filter=plain)
    print(f"{target.name}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
