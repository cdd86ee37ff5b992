import random
from dataclasses import replace
from datetime import date

import pytest

from search.index import SORTS, Access, Entry, PageText, QueryError, Request, SearchIndex
from search.query import FIELD_NAMES
from tests.search.plain import PlainScan
from tests.search.specimens import PIECES, entry

ALL = Access(({},))
EXPLICIT = tuple(sort for sort in SORTS if sort != "relevance")


def ask(index: SearchIndex, query: str, access: Access = ALL, **rest: object) -> list[str]:
    return [hit.id for hit in index.search(replace(Request(query, access, limit=1000), **rest)).hits]  # type: ignore[arg-type]


def every_page(index: SearchIndex, request: Request) -> list[str]:
    ids: list[str] = []
    cursor: str | None = None
    while True:
        results = index.search(replace(request, cursor=cursor))
        ids += [hit.id for hit in results.hits]
        cursor = results.cursor
        if cursor is None:
            return ids


def contract(**rest: object) -> Entry:
    plain = Entry(
        id="d1",
        revision=1,
        title="购销合同",
        pages=(PageText(1, "甲方：上海归档科技有限公司\n签订人 欧阳修"), PageText(2, "总价 ¥12,800.00 元")),
        parties=("上海归档科技有限公司",),
        persons=("张三",),
        codes=("HT-2023-001", "91310000MA1K35FR2X"),
        texts=("SHGDKJ",),
        dates=(date(2023, 5, 6),),
        amounts=(99900,),
        document_date=date(2023, 4, 1),
        received_on=date(2024, 1, 1),
        attributes={"type": ("T06",), "level": ("1",), "department": ("sales",)},
    )
    return replace(plain, **rest)  # type: ignore[arg-type]


def test_the_life_of_an_entry(index: SearchIndex) -> None:
    assert ask(index, "归档") == []
    index.put([contract()])
    assert ask(index, "归档") == ["d1"]
    index.put([contract(revision=2, pages=(PageText(1, "作废"),), parties=())])
    assert ask(index, "归档") == []
    assert ask(index, "作废") == ["d1"]
    index.put([contract(revision=1)])
    assert ask(index, "归档") == []
    assert list(index.revisions()) == [("d1", 2)]
    index.delete(["d1"], 2)
    assert ask(index, "") == []
    index.put([contract(revision=2)])
    assert ask(index, "") == []
    index.put([contract(revision=3)])
    index.delete(["d1"], 2)
    assert list(index.revisions()) == [("d1", 3)]


@pytest.mark.parametrize(
    "query",
    [
        "归档", "歸檔", "归", "张三", "阳修", "HT-2023", "2023001", "HT", "91310000MA", "ma1k35", "12,800", "12800.00",
        "¥12800", "￥12800.00元", "999", "999.00", "shgd", "SHGDKJ", "上海归档科技有限公司", "有限公司签订人",
        "购销 12800", '"归 档"', "客户:归档", "人:张三", "编号:2023-001", "标题:购销", "类型:T06", "金额:999",
        "金额:900..1000", "金额:1000..1500 OR 购销", "日期:2023Q2", "日期:2023-05", "日期:2023-04-01",
        "日期:..2023-04-01", "收到:2024", "密级:内部", "归档 -作废", "-作废", "作废 OR 归档",
    ],
)  # fmt: skip
def test_what_finds_the_contract(shared_index: SearchIndex, query: str) -> None:
    shared_index.put([contract()])
    assert ask(shared_index, query) == ["d1"]


@pytest.mark.parametrize(
    "query",
    [
        "归档 作废", "公司总价", "修总", "客户:张三", "编号:12800", "013", "1K", '"归档公司"', "金额:1000", "日期:2022",
        "日期:2023-06..", "密级:公开", "-归档", "类型:合同",
    ],
)  # fmt: skip
def test_what_does_not_find_the_contract(shared_index: SearchIndex, query: str) -> None:
    shared_index.put([contract()])
    assert ask(shared_index, query) == []


