"""The demonstration's story: our own fictional company, its customers and its deals with them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

from ingest.specimens.companies import Company, invent_company
from ingest.specimens.deals import Deal, make_deal


def _invented(seed: str, city: str, trade: str, *, sole: bool = False) -> Company:
    rng = random.Random(f"guidang {seed}")  # noqa: S311 - specimens must be repeatable, nothing is secret here
    return invent_company(rng, sole=sole, trade=trade, city=city)


OWN_COMPANY = replace(
    _invented("own", "澜州市", "贸易"),
    name="澜州栖棠贸易有限公司",
    address="澜州市临江区桂山路66号8幢1203室",
    type="有限责任公司（自然人投资或控股）",
    legal_person="沈书瑶",
    agent="陆景行",
    founded=date(2011, 5, 18),
    registered=date(2019, 8, 6),
    term_end=None,
    capital=1_000_000_000,
)
CUSTOMER = replace(
    _invented("customer", "云沧市", "机电设备"),
    name="云沧禾砚机电设备有限公司",
    address="云沧市北渚区科创路128号A座6层",
    type="有限责任公司（自然人投资或控股）",
    legal_person="顾维民",
    agent="程晓峰",
    founded=date(2014, 9, 23),
    registered=date(2020, 4, 16),
    term_end=date(2044, 9, 22),
    capital=500_000_000,
)
SECOND_CUSTOMER = replace(
    _invented("second", "汀安市", "建材"),
    name="汀安澄屿建材有限责任公司",
    address="汀安市青岸区长堰街19号",
    type="其他有限责任公司",
    legal_person="梁永康",
    agent="梁佳怡",
    founded=date(2008, 3, 11),
    registered=date(2016, 7, 29),
    term_end=date(2038, 3, 10),
    capital=200_000_000,
)
THIRD_CUSTOMER = replace(
    _invented("third", "汐州市", "贸易", sole=True),
    name="汐州市望桥区泊远贸易经营部",
    address="汐州市望桥区码头街7号",
    legal_person="贺春雷",
    agent="贺春雷",
    founded=date(2017, 11, 2),
    registered=date(2017, 11, 2),
)
CUSTOMERS = (CUSTOMER, SECOND_CUSTOMER, THIRD_CUSTOMER)


def story_deal(customer: Company, number: int = 0) -> Deal:
    """Return the `number`-th deal of the demonstration: our own company sells to `customer`."""
    rng = random.Random(f"guidang {customer.code} {number}")  # noqa: S311 - see above
    made = make_deal(rng, customer, OWN_COMPANY, 2 + number % 3)
    return replace(
        made,
        signed=date(2024, 3, 5) + timedelta(days=31 * number),
        drawer="方丽娟",
        cashier="苏慧敏",
        reviewer="许文军",
        driver="杜立新",
        signer=customer.agent,
    )


def invent_deal(rng: random.Random) -> Deal:
    """Return a deal between invented companies; in one of two our own company is a party."""
    seller, buyer = invent_company(rng), invent_company(rng)
    side = rng.random()
    if side < 0.4:
        seller = OWN_COMPANY
    elif side < 0.5:
        buyer = OWN_COMPANY
    return make_deal(rng, buyer, seller)
