"""The encrypted body of an object: exactly one Tink AES256-GCM-HKDF stream of 64 KiB segments (docs/formats.md)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.objects import DamagedObjectError

KEY = 32
SALT = 32
PREFIX = 7
HEADER = 1 + SALT + PREFIX
TAG = 16
SEGMENT = 65536  # of ciphertext; the header counts towards the first
PLAIN = SEGMENT - TAG
BLOCK = 8  # segments handled at a time: large enough for the disk, small enough for the processor's cache
MOST = 1 << 32  # segments in one stream

Fill = Callable[[memoryview], int]  # fills a buffer; returns the count, which is short only at the end


def cipher_length(plain: int) -> int:
    """Return the length of the stream that carries `plain` bytes."""
    return HEADER + plain + TAG * segment_count(plain)


def segment_count(plain: int) -> int:
    """Return the number of segments of a stream that carries `plain` bytes; an empty one has one."""
    return max(1, -(-(plain + HEADER) // PLAIN))


def plain_length(cipher: int) -> int:
    """Return the number of plaintext bytes in a stream of `cipher` bytes. Raises `DamagedObjectError`."""
    plain = cipher - HEADER - TAG * max(1, -(-cipher // SEGMENT))
    if plain < 0 or cipher_length(plain) != cipher:
        raise DamagedObjectError(f"No encrypted object is {cipher} bytes long: restore it from a backup.")
    return plain


def new_header() -> bytes:
    """Return a fresh header: its own length, the salt and the nonce prefix."""
    return bytes([HEADER]) + secrets.token_bytes(SALT + PREFIX)


class SegmentCipher:
    """Seals and opens the segments of one stream."""

    def __init__(self, data_key: bytes, header: bytes, associated_data: bytes) -> None:
        if len(header) != HEADER or header[0] != HEADER:
            raise DamagedObjectError("This is not the head of an encrypted object: restore it from a backup.")
        if len(data_key) != KEY:
            raise ValueError(f"a data key has {KEY} bytes")
        salt, self._prefix = header[1 : 1 + SALT], header[1 + SALT :]
        self._cipher = AESGCM(HKDF(SHA256(), KEY, salt, associated_data).derive(data_key))

    def _nonce(self, number: int, last: bool) -> bytes:
        if number >= MOST:
            raise ValueError("the stream is too long for this format")
        return self._prefix + number.to_bytes(4) + (b"\x01" if last else b"\x00")

    def seal(self, number: int, last: bool, plain: memoryview, sealed: memoryview) -> None:
        """Encrypt one segment into `sealed`, 16 bytes longer than `plain`."""
        self._cipher.encrypt_into(self._nonce(number, last), plain, None, sealed)

    def open(self, number: int, last: bool, sealed: memoryview, plain: memoryview) -> None:
        """Decrypt one segment into `plain`. Raises `DamagedObjectError` for any other bytes, place or key."""
        try:
            self._cipher.decrypt_into(self._nonce(number, last), sealed, None, plain)
        except InvalidTag as error:
            raise DamagedObjectError(
                f"Segment {number} of an encrypted object was altered, cut or moved: restore it from a backup."
            ) from error


def encrypt(data_key: bytes, associated_data: bytes, fill: Fill) -> Iterator[memoryview]:
    """Yield the stream in pieces of at most 512 KiB; each is valid only until the next is taken."""
    header = new_header()
    cipher = SegmentCipher(data_key, header, associated_data)
    plain, sealed = memoryview(bytearray(BLOCK * PLAIN + 1)), memoryview(bytearray(BLOCK * SEGMENT))
    sealed[:HEADER] = header
    number, skip, kept, more = 0, HEADER, 0, True
    while more:
        room = BLOCK * PLAIN - skip
        held = kept + fill(plain[kept : room + 1])  # one byte more than fits tells whether this is the end
        more = held > room
        end = _seal_block(cipher, number, not more, plain[: min(held, room)], sealed, skip)
        yield sealed[:end]
        plain[0], kept = plain[room], 1
        number, skip = number + BLOCK, 0


def _seal_block(
    cipher: SegmentCipher, number: int, last: bool, plain: memoryview, sealed: memoryview, skip: int
) -> int:  # fmt: skip
    """Seal up to `BLOCK` segments, the first one beginning at `skip`; return the end of the ciphertext."""
    start, at = 0, skip
    while True:
        end = min(start + PLAIN - at % SEGMENT, len(plain))
        final = end == len(plain)
        sealed_end = at + end - start + TAG
        cipher.seal(number, last and final, plain[start:end], sealed[at:sealed_end])
        if final:
            return sealed_end
        number, start, at = number + 1, end, sealed_end


def decrypt(data_key: bytes, associated_data: bytes, fill: Fill) -> Iterator[memoryview]:
    """Yield the authenticated plaintext in pieces of at most 512 KiB, each valid only until the next is taken.

    `fill` gives the ciphertext. Raises `DamagedObjectError`: nothing is complete before the iterator ends.
    """
    sealed, plain = memoryview(bytearray(BLOCK * SEGMENT + 1)), memoryview(bytearray(BLOCK * PLAIN))
    held = fill(sealed)
    cipher = SegmentCipher(data_key, bytes(sealed[: min(held, HEADER)]), associated_data)
    number, skip, room = 0, HEADER, BLOCK * SEGMENT
    while True:
        more = held > room
        yield plain[: open_block(cipher, number, not more, sealed[skip : min(held, room)], plain)]
        if not more:
            return
        sealed[0] = sealed[room]
        held = 1 + fill(sealed[1:])
        number, skip = number + BLOCK, 0


def open_block(cipher: SegmentCipher, number: int, last: bool, sealed: memoryview, plain: memoryview) -> int:
    """Open the whole segments in `sealed`, of which the first is `number`; return the count of plaintext bytes."""
    at = start = 0
    while True:
        end = min(at + SEGMENT - (0 if number else HEADER), len(sealed))
        final = end == len(sealed)
        size = end - at - TAG
        if size < 0 or (size == 0 and number):
            raise DamagedObjectError(f"Segment {number} of an encrypted object is cut off: restore it from a backup.")
        cipher.open(number, last and final, sealed[at:end], plain[start : start + size])
        if final:
            return start + size
        number, at, start = number + 1, end, start + size


def filler(source: BinaryIO) -> Fill:
    """Return the `Fill` of a file-like object, which may give less than it is asked for."""

    def fill(view: memoryview) -> int:
        done = 0
        while done < len(view):
            count = _read_into(source, view[done:])
            if not count:
                break
            done += count
        return done

    return fill


def _read_into(source: BinaryIO, view: memoryview) -> int:
    if hasattr(source, "readinto"):
        count: int | None = source.readinto(view)
        if count is None:
            raise BlockingIOError("the source of an object must block until it has bytes")
        return count
    data = source.read(len(view))
    view[: len(data)] = data
    return len(data)
