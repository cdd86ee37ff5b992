"""收款收据: a printed form filled in by hand or by machine, with the payee's 财务专用章."""

from __future__ import annotations

import random

from ingest.specimens.deals import Deal
from ingest.specimens.papers.parts import notice, stamp_by_hand
from ingest.specimens.printed import capitals, code, day, figures, words
from ingest.specimens.sheet import Colour, Sheet
from ingest.specimens.stamps import person_seal, purpose_seal

_FORM: Colour = (32, 96, 72)
_PEN: Colour = (24, 36, 120)


def receipt(deal: Deal, rng: random.Random) -> list[Sheet]:
    """Draw the receipt of the deal's prepayment."""
    sheet = Sheet(190, 96, (254, 252, 244))
    hand = rng.random() < 0.5
    look = {"hand": hand, "colour": _PEN if hand else (30, 30, 34)}
    sheet.write(95, 8, rng.choice(("收款收据", "收据")), 8.5, colour=_FORM, bold=True, align="c", spread=44)
    sheet.rule(66, 18.5, 124, 18.5, 0.3, _FORM)
    sheet.rule(66, 19.5, 124, 19.5, 0.3, _FORM)
    end = sheet.write(140, 11, "No.", 5, colour=(190, 30, 30))
    sheet.state(
        end + 1,
        11,
        code("receipt_no", f"{deal.serial + 1200000:08d}"),
        5,
        style="mono",
        colour=(190, 30, 30),
        joins=True,
    )
    end = sheet.write(72, 21.5, rng.choice(("入账日期：", "日期：")), 4, colour=_FORM)
    sheet.state(end, 21.5, day("date", deal.paid), 4.2, joins=True, **look)
    _body(sheet, deal, look, rng)
    _copy_name(sheet)
    _foot(sheet, deal, rng, look)
    return [sheet]


def _copy_name(sheet: Sheet) -> None:
    for place, char in enumerate("第二联收据"):
        sheet.write(182, 30 + 5 * place, char, 3.4, colour=_FORM, joins=place > 0)


def _body(sheet: Sheet, deal: Deal, look: dict[str, object], rng: random.Random) -> None:
    method = rng.choice(("银行转账", "转账支票", "现金"))
    reason = f"合同{deal.contract_no}预付货款"
    rows = (
        (rng.choice(("今收到：", "今收到：", "交款单位：")), words("payer", deal.buyer.name, "party")),
        (rng.choice(("收款事由：", "款项内容：", "系付：")), words("reason", reason)),
        (
            rng.choice(("金额（大写）：", "人民币（大写）：")),
            capitals("total_capitals", deal.prepaid, rng.choice(("", "人民币"))),
        ),
        ("收款方式：", words("method", method)),
    )
    sheet.grid((10, 178), (29, 74), 0.3, _FORM)
    for place, (label, field) in enumerate(rows):
        y = 33 + place * 10.5
        end = sheet.write(16, y, label, 4.4, colour=_FORM)
        sheet.state(end + 1, y - 0.2, field, 4.8, **look)
        sheet.rule(end, y + 6, 172, y + 6, 0.2, _FORM)
    end = sheet.write(108, 64.5, "金额（小写）：", 4.4, colour=_FORM)
    sheet.state(end + 1, 64.3, figures("total", deal.prepaid, comma=rng.random() < 0.5), 4.8, **look)


def _foot(sheet: Sheet, deal: Deal, rng: random.Random, look: dict[str, object]) -> None:
    end = sheet.write(12, 78, "收款单位（盖章）：", 4, colour=_FORM)
    sheet.state(end, 78, words("payee", deal.seller.name, "party"), 4.2)
    people = (
        ("会计：", "accountant", deal.reviewer),
        ("收款人：", "cashier", deal.cashier),
        ("经手人：", "handler", deal.drawer),
    )
    for place, (label, name, person) in enumerate(people):
        end = sheet.write(12 + place * 44, 86, label, 4, colour=_FORM)
        sheet.state(end, 86, words(name, person, "person"), 4.4, **look)
    notice(sheet, 178, 91.5)
    stamp_by_hand(sheet, purpose_seal(deal.seller.name, "财务专用章", deal.seller.rim), 138, 74, rng)
    if rng.random() < 0.4:
        sheet.seal(person_seal(deal.seller.legal_person), 168, 80, rng.uniform(-8, 8))
