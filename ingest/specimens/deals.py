"""Invented deals: who sells what to whom, from the contract to the receipt, with sums that add up."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from ingest.specimens.companies import Company, invent_person, vocabulary


@dataclass(frozen=True, slots=True)
class Item:
    """A line of goods; `price` in 分 a unit with tax."""

    name: str
    model: str
    unit: str
    quantity: int
    price: int
    category: str  # 税收分类简称 of invoices

    @property
    def gross(self) -> int:
        """Return the amount with tax, 分."""
        return self.quantity * self.price

    def net(self, rate: int) -> int:
        """Return the amount without tax of `rate` per cent, 分, rounded half up."""
        return (self.gross * 200 + 100 + rate) // (2 * (100 + rate))


@dataclass(frozen=True, slots=True)
class Deal:
    """One deal from contract to receipt: `seller` delivers `items` to `buyer`."""

    buyer: Company
    seller: Company
    items: tuple[Item, ...]
    rate: int  # per cent
    serial: int
    signed: date
    drawer: str  # 开票人 and other persons of the seller
    cashier: str
    reviewer: str
    driver: str
    signer: str  # 签收人 of the buyer

    @property
    def total(self) -> int:
        """Return the sum with tax, 分."""
        return sum(item.gross for item in self.items)

    @property
    def net(self) -> int:
        """Return the sum without tax, 分."""
        return sum(item.net(self.rate) for item in self.items)

    @property
    def contract_no(self) -> str:
        """合同编号."""
        return f"XS-{self.signed.year}-{self.serial:04d}"

    @property
    def delivery_no(self) -> str:
        """送货单号."""
        return f"SH{self.delivered:%Y%m%d}{self.serial % 1000:03d}"

    @property
    def delivered(self) -> date:
        """送货日期."""
        return self.signed + timedelta(days=12 + self.serial % 9)

    @property
    def invoiced(self) -> date:
        """开票日期."""
        return self.delivered + timedelta(days=3)

    @property
    def paid(self) -> date:
        """收款日期 of the prepayment."""
        return self.signed + timedelta(days=4)

    @property
    def prepaid(self) -> int:
        """Return the prepayment of about 30 %, in whole 角, 分."""
        return self.total * 3 // 100 * 10


def make_deal(rng: random.Random, buyer: Company, seller: Company, lines: int = 0) -> Deal:
    """Return an invented deal in which `seller` sells goods of its trade to `buyer`; 0 `lines`: one to five."""
    line = next(t for t in vocabulary()["trades"] if t["name"] == seller.trade)
    return Deal(
        buyer=buyer,
        seller=seller,
        items=_items(rng, line["goods"], line["category"], lines or rng.randint(1, 5)),
        rate=line["rate"],
        serial=rng.randint(1, 9999),
        signed=date(2021, 1, 4) + timedelta(days=rng.randrange(1400)),
        drawer=invent_person(rng),
        cashier=invent_person(rng),
        reviewer=invent_person(rng),
        driver=invent_person(rng),
        signer=invent_person(rng),
    )


def _items(rng: random.Random, goods: list[tuple[str, str, str, int]], category: str, count: int) -> tuple[Item, ...]:
    items = []
    for name, model, unit, price in rng.sample(goods, min(count, len(goods))):
        most = 5 if price > 100_000 else 60 if price > 10_000 else 800
        items.append(Item(name, model, unit, rng.randint(1, most), price + rng.randrange(price // 10 + 2), category))
    return tuple(items)
