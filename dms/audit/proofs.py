"""Export of the log with its proofs, and the check of the log where it lies."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.audit.actions import AUDIT_READ
from dms.audit.leaf import canonical, moment
from dms.audit.models import AuditCheckpoint, AuditKey, AuditLeaf, AuditNode
from dms.audit.sequencer import checkpoint, latest_checkpoint, node_of, sequence, tree_size
from dms.audit.service import record
from dms.audit.tree import consistency_proof, inclusion_proof
from dms.audit.verify import EXPORT_FORMAT, Growing, Report, checkpoint_problem, hash_leaf, inclusion_holds
from dms.kernel.archive import Archive
from dms.kernel.errors import ConflictError, ForbiddenError, NotFoundError
from dms.policy import Attributes, Columns, Identity

STEP = 1000
Progress = Callable[[int, int], None]


def require_all(archive: Archive, identity: Identity) -> None:
    """Raise `ForbiddenError` unless the asker may read the whole log."""
    if not archive.policy.scope(identity, AUDIT_READ).is_all:
        raise ForbiddenError("导出和核验整个审计日志只给审计和审计管理员。", code="forbidden")


def columns() -> Columns:
    """Return the columns by which the policy limits the log: own deeds, or all."""
    return Columns(owner_id=AuditLeaf.actor_id)


def export(archive: Archive, identity: Identity, progress: Progress = lambda done, total: None) -> Iterator[str]:
    """Yield the whole log as JSON lines: header with public keys, checkpoints, leaves by position.

    The export itself is recorded first and a checkpoint signed, so that every leaf in it is covered.
    """
    require_all(archive, identity)
    with archive.db.write() as session:
        record(session, archive.clock, identity, action="audit.export", target=("audit", ""))
    sequence(archive.db)
    newest = checkpoint(archive)
    assert newest is not None  # the export's own leaf is there
    return _lines(archive, newest.size, progress)


def _lines(archive: Archive, size: int, progress: Progress) -> Iterator[str]:
    with archive.db.read() as session:
        keys = [{"id": key.id, "public_key": key.public_key} for key in session.scalars(sa.select(AuditKey))]
        statements = list(session.scalars(_up_to(size)))
    header = {
        "format": EXPORT_FORMAT, "archive": archive.vault.instance, "name": archive.settings.archive_name,
        "exported_at": moment(archive.clock.now()), "size": size, "keys": keys,
    }  # fmt: skip
    yield canonical(header) + "\n"
    for statement in statements:
        yield canonical({"checkpoint": statement.body, "signature": statement.signature}) + "\n"
    for first in range(0, size, STEP):
        with archive.db.read() as session:
            leaves = _leaves(session, first, min(first + STEP, size))
        for leaf in leaves:
            yield canonical({"position": leaf.position, "leaf": leaf.body}) + "\n"
        progress(min(first + STEP, size), size)


def _up_to(size: int) -> sa.Select[AuditCheckpoint]:
    return sa.select(AuditCheckpoint).where(AuditCheckpoint.size <= size).order_by(AuditCheckpoint.size)


def _leaves(session: Session, first: int, end: int) -> list[AuditLeaf]:
    return list(
        session.scalars(
            sa.select(AuditLeaf)
            .where(AuditLeaf.position >= first, AuditLeaf.position < end)
            .order_by(AuditLeaf.position)
        )
    )


def verify(
    archive: Archive,
    identity: Identity,
    anchors: Mapping[int, str] | None = None,
    progress: Progress = lambda done, total: None,
) -> Report:
    """Check the log where it lies: every leaf's bytes, hash, columns and position, the tree, every checkpoint.

    `anchors` are size → root that somebody noted earlier, the only thing that shows a log cut off at its end or
    written anew by somebody who has the master key too.
    """
    require_all(archive, identity)
    sequence(archive.db)
    report, tree = Report(archive=archive.vault.instance), Growing()
    with archive.db.read() as session:
        size = tree_size(session)
        signed = _signed(session, report)
    stated = {"checkpoint": signed, "anchor": dict(anchors or {})}
    for first in range(0, size, STEP):
        with archive.db.read() as session:
            _check_step(session, first, min(first + STEP, size), tree, stated, report)
        progress(min(first + STEP, size), size)
    report.leaves = tree.size
    for at in sorted({*signed, *stated["anchor"]}):
        if at > tree.size:
            report.blame(f"a statement covers {at} leaves, but there are only {tree.size}: the end was cut off")
    _check_beyond(archive, size, report)
    return report


def _signed(session: Session, report: Report) -> dict[int, str]:
    keys = {key.id: key.public_key for key in session.scalars(sa.select(AuditKey))}
    report.keys = sorted(keys)
    signed = {}
    for row in session.scalars(sa.select(AuditCheckpoint).order_by(AuditCheckpoint.size)):
        problem = checkpoint_problem(row.body, row.signature, keys, report.archive)
        if not problem and _differs(json.loads(row.body), row):
            problem = "its row does not agree with what was signed"
        if problem:
            report.blame(f"checkpoint of {row.size} leaves: {problem}")
        else:
            signed[row.size] = row.root
            report.checkpoints += 1
    return signed


def _differs(facts: Mapping[str, Any], row: AuditCheckpoint) -> bool:
    return (facts.get("size"), facts.get("root"), facts.get("at"), facts.get("key")) != (
        row.size, row.root, moment(row.at), row.key_id,
    )  # fmt: skip


def _check_step(
    session: Session, first: int, end: int, tree: Growing, stated: Mapping[str, Mapping[int, str]], report: Report
) -> None:
    made: dict[tuple[int, int], bytes] = {}
    leaves = {leaf.position: leaf for leaf in _leaves(session, first, end)}
    for position in range(first, end):
        leaf = leaves.get(position)
        if leaf is None:
            report.blame(f"leaf {position} is missing")
            continue
        digest = hash_leaf(leaf.body)
        if problem := leaf_problem(leaf, digest):
            report.blame(f"leaf {position} ({leaf.id}): {problem}")
        for level, number, node in tree.append(digest):
            made[level, number] = node
        _compare(tree, stated, report)
    _check_nodes(session, made, report)


def leaf_problem(leaf: AuditLeaf, digest: bytes) -> str:
    """Return what is wrong with a leaf's row, "" when nothing."""
    if digest.hex() != leaf.leaf_hash:
        return "its text was altered"
    try:
        body = json.loads(leaf.body)
        kind, target_id = body["target"]
        said = (body["id"], body["at"], body["actor"]["id"], body["actor"]["name"], body["action"], kind, target_id)
    except (ValueError, KeyError, TypeError):
        return "its text is not a leaf"
    shown = (
        leaf.id, moment(leaf.at), leaf.actor_id, leaf.actor_name, leaf.action, leaf.target_kind, leaf.target_id,
    )  # fmt: skip
    return "" if said == shown else "its columns do not agree with its text"


