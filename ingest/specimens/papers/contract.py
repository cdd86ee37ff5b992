"""购销合同: two pages with the parties' blocks, a table of goods, totals, signatures, seals and a 骑缝章."""

from __future__ import annotations

import random
from datetime import timedelta

from ingest.money import to_figures
from ingest.specimens.companies import Company
from ingest.specimens.deals import Deal
from ingest.specimens.papers.parts import notice, stamp_by_hand
from ingest.specimens.papers.tables import Column, goods_table
from ingest.specimens.printed import PrintedField, capitals, code, day, figures, print_date, words
from ingest.specimens.sheet import Sheet, measure
from ingest.specimens.stamps import company_seal, person_seal, purpose_seal

_SIZE = 4.1
_PEN = (22, 26, 60)
_NUMBERS = ("二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三")


def contract(deal: Deal, rng: random.Random) -> list[Sheet]:
    """Draw both pages of the contract of `deal`."""
    first, second = Sheet(210, 297), Sheet(210, 297)
    roles = rng.choice(
        (("甲方（买方）：", "乙方（卖方）："), ("甲方（需方）：", "乙方（供方）："), ("甲方：", "乙方："))
    )
    y = _head(first, deal, rng, roles)
    y = _goods(first, deal, y, rng)
    clauses = _clauses(deal, rng)
    count, _ = _print_clauses(first, clauses[:10], y, 258)
    _, y = _print_clauses(second, clauses[count:], 26, 200)
    _parties(second, deal, y + 12, rng, roles)
    for number, sheet in enumerate((first, second), start=1):
        sheet.write(105, 284, f"第{number}页 共2页", 3.4, align="c")
        notice(sheet, 192, 285)
    _across_the_seam(first, second, deal, rng)
    return [first, second]


def _head(sheet: Sheet, deal: Deal, rng: random.Random, roles: tuple[str, str]) -> float:
    title = rng.choice(("购销合同", "产品购销合同", "购销合同"))
    sheet.write(105, 22, title, 8.5, style="sans", bold=True, align="c", spread=8.5 * len(title) * 1.35)
    sheet.label(
        128, 38, rng.choice(("合同编号：", "合同编号：", "合同号：")), code("contract_no", deal.contract_no), _SIZE
    )
    sheet.label(20, 46, roles[0], words("party_a_name", deal.buyer.name, "party"), _SIZE)
    sheet.label(20, 54, roles[1], words("party_b_name", deal.seller.name, "party"), _SIZE)
    when = rng.choice(("签订日期：", "签订时间：", "签约日期："))
    sheet.label(128, 46, when, day("signed", deal.signed, rng.choice(("年", "年0", "-"))), _SIZE)
    sheet.label(128, 54, "签订地点：", words("place", deal.seller.city), _SIZE)
    opening = (
        "根据《中华人民共和国民法典》及有关法律规定，甲乙双方经友好协商，就产品购销事宜达成一致，订立本合同，共同遵守。"
    )
    return sheet.paragraph(20, 65, 170, "　　" + opening, _SIZE, 1.65)


_COLUMNS = (
    Column("序号", 12, "c"), Column("产品名称", 40, "c", "name"), Column("规格型号", 36, "c", "model"),
    Column("单位", 14, "c", "unit"), Column("数量", 18, "r", "quantity", "number"),
    Column("单价（元）", 24, "r", "price", "number"), Column("金额（元）", 26, "r", "amount", "amount"),
)  # fmt: skip


def _goods(sheet: Sheet, deal: Deal, y: float, rng: random.Random) -> float:
    sheet.write(20, y + 1, "一、产品名称、规格、数量及价款（含税）", _SIZE, bold=True)
    rows = [
        (str(n), i.name, i.model, i.unit, str(i.quantity), to_figures(i.price).replace(",", ""), to_figures(i.gross))
        for n, i in enumerate(deal.items, start=1)
    ]
    values = [("", *row[1:5], row[5], str(i.gross)) for row, i in zip(rows, deal.items, strict=True)]
    y = goods_table(sheet, 20, y + 9, _COLUMNS, rows, values, 3.7, 7.6)
    sheet.grid((20, 190), (y, y + 8), 0.25)
    end = sheet.write(23, y + 2, "合计人民币（大写）：", _SIZE)
    sheet.state(end, y + 2, capitals("total_capitals", deal.total), _SIZE, style="sans", joins=True)
    total = figures("total", deal.total, rng.choice(("¥", "￥")), comma=True)
    sheet.state(187, y + 2, total, _SIZE, style="sans", align="r")
    left = 187 - measure(total.raw, "sans", _SIZE)  # the label stands before the figures, wherever they begin
    sheet.write(left - 1, y + 2, "小写：", _SIZE, align="r")
    return y + 12


_DEFAULT = (
    "乙方逾期交货的，每逾期一日按未交货物价款的千分之三支付违约金；甲方逾期付款的，每逾期一日按未付款项的千分之三支付违约金。"
    "逾期超过三十日的，守约方有权解除合同并要求赔偿损失。"
)


