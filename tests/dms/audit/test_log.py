"""The log's life: recorded, sequenced, signed, exported, proven; and every way of tampering with it found."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from dms.audit import proofs, verify
from dms.audit.keys import rewrap_signing_keys, signing_key
from dms.audit.models import AuditCheckpoint, AuditKey, AuditLeaf
from dms.audit.sequencer import checkpoint, latest_checkpoint, sequence, tick, tree_size
from dms.audit.service import record
from dms.audit.tree import consistency_holds
from dms.kernel.archive import Archive
from dms.kernel.clock import FixedClock
from dms.kernel.database import Database
from dms.kernel.errors import ForbiddenError, NotFoundError
from dms.policy import SYSTEM, Identity
from storage.keyfile import KeyFile
from tests.dms.audit.conftest import do
from tests.dms.conftest import MakeIdentity
from tests.dms.whole import INSTANCE


def test_leaf_is_written_or_undone_with_its_deed(archive: Archive) -> None:
    def fail_late() -> None:
        with archive.db.write() as session:
            record(session, archive.clock, SYSTEM, action="party.create", target=("party", "p"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_late()
    assert sequence(archive.db) == 0
    do(archive, SYSTEM)
    assert sequence(archive.db) == 1


def test_leaf_says_who_what_when_how_and_why(archive: Archive, identity: MakeIdentity) -> None:
    who = identity("ARC", account_id="zhang", name="张档案", address="10.0.0.1")
    leaf_id = do(archive, who)[0]
    with archive.db.read() as session:
        body = json.loads(session.get_one(AuditLeaf, leaf_id).body)
    assert body["actor"] == {"id": "zhang", "name": "张档案", "roles": ["ARC"], "via": "web", "address": "10.0.0.1"}
    assert (body["action"], body["target"], body["reason"]) == ("party.create", ["party", "p0"], "试")
    assert body["at"] == "2026-06-14T06:00:00.000000Z"


def test_hostile_text_survives(archive: Archive, auditor: Identity) -> None:
    details = {"name": '\udc80\x00\u2028"\\甲', "n": 1.5}
    with archive.db.write() as session:
        record(session, archive.clock, SYSTEM, action="arrival.receive", target=("arrival", "a"), details=details)
    assert proofs.verify(archive, auditor).is_good
    assert verify.check_export(proofs.export(archive, auditor)).is_good


def test_positions_are_given_once_without_gaps(archive: Archive) -> None:
    do(archive, SYSTEM, 5)
    assert sequence(archive.db) == 5
    assert sequence(archive.db) == 0
    do(archive, SYSTEM, 3)
    assert tick(archive) == 3
    with archive.db.read() as session:
        assert sorted(session.scalars(sa.select(AuditLeaf.position))) == list(range(8))
        assert tree_size(session) == 8


def test_two_sequencers_at_once_agree(archive: Archive, auditor: Identity) -> None:
    do(archive, SYSTEM, 40)
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(sequence(archive.db))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 40
    assert proofs.verify(archive, auditor).is_good


def test_checkpoints_are_signed_once_a_minute_and_cover_what_is_new(archive: Archive, clock: FixedClock) -> None:
    assert checkpoint(archive) is None
    do(archive, SYSTEM, 2)
    tick(archive)
    do(archive, SYSTEM)
    tick(archive)
    with archive.db.read() as session:
        assert latest_checkpoint(session).size == 2  # type: ignore[union-attr]  # there is one
    clock.advance(seconds=61)
    tick(archive)
    tick(archive)
    with archive.db.read() as session:
        assert list(session.scalars(sa.select(AuditCheckpoint.size).order_by(AuditCheckpoint.size))) == [2, 3]


def test_signing_key_is_never_plain_in_the_catalog(archive: Archive) -> None:
    key_id, private = signing_key(archive)
    assert signing_key(archive)[0] == key_id
    with archive.db.read() as session:
        row = session.get_one(AuditKey, key_id)
        assert private.private_bytes_raw() not in row.wrapped_key
        assert private.public_key().public_bytes_raw().hex() == row.public_key


def test_signing_key_survives_a_rotation_of_the_master_key(archive: Archive) -> None:
    before = signing_key(archive)[1].private_bytes_raw()
    keys = archive.vault.keys
    assert isinstance(keys, KeyFile)
    keys.rotate()
    assert rewrap_signing_keys(archive, keys) == 1
    assert rewrap_signing_keys(archive, keys) == 0
    assert signing_key(archive)[1].private_bytes_raw() == before


def test_export_is_checked_by_the_lone_script(archive: Archive, auditor: Identity, tmp_path: Path) -> None:
    do(archive, SYSTEM, 10)
    tick(archive)
    do(archive, SYSTEM, 3)
    file = tmp_path / "log.jsonl"
    file.write_text("".join(proofs.export(archive, auditor)), encoding="utf-8")
    script = tmp_path / "verify.py"
    script.write_bytes(Path(verify.__file__).read_bytes())
    checked = subprocess.run([sys.executable, "-I", script, file], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "14 leaves" in checked.stdout
    file.write_text(file.read_text(encoding="utf-8").replace("甲3", "乙3"), encoding="utf-8")
    checked = subprocess.run([sys.executable, "-I", script, file], capture_output=True, text=True, check=False)
    assert checked.returncode == 1
    assert "altered" in checked.stdout
    file.write_text("{}", encoding="utf-8")
    assert verify.main([str(file)]) == 2


def exported(archive: Archive, auditor: Identity) -> list[str]:
    do(archive, SYSTEM, 4)
    tick(archive)
    return list(proofs.export(archive, auditor))


def drop(position: int) -> Callable[[list[str]], list[str]]:
    return lambda lines: [line for line in lines if f'"position":{position}}}' not in line]


def swap(lines: list[str]) -> list[str]:
    return [*lines[:-2], lines[-1], lines[-2]]


@pytest.mark.parametrize(
    "tamper",
    [
        drop(0),
        drop(2),
        drop(4),
        swap,
        lambda lines: [line.replace("party.create", "party.change") for line in lines],
        lambda lines: [line for line in lines if '"checkpoint"' not in line],
        lambda lines: [line.replace(INSTANCE, "another") if '"format"' in line[:400] else line for line in lines],
        lambda lines: [lines[0].replace("public_key", "public_kye"), *lines[1:]],
        lambda lines: [*lines, lines[-1]],
    ],
)
def test_tampered_export_is_found(
    archive: Archive, auditor: Identity, tamper: Callable[[list[str]], list[str]], tmp_path: Path
) -> None:
    lines = tamper(exported(archive, auditor))
    file = tmp_path / "log.jsonl"
    file.write_text("".join(lines), encoding="utf-8")
    assert verify.main([str(file)]) != 0


def test_anchor_on_paper_shows_a_log_that_was_written_anew(archive: Archive, auditor: Identity) -> None:
    lines = exported(archive, auditor)
    with archive.db.read() as session:
        noted = latest_checkpoint(session)
    assert noted is not None
    assert verify.check_export(lines, key=noted.key_id, anchors={noted.size: noted.root}).anchored == noted.size
    assert not verify.check_export(lines, anchors={noted.size: "0" * 64}).is_good
    assert not verify.check_export(lines, anchors={99: noted.root}).is_good
    assert not verify.check_export(lines, key="f" * 16).is_good
    assert verify.parse_anchor(f"5: {noted.root[:32]} {noted.root[32:].upper()}") == (5, noted.root)
    with pytest.raises(ValueError, match="SIZE:ROOT"):
        verify.parse_anchor("5:xyz")


def unguarded(db: Database, statement: str) -> None:
    """Change the log as a database administrator can who puts the triggers out of the way first."""
    with db.write() as session:
        if db.is_sqlite:
            names = session.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
            for name in names:
                session.execute(sa.text(f"DROP TRIGGER {name}"))
        else:
            session.execute(sa.text("SET LOCAL session_replication_role = replica"))
        session.connection().exec_driver_sql(statement)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE audit_leaf SET body = replace(body, '甲1', '乙1')", "text was altered"),
        ("UPDATE audit_leaf SET actor_name = '别人' WHERE position = 2", "columns do not agree"),
        ("DELETE FROM audit_leaf WHERE position = 1", "leaf 1 is missing"),
        ("DELETE FROM audit_leaf WHERE position = 5", "missing"),
        ("UPDATE audit_leaf SET position = position + 100 WHERE position = 3", "leaf 3 is missing"),
        ("UPDATE audit_node SET node_hash = '00' WHERE level = 1 AND number = 0", "stored hash"),
        ("UPDATE audit_checkpoint SET root = '00'", "row does not agree"),
        (f"UPDATE audit_checkpoint SET body = replace(body, '{INSTANCE}', 'another')", "signature is wrong"),
    ],
)
def test_tampering_in_the_catalog_is_found(archive: Archive, auditor: Identity, statement: str, says: str) -> None:
    do(archive, SYSTEM, 6)
    tick(archive)
    assert proofs.verify(archive, auditor).is_good
    unguarded(archive.db, statement)
    report = proofs.verify(archive, auditor)
    assert not report.is_good
    assert any(says in problem for problem in report.problems), report.problems


def test_leaf_rewritten_with_its_hash_is_found_by_the_signed_root(archive: Archive, auditor: Identity) -> None:
    ids = do(archive, SYSTEM, 3)
    tick(archive)
    with archive.db.read() as session:
        body = session.get_one(AuditLeaf, ids[1]).body.replace("甲1", "乙1")
    digest = verify.hash_leaf(body).hex()
    unguarded(archive.db, f"UPDATE audit_leaf SET body = '{body}', leaf_hash = '{digest}' WHERE id = '{ids[1]}'")
    assert any("another root" in problem for problem in proofs.verify(archive, auditor).problems)


def test_log_cut_off_at_its_end_is_found_by_the_anchor(archive: Archive, auditor: Identity) -> None:
    do(archive, SYSTEM, 3)
    tick(archive)
    with archive.db.read() as session:
        noted = latest_checkpoint(session)
    assert noted is not None
    for statement in (
        "DELETE FROM audit_checkpoint", "DELETE FROM audit_leaf WHERE position = 2", "UPDATE audit_head SET size = 2",
        "DELETE FROM audit_node WHERE level = 0 AND number = 2",
    ):  # fmt: skip
        unguarded(archive.db, statement)
    assert proofs.verify(archive, auditor).is_good
    assert not proofs.verify(archive, auditor, anchors={noted.size: noted.root}).is_good


@pytest.mark.parametrize(
    "change",
    [
        lambda session: session.execute(sa.update(AuditLeaf).values(body="x")),
        lambda session: session.execute(sa.update(AuditLeaf).values(position=7)),
        lambda session: session.execute(sa.delete(AuditLeaf)),
        lambda session: session.execute(sa.delete(AuditCheckpoint)),
        lambda session: session.execute(sa.update(AuditCheckpoint).values(root="x")),
    ],
)
def test_database_itself_refuses_to_alter_the_log(archive: Archive, change: Callable[[Session], object]) -> None:
    do(archive, SYSTEM, 1)
    tick(archive)
    with pytest.raises(DatabaseError, match="append-only"), archive.db.write() as session:
        change(session)


def test_evidence_of_one_leaf_holds_by_itself(archive: Archive, auditor: Identity, identity: MakeIdentity) -> None:
    ids = do(archive, identity("ARC", account_id="zhang"), 7)
    tick(archive)
    shown = proofs.evidence(archive, auditor, ids[3])
    statement = json.loads(shown["checkpoint"])
    proof = [bytes.fromhex(node) for node in shown["proof"]]
    leaf = verify.hash_leaf(shown["leaf"])
    assert verify.inclusion_holds(leaf, shown["position"], statement["size"], proof, bytes.fromhex(statement["root"]))
    keys = {shown["key"]["id"]: shown["key"]["public_key"]}
    assert verify.checkpoint_problem(shown["checkpoint"], shown["signature"], keys, INSTANCE) == ""
    fresh = do(archive, SYSTEM)[0]
    assert proofs.evidence(archive, auditor, fresh)["position"] == 7
    assert proofs.evidence(archive, identity("ARC", account_id="zhang"), ids[0])
    with pytest.raises(NotFoundError):
        proofs.evidence(archive, identity("ARC", account_id="other"), ids[0])


def test_growth_between_two_checkpoints_is_proven(archive: Archive, auditor: Identity, clock: FixedClock) -> None:
    do(archive, SYSTEM, 3)
    tick(archive)
    clock.advance(minutes=2)
    do(archive, SYSTEM, 8)
    tick(archive)
    shown = proofs.growth(archive, auditor, 3, 11)
    old, new = (bytes.fromhex(json.loads(shown[name]["checkpoint"])["root"]) for name in ("old", "new"))
    assert consistency_holds(3, 11, [bytes.fromhex(node) for node in shown["proof"]], old, new)
    with pytest.raises(NotFoundError):
        proofs.growth(archive, auditor, 4, 11)


def test_only_who_may_read_it_all_exports_and_verifies(archive: Archive, identity: MakeIdentity) -> None:
    for role in ("ARC", "SAL", "SYS"):
        with pytest.raises(ForbiddenError):
            next(proofs.export(archive, identity(role)))
        with pytest.raises(ForbiddenError):
            proofs.verify(archive, identity(role))
    assert proofs.verify(archive, identity("LOG")).is_good
