from pathlib import Path

from search.embedded import EmbeddedIndex
from search.index import Access, Entry, Request
from search.suggest import Obstacle, closest, near_spellings, obstacles, pieces

ALL = Access(({},))


def archive(tmp_path: Path) -> EmbeddedIndex:
    index = EmbeddedIndex(tmp_path / "index.db")
    index.put(
        Entry(f"d{n}", 1, "购销合同", parties=(name,), attributes={"level": (str(n),), "year": ("2023",)})
        for n, name in enumerate(("上海归档科技有限公司", "长河物流有限公司", "长江航运公司"))
    )
    return index


def test_the_closest_name_comes_first_and_strangers_not_at_all() -> None:
    assert closest("归挡科技", ["长河物流", "上海归档科技有限公司", "归档科技"]) == ("归档科技", "上海归档科技有限公司")
    assert closest("张三", []) == ()
    assert closest("", ["张三"]) == ()


def test_spellings_are_only_offered_to_those_who_may_see_them(tmp_path: Path) -> None:
    index = archive(tmp_path)
    assert near_spellings(index, Request("上海归挡科技", ALL))[0] == "上海归档科技有限公司"
    assert near_spellings(index, Request("上海归挡科技", Access(({"level": ("1",)},)))) == ()


def test_the_filter_or_word_in_the_way_is_named(tmp_path: Path) -> None:
    request = Request("长河 货运", ALL, filters={"level": ("1",), "year": ("2023",)})
    assert obstacles(archive(tmp_path), request) == (Obstacle("part", "货运", 1),)
    request = Request("长河", ALL, filters={"level": ("0",), "year": ("2023",)})
    assert obstacles(archive(tmp_path), request) == (Obstacle("filter", "level", 1),)


def test_a_piece_of_a_word_that_finds_something_is_offered(tmp_path: Path) -> None:
    index = archive(tmp_path)
    assert pieces(index, Request("长江货运", ALL)) == (Obstacle("piece", "长江", 1),)
    assert pieces(index, Request("长江货运", Access(({"level": ("0",)},)))) == ()
    assert pieces(index, Request("长江 货运", ALL)) == ()
