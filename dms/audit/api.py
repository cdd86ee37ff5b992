"""JSON API of the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint
from pydantic import BaseModel

from dms.audit import browsing, proofs
from dms.audit.forms import DeedQuery, Sizes
from dms.http import current_archive, current_identity
from dms.http.operation import Out, operation

api = Blueprint("audit_api", __name__, url_prefix="/api/v1/audit")


class DeedOut(Out):
    """One deed."""

    id: str
    at: datetime
    who: str
    via: str
    address: str
    action: str
    target_kind: str
    target_id: str
    details: dict[str, Any]
    reason: str
    position: int | None
    leaf_hash: str


class Deeds(BaseModel):
    """One page of deeds, newest first; pass `cursor` as `after` for the next."""

    deeds: list[DeedOut]
    cursor: str | None


class CheckpointOut(Out):
    """A signed checkpoint; `body` is what was signed."""

    size: int
    root: str
    at: datetime
    body: str
    key_id: str
    signature: str


class Checkpoints(BaseModel):
    """The newest checkpoints."""

    checkpoints: list[CheckpointOut]


class Key(BaseModel):
    """A public signing key (Ed25519, hexadecimal)."""

    id: str
    public_key: str


class Evidence(BaseModel):
    """A leaf and the proof that it is under a signed checkpoint."""

    leaf: str
    position: int
    leaf_hash: str
    proof: list[str]
    checkpoint: str
    signature: str
    key: Key


class Statement(BaseModel):
    """What was signed, and the signature."""

    checkpoint: str
    signature: str


class Growth(BaseModel):
    """The proof that the later log begins with the earlier."""

    old: Statement
    new: Statement
    proof: list[str]


@api.get("")
@operation("查审计日志", query_model=DeedQuery, answer=Deeds)
def index(query: DeedQuery) -> Deeds:
    """List deeds."""
    archive, identity = current_archive(), current_identity()
    found, cursor = browsing.deeds(archive, identity, query.wanted(), query.after, query.limit)
    return Deeds(deeds=[DeedOut.model_validate(deed) for deed in found], cursor=cursor)


@api.get("/checkpoints")
@operation("签名检查点", answer=Checkpoints)
def checkpoints() -> Checkpoints:
    """List checkpoints."""
    found = browsing.checkpoints(current_archive(), current_identity())
    return Checkpoints(checkpoints=[CheckpointOut.model_validate(row) for row in found])


@api.get("/growth")
@operation("两个检查点之间只增不改的证明", query_model=Sizes, answer=Growth)
def growth(query: Sizes) -> Growth:
    """Return a consistency proof."""
    return Growth.model_validate(proofs.growth(current_archive(), current_identity(), query.old, query.new))


@api.get("/<leaf_id>/proof")
@operation("一条记录在日志中的证明", answer=Evidence)
def proof(leaf_id: str) -> Evidence:
    """Return an inclusion proof."""
    return Evidence.model_validate(proofs.evidence(current_archive(), current_identity(), leaf_id))
