"""Names and codes of our own company are marked, and those of the other side with them."""

import pytest

from ingest.checks import Context
from ingest.reader import understand

OURS, OTHERS = "福州晨星贸易有限公司", "厦门海岳五金有限公司"


@pytest.fixture
def contract(page):
    def make(a, b):
        return page(
            ("购销合同", 0.4, 0.05),
            ("合同编号：HT-1", 0.6, 0.1),
            (f"甲方：{a}", 0.1, 0.15),
            (f"乙方：{b}", 0.1, 0.18),
            ("违约责任：按法律规定。", 0.1, 0.3),
        )

    return make


def marks(types, page, **own):
    (paper,) = understand(list(types.values()), [page], Context(**own))
    found = {v.name: [c.name for c in v.checks] for v in paper.fields}
    return {name: checks for name, checks in found.items() if {"own_company", "counterparty"} & set(checks)}


@pytest.mark.parametrize("printed", [OURS, "福州晨星贸易有限公可"])
def test_the_other_side_is_the_counterparty(types, contract, printed):
    found = marks(types, contract(OTHERS, printed), own_names=(OURS,))
    assert found == {"party_a_name": ["counterparty"], "party_b_name": ["own_company"]}


def test_a_tax_number_tells_the_side_too(types, page):
    invoice = page(
        ("电子发票（增值税专用发票）", 0.3, 0.05),
        ("发票号码：24352000000012345678", 0.6, 0.1),
        ("购买方信息", 0.02, 0.16),
        (f"名称：{OTHERS}", 0.08, 0.2),
        ("名称：看不清的名字", 0.55, 0.2),
        ("统一社会信用代码/纳税人识别号：91350200M000100Y41", 0.08, 0.25),
        ("统一社会信用代码/纳税人识别号：91350100M000100Y43", 0.55, 0.25),
        ("价税合计（大写）壹佰元整", 0.05, 0.8),
        size=0.012,
    )
    found = marks(types, invoice, own_codes=("91350100M000100Y43",))
    assert found["seller_name"] == ["own_company"]
    assert "own_company" in found["seller_tax_id"]
    assert found["buyer_name"] == ["counterparty"]


def test_without_us_or_among_ourselves_nothing_is_marked(types, contract):
    assert marks(types, contract(OTHERS, OURS), own_names=("别的公司有限公司",)) == {}
    assert marks(types, contract(OURS, OTHERS), own_names=(OURS, OTHERS)) == {}
