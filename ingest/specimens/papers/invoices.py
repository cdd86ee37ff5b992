"""增值税专用发票 on paper, and 数电票: the fully digital invoice."""

from __future__ import annotations

import random

from ingest.money import to_figures
from ingest.specimens.companies import Company
from ingest.specimens.deals import Deal, Item
from ingest.specimens.papers.parts import notice, qr_code, stamp_by_hand
from ingest.specimens.papers.tables import Column, fit, goods_table
from ingest.specimens.printed import PrintedField, capitals, code, day, figures, words
from ingest.specimens.sheet import Colour, Sheet
from ingest.specimens.stamps import invoice_seal, supervision_seal

_INK: Colour = (24, 32, 96)


def _plain(fen: int) -> str:
    return to_figures(fen).replace(",", "")


def _unit_price(item: Item, rate: int) -> str:
    """Return the price without tax with as many decimals as the amount needs."""
    net = item.net(rate)
    exact = f"{net / 100 / item.quantity:.8f}".rstrip("0")
    return exact + "0" * max(0, 2 - len(exact.partition(".")[2]))


def _lines(deal: Deal) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Return the cells of all lines as printed and in their normal forms."""
    rows: list[tuple[str, ...]] = []
    values: list[tuple[str, ...]] = []
    for item in deal.items:
        net = item.net(deal.rate)
        head = (
            f"*{item.category}*{item.name}",
            item.model,
            item.unit,
            str(item.quantity),
            _unit_price(item, deal.rate),
        )
        rows.append((*head, _plain(net), f"{deal.rate}%", _plain(item.gross - net)))
        values.append((*head, str(net), f"{deal.rate}%", str(item.gross - net)))
    return rows, values


def _columns(widths: tuple[float, ...], names: tuple[str, str]) -> tuple[Column, ...]:
    return (
        Column(names[0], widths[0], "l", "name"), Column("规格型号", widths[1], "c", "model"),
        Column("单位", widths[2], "c", "unit"), Column("数量", widths[3], "r", "quantity", "number"),
        Column("单价", widths[4], "r", "price", "number"), Column("金额", widths[5], "r", "amount", "amount"),
        Column(names[1], widths[6], "c", "rate"), Column("税额", widths[7], "r", "tax", "amount"),
    )  # fmt: skip


# --- 增值税专用发票


def vat_invoice(deal: Deal, rng: random.Random) -> list[Sheet]:
    """Draw the paper invoice of `deal`, one of its copies (联次), with the seller's 发票专用章."""
    sheet = Sheet(241, 140)
    form, copy = rng.choice(
        (((150, 90, 40), "第三联：发票联 购买方记账凭证"), ((40, 120, 80), "第二联：抵扣联 购买方扣税凭证"))
    )
    region = deal.seller.city.removesuffix("市")
    invoice_code = f"{4000000000 + rng.randrange(99999999):010d}"
    number = f"{rng.randrange(1, 99999999):08d}"
    sheet.write(120, 9, f"{region}增值税专用发票", 7.4, colour=form, bold=True, align="c", spread=86)
    sheet.rule(76, 19, 164, 19, 0.3, form)
    sheet.rule(76, 20, 164, 20, 0.3, form)
    sheet.seal(supervision_seal(region), 120, 17, 0, strength=0.55, printed=True)
    sheet.state(24, 13, code("invoice_code", invoice_code), 5.2, style="mono", colour=form)
    end = sheet.write(176, 13, "No", 5.4, colour=form, bold=True)
    sheet.state(end + 2, 13, code("invoice_no", number), 5.4, style="mono", colour=_INK, joins=True)
    sheet.label(176, 21.5, "开票日期：", day("issued", deal.invoiced, "年0"), 3.6, colour=_INK)
    _vat_frame(sheet, form)
    _vat_party(sheet, deal.buyer, "buyer", 30, form)
    _vat_cipher(sheet, rng)
    widths = (52.0, 26.0, 13.0, 22.0, 30.0, 30.0, 14.0, 32.0)
    rows, values = _lines(deal)
    columns = _columns(widths, ("货物或应税劳务、服务名称", "税率"))
    goods_table(sheet, 12, 51, columns, rows, values, 3.5, 5.6, ink=_INK, form=form, ruled=False)
    edge = 12.0
    for width in widths[:-1]:
        edge += width
        sheet.rule(edge, 51, edge, 92, 0.2, form)
    _vat_totals(sheet, deal, form)
    _vat_party(sheet, deal.seller, "seller", 101, form)
    _vat_foot(sheet, deal, rng, form, copy)
    return [sheet]


