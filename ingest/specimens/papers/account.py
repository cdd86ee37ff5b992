"""开户许可证: the account opening licence that the central bank printed until 2019."""

from __future__ import annotations

import random
from datetime import date, timedelta

from ingest.specimens.companies import Company
from ingest.specimens.papers.parts import frame, notice, stamp_by_hand
from ingest.specimens.printed import code, day, words
from ingest.specimens.sheet import Colour, Sheet
from ingest.specimens.stamps import company_seal, purpose_seal

_GREEN: Colour = (92, 132, 110)


def account(
    company: Company, rng: random.Random, *, copied: bool | None = None, printed: bool | None = None
) -> list[Sheet]:
    """Draw the account licence of `company`; `copied`: a copy with its own seal, `printed`: the bank's new form."""
    printed = rng.random() < 0.3 if printed is None else printed
    sheet = _information(company, rng) if printed else _licence(company, rng)
    sheet.photocopy = not printed and (rng.random() < 0.5 if copied is None else copied)
    if sheet.photocopy:
        sheet.write(60, 122, "与原件一致", 4.6, colour=(30, 40, 120), hand=True)
        stamp_by_hand(sheet, company_seal(company.name, company.rim), 70, 124, rng, fresh=True)
    return [sheet]


def _information(company: Company, rng: random.Random) -> Sheet:
    """Draw 基本存款账户信息, which banks print since the licences were abolished in 2019."""
    sheet = Sheet(210, 148)
    sheet.write(105, 20, "基本存款账户信息", 7, bold=True, align="c", spread=86)
    rows = (
        ("账户名称：", words("account_name", company.name, "party")),
        ("账户号码：", code("account", company.account, "account")),
        ("开户银行：", words("bank", company.bank)),
        ("法定代表人（单位负责人）：", words("legal_person", company.legal_person, "person")),
        ("基本存款账户编号：", code("base_account_no", company.approval_no)),
    )
    for place, (label, field) in enumerate(rows):
        sheet.write(30, 42 + place * 11, label, 4.6)
        sheet.state(90, 42 + place * 11, field, 4.6)
    issued = date(2019 + rng.randrange(5), rng.randint(8, 12), rng.randint(1, 28))
    sheet.state(140, 112, day("issued", max(issued, company.founded), "年"), 4.6)
    notice(sheet, 195, 142)
    stamp_by_hand(sheet, purpose_seal(company.bank, "业务专用章"), 158, 108, rng)
    return sheet


def _licence(company: Company, rng: random.Random) -> Sheet:
    sheet = Sheet(240, 170, (246, 251, 246))
    frame(sheet, 8, _GREEN)
    sheet.write(120, 24, "开户许可证", 11, bold=True, align="c", spread=92)
    sheet.label(24, 44, "核准号：", code("approval_no", company.approval_no), 4.2, style="sans")
    number = f"{rng.randint(1000, 9999)}-{rng.randint(10000000, 99999999)}"
    sheet.label(160, 44, "编号：", code("certificate_no", number), 4.2, style="sans")
    end = sheet.write(34, 60, "经审核，", 5)
    sheet.state(end + 2, 60, words("account_name", company.name, "party"), 5, style="sans")
    sheet.write(24, 70, "符合开户条件，准予开立基本存款账户。", 5)
    x = sheet.label(24, 84, "法定代表人（单位负责人）", words("legal_person", company.legal_person, "person"), 4.8)
    bank = words("bank", company.bank)
    sheet.label(max(x + 8, 118), 84, "开户银行 ", bank, 4.8 if len(company.bank) < 17 else 4.3)
    sheet.label(24, 97, "账号 ", code("account", company.account, "account"), 4.8, style="sans")
    issued = company.founded + timedelta(days=35)
    sheet.write(150, 118, "发证机关（盖章）", 4.6)
    sheet.state(152, 132, day("issued", issued, rng.choice(("年", "年0"))), 4.6)
    sheet.write(24, 152, "请妥善保管本许可证", 3)
    notice(sheet, 216, 153)
    city = company.city.removesuffix("市")
    stamp_by_hand(sheet, purpose_seal(f"中央银行{city}中心支行", "账户管理专用章"), 172, 126, rng)
    return sheet