def _clauses(deal: Deal, rng: random.Random) -> list[tuple[str, PrintedField | None]]:
    """Return the clauses, numbered, with the field that each of them states, if any."""
    by = print_date(deal.signed + timedelta(days=rng.choice((20, 30, 45))))
    prepaid = to_figures(deal.prepaid)
    payment = f"合同签订后五日内预付货款人民币{prepaid}元，余款货到验收合格并开具发票后三十日内付清。"
    delivery = f"{by}前，由乙方负责运输至甲方指定地点，运费由乙方承担。"
    clauses = [
        ("质量标准", "按国家标准执行；无国家标准的，按双方封存的样品执行。质保期为验收合格之日起十二个月。", ""),
        ("交货期", delivery, "delivery"),
        ("付款方式", payment, "payment"),
        ("税率", f"本合同价款为含税价，税率{deal.rate}%，乙方开具增值税专用发票。", ""),
        ("包装标准", "按行业通用包装，应适合长途运输、防潮、防震，包装物不回收，费用包含在货款之内。", ""),
        ("验收", "甲方收货后七日内按数量、规格验收，逾期未提出书面异议的，视为验收合格。", ""),
        ("所有权", "货物自甲方签收之日起所有权及毁损、灭失的风险转移至甲方。", ""),
        ("违约责任", _DEFAULT, ""),
        ("保密", "双方对在履行合同中知悉的对方商业秘密负有保密义务，该义务不因合同终止而终止。", ""),
        ("不可抗力", "因不可抗力不能履行合同的，根据影响部分或者全部免除责任，并应在七日内书面通知对方。", ""),
        ("争议解决", f"由双方协商解决；协商不成的，向{deal.seller.city}人民法院提起诉讼。", ""),
        ("其他", "本合同自双方签字盖章之日起生效，一式肆份，甲乙双方各执贰份，具有同等法律效力。", ""),
    ]
    return [
        (f"{number}、{title}：{text}", words(name, text) if name else None)
        for number, (title, text, name) in zip(_NUMBERS, clauses, strict=True)
    ]


def _print_clauses(
    sheet: Sheet, clauses: list[tuple[str, PrintedField | None]], y: float, end: float
) -> tuple[int, float]:
    """Print clauses until `end` (mm); return how many were printed and where the last one ends."""
    for count, (text, field) in enumerate(clauses):
        if y > end:
            return count, y
        y = sheet.paragraph(20, y, 170, text, _SIZE, 1.75, field) + 1.2
    return len(clauses), y


def _parties(sheet: Sheet, deal: Deal, y: float, rng: random.Random, roles: tuple[str, str]) -> None:
    sides = (("party_a", roles[0], deal.buyer, 22.0), ("party_b", roles[1], deal.seller, 110.0))
    short, formal = rng.random() < 0.4, rng.random() < 0.5
    for group, role, company, x in sides:
        sheet.write(x, y, role.replace("：", "（盖章）："), _SIZE, bold=True)
        for place, (label, field) in enumerate(_block(group, company, formal=formal)):
            at = y + 8.5 + place * 8.2
            sheet.write(x, at, label, _SIZE * 0.95)
            signed = field.name.endswith("agent")
            left = x + 4.3 * len(label)
            if field.kind == "address":
                sheet.paragraph(left, at, 84 - (left - x), field.raw, 3.4, 1.15, field)
            else:
                size = 5.0 if signed else 3.7 if len(field.raw) > 16 else 3.9
                sheet.state(left, at, field, size, hand=signed, colour=_PEN if signed else (28, 28, 32))
        stamp = (
            company_seal(company.name, company.rim) if short else purpose_seal(company.name, "合同专用章", company.rim)
        )
        stamp_by_hand(sheet, stamp, x + rng.uniform(36, 58), y + rng.uniform(18, 34), rng)
    if rng.random() < 0.5:
        sheet.seal(person_seal(deal.seller.legal_person), 178, y + 27, rng.uniform(-8, 8))


def _block(group: str, company: Company, *, formal: bool) -> list[tuple[str, PrintedField]]:
    return [
        ("单位地址：" if formal else "地址：", words(f"{group}_address", company.address, "address")),
        ("法定代表人：", words(f"{group}_legal_person", company.legal_person, "person")),
        ("委托代理人：", words(f"{group}_agent", company.agent, "person")),
        ("联系电话：" if formal else "电话：", code(f"{group}_phone", company.phone, "phone")),
        ("开户银行：" if formal else "开户行：", words(f"{group}_bank", company.bank)),
        ("账号：", code(f"{group}_account", company.account, "account")),
        ("纳税人识别号：" if formal else "税号：", code(f"{group}_tax_id", company.code, "uscc")),
    ]


def _across_the_seam(first: Sheet, second: Sheet, deal: Deal, rng: random.Random) -> None:
    """Set the 骑缝章 across the fanned edges: each sheet got its part of one impression."""
    stamp = company_seal(deal.seller.name, deal.seller.rim)
    y, angle = rng.uniform(120, 170), rng.uniform(-4, 4)
    first.seal(stamp, first.width + 2, y, angle, part=(0.0, 0.5))
    second.seal(stamp, second.width - 17, y, angle, part=(0.5, 1.0))
