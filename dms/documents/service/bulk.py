"""Deeds done to many documents at once; each stands by itself, so that one refused stops no other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dms.documents.service import review, trash
from dms.documents.service.review import Review
from dms.kernel.archive import Archive
from dms.kernel.errors import ConflictError, DmsError, ForbiddenError, InvalidError, NotFoundError
from dms.policy import Identity
from dms.policy.content import DOCUMENT_DISCARD, DOCUMENT_REVIEW

MOST = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many went well, and which did not, with why."""

    done: int
    refused: tuple[tuple[str, DmsError], ...]


def confirm(archive: Archive, identity: Identity, ids: Sequence[str]) -> Outcome:
    """Confirm documents as they are; one of unknown type, or with values that need an eye, is left for its own page."""
    archive.policy.require(identity, DOCUMENT_REVIEW)
    return _each(ids, lambda each: review.confirm_unread(archive, identity, each))


def discard(archive: Archive, identity: Identity, ids: Sequence[str]) -> Outcome:
    """Put documents into the trash."""
    archive.policy.require(identity, DOCUMENT_DISCARD)
    return _each(ids, lambda each: trash.trash(archive, identity, each))


def set_copy_kind(archive: Archive, identity: Identity, ids: Sequence[str], copy_kind: str) -> Outcome:
    """Say of many documents whether they are originals, copies, scans."""
    archive.policy.require(identity, DOCUMENT_REVIEW)
    return _each(ids, lambda each: review.save(archive, identity, each, Review(copy_kind=copy_kind)))


def _each(ids: Sequence[str], deed: Callable[[str], None]) -> Outcome:
    if len(ids) > MOST:
        raise InvalidError("一次最多处理 %(most)s 件，请分几次。", code="bulk_size", most=MOST)
    refused: list[tuple[str, DmsError]] = []
    wanted = list(dict.fromkeys(ids))
    for each in wanted:
        try:
            deed(each)
        except (ConflictError, ForbiddenError, InvalidError, NotFoundError) as error:
            refused.append((each, error))
    return Outcome(len(wanted) - len(refused), tuple(refused))
