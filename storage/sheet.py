"""The recovery sheet (恢复单): master keys as text for paper, typed back with every mistake found in its own line."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence

from storage.keyring import KEY, MasterKey
from storage.keys import RecoverySheetError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
ALIKE = str.maketrans("OIL", "011")
LINES = 4  # a key
BYTES = 10  # a line: 16 characters, then 4 that check them
LINE = re.compile(r"\s*(\d{1,5})\s*\.\s*([1-4])\s+([0-9A-Za-z][0-9A-Za-z\s-]*)")


def write_sheet(masters: Sequence[MasterKey]) -> list[str]:
    """Return the lines to print: four a key and what explains them."""
    parts = [
        "Guidang recovery sheet 1 / 归档恢复单",
        "Whoever holds this sheet can read the whole archive. Print it, lock it away, delete the file.",
        "持有本单即可读取全部档案。请打印两份，分别锁入保险柜，然后删除此文件。",
    ]
    for key in masters:
        parts += ["", f"Key {key.version} of {len(masters)}   {key.id}", *_lines(key, len(masters))]
    return parts


def _lines(key: MasterKey, count: int) -> Iterator[str]:
    payload = key.version.to_bytes(2) + count.to_bytes(2) + key.created.to_bytes(4) + key.secret
    for number in range(1, LINES + 1):
        part = payload[(number - 1) * BYTES : number * BYTES]
        text = _encode(part, 16) + _check(key.version, number, part)
        yield f"  {key.version}.{number}  " + " ".join(text[at : at + 4] for at in range(0, 20, 4))


def read_sheet(lines: Iterable[str]) -> tuple[MasterKey, ...]:
    """Return the keys of a typed sheet. Raises `RecoverySheetError` naming the line that is wrong or missing."""
    found: dict[tuple[int, int], bytes] = {}
    for line in lines:
        if match := LINE.fullmatch(line):
            place = int(match[1]), int(match[2])
            found[place] = _part(*place, match[3])
    if not found:
        raise RecoverySheetError("No line of a recovery sheet was found: type the lines that begin with 1.1, 1.2 …")
    count = _count(found)
    return tuple(_key(version, count, found) for version in range(1, count + 1))


def _count(found: dict[tuple[int, int], bytes]) -> int:
    counts = {int.from_bytes(part[2:4]) for (_, number), part in found.items() if number == 1}
    if len(counts) != 1:
        raise RecoverySheetError(
            "The lines are not all of one sheet, or the first line of a key (1.1, 2.1 …) is missing."
        )
    return counts.pop()


def _key(version: int, count: int, found: dict[tuple[int, int], bytes]) -> MasterKey:
    for number in range(1, LINES + 1):
        if (version, number) not in found:
            raise RecoverySheetError(f"Line {version}.{number} of the recovery sheet is missing: type it too.")
    payload = b"".join(found[version, number] for number in range(1, LINES + 1))
    return MasterKey(version, int.from_bytes(payload[4:8]), payload[8 : 8 + KEY])


def _part(version: int, number: int, typed: str) -> bytes:
    text = re.sub(r"[\s-]", "", typed).upper().translate(ALIKE)
    mistake = RecoverySheetError(
        f"Line {version}.{number} of the recovery sheet has a mistake: compare it and type it again."
    )
    if len(text) != 20 or not set(text) <= set(ALPHABET):
        raise mistake
    part = _decode(text[:16])
    if _check(version, number, part) != text[16:]:
        raise mistake
    return part


def _check(version: int, number: int, part: bytes) -> str:
    digest = hashlib.sha256(f"guidang sheet 1/{version}.{number}/".encode() + part).digest()
    return _encode(digest[:5], 8)[:4]


def _encode(data: bytes, characters: int) -> str:
    value = int.from_bytes(data)
    return "".join(ALPHABET[value >> 5 * place & 31] for place in reversed(range(characters)))


def _decode(text: str) -> bytes:
    value = 0
    for character in text:
        value = value << 5 | ALPHABET.index(character)
    return value.to_bytes(BYTES)