def test_a_hit_names_its_pages_best_first(index: SearchIndex) -> None:
    texts = ("合同", "合同 合同 编号", "无", "合同 合同")
    pages = tuple(PageText(number * 10, text) for number, text in enumerate(texts, 1))
    index.put([contract(pages=pages, parties=("编号",))])
    (hit,) = index.search(Request("合同 编号", ALL)).hits
    assert hit.pages == (20, 40, 10)
    assert index.search(Request("标题:购销", ALL)).hits[0].pages == ()


def test_words_may_stand_on_different_pages_but_a_phrase_may_not(index: SearchIndex) -> None:
    index.put([contract(pages=(PageText(1, "一批"), PageText(2, "货物")), parties=("甲乙", "丙丁"))])
    assert ask(index, "一批 货物") == ["d1"]
    assert ask(index, "一批货物") == []
    assert ask(index, "乙丙") == []


def test_nobody_sees_more_than_the_access_allows(index: SearchIndex) -> None:
    index.put(entry(number) for number in range(60))
    scan = PlainScan(entry(number) for number in range(60))
    accesses = [
        Access(()),
        Access(({"level": ()},)),
        Access(({"level": ("0", "1"), "department": ("law",)},)),
        Access(({"level": ("0",)}, {"department": ("sales",), "type": ("T01",)})),
        Access(({"unknown": ("x",)},)),
        ALL,
    ]
    for access in accesses:
        request = Request("", access, limit=1000, facets=("level", "department"))
        results = index.search(request)
        assert [hit.id for hit in results.hits] == scan.ids(request)
        assert results.total == len(scan.ids(request))
        assert results.facets == {name: scan.counts(request, name) for name in request.facets}
    assert index.search(Request("不存在", accesses[2], facets=("level",))).total == 0
    assert index.near("上海归挡科技有限公司", Access(())) == ()


def random_request(rng: random.Random) -> Request:
    def word() -> str:
        piece = rng.choice(PIECES).replace("\n", "")
        start = rng.randint(0, len(piece) - 1)
        part = piece[start : start + rng.randint(1, 6)].strip() or "合同"
        return rng.choice(("{}", '"{}"', "-{}", "客户:{}", "正文:{}", "编号:{}")).format(part.replace(":", ""))

    special = (
        "金额:..100",
        "金额:-5..2000",
        "日期:2023Q1",
        "日期:>2023-06",
        "类型:合同",
        "收到:2023-01-05..",
        "12,800",
    )
    parts = [rng.choice(special) if rng.random() < 0.15 else word() for _ in range(rng.randint(0, 3))]
    query = (" OR " if rng.random() < 0.3 else " ").join(parts)
    some = Access(({"level": ("0", "1")}, {"department": ("law",), "level": ("2", "3")}))
    filters = rng.choice(
        ({}, {}, {"type": ("T01",)}, {"level": ("0", "2"), "date": ("2023Q2",)}, {"amount": ("..99",)})
    )
    return Request(
        query, rng.choice((ALL, some)), filters, rng.choice(EXPLICIT), limit=1000, facets=("type", "department")
    )


def test_answers_equal_those_of_a_plain_scan(index: SearchIndex) -> None:
    rng = random.Random(7)
    entries = [entry(number) for number in range(150)]
    index.put(entries[:100])
    index.put([replace(each, title="旧题名", pages=()) for each in entries[100:120]])
    index.put(replace(each, revision=2) for each in entries[100:])
    scan = PlainScan([*entries[:100], *(replace(each, revision=2) for each in entries[100:])])
    found = 0
    for _ in range(400):
        request = random_request(rng)
        try:
            expected = scan.ids(request)
        except QueryError:
            with pytest.raises(QueryError):
                index.search(request)
            continue
        results = index.search(request)
        assert [hit.id for hit in results.hits] == expected, request
        assert results.facets == {name: scan.counts(request, name) for name in request.facets}, request
        found += len(expected) > 0
    assert found > 150


