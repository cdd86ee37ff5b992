"""营业执照: the landscape form since 2019 and the older portrait form; often a photocopy with the firm's seal."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date

from ingest.money import to_capitals
from ingest.specimens.companies import Company
from ingest.specimens.facts import Fact, code, day, print_date, words
from ingest.specimens.papers.parts import emblem, frame, notice, qr_code, stamp_by_hand
from ingest.specimens.sheet import Colour, Noted, Sheet
from ingest.specimens.stamps import authority_seal, company_seal

_CREAM: Colour = (252, 250, 243)
_FRAME: Colour = (158, 150, 108)
_GOLD: Colour = (112, 84, 22)


def licence(company: Company, rng: random.Random, *, form: str = "", copied: bool | None = None) -> list[Sheet]:
    """Draw the licence of `company`; `form` landscape or portrait (by its date when empty), `copied`: a photocopy."""
    form = form or ("landscape" if company.registered >= date(2019, 3, 1) else "portrait")
    sheet = _landscape(company, rng) if form == "landscape" else _portrait(company, rng)
    sheet.photocopy = rng.random() < 0.4 if copied is None else copied
    if sheet.photocopy or rng.random() < 0.5:
        _vouch(sheet, company, rng)
    return [sheet]


def _vouch(sheet: Sheet, company: Company, rng: random.Random) -> None:
    """Write 与原件一致 and set the firm's own seal (公章) upon it, as is asked of copies."""
    x, y = sheet.width * 0.5, sheet.height * (0.82 if sheet.height < sheet.width else 0.83)
    sheet.write(
        x - 11,
        y - 3,
        rng.choice(("与原件一致", "与原件核对无误", "复印件与原件一致")),
        4.6,
        colour=(30, 40, 120),
        hand=True,
    )
    stamp_by_hand(sheet, company_seal(company.name, company.rim), x, y, rng, fresh=True)


def _capital(company: Company, rng: random.Random) -> Fact:
    yuan = company.capital // 100
    plain = to_capitals(company.capital)
    raw = rng.choice((plain, f"人民币{plain}", f"{yuan // 10_000}万元整", f"{yuan // 10_000}万元人民币"))
    return Fact("capital", "amount", raw, str(company.capital))


def _term(company: Company, form: str) -> Fact:
    start, end = company.founded, company.term_end
    raw = f"{print_date(start, form)}至{print_date(end, form) if end else '长期'}"
    return Fact("term", "period", raw, f"{start.isoformat()}/{end.isoformat() if end else '..'}")


def _rows(company: Company, rng: random.Random) -> list[tuple[str, Fact]]:
    """Return labels and facts in the order in which the portrait form prints them."""
    form = rng.choice(("年0", "年0", "年"))
    place = "经营场所" if company.sole else "住所"
    rows = [("名称", words("name", company.name, "party")), ("类型", words("type", company.type))]
    address = (place, words("address", company.address, "address"))
    if company.sole:
        return [
            *rows, address, ("经营者", words("legal_person", company.legal_person, "person")),
            ("组成形式", words("composition", "个人经营")), ("注册日期", day("established", company.founded, form)),
        ]  # fmt: skip
    return [
        *rows, address, ("法定代表人", words("legal_person", company.legal_person, "person")),
        ("注册资本", _capital(company, rng)), ("成立日期", day("established", company.founded, form)),
        ("营业期限", _term(company, form)),
    ]  # fmt: skip


def _table(
    sheet: Sheet, rows: Sequence[tuple[str, Fact]], x: float, y: float, width: float, size: float, leading: float
) -> float:
    for label, fact in rows:
        sheet.write(x, y, label, size, bold=True, spread=size * 5.2)
        left = x + size * 5.2 + 5
        noted = None if fact.name == "composition" else fact
        rest = sheet.paragraph(left, y, width - size * 5.2 - 5, fact.raw, size * 0.95, 1.35, noted)
        y = max(y + leading, rest + size * 0.3)
    return y


