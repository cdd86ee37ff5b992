"""The ladder of proofs of one document, climbed now: stored bytes → catalog → arrival → log → signature → paper."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.audit import proofs
from dms.audit.models import AuditLeaf
from dms.documents import files
from dms.documents.models import Document
from dms.documents.service.changing import log_deed
from dms.documents.visibility import get_visible
from dms.intake.models import Arrival
from dms.kernel.archive import Archive
from dms.kernel.errors import ConflictError
from dms.originals.models import StoredObject
from dms.policy import Identity
from dms.policy.content import DOCUMENT_VIEW
from storage.envelope import Envelope
from storage.objects import StorageError, StorageUnavailableError

TEXTS = {  # msgids: (rung, state) → what it means; the extraction script reads this table
    "bytes.proven": "库里的密文已全部读出、解密，SHA-256 与目录登记的一致",
    "bytes.failed": "库里的字节与目录登记的不一致，或已缺失：请从备份找回",
    "bytes.pending": "原件库现在没有应答，还不能核对字节：请稍后再核验",
    "bytes.none": "来件的文件已按规定销毁，字节无从核对",
    "source.proven": "登记的来源与各来件的 SHA-256 一致",
    "source.failed": "登记的来源与来件的 SHA-256 不一致",
    "leaf.proven": "收件或抽取时写下的审计记录在，写的是同一个 SHA-256，没有改动",
    "leaf.failed": "找不到写着这个 SHA-256 的审计记录，或记录改动过",
    "log.proven": "这条记录排在日志里，在带签名的检查点之下，签名有效",
    "log.failed": "这条记录不在签名检查点之下，或签名不对",
    "log.pending": "这条记录刚刚写下，还没有排入日志：请过一秒再核验",
    "paper.pending": "这里证明不了签名密钥的主人没有把整个日志重写：请用抄在纸上的条数和根离线核对（审计页有说明）",
}
BEGINNINGS = {"arrival": "arrival.receive", "document": "document.extract"}  # the deed that wrote the digest down


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: "proven", "failed", "pending" (cannot be shown now) or "none"; `of` names the file concerned."""

    name: str
    state: str
    of: str = ""
    leaf_id: str = ""
    text: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", TEXTS[f"{self.name}.{self.state}"])


@dataclass(frozen=True, slots=True)
class _File:
    """A file that a document rests on: the catalog's row, and where the log tells of its digest."""

    of: str
    sha256: str
    target: tuple[str, str]
    stored: StoredObject | None


def prove(archive: Archive, identity: Identity, document_id: str) -> list[Rung]:
    """Check now that a document is what came in; log what was found. For those who may read the whole log.

    Raises `ForbiddenError`, `NotFoundError`.
    """
    proofs.require_all(archive, identity)
    archive.policy.require(identity, DOCUMENT_VIEW)
    with archive.db.read() as session:
        document = get_visible(session, archive, identity, document_id)
        held = list(_files(session, document))
        rungs = list(_source(session, document))
    whole = []
    for each in held:
        lying = _bytes(archive, each)
        if lying.state == "proven" and each.stored is not None:
            whole.append(each.stored.id)
        rungs += [lying, *_log(archive, identity, each)]
    rungs.append(Rung("paper", "pending"))
    _note(archive, identity, document, whole, rungs)
    return sorted(rungs, key=lambda rung: [name.split(".")[0] for name in TEXTS].index(rung.name))


def _files(session: Session, document: Document) -> Iterator[_File]:
    """Yield the document's own file, or else each file that it has pages of."""
    own = files.own_file(session, document.id)
    if own is not None:
        yield _File("", own.original.plain_sha256, ("document", document.id), own.original)
        return
    for arrival_id in dict.fromkeys(page.arrival_id for page in document.pages):
        arrival = session.get_one(Arrival, arrival_id)
        stored = session.get(StoredObject, arrival.object_ref) if arrival.object_ref else None
        yield _File(arrival.shown_name, arrival.sha256, ("arrival", arrival.id), stored)


def _source(session: Session, document: Document) -> Iterator[Rung]:
    own = files.own_file(session, document.id)
    if own is not None:
        told = {page["arrival"]: page["sha256"] for page in own.pages}
        query = sa.select(Arrival.id, Arrival.sha256).where(Arrival.id.in_(told))
        there = {row.id: row.sha256 for row in session.execute(query)}
        yield Rung("source", "proven" if told == there else "failed")


def _bytes(archive: Archive, file: _File) -> Rung:
    """Read the whole object, decrypt it, compare it with its envelope, and this with the catalog's other columns."""
    if file.stored is None:
        return Rung("bytes", "none", file.of)
    try:
        envelope = Envelope.from_json(file.stored.envelope)
        archive.vault.verify(envelope)
    except StorageUnavailableError:
        return Rung("bytes", "pending", file.of)
    except (StorageError, ValueError):
        return Rung("bytes", "failed", file.of)
    same = {envelope.plain_sha256, file.stored.plain_sha256, file.sha256} == {file.sha256}
    return Rung("bytes", "proven" if same else "failed", file.of)


def _log(archive: Archive, identity: Identity, file: _File) -> Iterator[Rung]:
    """Look for the leaf that wrote the digest down, and prove it from itself up to the signature."""
    kind, target_id = file.target
    query = sa.select(AuditLeaf).where(
        AuditLeaf.target_kind == kind, AuditLeaf.target_id == target_id, AuditLeaf.action == BEGINNINGS[kind]
    )
    with archive.db.read() as session:
        leaves = list(session.scalars(query.order_by(AuditLeaf.id)))
    leaf = next((each for each in leaves if _logged_digest(each) == file.sha256), None)
    if leaf is None:
        yield Rung("leaf", "failed", file.of)
        return
    try:
        shown = proofs.rungs(proofs.evidence(archive, identity, leaf.id))
    except ConflictError:
        yield Rung("log", "pending", file.of, leaf.id)
        return
    whole = shown["leaf"] and not proofs.leaf_problem(leaf, bytes.fromhex(leaf.leaf_hash))
    yield Rung("leaf", "proven" if whole else "failed", file.of, leaf.id)
    yield Rung("log", "proven" if shown["root"] and shown["signature"] else "failed", file.of, leaf.id)


def _logged_digest(leaf: AuditLeaf) -> Any:
    try:
        return json.loads(leaf.body)["details"].get("sha256")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _note(
    archive: Archive, identity: Identity, document: Document, whole: Sequence[str], rungs: Sequence[Rung]
) -> None:
    """Write down in the log what was found, and in the catalog which objects were found whole."""
    found: dict[str, Any] = {
        state: sum(rung.state == state for rung in rungs) for state in ("proven", "failed", "pending")
    }
    with archive.db.write() as session:
        session.execute(
            sa.update(StoredObject).where(StoredObject.id.in_(whole)).values(verified_at=archive.clock.now())
        )
        log_deed(session, archive, identity, document, "document.verify", "", **found)
