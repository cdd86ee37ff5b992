"""Invent companies and people; names are put together from lists, so that no real firm or person is meant."""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from ingest.identifiers import make_registration_number, make_uscc


@dataclass(frozen=True, slots=True)
class Company:
    """An invented company (or 个体工商户 when `sole`), as its licence and its bank know it."""

    name: str
    code: str  # 统一社会信用代码
    registration: str  # 注册号 of licences before 2015
    city: str
    address: str
    phone: str
    type: str
    legal_person: str
    agent: str  # 委托代理人
    capital: int  # 注册资本, 分
    founded: date
    term_end: date | None  # None: 长期
    registered: date  # date under the licence's seal
    trade: str
    scope: str
    bank: str
    account: str
    approval_no: str  # 开户许可证核准号
    rim: str  # 13 digits on the seal's rim
    sole: bool = False

    @property
    def authority(self) -> str:
        """Return the office that registered it (登记机关)."""
        return f"{self.city}市场监督管理局"

    @property
    def contact(self) -> str:
        """Return 地址、电话 as invoices print them."""
        return f"{self.address} {self.phone}"


@cache
def vocabulary() -> dict[str, Any]:
    """Return the words that the invented world is made of."""
    text = files("ingest.specimens").joinpath("vocabulary.toml").read_text("utf-8")
    return tomllib.loads(text)


def invent_person(rng: random.Random) -> str:
    """Return the name of an invented person."""
    surnames = vocabulary()["surnames"].replace("\n", "")
    return str(rng.choice(surnames)) + "".join(rng.sample(vocabulary()["given"], rng.choice((1, 2, 2, 2))))


def invent_company(rng: random.Random, *, sole: bool = False, trade: str = "", city: str = "") -> Company:
    """Return an invented company with right check digits; `trade` and `city` are drawn when empty."""
    known = vocabulary()
    city = city or rng.choice(tuple(known["cities"]))
    line = next((t for t in known["trades"] if t["name"] == trade), None) or rng.choice(known["trades"])
    form, district = rng.choice(known["forms"]), rng.choice(known["districts"])
    founded = date(2003, 1, 1) + timedelta(days=rng.randrange(6200))
    end = date(founded.year + rng.choice((20, 30)), founded.month, min(founded.day, 28))
    return Company(
        **_numbers(rng, known["cities"][city], sole=sole),
        name=_name(rng, city, district, line["name"], "经营部" if sole else form),
        city=city,
        address=_address(rng, city, district),
        type=_type(rng, form, sole=sole),
        legal_person=invent_person(rng),
        agent=invent_person(rng),
        capital=rng.choice((50, 100, 200, 300, 500, 800, 1000, 1688, 2000, 5000)) * 1_000_000,
        founded=founded,
        term_end=rng.choice((None, end)),
        registered=founded + timedelta(days=rng.choice((0, 0, 400, 900, 1500))),
        trade=line["name"],
        scope=line["scope"] + rng.choice(known["scope_extras"]) + known["scope_end"],
        bank=f"{rng.choice(known['banks'])}{city.removesuffix('市')}{district.removesuffix('区')}支行",
        sole=sole,
    )


def _numbers(rng: random.Random, region: str, *, sole: bool) -> dict[str, str]:
    return {
        "code": make_uscc(rng, region, "92" if sole else "91"),
        "registration": make_registration_number(rng, region),
        "phone": f"0{rng.randint(310, 899)}-{rng.randint(2000000, 8999999)}",
        "account": str(rng.randint(1, 9)) + digits(rng, rng.choice((14, 16, 17, 18))),
        "approval_no": "J" + digits(rng, 13),
        "rim": region + digits(rng, 7),
    }


def digits(rng: random.Random, count: int) -> str:
    """Return `count` random digits."""
    return "".join(rng.choice("0123456789") for _ in range(count))


def _name(rng: random.Random, city: str, district: str, trade: str, form: str) -> str:
    brand = rng.choice(vocabulary()["brands"])
    if form == "经营部":
        return f"{city}{district}{brand}{trade}{form}"
    return f"{city.removesuffix('市')}{brand}{trade}{form}"


def _address(rng: random.Random, city: str, district: str) -> str:
    inner = (
        "",
        f"{rng.randint(1, 18)}幢{rng.randint(101, 2608)}室",
        f"{rng.choice('ABCD')}座{rng.randint(3, 28)}层",
        "二号厂房",
    )
    return f"{city}{district}{rng.choice(vocabulary()['roads'])}{rng.randint(1, 398)}号{rng.choice(inner)}"


def _type(rng: random.Random, form: str, *, sole: bool) -> str:
    if sole:
        return "个体工商户"
    known = vocabulary()
    return str(known["joint_stock_type"] if form == "股份有限公司" else rng.choice(known["limited_types"]))