def _vat_frame(sheet: Sheet, form: Colour) -> None:
    sheet.grid((12, 231), (28, 51, 92, 99, 122), 0.3, form)
    for edge in (18, 142, 148):
        sheet.rule(edge, 28, edge, 51, 0.25, form)
        sheet.rule(edge, 99, edge, 122, 0.25, form)
    for text, x, y in (
        ("购买方", 13.4, 31.0),
        ("密码区", 143.4, 31.0),
        ("销售方", 13.4, 102.0),
        ("备注", 143.4, 104.0),
    ):
        for place, char in enumerate(text):
            sheet.write(x, y + place * 6, char, 3.4, colour=form, joins=place > 0)


def _vat_party(sheet: Sheet, company: Company, side: str, y: float, form: Colour) -> None:
    rows = (
        ("名称", "：", words(f"{side}_name", company.name, "party")),
        ("纳税人识别号", "：", code(f"{side}_tax_id", company.code, "uscc")),
        ("地址、电话", "：", words(f"{side}_contact", company.contact, "address")),
        ("开户行及账号", "：", words(f"{side}_bank", f"{company.bank} {company.account}")),
    )
    for place, (label, colon, field) in enumerate(rows):
        top = y + place * 5.3
        sheet.write(19.5, top, label, 3.4, colour=form, spread=21)
        sheet.write(40.6, top, colon, 3.4, colour=form, joins=True)
        style = "mono" if field.kind == "uscc" else "serif"
        sheet.state(45, top, field, fit(field.raw, style, 3.6, 95), style=style, colour=_INK, joins=True)


def _vat_cipher(sheet: Sheet, rng: random.Random) -> None:
    """Fill the 密码区 with characters that mean nothing."""
    for row in range(4):
        text = "".join(rng.choice("0123456789+-*/<>") for _ in range(27))
        sheet.write(151, 30.3 + row * 5.1, text, 3.9, style="mono", colour=_INK)


def _vat_totals(sheet: Sheet, deal: Deal, form: Colour) -> None:
    tax = deal.total - deal.net
    sheet.write(30, 86.8, "合计", 3.6, colour=form, spread=18)
    sheet.state(183.8, 86.8, figures("amount", deal.net, "¥"), 3.6, colour=_INK, align="r")
    sheet.state(229.8, 86.8, figures("tax", tax, "¥"), 3.6, colour=_INK, align="r")
    sheet.write(18, 93.6, "价税合计（大写）", 3.7, colour=form)
    sheet.rule(64, 92, 64, 99, 0.25, form)
    sheet.write(68, 93.4, "⊗", 4, style="sans", colour=_INK)
    sheet.state(74, 93.5, capitals("total_capitals", deal.total, yuan="圆"), 4, colour=_INK)
    sheet.write(168, 93.6, "（小写）", 3.7, colour=form)
    sheet.state(186, 93.5, figures("total", deal.total, "¥"), 4, colour=_INK)


def _vat_foot(sheet: Sheet, deal: Deal, rng: random.Random, form: Colour, copy: str) -> None:
    sheet.write(151, 102, f"合同号 {deal.contract_no}", 3.4, colour=_INK)
    people = (
        ("收款人：", "payee", deal.cashier),
        ("复核：", "reviewer", deal.reviewer),
        ("开票人：", "drawer", deal.drawer),
    )
    for place, (label, name, person) in enumerate(people):
        end = sheet.write(18 + place * 54, 124.5, label, 3.6, colour=form)
        sheet.state(end, 124.5, words(name, person, "person"), 3.6, colour=_INK, joins=True)
    sheet.write(182, 124.5, "销售方：（章）", 3.6, colour=form)
    for place, char in enumerate(copy.replace(" ", "")):
        sheet.write(234, 34 + place * 4.3, char, 3.2, colour=form, joins=place > 0)
    notice(sheet, 231, 134)
    stamp_by_hand(sheet, invoice_seal(deal.seller.name, deal.seller.code), 194, 116, rng)


# --- 数电票


_MAROON: Colour = (128, 24, 24)


