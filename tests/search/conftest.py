import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from search.index import SearchIndex
from search.open import open_index

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
    url = ELASTICSEARCH if request.param == "elasticsearch" else f"sqlite:///{tmp_path / 'index.db'}"
    opened = open_index(url)
    opened.rebuild([])
    yield opened
    opened.rebuild([])
