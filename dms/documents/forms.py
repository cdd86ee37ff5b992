"""What requests about documents and arrivals carry, from pages and from programs; both edges share it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated
from urllib.parse import unquote

from flask import current_app, request
from pydantic import BaseModel, Field

from dms.documents.service import bulk
from dms.documents.service.lists import Filters
from dms.documents.service.rereading import BoxReading
from dms.documents.service.review import Review
from dms.http import current_archive, current_identity, raw_body
from dms.intake import service as intake
from dms.intake.batches import Delivery
from dms.intake.names import NAMELESS, clean_name
from dms.intake.readers import BoxReader
from dms.intake.service import Receipt
from dms.kernel.errors import TooLargeError

EXTENSION = "guidang.box_reader"
Short = Annotated[str, Field(max_length=200)]


class UploadDetails(BaseModel):
    """What is said of an upload: the batch it belongs to, whose papers, which kind of copy, where the paper is."""

    batch: Short = ""
    party: Short = ""
    copy_kind: Short = "unknown"
    papers: int | None = Field(None, ge=1, le=100_000)
    place: Short = ""
    note: Short = ""

    def delivery(self, source: str) -> Delivery:
        """Return how the file comes."""
        return Delivery(source, self.batch, self.party, self.copy_kind, self.papers, self.place, self.note)


def received(source: str, details: UploadDetails) -> Receipt:
    """Take the request's body in: the file itself, its name a percent-encoded header."""
    archive = current_archive()
    name = unquote(request.headers.get("X-File-Name", ""), errors="surrogateescape") or NAMELESS
    limit = archive.settings.max_upload_bytes
    if (request.content_length or 0) > limit:
        raise TooLargeError(intake.TOO_LARGE, name=clean_name(name), limit=str(limit >> 20))
    return intake.receive(archive, current_identity(), raw_body(limit + 1), name, details.delivery(source))


class Password(BaseModel):
    """The password of a PDF."""

    password: str = Field(min_length=1, max_length=200)


class Reason(BaseModel):
    """Why something is done, to which revision."""

    reason: str = Field("", max_length=1000)
    revision: int | None = None


class Reviewed(Reason):
    """Why something is done, to the revision that the person looked at."""

    revision: int


class Narrowing(BaseModel):
    """What pages and programs can narrow the list of documents to."""

    type: str = ""
    state: str = ""
    party: str = ""
    dossier: str = ""
    copy_kind: str = ""
    since: date | None = None
    until: date | None = None
    trashed: bool = False
    after: str | None = None

    def filters(self) -> Filters:
        """Return the filters of the use case."""
        return Filters(
            self.type, self.state, self.party, self.dossier, self.copy_kind, self.since, self.until,
            trashed=self.trashed,
        )  # fmt: skip


class ListQuery(Narrowing):
    """What a list is narrowed to."""

    limit: int = Field(50, ge=1, le=200)


class Narrowed(Narrowing):
    """What a person narrows the list to, or has written into a file."""

    type: Short = ""
    state: Short = ""
    party: Short = ""
    dossier: Short = ""
    copy_kind: Short = ""
    title: Short = ""
    doubtful: bool = False
    format: str = ""

    def filters(self) -> Filters:
        """Return the filters of the use case."""
        return replace(super().filters(), title=self.title, doubtful=self.doubtful)


class Many(BaseModel):
    """A deed done to many documents."""

    deed: Annotated[str, Field(pattern="confirm|trash|copy_kind")]
    id: list[str] = Field(min_length=1, max_length=bulk.MOST)
    copy_kind: str = "unknown"
    next: str = "/documents"


class DocumentIds(BaseModel):
    """DocumentIds of documents."""

    ids: list[str]


class Deed(BaseModel):
    """The fixed part of the review form; texts and boxes of values come beside it, each under its own name."""

    revision: int
    deed: Annotated[str, Field(pattern="confirm|save")] = "save"
    type: Annotated[str, Field(max_length=8)] = ""
    title: Annotated[str, Field(max_length=200)] = ""
    level: int | None = Field(None, ge=0, le=3)
    copy_kind: str | None = None
    dossier: str | None = None
    accepted: list[str] = Field(default_factory=list, max_length=2000)
    seal: list[str] = Field(default_factory=list, max_length=2000)


class Correction(BaseModel):
    """What is said of a document. What is left out stays; `values` are texts as a person writes them."""

    revision: int | None = None
    type: str | None = None
    title: str | None = Field(None, max_length=200)
    level: int | None = Field(None, ge=0, le=3)
    copy_kind: str | None = None
    dossier_id: str | None = None
    values: dict[str, str] = Field(default_factory=dict)
    accepted: list[str] = Field(default_factory=list)
    seals: list[str] = Field(default_factory=list)
    confirm: bool = False

    def review(self) -> Review:
        """Return what the use case is told."""
        return Review(
            type_code=self.type, title=self.title, level=self.level, copy_kind=self.copy_kind,
            dossier_id=self.dossier_id, values=self.values, accepted=frozenset(self.accepted),
            seals=frozenset(self.seals),
        )  # fmt: skip


class TypeChange(BaseModel):
    """Another document type."""

    type: str
    revision: int | None = None


class DrawnBox(BaseModel):
    """A box drawn on a page as it is shown."""

    page: int = Field(ge=1)
    box: tuple[float, float, float, float]


def box_reader() -> BoxReading:
    """Return the reader of drawn boxes of this web process, which both edges keep at hand."""
    found: BoxReading = current_app.extensions.setdefault(EXTENSION, BoxReader(current_archive()))
    return found


class Arrangement(BaseModel):
    """One edit of the page list; `order` are present positions with commas."""

    deed: Annotated[str, Field(pattern="split|merge|reorder|turn|hide|show|replace")]
    revision: int
    position: int = Field(1, ge=1)
    degrees: int = 90
    order: str = ""
    others: list[str] = Field(default_factory=list, max_length=100)
    arrival: str = ""
    number: int = Field(1, ge=1)


class Split(BaseModel):
    """Positions in front of which a document is split."""

    before: list[int] = Field(min_length=1)
    revision: int | None = None


class Merge(BaseModel):
    """Documents whose pages are appended."""

    others: list[str] = Field(min_length=1, max_length=100)
    revision: int | None = None


class Order(BaseModel):
    """The present positions in their new order."""

    order: list[int] = Field(min_length=1)
    revision: int | None = None


class PageChange(BaseModel):
    """A change of one page: turn it by degrees, hide or show it, or put another scan in its place."""

    turn: int | None = None
    hidden: bool | None = None
    arrival_id: str | None = None
    number: int = 1
    revision: int | None = None
