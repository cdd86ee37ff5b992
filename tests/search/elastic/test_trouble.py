"""What can be wrong with the server, each on a real one: which error, and that it goes on once it is mended."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from search.elastic.address import Address, parse_address
from search.elastic.errors import problem
from search.elastic.index import ElasticIndex
from search.index import Request, SearchError
from tests.search.conftest import raw_client
from tests.search.test_contract import ALL, ask, contract
from tests.services.elasticsearch import READER

Changed = Callable[..., Address]
pytestmark = pytest.mark.service


def code_of(address: Address) -> str:
    """Return the code of the error that a search at an address meets."""
    index = ElasticIndex(address)
    try:
        with pytest.raises(SearchError) as caught:
            index.search(Request("", ALL))
    finally:
        index.close()
    assert "密码" not in str(caught.value)  # a part of the tests' password
    return caught.value.code


@pytest.fixture
def changed(elasticsearch_url: str) -> Changed:
    return lambda **values: replace(parse_address(elasticsearch_url), **values)


def test_a_wrong_port_is_a_server_that_does_not_answer(changed: Changed) -> None:
    assert code_of(changed(hosts=("https://127.0.0.1:9",))) == "index_unavailable"


def test_an_unknown_host_is_a_server_that_does_not_answer(changed: Changed) -> None:
    assert code_of(changed(hosts=("https://nowhere.invalid:9200",))) == "index_unavailable"


def test_a_wrong_password_is_named(changed: Changed) -> None:
    assert code_of(changed(password="wrong")) == "index_auth"


def test_a_missing_login_is_named(changed: Changed) -> None:
    assert code_of(changed(user="", password="")) == "index_auth"


def test_a_key_that_the_server_does_not_know_is_named(changed: Changed) -> None:
    assert code_of(changed(user="", api_key="VnVhQ2ZHY0JDZGJrU=")) == "index_auth"


def test_an_unknown_authority_is_named(changed: Changed) -> None:
    assert code_of(changed(ca=None)) == "index_certificate"


def test_speaking_plainly_to_a_server_with_tls_is_a_server_that_does_not_answer(changed: Changed) -> None:
    hosts = tuple(host.replace("https:", "http:") for host in changed().hosts)
    assert code_of(changed(hosts=hosts, ca=None)) == "index_unavailable"


def test_a_server_without_tls_is_named(changed: Changed, http_server: str) -> None:
    assert code_of(changed(hosts=(http_server.replace("http:", "https:"),))) == "index_certificate"


def test_a_certificate_of_another_name_is_named(changed: Changed) -> None:
    hosts = tuple(host.replace("127.0.0.1", "localhost") for host in changed().hosts)
    assert code_of(changed(hosts=hosts)) == "index_certificate"


def test_another_kind_of_server_is_told_from_elasticsearch(
    changed: Changed, elastic: ElasticIndex, http_server: str
) -> None:
    assert code_of(changed(hosts=(http_server,), ca=None, user="", password="")) == "index_server_unsupported"


def test_who_may_only_read_may_search_but_not_write(elastic: ElasticIndex) -> None:
    elastic.put([contract()])
    reader = ElasticIndex(replace(elastic.address, user=READER))
    assert ask(reader, "归档") == ["d1"]
    with pytest.raises(SearchError) as caught:
        reader.put([contract(revision=2)])
    assert caught.value.code == "index_forbidden"
    reader.close()


def test_who_may_only_read_cannot_make_the_first_index(changed: Changed) -> None:
    assert code_of(changed(user=READER, name="guidang-test-nobody-made-it")) == "index_forbidden"


@pytest.mark.parametrize(
    ("block", "code"),
    [("read_only_allow_delete", "index_disk_full"), ("read_only", "index_read_only")],
)
def test_a_blocked_index_is_searched_and_takes_writes_again_when_the_block_is_lifted(
    elastic: ElasticIndex, block: str, code: str
) -> None:
    elastic.put([contract()])
    server = raw_client(elastic.address)
    server.indices.put_settings(index=elastic.address.name, settings={f"index.blocks.{block}": True})
    try:
        assert ask(elastic, "归档") == ["d1"]
        with pytest.raises(SearchError) as caught:
            elastic.put([contract(id="d2")])
        assert caught.value.code == code
    finally:
        server.indices.put_settings(index=elastic.address.name, settings={f"index.blocks.{block}": None})
    elastic.put([contract(id="d2")])
    assert sorted(ask(elastic, "归档")) == ["d1", "d2"]


def test_an_index_of_another_version_is_refused_until_it_is_rebuilt(elastic: ElasticIndex) -> None:
    elastic.put([contract()])
    raw_client(elastic.address).indices.put_mapping(index=elastic.address.name, meta={"guidang": {"schema": 0}})
    assert code_of(elastic.address) == "index_outdated"
    opened = ElasticIndex(elastic.address)
    with pytest.raises(SearchError, match="index rebuild"):
        opened.put([contract(id="d2")])
    opened.rebuild([contract(id="d3")])
    assert ask(opened, "归档") == ["d3"]
    opened.close()


def test_an_index_that_somebody_deleted_is_named_and_a_rebuild_brings_it_back(elastic: ElasticIndex) -> None:
    elastic.put([contract()])
    server = raw_client(elastic.address)
    for name in server.indices.get(index=f"{elastic.address.name}-*").body:
        server.indices.delete(index=name)
    for _ in range(2):
        with pytest.raises(SearchError) as caught:
            elastic.search(Request("", ALL))
        assert caught.value.code == "index_damaged"
    elastic.rebuild([contract()])
    assert ask(elastic, "归档") == ["d1"]


@pytest.fixture
def http_server(tmp_path: Path) -> Iterator[str]:
    """Yield the address of a web server that knows nothing of indexes."""
    import threading
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=tmp_path)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_what_a_server_of_version_8_answers_is_told_from_a_fault() -> None:
    """The sentence is the one that a real 8.19 gave; it answers every request of this client so."""
    reason = "Invalid media-type value on headers [Content-Type, Accept]"
    error = problem(400, "media_type_header_exception", reason, "https://search.example:9200 /guidang")
    assert error.code == "index_server_unsupported"
