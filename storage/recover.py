"""Open an exported store without Guidang: python3 recover.py OBJECTS MANIFEST KEYS OUT.

OBJECTS is the folder of encrypted objects, MANIFEST the key manifest (keys.jsonl), KEYS a key file or a typed recovery
sheet, OUT a new folder for the plaintexts. Needs Python 3.11 and the package `cryptography`, nothing else.
"""

from __future__ import annotations

import argparse
import getpass
import hashlib
import json
import re
import sys
from base64 import b64decode
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

HEADER, SEGMENT = 40, 65536
ALPHABET, ALIKE = "0123456789ABCDEFGHJKMNPQRSTVWXYZ", str.maketrans("OIL", "011")
ENDINGS = {b"%PDF": ".pdf", b"\xff\xd8\xff": ".jpg", b"\x89PNG": ".png", b"II*\0": ".tif", b"MM\0*": ".tif"}


class RecoveryError(Exception):
    """One object, or the keys, cannot be used; the message says why."""


def derive(key: bytes, length: int, salt: bytes | None, info: bytes) -> bytes:
    """Return HKDF-SHA256."""
    return HKDF(SHA256(), length, salt, info).derive(key)


def canonical(value: object) -> bytes:
    """Return the one JSON encoding: sorted names, no blanks, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def read_keys(path: Path) -> dict[str, bytes]:
    """Return master keys by id, from a key file, a sealed key file or a recovery sheet."""
    text = path.read_text(encoding="utf-8")
    if not text.lstrip().startswith("{"):
        return sheet_keys(text)
    content = json.loads(text)
    if content["format"] == "guidang-sealed-keys-1":
        head, sealed = content["head"], b64decode(content["sealed"])
        cost = {"iterations": head["iterations"], "lanes": head["lanes"], "memory_cost": head["memory"]}
        stretch = Argon2id(salt=b64decode(head["salt"]), length=32, **cost)
        cipher = AESGCM(stretch.derive(getpass.getpass("Passphrase: ").encode()))
        content = json.loads(cipher.decrypt(sealed[:12], sealed[12:], canonical([content["format"], head])))
    return {entry["id"]: b64decode(entry["secret"]) for entry in content["keys"]}


def sheet_keys(text: str) -> dict[str, bytes]:
    """Read a typed recovery sheet: lines `key.line  groups`, 16 characters of base 32 and 4 that check them."""
    parts: dict[int, dict[int, bytes]] = {}
    for key, line, typed in re.findall(r"^\s*(\d+)\s*\.\s*([1-4])[ \t]+([0-9A-Za-z \t-]+?)\s*$", text, re.MULTILINE):
        places = [ALPHABET.find(symbol) for symbol in re.sub(r"[\s-]", "", typed).upper().translate(ALIKE)]
        number = sum(place << 5 * at for at, place in enumerate(reversed(places[:16])))
        part = number.to_bytes(10, "big") if len(places) == 20 and min(places) >= 0 else b""
        check = hashlib.sha256(f"guidang sheet 1/{int(key)}.{line}/".encode() + part).digest()
        if not part or [int.from_bytes(check[:5], "big") >> shift & 31 for shift in (35, 30, 25, 20)] != places[16:]:
            raise RecoveryError(f"line {key}.{line} of the recovery sheet is mistyped")
        parts.setdefault(int(key), {})[int(line)] = part
    if not parts or any(len(lines) != 4 for lines in parts.values()):
        raise RecoveryError("lines of the recovery sheet are missing, or this is no key file")
    secrets = {key: b"".join(lines[line] for line in sorted(lines))[8:] for key, lines in parts.items()}
    return {f"k{key}-{derive(secret, 4, None, b'guidang key id 1').hex()}": secret for key, secret in secrets.items()}


def data_key(envelope: dict[str, Any], keys: dict[str, bytes], bound: bytes) -> bytes:
    """Unwrap the data key; every other field of the envelope is authenticated by that."""
    if envelope["key_id"] not in keys:
        raise RecoveryError(f"needs the master key {envelope['key_id']}; given are {', '.join(keys)}")
    wrapped = b64decode(envelope["wrapped_key"])
    context = canonical({name: value for name, value in envelope.items() if name not in ("key_id", "wrapped_key")})
    wrapping = AESGCM(derive(keys[envelope["key_id"]], 32, wrapped[1:33], b"guidang key wrap 1"))
    key = wrapping.decrypt(bytes(12), wrapped[33:], context)
    if derive(key, 32, None, b"guidang key commitment 1" + bound).hex() != envelope["commitment"]:
        raise RecoveryError("the envelope does not fit its data key")
    return key


def decrypt(source: BinaryIO, target: BinaryIO, key: bytes, bound: bytes) -> str:
    """Write the plaintext, each segment authenticated; return its SHA-256."""
    header = source.read(HEADER)
    if len(header) != HEADER or header[0] != HEADER:
        raise RecoveryError("not an encrypted object")
    cipher, digest = AESGCM(derive(key, 32, header[1:33], bound)), hashlib.sha256()
    segment, number = source.read(SEGMENT - HEADER), 0
    while segment:
        following = source.read(SEGMENT)
        nonce = header[33:] + number.to_bytes(4, "big") + (b"\0" if following else b"\1")
        plain = cipher.decrypt(nonce, segment, None)
        digest.update(plain)
        target.write(plain)
        segment, number = following, number + 1
    return digest.hexdigest()


def recover(line: str, keys: dict[str, bytes], objects: Path, out: Path, role: str | None) -> Path | None:
    """Write the plaintext of one envelope under its object id; what fails leaves nothing."""
    envelope = json.loads(line)
    if role and envelope["role"] != role:
        return None
    bound = canonical([envelope[name] for name in ("format", "instance", "object_id", "role")])
    key, name = data_key(envelope, keys, bound), envelope["object_id"]
    partial = out / f".{name}.partial"
    try:
        with (objects / "obj" / name[:2] / name).open("rb") as source, partial.open("wb") as target:
            if decrypt(source, target, key, bound) != envelope["plain_sha256"]:
                raise RecoveryError("the plaintext is not the one of the envelope")
        with partial.open("rb") as plain:
            head = plain.read(4)
        return partial.rename(
            out / (name + next((end for magic, end in ENDINGS.items() if head.startswith(magic)), ""))
        )
    finally:
        partial.unlink(missing_ok=True)


def main() -> int:
    """Recover every object of the manifest; return 1 if one could not be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("objects", "manifest", "keys", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--role", help="only objects of this role, for example original")
    given = parser.parse_args()
    keys, failed = read_keys(given.keys), 0
    given.out.mkdir(parents=True, exist_ok=True, mode=0o700)
    for number, line in enumerate(given.manifest.read_text(encoding="utf-8").splitlines(), 1):
        try:
            if path := recover(line, keys, given.objects, given.out, given.role):
                print(path)
        except (RecoveryError, InvalidTag, OSError, ValueError, KeyError) as error:
            print(f"line {number} not recovered: {str(error) or 'altered, or of another archive'}", file=sys.stderr)
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (RecoveryError, InvalidTag, OSError, ValueError) as problem:
        sys.exit(f"Nothing was recovered: {str(problem) or 'the passphrase is wrong'}.")
