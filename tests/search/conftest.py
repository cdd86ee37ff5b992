import base64
import secrets
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from search.elastic.address import Address, parse_address
from search.elastic.index import ElasticIndex
from search.embedded import EmbeddedIndex
from search.index import SearchIndex

ENGINES = ("embedded", pytest.param("elasticsearch", marks=pytest.mark.service))


@pytest.fixture(params=ENGINES)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchIndex]:
    """Yield an empty index of each kind."""
    yield from _opened(request, tmp_path)


@pytest.fixture(scope="module", params=ENGINES)
def shared_index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    """Yield an index of each kind for tests that only read, which they fill alike."""
    yield from _opened(request, tmp_path_factory.mktemp("index"))


@pytest.fixture
def elastic(elasticsearch_url: str) -> Iterator[ElasticIndex]:
    yield from elastic_index(elasticsearch_url)


def _opened(request: pytest.FixtureRequest, folder: Path) -> Iterator[SearchIndex]:
    if request.param == "elasticsearch":
        yield from elastic_index(request.getfixturevalue("elasticsearch_url"))
        return
    opened = EmbeddedIndex(folder / "index.db")
    yield opened
    opened.close()


def elastic_index(url: str) -> Iterator[ElasticIndex]:
    """Yield an empty index of a name of its own on the tests' server; nothing of it is left afterwards."""
    address = replace(parse_address(url), name=f"guidang-test-{secrets.token_hex(6)}")
    opened = ElasticIndex(address)
    yield opened
    opened.close()
    server = raw_client(address)
    for made in server.indices.get(index=f"{address.name}-*").body:
        server.indices.delete(index=made)


@cache
def raw_client(address: Address) -> Elasticsearch:
    """Return the library's own client, to look behind the seam."""
    login = base64.b64encode(f"{address.user}:{address.password}".encode()).decode()
    return Elasticsearch(list(address.hosts), basic_auth=login, ca_certs=str(address.ca), request_timeout=60)
