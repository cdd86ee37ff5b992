"""送货单 (签收单): what was delivered, signed for by hand and stamped 收货专用章."""

from __future__ import annotations

import random
from datetime import timedelta

from ingest.money import to_figures
from ingest.specimens.deals import Deal
from ingest.specimens.papers.parts import notice, stamp_by_hand
from ingest.specimens.papers.tables import Column, goods_table
from ingest.specimens.printed import code, day, figures, words
from ingest.specimens.sheet import Colour, Sheet
from ingest.specimens.stamps import purpose_seal

_PEN: Colour = (24, 30, 110)
_SIZE = 3.9
_COLUMNS = (
    Column("序号", 12), Column("品名", 50, "l", "name"), Column("规格型号", 40, "c", "model"),
    Column("单位", 15, "c", "unit"),
    Column("数量", 22, "r", "quantity", "number"), Column("单价", 26, "r", "price", "number"),
    Column("金额", 30, "r", "amount", "amount"),
)  # fmt: skip

_LABELS = (
    ("送货单号：", "送货日期：", "合同编号："),
    ("单据编号：", "发货日期：", "订单号："),
    ("No.：", "日期：", "合同编号："),
)


def delivery(deal: Deal, rng: random.Random) -> list[Sheet]:
    """Draw the delivery note of `deal`, signed for by the buyer."""
    sheet = Sheet(220, 140, rng.choice(((255, 255, 255), (255, 240, 240), (255, 252, 232))))
    sheet.write(110, 8, deal.seller.name, 5.6, style="sans", align="c")
    sheet.write(110, 16, rng.choice(("送货单", "送货单", "签收单")), 7.2, style="sans", bold=True, align="c", spread=36)
    _head(sheet, deal, rng)
    y = _goods(sheet, deal)
    _foot(sheet, deal, max(y + 4, 96), rng)
    notice(sheet, 208, 135)
    return [sheet]


def _head(sheet: Sheet, deal: Deal, rng: random.Random) -> None:
    number, when, order = rng.choice(_LABELS)
    sheet.label(12, 27, rng.choice(("收货单位：", "客户名称：")), words("receiver", deal.buyer.name, "party"), _SIZE)
    sheet.label(140, 27, number, code("delivery_no", deal.delivery_no), _SIZE)
    sheet.label(12, 34, "收货地址：", words("address", deal.buyer.address, "address"), _SIZE)
    sheet.label(140, 34, when, day("date", deal.delivered, "-"), _SIZE)
    sheet.label(12, 41, "联系人：", words("contact", deal.signer, "person"), _SIZE)
    sheet.label(60, 41, "电话：", code("phone", deal.buyer.phone, "phone"), _SIZE)
    sheet.label(140, 41, order, code("order_no", deal.contract_no), _SIZE)


def _goods(sheet: Sheet, deal: Deal) -> float:
    rows = [
        (str(n), i.name, i.model, i.unit, str(i.quantity), to_figures(i.price).replace(",", ""), to_figures(i.gross))
        for n, i in enumerate(deal.items, start=1)
    ]
    values = [(*row[:6], str(i.gross)) for row, i in zip(rows, deal.items, strict=True)]
    y = goods_table(sheet, 12, 48, _COLUMNS, rows, values, 3.6, 6.6, style="sans")
    sheet.grid((12, 207), (y, y + 6.6))
    sheet.write(16, y + 1.4, "合计：", 3.7)
    sheet.state(205.8, y + 1.4, figures("total", deal.total, "¥", comma=True), 3.7, style="sans", align="r")
    return y + 6.6


def _foot(sheet: Sheet, deal: Deal, y: float, rng: random.Random) -> None:
    plate = f"{rng.choice('苏浙闽鲁豫鄂湘')}{rng.choice('ABCDE')}{rng.randrange(10000, 99999)}"
    sheet.label(12, y, "总件数：", words("packages", f"{rng.randint(1, 60)}件"), _SIZE)
    sheet.label(70, y, "车牌号：", code("plate", plate), _SIZE)
    end = sheet.write(12, y + 9, "送货人：", _SIZE)
    sheet.state(end, y + 8.6, words("deliverer", deal.driver, "person"), 4.8, hand=True, colour=_PEN)
    end = sheet.write(70, y + 9, "收货人签字：", _SIZE)
    sheet.state(end, y + 8.4, words("signer", deal.signer, "person"), 5.2, hand=True, colour=_PEN)
    end = sheet.write(130, y + 9, "签收日期：", _SIZE)
    signed = deal.delivered + timedelta(days=rng.choice((0, 0, 1)))
    sheet.state(end, y + 8.7, day("signed", signed), 4.4, hand=True, colour=_PEN)
    sheet.label(12, y + 18, "发货单位：", words("sender", deal.seller.name, "party"), _SIZE)
    sheet.write(12, y + 26, "说明：收货后如有短缺、破损，请于三日内书面提出。", 3.2)
    stamp_by_hand(sheet, purpose_seal(deal.buyer.name, "收货专用章", deal.buyer.rim), 150, y + 18, rng)