def einvoice(deal: Deal, rng: random.Random) -> list[Sheet]:
    """Draw the fully digital invoice of `deal`: 20-digit number, no seller's seal."""
    sheet = Sheet(210, 140)
    kind = rng.choice(("增值税专用发票", "普通发票"))
    region = deal.seller.city.removesuffix("市")
    serial = f"{deal.invoiced.year % 100:02d}{deal.seller.code[2:4]}{rng.choice('27')}{rng.randrange(10**15):015d}"
    title = PrintedField("title", "text", f"电子发票（{kind}）", f"电子发票({kind})")
    sheet.state(98, 9, title, 6.0, colour=_MAROON, bold=True, align="c")
    sheet.rule(58, 17.5, 138, 17.5, 0.3, _MAROON)
    sheet.rule(58, 18.5, 138, 18.5, 0.3, _MAROON)
    sheet.seal(supervision_seal(region), 98, 16, 0, strength=0.5, printed=True)
    qr_code(sheet, 10, 7, 18, f"https://invoice.example/{serial}/{deal.total}/{deal.invoiced:%Y%m%d}")
    for place, (label, field) in enumerate(
        (("发票号码：", code("invoice_no", serial)), ("开票日期：", day("issued", deal.invoiced, "年0")))
    ):
        end = sheet.write(146, 10 + place * 6, label, 3.3, colour=_MAROON)
        sheet.state(end, 10 + place * 6, field, 3.3, joins=True)
    _digital_parties(sheet, deal)
    _digital_goods(sheet, deal)
    _digital_foot(sheet, deal)
    return [sheet]


def _digital_parties(sheet: Sheet, deal: Deal) -> None:
    sheet.grid((8, 14, 105, 111, 202), (28, 50), 0.3, _MAROON)
    for text, x in (("购买方信息", 9.3), ("销售方信息", 106.3)):
        for place, char in enumerate(text):
            sheet.write(x, 28.8 + place * 4.1, char, 3.3, colour=_MAROON, joins=place > 0)
    for side, company, x in (("buyer", deal.buyer, 15.5), ("seller", deal.seller, 112.5)):
        end = sheet.write(x, 31.5, "名称：", 3.3, colour=_MAROON)
        name = words(f"{side}_name", company.name, "party")
        sheet.state(end, 31.5, name, fit(name.raw, "serif", 3.5, x + 88 - end), joins=True)
        end = sheet.write(x, 42, "统一社会信用代码/纳税人识别号：", 3.3, colour=_MAROON)
        tax_id = code(f"{side}_tax_id", company.code, "uscc")
        sheet.state(end, 42, tax_id, fit(tax_id.raw, "serif", 3.4, x + 88 - end), joins=True)


def _digital_goods(sheet: Sheet, deal: Deal) -> None:
    widths = (46.0, 26.0, 13.0, 18.0, 26.0, 24.0, 17.0, 24.0)
    rows, values = _lines(deal)
    columns = _columns(widths, ("项目名称", "税率/征收率"))
    goods_table(sheet, 8, 50, columns, rows, values, 3.2, 5.6, form=_MAROON, ruled=False)
    sheet.grid((8, 202), (50, 90, 97), 0.3, _MAROON)
    sheet.write(18, 84.6, "合计", 3.4, colour=_MAROON, spread=20)
    sheet.state(159.8, 84.6, figures("amount", deal.net, "¥"), 3.3, align="r")
    sheet.state(200.8, 84.6, figures("tax", deal.total - deal.net, "¥"), 3.3, align="r")
    sheet.write(14, 91.8, "价税合计（大写）", 3.4, colour=_MAROON)
    sheet.rule(54, 90, 54, 97, 0.25, _MAROON)
    sheet.write(58, 91.6, "⊗", 3.8, style="sans")
    sheet.state(63, 91.7, capitals("total_capitals", deal.total, yuan="圆"), 3.6)
    sheet.write(142, 91.8, "（小写）", 3.4, colour=_MAROON)
    sheet.state(158, 91.7, figures("total", deal.total, "¥"), 3.6)


def _digital_foot(sheet: Sheet, deal: Deal) -> None:
    sheet.grid((8, 14, 202), (97, 120), 0.3, _MAROON)
    for place, char in enumerate("备注"):
        sheet.write(9.3, 102 + place * 6, char, 3.3, colour=_MAROON, joins=place > 0)
    remark = f"合同编号：{deal.contract_no}；销方开户银行：{deal.seller.bank}；银行账号：{deal.seller.account}"
    sheet.paragraph(16, 99.5, 184, remark, 3.2, 1.5)
    end = sheet.write(22, 123, "开票人：", 3.4, colour=_MAROON)
    sheet.state(end, 123, words("drawer", deal.drawer, "person"), 3.4, joins=True)
    notice(sheet, 202, 134)
