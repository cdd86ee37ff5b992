"""The two indexes answer alike: hit sets, counts, facets, boxes and the order of explicit sorts; planted targets."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import count

import pytest

from search.elastic.index import ElasticIndex
from search.embedded import EmbeddedIndex
from search.highlight import LineText, highlights
from search.index import Entry, Hit, PageText, QueryError, Request, Results, SearchIndex
from tests.search.conftest import elastic_index
from tests.search.specimens import PIECES, entry
from tests.search.test_contract import ALL, random_request

pytestmark = pytest.mark.service
QUERIES = 2_000
REVISIONS = count(2)
ENTRIES = [entry(number, seed=5) for number in range(60)]


@pytest.fixture(scope="module")
def elastic(elasticsearch_url: str) -> Iterator[ElasticIndex]:
    yield from elastic_index(elasticsearch_url)


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedIndex]:
    opened = EmbeddedIndex(tmp_path_factory.mktemp("embedded") / "index.db")
    yield opened
    opened.close()


def answer(index: SearchIndex, request: Request) -> Results | str:
    """Return the results without their scores and cursors, which are an engine's own, or the error's code."""
    try:
        results = index.search(request)
    except QueryError as error:
        return error.code
    return replace(results, hits=tuple(replace(hit, score=0.0) for hit in results.hits), cursor=None)


def has_boxes(hit: Hit, query: str) -> bool:
    """Tell whether the application finds boxes of the words on the page that an index names first."""
    if not hit.pages:
        return True
    texts = {(each.id, page.number): page.text for each in ENTRIES for page in each.pages}
    lines = [LineText(line, (0, 0, 1, 0.1)) for line in texts[hit.id, hit.pages[0]].split("\n")]
    return bool(highlights(lines, query))


def test_generated_queries_get_the_same_answers(elastic: ElasticIndex, embedded: EmbeddedIndex) -> None:
    """Boxes are made by the application from a hit's pages, so that they are equal where the pages are."""
    for index in (elastic, embedded):
        index.put(ENTRIES)
    rng = random.Random(11)
    requests = [random_request(rng) for _ in range(QUERIES)]
    found = 0
    with ThreadPoolExecutor(6) as pool:
        for request, one in zip(requests, pool.map(partial(answer, elastic), requests), strict=True):
            assert one == answer(embedded, request), request
            if not isinstance(one, str) and one.hits:
                found += 1
                assert has_boxes(one.hits[0], request.query), request
    assert found > QUERIES / 3


@pytest.mark.parametrize("days", [40, 4, 1])
@pytest.mark.parametrize("most", [7, 23])
def test_of_too_many_matches_the_same_newest_are_counted(
    elastic: ElasticIndex, embedded: EmbeddedIndex, monkeypatch: pytest.MonkeyPatch, days: int, most: int
) -> None:
    for name in ("search.elastic.execution", "search.execution", "search.embedded"):
        monkeypatch.setattr(f"{name}.MOST_MATCHES", most)
    monkeypatch.setattr("search.elastic.execution.NEAR", 3)
    first, revision = date(2026, 1, 1), next(REVISIONS)
    for index in (elastic, embedded):
        index.put(
            replace(each, revision=revision, received_on=first + timedelta(days=number % days))
            for number, each in enumerate(ENTRIES)
        )
    for sort in ("newest", "oldest", "relevance"):
        for query in ("-不在", "合 OR 1 OR 号"):
            request = Request(query, ALL, sort=sort, limit=5, facets=("type", "owner"))
            one, other = answer(elastic, request), answer(embedded, request)
            assert isinstance(one, Results)
            assert isinstance(other, Results)
            assert (one.total, one.capped, one.facets) == (other.total, other.capped, other.facets)
            assert one.capped
            if sort != "relevance":
                assert one.hits == other.hits


def planted(number: int, rng: random.Random) -> Entry:
    """Return a document that is about one thing, whose name nobody else bears but others mention in passing."""
    name = f"{rng.choice('晨曦远航鼎盛恒瑞')}{rng.choice('麒麟凤凰蓝鲸雪松')}{number}号工程"
    pages = (PageText(1, f"关于{name}的合同。{name}由甲方建设。"),)
    return Entry(id=f"target{number}", revision=1, title=f"{name}施工合同", pages=pages, parties=(f"{name}公司",))


def test_planted_targets_are_among_the_first_ten_of_both(elastic: ElasticIndex, embedded: EmbeddedIndex) -> None:
    rng = random.Random(2)
    targets = [planted(number, rng) for number in range(20)]
    noise = []
    for number in range(400):
        passing = rng.choice(targets).title.removesuffix("施工合同")
        text = "".join(rng.choices(PIECES, k=30)) + f"另见{passing}。" + "".join(rng.choices(PIECES, k=30))
        noise.append(Entry(id=f"noise{number:03}", revision=1, title="函件", pages=(PageText(1, text),)))
    for index in (elastic, embedded):
        index.put([*targets, *noise])
        for target in targets:
            request = Request(target.title.removesuffix("施工合同"), ALL, sort="relevance", limit=10)
            assert target.id in [hit.id for hit in index.search(request).hits]