def _date_and_seal(sheet: Sheet, company: Company, x: float, y: float, rng: random.Random) -> None:
    """Print 登记机关 and the date, with the authority's seal over both."""
    sheet.write(x, y, "登记机关", 4.4, bold=True, spread=26)
    when = company.registered
    fact = Fact("registered", "date", f"{when.year} 年 {when.month:02d} 月 {when.day:02d} 日", when.isoformat())
    sheet.state(x + 21, y + 18, fact, 4.2, style="sans")
    sheet.seal(authority_seal(company.authority), x + 42, y + 15, rng.uniform(-3, 3), strength=rng.uniform(0.7, 0.9))
    sheet.noted.append(Noted(words("authority", company.authority), (len(sheet.marks) - 1,)))


def _landscape(company: Company, rng: random.Random) -> Sheet:
    sheet = Sheet(297, 210, _CREAM)
    frame(sheet, 10, _FRAME)
    emblem(sheet, 148.5, 30, 12)
    sheet.write(148.5, 47, "营业执照", 17, style="sans", colour=_GOLD, bold=True, align="c", spread=92)
    sheet.write(148.5, 67, "（副 本）", 6, style="sans", colour=_GOLD, bold=True, align="c")
    sheet.write(30, 44, "统一社会信用代码", 4.2, style="sans", bold=True)
    sheet.state(30, 51, code("credit_code", company.code, "uscc"), 4.8, style="sans")
    sheet.write(200, 70, f"副本编号：{rng.randint(1, 2)}-{2}", 3.4)
    qr_code(sheet, 225, 36, 26, f"https://licence.example/{company.code}")
    sheet.paragraph(253, 40, 18, "扫描二维码登录“国家企业信用信息公示系统”了解更多登记信息", 2.3, 1.5)
    facts = _rows(company, rng)
    by_name = {fact.name: (label, fact) for label, fact in facts}
    left = [by_name[n] for n in ("name", "type", "legal_person", "composition") if n in by_name]
    right = [by_name[n] for n in ("capital", "established", "term", "address") if n in by_name]
    bottom = _table(sheet, left, 30, 84, 118, 4.2, 10)
    _scope(sheet, company, 30, bottom, 118, 4.2)
    _table(sheet, right, 160, 84, 112, 4.2, 10)
    _date_and_seal(sheet, company, 196, 152, rng)
    sheet.write(20, 202.5, "国家企业信用信息公示系统网址：http://gsxt.example", 2.8)
    sheet.write(277, 202.5, "国家市场监督管理总局监制", 2.8, align="r")
    notice(sheet, 170, 203)
    return sheet


def _scope(sheet: Sheet, company: Company, x: float, y: float, width: float, size: float) -> None:
    sheet.write(x, y, "经营范围", size, bold=True, spread=size * 5.2)
    left = x + size * 5.2 + 5
    sheet.paragraph(left, y, width - size * 5.2 - 5, company.scope, size * 0.86, 1.4, words("scope", company.scope))


def _portrait(company: Company, rng: random.Random) -> Sheet:
    sheet = Sheet(210, 297, _CREAM)
    frame(sheet, 10, _FRAME)
    emblem(sheet, 105, 42, 15)
    sheet.write(105, 64, "营业执照", 17, style="sans", colour=_GOLD, bold=True, align="c", spread=96)
    sheet.write(105, 85, "（副 本）", 6, style="sans", colour=_GOLD, bold=True, align="c")
    if company.registered < date(2015, 10, 1):
        sheet.label(110, 99, "注册号 ", code("credit_code", company.registration, "uscc"), 4.2, style="sans")
    else:
        sheet.label(92, 99, "统一社会信用代码 ", code("credit_code", company.code, "uscc"), 4.2, style="sans")
    sheet.write(168, 92.5, "（1-1）", 3.2)
    y = _table(sheet, _rows(company, rng), 34, 112, 142, 4.7, 10.5)
    _scope(sheet, company, 34, y, 142, 4.7)
    qr_code(sheet, 34, 222, 30, f"https://licence.example/{company.code}")
    _date_and_seal(sheet, company, 112, 232, rng)
    sheet.write(20, 288.5, "企业信用信息公示系统网址：http://gsxt.example", 2.8)
    sheet.write(190, 288.5, "中华人民共和国国家工商行政管理总局监制", 2.8, align="r")
    notice(sheet, 118, 289)
    return sheet
