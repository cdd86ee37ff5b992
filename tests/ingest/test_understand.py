"""From pages to papers: types by auction, stacks divided, checks run; all on recorded readings."""

from datetime import date

import pytest

from ingest.boundaries import page_number, split
from ingest.checks import Context, known_checks
from ingest.classify import classify
from ingest.model import CheckState
from ingest.reader import understand


@pytest.fixture
def licence(page):
    return page(
        ("营业执照", 0.4, 0.1),
        ("统一社会信用代码", 0.1, 0.2),
        ("91350100M000100Y48", 0.3, 0.2),
        ("名称", 0.1, 0.25),
        ("福州晨星贸易有限公司", 0.25, 0.25),
        ("经营范围", 0.1, 0.4),
        ("五金产品批发", 0.25, 0.4),
        ("登记机关", 0.5, 0.7),
        number=1,
    )


@pytest.fixture
def contract(page):
    first = page(
        ("购销合同", 0.4, 0.05),
        ("合同编号：HT-1", 0.6, 0.1),
        ("甲方：福州晨星贸易有限公司", 0.1, 0.15),
        ("乙方：厦门海岳五金有限公司", 0.1, 0.18),
        ("第1页 共2页", 0.45, 0.95),
        number=2,
    )
    second = page(("违约责任：按法律规定。", 0.1, 0.1), ("第2页 共2页", 0.45, 0.95), number=3)
    return first, second


@pytest.fixture
def receipt(page):
    return page(
        ("收据", 0.45, 0.1),
        ("No. 0012345", 0.7, 0.1),
        ("2024年3月5日", 0.6, 0.15),
        ("今收到：厦门海岳五金有限公司", 0.1, 0.2),
        ("收款事由：货款", 0.1, 0.25),
        ("金额（大写）：壹仟元整", 0.1, 0.3),
        ("（小写）：¥1,200.00", 0.6, 0.3),
        ("收款单位（盖章）：福州晨星贸易有限公司", 0.1, 0.4),
        number=4,
    )


def test_types_win_by_their_cues(types, licence, contract, receipt, page):
    every = list(types.values())
    assert [classify(every, [p]).winner.code for p in (licence, contract[0], receipt)] == ["T01", "T04", "T09"]
    verdict = classify(every, [page(("早上好", 0.3, 0.3))])
    assert verdict.winner is None
    assert set(verdict.bids) == set(types)


def test_a_stack_is_divided_into_papers(types, licence, contract, receipt):
    every = list(types.values())
    papers = split(every, [licence, *contract, receipt])
    assert [[p.number for p in paper] for paper in papers] == [[1], [2, 3], [4]]


def test_a_blank_back_belongs_to_its_front(types, contract, page):
    papers = split(list(types.values()), [contract[0], page(number=9)])
    assert len(papers) == 1


def test_two_receipts_are_two_papers(types, receipt):
    assert len(split(list(types.values()), [receipt, receipt])) == 2


@pytest.mark.parametrize(
    ("text", "number"),
    [("第 2 页 共 3 页", (2, 3)), ("第二页", (2, None)), ("共5页 第4页", (4, 5)), ("Page 1 of 2", (1, 2))],
)
def test_page_numbers_at_the_foot(page, text, number):
    assert page_number(page((text, 0.4, 0.95))) == number
    assert page_number(page((text, 0.4, 0.5))) == (None, None)


def test_checks_tell_and_suggest_but_never_change(types, licence, receipt):
    papers = understand(list(types.values()), [licence, receipt], Context(today=date(2024, 6, 1)))
    code = next(f for f in papers[0].fields if f.name == "credit_code")
    assert code.value == "91350100M000100Y48"
    assert code.checks[0].state is CheckState.FAILED
    assert code.checks[0].suggestion == "91350100M000100Y43" or code.checks[0].suggestion is not None
    capitals = next(f for f in papers[1].fields if f.name == "total_capitals")
    assert capitals.checks[0].name == "equals"
    assert capitals.checks[0].state is CheckState.FAILED
    assert "1,200.00" in capitals.checks[0].message


def test_future_days_are_warned_of(types, receipt):
    papers = understand(list(types.values()), [receipt], Context(today=date(2020, 1, 1)))
    day = next(f for f in papers[0].fields if f.name == "date")
    assert [c.state for c in day.checks] == [CheckState.WARNING]


def test_invoice_lines_and_sums(types, page):
    invoice = page(
        ("电子发票（增值税专用发票）", 0.3, 0.05),
        ("发票号码：24352000000012345678", 0.6, 0.08),
        ("开票日期：2024年03月05日", 0.6, 0.11),
        ("名称：福州晨星贸易有限公司", 0.08, 0.2),
        ("名称：厦门海岳五金有限公司", 0.58, 0.2),
        ("统一社会信用代码/纳税人识别号：91350100M000100Y43", 0.05, 0.25, ),
        ("项目名称", 0.05, 0.4), ("单位", 0.3, 0.4), ("数量", 0.4, 0.4), ("单价", 0.5, 0.4),
        ("金额", 0.6, 0.4), ("税率/征收率", 0.7, 0.4), ("税额", 0.9, 0.4),
        ("*五金*螺栓", 0.05, 0.44), ("件", 0.31, 0.44), ("10", 0.41, 0.44), ("12.5", 0.5, 0.44),
        ("125.00", 0.6, 0.44), ("13%", 0.75, 0.44), ("16.25", 0.9, 0.44),
        ("合", 0.1, 0.5), ("计", 0.2, 0.5), ("¥125.00", 0.6, 0.5), ("¥16.25", 0.9, 0.5),
        ("价税合计（大写）", 0.05, 0.55), ("壹佰肆拾壹元贰角伍分", 0.3, 0.55), ("（小写）¥141.25", 0.7, 0.55),
        ("开票人：王芳", 0.1, 0.7),
        size=0.012,
    )  # fmt: skip
    (paper,) = understand(list(types.values()), [invoice], Context())
    values = {f.name: f for f in paper.fields}
    assert paper.type == "T08"
    assert values["invoice_no"].value == "24352000000012345678"
    assert values["buyer_name"].value == "福州晨星贸易有限公司"
    assert values["seller_name"].value == "厦门海岳五金有限公司"
    assert (values["amount"].value, values["tax"].value, values["total"].value) == ("12500", "1625", "14125")
    assert values["items.1.name"].value == "*五金*螺栓"
    assert values["items.1.quantity"].value == "10"
    states = {(f.name, c.name): c.state for f in paper.fields for c in f.checks}
    for check in [
        ("total", "total"), ("total_capitals", "equals"), ("amount", "sum"), ("items.1.amount", "product"),
        ("items.1.tax", "tax"), ("invoice_no", "digital_invoice_year"), ("buyer_tax_id", "uscc"),
    ]:  # fmt: skip
        assert states[check] is CheckState.PASSED, check


def test_every_declared_check_is_known(types):
    declared = {c.partition(":")[0] for t in types.values() for f in t.fields for c in f.checks}
    declared |= {c.partition(":")[0] for t in types.values() if t.table for c in t.table.checks}
    assert declared <= known_checks()
