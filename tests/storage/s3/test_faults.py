"""Whatever happens on the way to the server: an object is there whole or not at all, and never twice."""

from __future__ import annotations

import secrets
import threading

import pytest

from storage.objects import ObjectExistsError, StorageUnavailableError
from storage.s3.store import S3Store
from tests.services.faults import CLIENT, CutAnswer, Fault, Flip, Hang, Proxy, Refuse, Reset, Slow

pytestmark = pytest.mark.service
SMALL = secrets.token_bytes(50_000)
LARGE = secrets.token_bytes((5 << 20) + 500_000)  # two parts
BEGIN = b"?uploads="
END = b"<CompleteMultipartUpload"


def read(store: S3Store, name: str) -> bytes:
    with store.open(name) as stream:
        return stream.read()


@pytest.mark.parametrize("body", [SMALL, LARGE], ids=["whole", "in parts"])
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Reset(after=0, times=1), id="reset at once"),
        pytest.param(Reset(after=1, times=1), id="reset after a byte"),
        pytest.param(Reset(after=700, times=1), id="reset after the head"),
        pytest.param(Reset(after=30_000, times=3), id="reset in the body, thrice"),
        pytest.param(CutAnswer(when=b"PUT ", times=1), id="answer lost"),
        pytest.param(CutAnswer(when=b"PUT ", times=2), id="answer lost twice"),
        pytest.param(Reset(after=20, toward=CLIENT, times=1), id="answer cut"),
        pytest.param(Flip(at=30_000, times=1), id="a bit turned"),
    ],
)
def test_a_fault_that_passes_is_not_noticed(
    store: S3Store, direct: S3Store, proxy: Proxy, name: str, body: bytes, fault: Fault
) -> None:
    proxy.set(fault)
    assert store.put(name, [body]) == len(body)
    assert proxy.strikes
    proxy.heal()
    assert read(direct, name) == body
    assert list(direct.names(name)) == [name]
    direct.delete(name)


@pytest.mark.parametrize("moment", [BEGIN, END], ids=["begin", "end"])
@pytest.mark.parametrize("times", [1, 2])
def test_an_answer_lost_around_the_parts(
    store: S3Store, direct: S3Store, proxy: Proxy, name: str, moment: bytes, times: int
) -> None:
    proxy.set(CutAnswer(when=moment, times=times))
    assert store.put(name, [LARGE]) == len(LARGE)
    assert proxy.strikes == times
    proxy.heal()
    assert read(direct, name) == LARGE


@pytest.mark.parametrize("body", [SMALL, LARGE], ids=["whole", "in parts"])
def test_an_answer_lost_does_not_make_anothers_object_ours(
    store: S3Store, direct: S3Store, proxy: Proxy, name: str, body: bytes
) -> None:
    direct.put(name, [b"another's"])
    proxy.set(CutAnswer(when=b"PUT ", times=1))
    with pytest.raises(ObjectExistsError):
        store.put(name, [body])
    assert read(direct, name) == b"another's"


@pytest.mark.parametrize("body", [SMALL, LARGE], ids=["whole", "in parts"])
def test_a_server_that_is_down_is_said_and_nothing_is_left(
    store: S3Store, direct: S3Store, proxy: Proxy, name: str, body: bytes
) -> None:
    proxy.set(Refuse())
    for act in (lambda: store.put(name, [body]), lambda: store.open(name), lambda: store.size(name)):
        with pytest.raises(StorageUnavailableError, match="try again later"):
            act()
    with pytest.raises(StorageUnavailableError):
        next(store.names())
    with pytest.raises(StorageUnavailableError):
        store.delete(name)
    proxy.heal()
    assert list(direct.names(name)) == []
    assert store.put(name, [body]) == len(body)


def test_a_server_that_comes_back_meanwhile(store: S3Store, proxy: Proxy, name: str) -> None:
    proxy.set(Refuse())
    threading.Timer(0.2, proxy.heal).start()
    assert store.put(name, [SMALL]) == len(SMALL)
    assert read(store, name) == SMALL


def test_a_server_that_is_silent(impatient: S3Store, direct: S3Store, proxy: Proxy, name: str) -> None:
    proxy.set(Hang())
    with pytest.raises(StorageUnavailableError, match="try again later"):
        impatient.put(name, [SMALL])
    proxy.heal()
    assert impatient.put(f"{name}-2", [SMALL]) == len(SMALL)
    if list(direct.names(name)) == [name]:  # the request arrived late: then it is the whole object
        assert read(direct, name) == SMALL


def test_a_silent_server_holds_one_caller_and_not_all(impatient: S3Store, proxy: Proxy, name: str) -> None:
    proxy.set(Hang())
    with pytest.raises(StorageUnavailableError, match="answer"):
        impatient.size(name)
    together, said = threading.Barrier(5), []

    def ask() -> None:
        together.wait()
        with pytest.raises(StorageUnavailableError) as caught:
            impatient.size(name)
        said.append("fallen silent" in str(caught.value))

    callers = [threading.Thread(target=ask) for _ in range(5)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert said.count(True) >= 3  # on a busy machine one more may come in between two tries
    proxy.heal()
    assert impatient.put(name, [SMALL]) == len(SMALL)


def test_a_slow_line(store: S3Store, proxy: Proxy, name: str) -> None:
    proxy.set(Slow(rate=200_000))
    assert store.put(name, [SMALL]) == len(SMALL)
    assert read(store, name) == SMALL


@pytest.mark.parametrize("start", [0, 1_000_000])
def test_reading_goes_on_where_it_broke_off(
    store: S3Store, direct: S3Store, proxy: Proxy, name: str, start: int
) -> None:
    direct.put(name, [LARGE])
    proxy.set(Reset(after=300_000, toward=CLIENT, times=3))
    with store.open(name, start, len(LARGE) - start - 5) as stream:
        assert stream.read() == LARGE[start:-5]
    assert proxy.strikes == 3


def test_reading_that_breaks_off_for_good_is_no_shorter_object(
    store: S3Store, direct: S3Store, proxy: Proxy, name: str
) -> None:
    direct.put(name, [LARGE])
    with store.open(name) as stream:
        stream.read(1000)
        proxy.set(Refuse())
        with pytest.raises(StorageUnavailableError):
            stream.read()
