"""Checks an exported audit log without the archive: `python verify.py EXPORT.jsonl [--key …] [--anchor SIZE:ROOT]`.

Needs only Python and `cryptography`, so that an auditor can take this one file elsewhere. docs/audit.md describes the
format and what a check can and cannot show.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

EXPORT_FORMAT = "guidang-audit-export-1"
CHECKPOINT_FORMAT = "guidang-checkpoint-1"
MOST_PROBLEMS = 100


def hash_leaf(body: str) -> bytes:
    """Return SHA-256(0x00 ‖ body) (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x00" + body.encode()).digest()


def hash_pair(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Growing:
    """The tree's right edge while leaves are appended: a logarithm of hashes, whatever the size."""

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[tuple[int, bytes]] = []  # (level, hash) of complete subtrees, largest first

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf hash; return the complete subtrees this made as (level, number, hash)."""
        made = [(0, self.size, leaf)]
        level, node = 0, leaf
        while self._edge and self._edge[-1][0] == level:
            node = hash_pair(self._edge.pop()[1], node)
            level += 1
            made.append((level, self.size >> level, node))
        self._edge.append((level, node))
        self.size += 1
        return made

    @classmethod
    def resumed(cls, size: int, edge: Sequence[tuple[int, bytes]]) -> Growing:
        """Return a tree of `size` leaves by its complete subtrees, largest first."""
        tree = cls()
        tree.size, tree._edge = size, list(edge)
        return tree

    def root(self) -> bytes:
        """Return the root; of no leaves it is SHA-256 of nothing."""
        if not self._edge:
            return hashlib.sha256(b"").digest()
        node = self._edge[-1][1]
        for _, left in reversed(self._edge[:-1]):
            node = hash_pair(left, node)
        return node


def inclusion_holds(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether `proof` shows that the leaf is number `index` (from 0) of the tree (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = hash_pair(sibling, node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = hash_pair(node, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def fingerprint(public_key: str) -> str:
    """Return the id of a signing key: the first 16 hexadecimal digits of the SHA-256 of its bytes."""
    return hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:16]


def checkpoint_problem(body: str, signature: str, public_keys: Mapping[str, str], archive: str) -> str:
    """Return what is wrong with a signed checkpoint, "" when nothing."""
    try:
        facts = json.loads(body)
        key = public_keys[facts["key"]]
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), body.encode())
    except (KeyError, ValueError, TypeError) as error:
        return f"unreadable or of an unknown key ({error})"
    except InvalidSignature:
        return "its signature is wrong"
    if fingerprint(key) != facts["key"] or facts.get("format") != CHECKPOINT_FORMAT:
        return "it is not a checkpoint of this format or key"
    return "" if facts.get("archive") == archive else "it belongs to another archive"


@dataclass
class Report:
    """What a check found. `covered` leaves are under a good checkpoint; `anchored` says that an anchor was found."""

    archive: str = ""
    leaves: int = 0
    covered: int = 0
    checkpoints: int = 0
    keys: list[str] = field(default_factory=list)
    anchored: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.problems

    def blame(self, problem: str) -> None:
        """Note a problem, up to a limit."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)


class ExportError(ValueError):
    """The file is no audit export at all."""


def check_export(lines: Iterable[str], key: str = "", anchors: Mapping[int, str] | None = None) -> Report:
    """Check an export line by line with flat memory.

    `key` is the fingerprint that the one signing key must have, `anchors` size → root that somebody wrote down earlier.
    Raises `ExportError`.
    """
    source = iter(lines)
    report, roots = Report(), dict(anchors or {})
    header = _object(next(source, ""))
    if header.get("format") != EXPORT_FORMAT:
        raise ExportError("this is not an audit export of a format that this program knows")
    report.archive = str(header.get("archive"))
    public_keys = {str(entry["id"]): str(entry["public_key"]) for entry in header.get("keys", ())}
    report.keys = sorted(public_keys)
    if key and any(not name.startswith(key.lower()[:16]) for name in public_keys):
        report.blame(f"the export names signing keys {', '.join(report.keys)}, not only {key}")
    signed, first_leaf = _checkpoints(source, public_keys, report)
    _leaves(first_leaf, source, signed, roots, report)
    return report


def _object(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise ExportError("this is not an audit export: a line is not JSON") from error
    if not isinstance(value, dict):
        raise ExportError("this is not an audit export: a line is not a JSON object")
    return value


def _checkpoints(
    source: Iterator[str], public_keys: Mapping[str, str], report: Report
) -> tuple[dict[int, str], dict[str, Any] | None]:
    signed: dict[int, str] = {}
    for line in source:
        entry = _object(line)
        if "checkpoint" not in entry:
            return signed, entry
        body, signature = str(entry["checkpoint"]), str(entry.get("signature"))
        problem = checkpoint_problem(body, signature, public_keys, report.archive)
        if problem:
            report.blame(f"checkpoint {body[:120]}: {problem}")
        else:
            facts = json.loads(body)
            signed[int(facts["size"])] = str(facts["root"])
            report.checkpoints += 1
    return signed, None


def _leaves(
    first: dict[str, Any] | None,
    source: Iterator[str],
    signed: dict[int, str],
    anchors: dict[int, str],
    report: Report,
) -> None:
    tree = Growing()
    entry = first
    while entry is not None:
        body = str(entry.get("leaf"))
        if entry.get("position") != tree.size:
            report.blame(
                f"after leaf {tree.size - 1} comes number {entry.get('position')}: leaves are missing or moved"
            )
        tree.append(hash_leaf(body))
        _compare(tree, signed, anchors, report)
        line = next(source, None)
        entry = _object(line) if line is not None else None
    report.leaves = tree.size
    for size in sorted({*signed, *anchors}):
        if size > tree.size:
            report.blame(f"a statement covers {size} leaves, but there are only {tree.size}: the end was cut off")
    if report.covered < report.leaves:
        report.blame(f"the last {report.leaves - report.covered} leaves are under no good checkpoint")


def _compare(tree: Growing, signed: dict[int, str], anchors: dict[int, str], report: Report) -> None:
    stated = [
        (kind, roots[tree.size]) for kind, roots in (("checkpoint", signed), ("anchor", anchors)) if tree.size in roots
    ]
    if not stated:
        return
    root = tree.root().hex()
    for kind, expected in stated:
        if root != expected.lower():
            report.blame(f"{kind} of {tree.size} leaves: the leaves give another root; something before was altered")
        elif kind == "checkpoint":
            report.covered = tree.size
        else:
            report.anchored = max(report.anchored, tree.size)


def parse_anchor(text: str) -> tuple[int, str]:
    """Read SIZE:ROOT; blanks within are ignored. Raises `ValueError`."""
    size, _, root = "".join(text.split()).partition(":")
    if not size.isdecimal() or len(root) != 64 or set(root.lower()) - set("0123456789abcdef"):
        raise ValueError(f"not SIZE:ROOT with 64 hexadecimal digits: {text!r}")
    return int(size), root.lower()


def describe(report: Report) -> list[str]:
    """Return what was found as sentences, Chinese and English."""
    lines = [
        (
            f"审计记录 {report.leaves} 条，检查点 {report.checkpoints} 个，签名公钥 {'、'.join(report.keys) or '无'}。"
            f" / {report.leaves} leaves, {report.checkpoints} checkpoints."
        )
    ]
    lines += [f"✗ {problem}" for problem in report.problems]
    if report.covered < report.leaves:
        lines.append(
            f"最后 {report.leaves - report.covered} 条还没有检查点。"
            f" / The last {report.leaves - report.covered} leaves are not yet under a good checkpoint."
        )
    if report.anchored:
        lines.append(
            f"与抄下的根一致：前 {report.anchored} 条。 / Agrees with the noted root of {report.anchored} leaves."
        )
    lines.append(_verdict(report))
    return lines


def _verdict(report: Report) -> str:
    proven = max(report.covered, report.anchored)
    if not report.is_good:
        return "有改动或损坏！ / Something was altered or damaged!"
    if proven < report.leaves:
        return f"前 {proven} 条没有改动。 / The first {proven} leaves were not altered."
    return "没有改动。 / Nothing was altered."


def main(arguments: list[str] | None = None) -> int:
    """Check a file; return 0 when it is good, 1 when something was altered, 2 when it cannot be checked."""
    parser = argparse.ArgumentParser(description="Check an exported audit log offline.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", default="", help="fingerprint of the signing key, as noted on paper")
    parser.add_argument("--anchor", action="append", default=[], type=parse_anchor, metavar="SIZE:ROOT")
    options = parser.parse_args(arguments)
    try:
        with options.file.open(encoding="utf-8") as lines:
            report = check_export(lines, options.key, dict(options.anchor))
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.stderr.write(f"不能检查 / cannot be checked: {error}\n")
        return 2
    sys.stdout.write("\n".join(describe(report)) + "\n")
    return 0 if report.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
