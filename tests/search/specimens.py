"""Small invented archives for the tests of search, seeded."""

import random
from datetime import date, timedelta

from search.index import Entry, PageText

NAMES = ("上海归档科技有限公司", "臺灣積體電路", "某某（北京）贸易", "Acme Trading Ltd", "长河物流")
PERSONS = ("张三", "李四", "欧阳修", "王小明")
PIECES = (
    *NAMES, *PERSONS, "合同编号：HT-2023-001", "HT2023002", "编号 3 号", "第12条", "金额 ¥12,800.00 元", "12800",
    "1280", "购 销 合 同", "购销\n合同", "2023年10月8日", "送货单", "6222 0210 0123 4567", "ab", "a", "Ａ１", "。",
    "号", "发票",
)  # fmt: skip
START = date(2023, 1, 1)


def entry(number: int, seed: int = 0, revision: int = 1) -> Entry:
    """Return the entry of a number; the same for the same arguments."""
    rng = random.Random(f"{seed}-{number}-{revision}")  # a test's dice
    some = lambda values, most: tuple(rng.sample(values, rng.randint(0, most)))  # noqa: E731
    day = START + timedelta(days=rng.randint(0, 500))
    return Entry(
        id=f"d{number:04}",
        revision=revision,
        title=rng.choice(PIECES),
        pages=tuple(
            PageText(page * 2 + 1, rng.choice((" ", "\n", "")).join(rng.choices(PIECES, k=rng.randint(0, 7))))
            for page in range(rng.randint(0, 4))
        ),
        parties=some(NAMES, 2),
        persons=some(PERSONS, 2),
        codes=some(("HT-2023-001", "91310000MA1K35FR2X", "A-1"), 2),
        texts=some(("SHGDKJ", "上海市浦东新区3号", "第12条"), 2),
        dates=tuple(day + timedelta(days=rng.randint(0, 90)) for _ in range(rng.randint(0, 2))),
        amounts=tuple(rng.choice((1280000, 99, 100, -500, rng.randint(0, 10**9))) for _ in range(rng.randint(0, 2))),
        document_date=day if rng.random() < 0.8 else None,
        received_on=START + timedelta(days=rng.randint(0, 20)) if rng.random() < 0.9 else None,
        attributes={
            "type": (rng.choice(("T01", "T06")),),
            "type_name": (rng.choice(("营业执照", "购销合同")),),
            "level": (str(rng.randint(0, 3)),),
            "department": some(("sales", "law"), 2),
        },
    )
