"""Measure the Vault: cipher beside raw AES-GCM and Tink, a large original with its memory, ranges, small scans.

python -m benchmarks.vault [--gib N] [--folder DIR] [--json FILE]; it writes N GiB into DIR and removes them.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.envelope import Envelope
from storage.folder import FolderStore
from storage.keyfile import KeyFile
from storage.stream import SEGMENT, decrypt, encrypt, filler
from storage.vault import Vault

MIB = 1 << 20
CIPHER_MIB = 256
ROUNDS = 5
RANGE = 64 << 10
RANGES = 300
SCAN = 300 << 10
SCANS = 100
KEY = bytes(range(32))
Figures = dict[str, float]


def best(acts: dict[str, Callable[[], None]]) -> Figures:
    """Return MB for each second of processor time, the best of some rounds.

    The acts take turns, and time of the processor is counted instead of the clock's, so that a busy machine is unfair
    to none; every act runs in one thread.
    """
    seconds: dict[str, float] = {}
    for _ in range(ROUNDS):
        for name, act in acts.items():
            start = time.process_time()
            act()
            seconds[name] = min(seconds.get(name, 1e9), time.process_time() - start)
    return {name: round(CIPHER_MIB * MIB / 1e6 / taken) for name, taken in seconds.items()}


def cipher() -> Figures:
    """Encrypt and decrypt from memory to nowhere: raw AES-GCM in 64 KiB and 1 MiB messages, ours, Tink's."""
    plain = secrets.token_bytes(CIPHER_MIB * MIB)
    ours = b"".join(bytes(piece) for piece in encrypt(KEY, b"", filler(io.BytesIO(plain))))
    tinks = Nowhere(keep=True)
    tink_encrypt(plain, tinks)
    raws = {size: b"".join(bytes(piece) for piece in raw_encrypt(plain, size)) for size in (SEGMENT, MIB)}
    return best(
        {
            "raw_64k_encrypt": lambda: exhaust(raw_encrypt(plain, SEGMENT)),
            "raw_1m_encrypt": lambda: exhaust(raw_encrypt(plain, MIB)),
            "ours_encrypt": lambda: exhaust(encrypt(KEY, b"", filler(io.BytesIO(plain)))),
            "tink_encrypt": lambda: tink_encrypt(plain, Nowhere()),
            "raw_64k_decrypt": lambda: exhaust(raw_decrypt(raws[SEGMENT], SEGMENT)),
            "raw_1m_decrypt": lambda: exhaust(raw_decrypt(raws[MIB], MIB)),
            "ours_decrypt": lambda: exhaust(decrypt(KEY, b"", filler(io.BytesIO(ours)))),
            "tink_decrypt": lambda: tink_decrypt(tinks.getvalue()),
        }
    )


def raw_encrypt(plain: bytes, size: int) -> Iterator[memoryview]:
    """Run the bare cipher over messages of `size` bytes where they lie, nothing else."""
    aes, nonce, view, sealed = AESGCM(KEY), bytes(12), memoryview(plain), memoryview(bytearray(size + 16))
    for start in range(0, len(plain), size):
        aes.encrypt_into(nonce, view[start : start + size], None, sealed)
        yield sealed


def raw_decrypt(sealed: bytes, size: int) -> Iterator[memoryview]:
    """Open what `raw_encrypt` made."""
    aes, nonce, view, plain = AESGCM(KEY), bytes(12), memoryview(sealed), memoryview(bytearray(size))
    for start in range(0, len(sealed), size + 16):
        aes.decrypt_into(nonce, view[start : start + size + 16], None, plain)
        yield plain


def exhaust(pieces: Iterator[memoryview]) -> None:
    for _ in pieces:
        pass


class Nowhere(io.BytesIO):
    """A file that forgets what is written, or keeps it beyond its closing."""

    def __init__(self, *, keep: bool = False) -> None:
        super().__init__()
        self._keep = keep

    def write(self, data: bytes) -> int:  # type: ignore[override]  # noqa: D102  a file's own verb
        return super().write(data) if self._keep else len(data)

    def close(self) -> None:  # noqa: D102  a file's own verb
        if not self._keep:
            super().close()


def tink_primitive() -> object:
    """Return Tink's streaming cipher with our parameters."""
    import tink
    from tink import cleartext_keyset_handle, streaming_aead
    from tink.proto import aes_gcm_hkdf_streaming_pb2, common_pb2, tink_pb2

    streaming_aead.register()
    params = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingParams(
        ciphertext_segment_size=SEGMENT, derived_key_size=32, hkdf_hash_type=common_pb2.SHA256
    )
    key = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingKey(version=0, params=params, key_value=KEY)
    keyset = tink_pb2.Keyset(primary_key_id=1)
    keyset.key.add(status=tink_pb2.ENABLED, key_id=1, output_prefix_type=tink_pb2.RAW).key_data.CopyFrom(
        tink_pb2.KeyData(
            type_url="type.googleapis.com/google.crypto.tink.AesGcmHkdfStreamingKey",
            value=key.SerializeToString(),
            key_material_type=tink_pb2.KeyData.SYMMETRIC,
        )
    )
    handle = cleartext_keyset_handle.read(tink.BinaryKeysetReader(keyset.SerializeToString()))
    return handle.primitive(streaming_aead.StreamingAead)


