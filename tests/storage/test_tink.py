"""Contract with Google's Tink: it opens what we write and we open what it writes."""

from __future__ import annotations

import io

import pytest

from storage.stream import BLOCK, HEADER, PLAIN, SEGMENT, decrypt, encrypt, filler

tink = pytest.importorskip("tink")
from tink import cleartext_keyset_handle, streaming_aead  # noqa: E402
from tink.proto import aes_gcm_hkdf_streaming_pb2, common_pb2, tink_pb2  # noqa: E402

KEY = bytes(range(100, 132))
FIRST = PLAIN - HEADER
LENGTHS = [0, 1, FIRST - 1, FIRST, FIRST + 1, FIRST + PLAIN, FIRST + PLAIN + 1, FIRST + (BLOCK - 1) * PLAIN, 3_000_000]


@pytest.fixture(scope="module")
def primitive() -> streaming_aead.StreamingAead:
    streaming_aead.register()
    params = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingParams(
        ciphertext_segment_size=SEGMENT, derived_key_size=32, hkdf_hash_type=common_pb2.SHA256
    )
    key = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingKey(version=0, params=params, key_value=KEY)
    data = tink_pb2.KeyData(
        type_url="type.googleapis.com/google.crypto.tink.AesGcmHkdfStreamingKey",
        value=key.SerializeToString(),
        key_material_type=tink_pb2.KeyData.SYMMETRIC,
    )
    keyset = tink_pb2.Keyset(primary_key_id=1)
    keyset.key.add(key_data=data, status=tink_pb2.ENABLED, key_id=1, output_prefix_type=tink_pb2.RAW)
    handle = cleartext_keyset_handle.read(tink.BinaryKeysetReader(keyset.SerializeToString()))
    return handle.primitive(streaming_aead.StreamingAead)


class Kept(io.BytesIO):
    """Keeps its bytes when it is closed."""

    def close(self) -> None:
        self.kept = self.getvalue()
        super().close()


@pytest.mark.parametrize("length", LENGTHS)
def test_tink_opens_ours(primitive: streaming_aead.StreamingAead, length: int) -> None:
    plain = bytes(at % 251 for at in range(length))
    sealed = b"".join(bytes(piece) for piece in encrypt(KEY, b"bound", filler(io.BytesIO(plain))))
    with primitive.new_decrypting_stream(io.BytesIO(sealed), b"bound") as opened:
        assert opened.read() == plain


@pytest.mark.parametrize("length", LENGTHS)
def test_we_open_tinks(primitive: streaming_aead.StreamingAead, length: int) -> None:
    plain = bytes(at % 251 for at in range(length))
    target = Kept()
    with primitive.new_encrypting_stream(target, b"bound") as writer:
        writer.write(plain)
    opened = b"".join(bytes(piece) for piece in decrypt(KEY, b"bound", filler(io.BytesIO(target.kept))))
    assert opened == plain


def test_tink_refuses_ours_when_bound_to_something_else(primitive: streaming_aead.StreamingAead) -> None:
    sealed = b"".join(bytes(piece) for piece in encrypt(KEY, b"bound", filler(io.BytesIO(b"plain"))))
    with primitive.new_decrypting_stream(io.BytesIO(sealed), b"other") as opened, pytest.raises(tink.TinkError):
        opened.read()