def _compare(tree: Growing, stated: Mapping[str, Mapping[int, str]], report: Report) -> None:
    for kind, roots in stated.items():
        expected = roots.get(tree.size)
        if expected is None:
            continue
        if tree.root().hex() != expected:
            report.blame(f"{kind} of {tree.size} leaves: the leaves give another root; something before was altered")
        elif kind == "checkpoint":
            report.covered = tree.size
        else:
            report.anchored = tree.size


def _check_nodes(session: Session, made: dict[tuple[int, int], bytes], report: Report) -> None:
    for level in {level for level, _ in made}:
        numbers = [number for at, number in made if at == level]
        held = session.execute(
            sa.select(AuditNode.number, AuditNode.node_hash).where(
                AuditNode.level == level, AuditNode.number.between(min(numbers), max(numbers))
            )
        )
        stored = {row.number: row.node_hash for row in held}
        for number in numbers:
            if stored.get(number) != made[level, number].hex():
                report.blame(f"subtree {number} of level {level}: its stored hash is missing or altered")


def _check_beyond(archive: Archive, size: int, report: Report) -> None:
    with archive.db.read() as session:
        beyond = session.scalar(sa.select(sa.func.count(AuditLeaf.id)).where(AuditLeaf.position >= size)) or 0
        if beyond and tree_size(session) <= size:
            report.blame(f"{beyond} leaves have a position beyond the tree")


def evidence(archive: Archive, identity: Identity, leaf_id: str) -> dict[str, Any]:
    """Return a leaf with the proof that it is under a signed checkpoint, as JSON values.

    Raises `NotFoundError`, and `ConflictError` while the leaf has no position yet.
    """
    sequence(archive.db)
    with archive.db.read() as session:
        leaf = find(session, archive, identity, leaf_id)
        newest = latest_checkpoint(session)
    if leaf.position is None:
        raise ConflictError("这条记录刚刚写下，还没有排入日志；请过一秒再看。", code="leaf_waiting")
    if newest is None or newest.size <= leaf.position:
        newest = checkpoint(archive)
    assert newest is not None  # there is at least this leaf
    with archive.db.read() as session:
        proof = inclusion_proof(leaf.position, newest.size, lambda level, number: node_of(session, level, number))
        key = session.get_one(AuditKey, newest.key_id)
    return {
        "leaf": leaf.body, "position": leaf.position, "leaf_hash": leaf.leaf_hash,
        "proof": [node.hex() for node in proof], "checkpoint": newest.body, "signature": newest.signature,
        "key": {"id": key.id, "public_key": key.public_key},
    }  # fmt: skip


def rungs(shown: Mapping[str, Any]) -> dict[str, bool]:
    """Check an `evidence` rung by rung, as its reader would: leaf → root → signature."""
    statement = json.loads(shown["checkpoint"])
    proof = [bytes.fromhex(node) for node in shown["proof"]]
    leaf, key = hash_leaf(shown["leaf"]), shown["key"]
    return {
        "leaf": leaf.hex() == shown["leaf_hash"],
        "root": inclusion_holds(leaf, shown["position"], statement["size"], proof, bytes.fromhex(statement["root"])),
        "signature": not checkpoint_problem(
            shown["checkpoint"], shown["signature"], {key["id"]: key["public_key"]}, statement["archive"]
        ),
    }


def growth(archive: Archive, identity: Identity, old: int, new: int) -> dict[str, Any]:
    """Return the proof that the log of `new` leaves begins with that of `old`; both must have been checkpoints."""
    archive.policy.require(identity, AUDIT_READ)
    with archive.db.read() as session:
        statements = {row.size: row for row in session.scalars(_up_to(new)) if row.size in (old, new)}
        if set(statements) != {old, new}:
            raise NotFoundError("没有这样的检查点，请从检查点列表里选。", code="checkpoint_unknown")
        proof = consistency_proof(old, new, lambda level, number: node_of(session, level, number))
    return {
        "old": {"checkpoint": statements[old].body, "signature": statements[old].signature},
        "new": {"checkpoint": statements[new].body, "signature": statements[new].signature},
        "proof": [node.hex() for node in proof],
    }


def find(session: Session, archive: Archive, identity: Identity, leaf_id: str) -> AuditLeaf:
    """Return a leaf that the asker may read. Raises `NotFoundError`."""
    leaf = session.get(AuditLeaf, leaf_id)
    if leaf is None or not archive.policy.may(identity, AUDIT_READ, Attributes(owner_id=leaf.actor_id)):
        raise NotFoundError("没有这条审计记录，或您无权查看。", code="leaf_unknown")
    return leaf
