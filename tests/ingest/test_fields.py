"""Fields from recorded readings: labels beside, above and spread, several lines, two sides, totals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.fields.extract import extract
from ingest.fields.kinds import GAP
from ingest.fields.labels import positions
from ingest.fields.layout import lay_out
from ingest.model import Box, Line, Page, Word


def read(declared, *pages):
    """Return raw and normalised values by field name."""
    return {v.name: (v.raw, v.value) for v in extract(declared, pages)}


@pytest.fixture
def licence(page):
    return page(
        ("营业执照", 0.4, 0.1),
        ("统一社会信用代码", 0.1, 0.2),
        ("91350100M000100Y43", 0.3, 0.2),
        ("名", 0.1, 0.25),
        ("称", 0.2, 0.25),
        ("福州晨星贸易有限公司", 0.25, 0.25),
        ("类", 0.1, 0.3),
        ("型有限责任公司", 0.2, 0.3),
        ("法定代表人", 0.1, 0.35),
        ("林知远", 0.25, 0.35),
        ("经营范围", 0.1, 0.4),
        ("一般项目：五金产品批发；", 0.25, 0.4),
        ("建筑材料销售。", 0.25, 0.425),
        ("注册资本", 0.55, 0.25),
        ("叁佰万元整", 0.7, 0.25),
        ("成立日期", 0.55, 0.3),
        ("2016年03月08日", 0.7, 0.3),
        ("营业期限", 0.55, 0.35),
        ("2016年03月08日至长期", 0.7, 0.35),
        ("住所", 0.55, 0.4),
        ("福州市鼓楼区榕荫路18号", 0.7, 0.4),
        ("三层302室", 0.7, 0.425),
        ("登记机关", 0.55, 0.7),
        ("2019 年 05 月 20 日", 0.7, 0.8),
    )


def test_licence_of_two_columns(types, licence):
    values = read(types["T01"], licence)
    assert values["credit_code"] == ("91350100M000100Y43", "91350100M000100Y43")
    assert values["name"][1] == "福州晨星贸易有限公司"
    assert values["type"][1] == "有限责任公司"
    assert values["legal_person"][1] == "林知远"
    assert values["capital"] == ("叁佰万元整", "300000000")
    assert values["established"] == ("2016年03月08日", "2016-03-08")
    assert values["term"][1] == "2016-03-08/.."
    assert values["address"][1] == "福州市鼓楼区榕荫路18号三层302室"
    assert values["scope"][1] == "一般项目：五金产品批发；建筑材料销售。"
    assert values["scope"][0] == "一般项目：五金产品批发；建筑材料销售。"
    assert values["registered"][1] == "2019-05-20"


def test_a_value_knows_its_place(types, licence):
    value = next(v for v in extract(types["T01"], [licence]) if v.name == "legal_person")
    assert value.page == 1
    assert value.box is not None
    assert value.box.x0 == pytest.approx(0.25)
    assert value.box.y1 == pytest.approx(0.37)
    assert value.confidence == pytest.approx(0.98)


def test_forms_filled_in_below_their_labels(types, page):
    form = page(
        ("企业法人营业执照", 0.3, 0.1),
        ("注册号", 0.6, 0.2),
        ("350102100012345", 0.7, 0.214),
        ("名称", 0.1, 0.25),
        ("福州晨星贸易有限公司", 0.25, 0.264),
        ("法定代表人姓名", 0.1, 0.3),
        ("林知远", 0.25, 0.314),
        ("注册资本", 0.6, 0.3),
        ("伍拾万元", 0.75, 0.314),
        ("公司类型", 0.1, 0.35),
        ("有限责任公司", 0.25, 0.364),
    )
    values = read(types["T01"], form)
    assert values["credit_code"][1] == "350102100012345"
    assert values["legal_person"][1] == "林知远"
    assert values["capital"][1] == "50000000"
    assert values["type"][1] == "有限责任公司"


def test_contract_sides_stacked_and_beside_one_another(types, page):
    contract = page(
        ("购销合同", 0.4, 0.05),
        ("合同编号：HT-2024-0081", 0.6, 0.1),
        ("甲方（买方）：福州晨星贸易有限公司", 0.1, 0.15),
        ("乙方（卖方）：厦门海岳五金有限公司", 0.1, 0.18),
        ("签订日期：2024年3月5日", 0.6, 0.18),
        ("合计人民币（大写）：壹万贰仟叁佰元整", 0.1, 0.5),
        ("（小写）：¥12,300.00", 0.6, 0.5),
        ("甲方（盖章）：", 0.1, 0.7),
        ("乙方（盖章）：", 0.55, 0.7),
        ("地址：福州市鼓楼区榕荫路18号", 0.1, 0.75),
        ("地址：厦门市思明区鹭影路6号", 0.55, 0.75),
        ("账号：35001610000012345678", 0.1, 0.8),
        ("账号：6222021234567890", 0.55, 0.8),
    )
    values = read(types["T04"], contract)
    assert values["contract_no"][1] == "HT-2024-0081"
    assert values["signed"][1] == "2024-03-05"
    assert values["party_a_name"][1] == "福州晨星贸易有限公司"
    assert values["party_b_name"][1] == "厦门海岳五金有限公司"
    assert values["party_a_address"][1] == "福州市鼓楼区榕荫路18号"
    assert values["party_b_address"][1] == "厦门市思明区鹭影路6号"
    assert values["party_a_account"][1] == "35001610000012345678"
    assert values["party_b_account"][1] == "6222021234567890"
    assert values["total"][1] == values["total_capitals"][1] == "1230000"


def test_shop_receipt(types, page):
    receipt = page(
        ("SUNRISE HARDWARE SDN BHD (123456-X)", 0.2, 0.05),
        ("NO 8, JALAN MAWAR 3,", 0.2, 0.08),
        ("47000 KLANG, SELANGOR.", 0.2, 0.11),
        ("TEL: 03-1234567", 0.2, 0.14),
        ("DATE: 05/01/2018 10:22", 0.1, 0.2),
        ("SUB TOTAL", 0.1, 0.6),
        ("28.72", 0.7, 0.6),
        ("TOTAL", 0.1, 0.65),
        ("28.70", 0.7, 0.65),
        ("CASH", 0.1, 0.7),
        ("50.00", 0.7, 0.7),
        ("CHANGE", 0.1, 0.75),
        ("21.30", 0.7, 0.75),
    )
    values = read(types["T00"], receipt)
    assert values["company"][0] == "SUNRISE HARDWARE SDN BHD"
    assert values["address"][0] == "NO 8, JALAN MAWAR 3, 47000 KLANG, SELANGOR."
    assert values["date"][1] == "2018-01-05"
    assert values["total"] == ("28.70", "2870")


def test_empty_page_gives_no_fields(types, page):
    for declared in types.values():
        assert extract(declared, [page()]) == ()


def test_side_text_that_runs_downward_does_not_divide_rows():
    side = "抵扣联"
    down = Line(
        side, Box(0.9, 0.30, 0.92, 0.39), 0.99,
        tuple(Word(c, Box(0.9, 0.295 + 0.03 * i, 0.92, 0.315 + 0.03 * i), 0.99) for i, c in enumerate(side)),
    )  # fmt: skip
    row = [Line("13%", Box(0.5, 0.297, 0.55, 0.317), 0.99), Line("432.66", Box(0.8, 0.306, 0.86, 0.326), 0.99)]
    layout = lay_out([Page(1, 1000, 1000, 0.0, (*row, down))])
    assert any("13%432.66" in row.text.replace(GAP, "") for row in layout.rows)


@given(st.text("甲乙丙A", max_size=30), st.text("甲乙丙A", min_size=1, max_size=12))
def test_a_long_chinese_word_stands_where_few_of_its_characters_differ(text, word):
    slips = 0 if len(word) < 4 or word[0] == "A" else 1 if len(word) < 8 else 2
    places = range(len(text) - len(word) + 1)
    here = [at for at in places if sum(text[at + n] != word[n] for n in range(len(word))) <= slips]
    assert list(positions(text, word)) == here
