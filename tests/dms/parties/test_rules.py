import pytest

from config.rulebook import load_rulebook
from dms.numbering.rules import DOSSIER_NUMBER
from dms.parties.rules import core_name, initials, match_key, number_initials

REGIONS = load_rulebook().regions


@pytest.mark.parametrize(
    ("name", "core", "letters"),
    [
        ("杭州华信贸易有限公司", "华信贸易", "HXMY"),
        ("深圳市李氏五金商行", "李氏五金", "LSWJ"),
        ("浙江省杭州市西湖区钱塘五金有限公司", "钱塘五金", "QTWJ"),
        ("重庆长江实业（集团）股份有限公司", "长江实业", "CJSY"),
        ("ACME Inc", "ACMEInc", "ACME"),
        ("哈尔滨冰城食品有限公司", "冰城食品", "BCSP"),
        ("浙江钱塘五金有限公司", "钱塘五金", "QTWJ"),
        ("上海家", "上海家", "SHJ"),
        ("杭州的有限公司", "杭州的", "HZD"),
    ],
)
def test_a_name_is_numbered_by_its_own_words_without_region_and_legal_form(name, core, letters):
    assert core_name(name, REGIONS) == core
    assert number_initials(name, REGIONS) == letters


@pytest.mark.parametrize("name", ["888", "株式会社", "!!", "A1", "７号店"])
def test_the_initials_of_any_name_make_a_valid_segment(name):
    assert DOSSIER_NUMBER.fullmatch(f"E-3301-{number_initials(name, REGIONS)}-001")


def test_a_name_begins_with_the_regions_that_are_given():
    assert number_initials("义乌小商品有限公司", REGIONS) == "YWXS"
    assert number_initials("义乌小商品有限公司", ("义乌",)) == "XSP"
    assert number_initials("义乌港小商品有限公司", ("义乌港", "义乌")) == "XSP"


def test_cities_read_as_names_do():
    assert initials("重庆") == "CQ"
    assert initials("厦门") == "XM"


def test_two_spellings_of_a_name_have_one_key():
    assert match_key("杭州华信（集团） 有限公司") == match_key("杭州华信(集团)有限公司")
    assert match_key("ＡＣＭＥ Inc.") == match_key("acme inc")
    assert match_key("甲公司") != match_key("乙公司")
