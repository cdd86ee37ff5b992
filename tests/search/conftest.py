import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from search.elastic.address import parse_address
from search.elastic.index import ElasticIndex
from search.embedded import EmbeddedIndex
from search.index import SearchIndex

ELASTICSEARCH = os.environ.get("GUIDANG_TEST_ELASTICSEARCH_URL", "")


@pytest.fixture(
    params=[
        "embedded",
        pytest.param(
            "elasticsearch",
            marks=[
                pytest.mark.service,
                pytest.mark.skipif(not ELASTICSEARCH, reason="GUIDANG_TEST_ELASTICSEARCH_URL is not set"),
            ],
        ),
    ]
)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchIndex]:
    if request.param == "elasticsearch":
        yield from elastic_index()
    else:
        yield from _embedded(tmp_path / "index.db")


def _embedded(path: Path) -> Iterator[SearchIndex]:
    opened = EmbeddedIndex(path)
    yield opened
    opened.close()


def elastic_index() -> Iterator[ElasticIndex]:
    """Yield an empty index of a name of its own on the tests' server; nothing of it is left afterwards."""
    opened = ElasticIndex(parse_address(f"{ELASTICSEARCH}/test-{secrets.token_hex(6)}"))
    yield opened
    opened.close()
    server = Elasticsearch(ELASTICSEARCH)
    server.indices.delete(index=f"{opened.address.name}-*")
    server.close()
