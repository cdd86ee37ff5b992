"""Faults on the way to a server, and its sudden end: nothing is lost, nothing doubled, nothing stale is found."""

import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from search.elastic.address import parse_address
from search.elastic.index import ElasticIndex
from search.index import IndexUnavailableError, Request, SearchError
from tests.search.plain import PlainScan
from tests.search.specimens import entry
from tests.search.test_contract import ALL, ask, contract
from tests.services import elasticsearch
from tests.services.absent import absent
from tests.services.elasticsearch import Server
from tests.services.faults import CutAnswer, Fault, Flip, Hang, Proxy, Refuse, Reset, Slow

pytestmark = pytest.mark.service


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Yield a server of our own, which these tests may kill."""
    if problem := elasticsearch.missing():
        absent(problem)
    with elasticsearch.server() as made:
        yield made


@pytest.fixture(scope="module")
def proxy(server: Server) -> Iterator[Proxy]:
    with Proxy(("127.0.0.1", server.port)) as made:
        yield made


@pytest.fixture
def through(server: Server, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[ElasticIndex]:
    """Yield an empty index that is reached through the proxy."""
    monkeypatch.setattr("search.elastic.client.ANSWER_SECONDS", 2.0)
    index = ElasticIndex(parse_address(server.url("guidang-faults", port=proxy.port)))
    index.rebuild([])
    yield index
    proxy.heal()
    index.close()


def put_until_it_is_done(index: ElasticIndex, number: int) -> None:
    """Put an entry, and again after an error, as the outbox does."""
    for _ in range(20):
        try:
            index.put([entry(number)])
        except IndexUnavailableError as error:
            assert error.code == "index_unavailable"  # noqa: PT017  the loop ends when it is put
            continue
        return
    pytest.fail("the index did not come back")


@pytest.mark.parametrize(
    "fault",
    [
        Refuse(),
        Reset(after=300, times=2),
        CutAnswer(times=2),
        Flip(at=900, times=1),
        Flip(at=400, toward="client", times=1),
        Slow(rate=400_000),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_after_a_fault_everything_is_there_once(through: ElasticIndex, proxy: Proxy, fault: Fault) -> None:
    for number in range(6):
        if number == 3:
            proxy.set(fault)
        if isinstance(fault, Refuse) and number == 3:
            with pytest.raises(SearchError, match="cannot be reached"):
                through.put([entry(number)])
            proxy.heal()
        put_until_it_is_done(through, number)
    assert proxy.strikes > 0 or isinstance(fault, Refuse)
    expected = PlainScan(entry(number) for number in range(6)).ids(Request("", ALL))
    assert ask(through, "") == expected


def test_a_search_of_a_server_that_hangs_ends_and_says_so(through: ElasticIndex, proxy: Proxy) -> None:
    through.put([contract()])
    proxy.set(Hang())
    with pytest.raises(SearchError, match="did not answer within") as caught:
        through.search(Request("归档", ALL))
    assert caught.value.code == "index_unavailable"
    proxy.heal()
    assert ask(through, "归档") == ["d1"]


def test_a_late_write_that_was_cut_does_not_undo_a_newer_one(through: ElasticIndex, proxy: Proxy) -> None:
    through.put([contract(revision=1)])
    proxy.set(CutAnswer(times=1))
    through.delete(["d1"], 2)
    assert proxy.strikes == 1
    through.put([contract(revision=2)])
    assert ask(through, "") == []


def test_what_was_acknowledged_outlives_the_killed_server(through: ElasticIndex, server: Server) -> None:
    for number in range(10):
        through.put([entry(number)])
    server.kill()
    with pytest.raises(SearchError) as caught:
        through.put([entry(10)])
    assert caught.value.code == "index_unavailable"
    server.start()
    put_until_it_is_done(through, 10)
    assert ask(through, "") == PlainScan(entry(number) for number in range(11)).ids(Request("", ALL))


def present(server: Server, end: datetime | None = None) -> None:
    """Give the server a new certificate and wait until it shows it."""
    certificate, _ = server.authority.server("server", end=end)
    wanted = certificate.read_text().split()
    for _ in range(600):
        if ssl.get_server_certificate(("127.0.0.1", server.port)).split() == wanted:
            return
        time.sleep(0.1)
    pytest.fail("the server does not show its new certificate")


def test_an_expired_certificate_is_named(server: Server) -> None:
    index = ElasticIndex(parse_address(server.url("guidang-faults")))
    present(server, end=datetime.now(UTC) - timedelta(minutes=1))
    with pytest.raises(SearchError, match="has expired") as caught:
        index.search(Request("", ALL))
    assert caught.value.code == "index_certificate"
    present(server)
    index.search(Request("", ALL))
    index.close()


def test_of_two_servers_one_may_be_down(server: Server) -> None:
    whole = parse_address(server.url("guidang-two"))
    index = ElasticIndex(replace(whole, hosts=("https://127.0.0.1:9", *whole.hosts)))
    index.put([contract()])
    assert ask(index, "归档") == ["d1"]
    index.close()