def tink_encrypt(plain: bytes, target: Nowhere) -> None:
    view = memoryview(plain)
    with tink_primitive().new_encrypting_stream(target, b"") as stream:  # type: ignore[attr-defined]
        for start in range(0, len(plain), MIB):
            stream.write(view[start : start + MIB])


def tink_decrypt(sealed: bytes) -> None:
    with tink_primitive().new_decrypting_stream(io.BytesIO(sealed), b"") as stream:  # type: ignore[attr-defined]
        while stream.read(MIB):
            pass


def generated(length: int) -> Iterator[bytes]:
    """Yield `length` bytes that do not compress, 1 MiB at a time, at no cost."""
    piece = secrets.token_bytes(MIB)
    for _ in range(length // MIB):
        yield piece


def peak_mib() -> float:
    scale = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is bytes there, KiB here
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / MIB


def timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def large(vault: Vault, length: int) -> tuple[Envelope, Figures]:
    """Write, verify and read one original; the peak is compared with that of a 4 MiB one."""
    first = vault.write(vault.reserve("original"), generated(4 * MIB))
    vault.verify(first)
    read_all(vault, first)
    before, start = peak_mib(), time.perf_counter()
    envelope = vault.write(vault.reserve("original"), generated(length))
    megabytes, writing = length / 1e6, time.perf_counter() - start
    verifying, reading = timed(lambda: vault.verify(envelope)), timed(lambda: read_all(vault, envelope))
    return envelope, {
        "write_mb_s": round(megabytes / writing),
        "verify_mb_s": round(megabytes / verifying),
        "read_mb_s": round(megabytes / reading),
        "peak_mib": round(peak_mib(), 1),
        "peak_growth_mib": round(peak_mib() - before, 1),
    }


def read_all(vault: Vault, envelope: Envelope) -> None:
    with vault.open(envelope) as stream:
        while stream.read(MIB):
            pass


def ranges(vault: Vault, envelope: Envelope) -> Figures:
    """Open the original and read 64 KiB around its middle, everything counted from the envelope on."""

    def one() -> None:
        with vault.open(envelope) as stream:
            stream.seek(envelope.plain_length // 2 + secrets.randbelow(16 * MIB))
            stream.read(RANGE)

    return milliseconds([timed(one) for _ in range(RANGES)])


def scans(vault: Vault, folder: Path) -> dict[str, Figures]:
    """Write scans of 300 KiB, in turns with the bare writes and syncs of the same bytes."""
    scan, ours, bare = secrets.token_bytes(SCAN), [], []
    for number in range(256):  # the folders of a store that has been in use
        (folder / "objects" / "obj" / f"{number:02x}").mkdir(parents=True, exist_ok=True)
    for number in range(SCANS):
        ours.append(timed(lambda: vault.write(vault.reserve("original"), [scan])))
        bare.append(timed(lambda name=f"bare-{number}": bare_write(folder / name, [scan])))  # type: ignore[misc]
    return {"ours": milliseconds(ours), "bare_write_and_two_fsyncs": milliseconds(bare)}


def bare_write(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file and sync it and its folder: what durable storage costs without us."""
    for target, flags in ((path, os.O_WRONLY | os.O_CREAT), (path.parent, os.O_RDONLY)):
        descriptor = os.open(target, flags, 0o600)
        if target is path:
            for piece in pieces:
                os.write(descriptor, piece)
        os.fsync(descriptor)
        os.close(descriptor)


def milliseconds(seconds: list[float]) -> Figures:
    ordered = sorted(seconds)
    return {
        "median_ms": round(statistics.median(ordered) * 1e3, 3),
        "p95_ms": round(ordered[int(len(ordered) * 0.95)] * 1e3, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gib", type=float, default=2.0, help="size of the large original")
    parser.add_argument("--folder", type=Path, help="where to write; a temporary folder there is removed afterwards")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    given = parser.parse_args()
    figures: dict[str, object] = {"large_gib": given.gib}
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder = Path(name)
        vault = Vault(FolderStore(folder / "objects"), KeyFile.create(folder / "keys" / "bench.keys"), "bench")
        envelope, figures["large"] = large(vault, int(given.gib * 1024) * MIB)
        bare = timed(lambda: bare_write(folder / "bare", generated(envelope.plain_length)))
        figures["bare_write_mb_s"] = round(envelope.plain_length / 1e6 / bare)
        figures["range_64k_from_the_middle"] = ranges(vault, envelope)
        figures["scan_300k"] = scans(vault, folder)
    found = cipher()
    figures["cipher_mb_s"] = found
    figures["ratios"] = {
        f"{name}_{way}": round(found[f"ours_{way}"] / found[f"{other}_{way}"], 2)
        for way in ("encrypt", "decrypt")
        for name, other in (("to_raw_64k", "raw_64k"), ("to_raw_1m", "raw_1m"), ("to_tink", "tink"))
    }
    text = json.dumps(figures, indent=1)
    print(text)
    if given.json:
        given.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