@pytest.mark.parametrize("sort", SORTS)
def test_paging_reaches_every_match_once_and_in_order(index: SearchIndex, sort: str) -> None:
    entries = [entry(number) for number in range(80)]
    index.put(entries)
    request = Request("合 OR 12", ALL, sort=sort, limit=7)
    ids = every_page(index, request)
    expected = PlainScan(entries).ids(replace(request, sort="newest" if sort == "relevance" else sort))
    assert sorted(ids) == sorted(expected)
    assert len(ids) > 20
    if sort != "relevance":
        assert ids == expected


def test_relevance_puts_the_title_before_a_mention(index: SearchIndex) -> None:
    filler = [contract(id=f"f{number}", title="函", pages=(PageText(1, "无关"),)) for number in range(20)]
    index.put([contract(id="a", title="函", pages=(PageText(1, "提到保密协议一次" + "内容" * 50),)), *filler])
    index.put([contract(id="b", title="保密协议", pages=(PageText(1, "保密协议"),))])
    assert ask(index, "保密协议", sort="relevance") == ["b", "a"]


def test_late_arrivals_take_their_place_in_the_order(index: SearchIndex) -> None:
    entries = [contract(id=f"d{number:03}") for number in range(200)]
    rng = random.Random(3)
    index.put([entries[0], entries[-1]])
    middle = entries[1:-1]
    index.put(reversed(middle[:60]))
    index.put(middle[60:120])
    index.put(rng.sample(middle[120:], len(middle[120:])))
    assert every_page(index, Request("归档", ALL, sort="oldest", limit=50)) == [each.id for each in entries]
    assert ask(index, "归档") == [each.id for each in reversed(entries)]


@pytest.mark.parametrize(
    "change", [{"sort": "best"}, {"cursor": "x"}, {"cursor": "W10"}, {"filters": {"date": ("x",)}}]
)
def test_a_request_that_makes_no_sense_is_refused(index: SearchIndex, change: dict[str, object]) -> None:
    with pytest.raises(QueryError):
        ask(index, "合同", **change)


def test_a_cursor_of_another_order_is_refused(index: SearchIndex) -> None:
    index.put([contract(), contract(id="d2")])
    cursor = index.search(Request("", ALL, limit=1)).cursor
    with pytest.raises(QueryError, match="first page"):
        ask(index, "", sort="oldest", cursor=cursor)


def test_a_rebuilt_index_holds_what_it_was_given(index: SearchIndex) -> None:
    index.put([contract(), contract(id="d2")])
    index.rebuild(entry(number) for number in reversed(range(40)))
    expected = PlainScan(entry(number) for number in range(40)).ids(Request("", ALL))
    assert ask(index, "") == expected
    index.put([entry(7, revision=2)])
    assert dict(index.revisions())["d0007"] == 2


def test_near_spellings_come_from_names_codes_and_titles(index: SearchIndex) -> None:
    index.put([contract(), contract(id="d2", parties=("长河物流",), persons=("王小明",), codes=("HT-2023-118",))])
    assert index.near("上海归挡科技有限公司", ALL)[0] == "上海归档科技有限公司"
    assert index.near("长江物流", ALL)[0] == "长河物流"
    assert index.near("王晓明", ALL)[0] == "王小明"
    assert index.near("HT-2023-119", ALL)[0] in ("HT-2023-118", "HT-2023-001")
    assert index.near("。", ALL) == ()


def test_every_field_name_can_be_asked(index: SearchIndex) -> None:
    index.put([contract()])
    examples = {"密级": "内部", "level": "1", "金额": "1", "amount": "1", "日期": "2023", "date": "2023"}
    for name in FIELD_NAMES:
        ask(index, f"{name}:{examples.get(name, '2023')}")
