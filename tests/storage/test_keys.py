"""One contract for every key provider, and the probe by which keys of another archive are recognised."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.environment import environment_keys
from storage.keyfile import KeyFile
from storage.keyring import KeyRing, MasterKey, new_master
from storage.keys import KeyProvider, KeysUrlError, UnknownKeyError, WrongKeyError, confirm_keys, key_check
from storage.passphrase import SealedKeys

DATA_KEY = bytes(range(32))
Make = Callable[[], KeyProvider]
Rotate = Callable[[KeyProvider], KeyProvider]


def _environment(count: int = 1) -> KeyRing:
    return environment_keys("K", {"K": " ".join(secrets.token_hex(32) for _ in range(count))})


def _rotated_ring(keys: KeyRing) -> KeyRing:
    return KeyRing([*keys.masters, new_master(len(keys.masters) + 1, 0)])


def _rotated_file(keys: KeyFile) -> KeyFile:
    keys.rotate()
    return keys


@pytest.fixture(params=["keyfile", "passphrase", "env"])
def provider(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Make, Rotate]:
    def path() -> Path:
        return tmp_path / f"{secrets.token_hex(4)}.keys"

    makers: dict[str, tuple[Make, Rotate]] = {
        "keyfile": (lambda: KeyFile.create(path()), _rotated_file),  # type: ignore[dict-item]
        "passphrase": (
            lambda: KeyFile.create(path(), SealedKeys("correct horse battery", memory=64)),
            _rotated_file,  # type: ignore[dict-item]
        ),
        "env": (_environment, _rotated_ring),  # type: ignore[dict-item]
    }
    return makers[request.param]


def test_what_is_wrapped_is_unwrapped(provider: tuple[Make, Rotate]) -> None:
    keys = provider[0]()
    key_id, wrapped = keys.wrap(DATA_KEY, b"context")
    assert key_id == keys.current == keys.ids()[-1]
    assert DATA_KEY not in wrapped
    assert keys.unwrap(key_id, wrapped, b"context") == DATA_KEY
    assert keys.wrap(DATA_KEY, b"context")[1] != wrapped


def test_another_context_or_altered_bytes_are_refused(provider: tuple[Make, Rotate]) -> None:
    keys = provider[0]()
    key_id, wrapped = keys.wrap(DATA_KEY, b"context")
    for altered, context in [
        (wrapped, b"other"),
        (wrapped[:-1], b"context"),
        (wrapped[:20], b"context"),
        (b"", b"context"),
        (b"\x02" + wrapped[1:], b"context"),
        (wrapped[:-1] + bytes([wrapped[-1] ^ 1]), b"context"),
    ]:
        with pytest.raises(WrongKeyError):
            keys.unwrap(key_id, altered, context)


def test_old_keys_go_on_opening_after_a_rotation(provider: tuple[Make, Rotate]) -> None:
    make, rotate = provider
    keys = make()
    old = keys.wrap(DATA_KEY, b"context")
    rotated = rotate(keys)
    new = rotated.wrap(DATA_KEY, b"context")
    assert rotated.ids() == (old[0], new[0])
    assert new[0] == rotated.current != old[0]
    for key_id, wrapped in (old, new):
        assert rotated.unwrap(key_id, wrapped, b"context") == DATA_KEY


def test_keys_of_another_archive_are_unknown_here(provider: tuple[Make, Rotate]) -> None:
    ours, theirs = provider[0](), provider[0]()
    key_id, wrapped = ours.wrap(DATA_KEY, b"context")
    assert not set(ours.ids()) & set(theirs.ids())
    with pytest.raises(UnknownKeyError, match=key_id):
        theirs.unwrap(key_id, wrapped, b"context")


def test_the_probe_recognises_the_archive_s_keys(provider: tuple[Make, Rotate]) -> None:
    make, rotate = provider
    keys = make()
    check = key_check(keys, "archive-1")
    confirm_keys(keys, "archive-1", check)
    confirm_keys(rotate(keys), "archive-1", check)
    with pytest.raises(WrongKeyError, match="another archive"):
        confirm_keys(make(), "archive-1", check)
    with pytest.raises(WrongKeyError):
        confirm_keys(keys, "archive-2", check)


@pytest.mark.parametrize("check", ["", "{}", "[]", "null", '{"key":"k1","probe":"%"}', '{"key":1,"probe":2}'])
def test_a_probe_that_is_none_confirms_nothing(keys: KeyFile, check: str) -> None:
    with pytest.raises(WrongKeyError):
        confirm_keys(keys, "archive-1", check)


@given(st.binary(max_size=64), st.binary(max_size=200))
def test_any_key_and_context_pass_through(data_key: bytes, context: bytes) -> None:
    ring = KeyRing([MasterKey(1, 0, bytes(32))])
    assert ring.unwrap(*ring.wrap(data_key, context), context) == data_key


@pytest.mark.parametrize("value", [None, "", "abc", "zz" * 32, "00" * 31, "00" * 32 + " 11"])
def test_an_environment_without_a_proper_key_is_refused(value: str | None) -> None:
    with pytest.raises(KeysUrlError, match="ARCHIVE_KEY"):
        environment_keys("ARCHIVE_KEY", {} if value is None else {"ARCHIVE_KEY": value})


def test_master_keys_do_not_show_in_messages() -> None:
    assert "secret" not in repr(MasterKey(1, 0, b"s" * 32))


@pytest.mark.parametrize("versions", [[], [2], [1, 3], [1, 1]])
def test_gaps_in_the_versions_are_refused(versions: list[int]) -> None:
    with pytest.raises(ValueError, match="without a gap"):
        KeyRing([MasterKey(version, 0, bytes(32)) for version in versions])
