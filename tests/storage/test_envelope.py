"""Envelopes: one text for one meaning, nothing else accepted."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.envelope import Envelope, EnvelopeError, Reservation, commitment, object_name
from storage.stream import cipher_length

hashes = st.binary(min_size=32, max_size=32).map(bytes.hex)


@st.composite
def envelopes(draw: st.DrawFn) -> Envelope:
    plain = draw(st.integers(0, 1 << 40))
    return Envelope(
        instance=draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True)),
        object_id=draw(st.uuids()).hex,
        role=draw(st.sampled_from(["original", "page", "thumbnail", "manifest"])),
        plain_sha256=draw(hashes),
        plain_length=plain,
        cipher_sha256=draw(hashes),
        cipher_length=cipher_length(plain),
        commitment=draw(hashes),
        key_id="k1-01234567",
        wrapped_key=draw(st.binary(min_size=1, max_size=100)),
    )


@given(envelopes())
def test_an_envelope_comes_back_from_its_text(envelope: Envelope) -> None:
    text = envelope.to_json()
    assert Envelope.from_json(text) == envelope
    assert text.isascii()
    assert "\n" not in text
    assert list(json.loads(text)) == sorted(json.loads(text))


@given(envelopes(), st.integers(0, 10))
def test_an_envelope_without_one_of_its_fields_is_refused(envelope: Envelope, place: int) -> None:
    values = json.loads(envelope.to_json())
    values.pop(sorted(values)[place])
    with pytest.raises(EnvelopeError):
        Envelope.from_json(json.dumps(values, sort_keys=True, separators=(",", ":")))


@given(envelopes(), st.sampled_from([{"extra": 1}, {"plain_length": True}, {"role": 3}, {"wrapped_key": "%"}]))
def test_other_fields_and_types_are_refused(envelope: Envelope, change: dict[str, object]) -> None:
    values = json.loads(envelope.to_json()) | change
    with pytest.raises(EnvelopeError):
        Envelope.from_json(json.dumps(values, sort_keys=True, separators=(",", ":")))


@given(envelopes())
def test_only_the_canonical_text_is_read(envelope: Envelope) -> None:
    text = envelope.to_json()
    for other in (" " + text, text + "\n", json.dumps(json.loads(text)), text[:-1] + ',"role":"page"}'):
        with pytest.raises(EnvelopeError):
            Envelope.from_json(other)


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", "1", '"x"', "{"])
def test_what_is_no_envelope_is_refused(text: str) -> None:
    with pytest.raises(EnvelopeError):
        Envelope.from_json(text)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "guidang-object-2"}, {"instance": ""}, {"instance": "a b"}, {"object_id": "../../x"},
        {"role": "Original"}, {"plain_sha256": "0"}, {"plain_length": -1}, {"cipher_length": 1}, {"key_id": ""},
        {"commitment": "X" * 64},
    ],
)  # fmt: skip
def test_values_that_cannot_be_are_refused(change: dict[str, object]) -> None:
    values = {
        "instance": "a", "object_id": "0" * 32, "role": "page", "plain_sha256": "0" * 64, "plain_length": 0,
        "cipher_sha256": "0" * 64, "cipher_length": cipher_length(0), "commitment": "0" * 64, "key_id": "k",
        "wrapped_key": b"w", "format": "guidang-object-1",
    }  # fmt: skip
    Envelope(**values)  # type: ignore[arg-type]
    with pytest.raises(EnvelopeError):
        Envelope(**(values | change))  # type: ignore[arg-type]


def test_a_reservation_comes_back_from_plain_json() -> None:
    reservation = Reservation("0" * 32, "page", "k1-01234567", b"\x00\xff")
    assert Reservation.from_json(json.loads(json.dumps(reservation.to_json()))) == reservation


def test_names_are_spread_and_checked() -> None:
    assert object_name("ab" * 16) == "obj/ab/" + "ab" * 16
    with pytest.raises(ValueError, match="not an object id"):
        object_name("../x")


def test_a_commitment_binds_key_and_place() -> None:
    assert len({commitment(key, bound) for key in (bytes(32), b"\x01" * 32) for bound in (b"a", b"b")}) == 4
