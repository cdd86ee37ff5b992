"""营业执照: the landscape form since 2019 and the older portrait form; often a photocopy with the firm's seal."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from ingest.money import to_capitals
from ingest.specimens.companies import Company
from ingest.specimens.papers.parts import emblem, frame, notice, qr_code, stamp_by_hand
from ingest.specimens.printed import PrintedField, code, day, print_date, words
from ingest.specimens.sheet import Colour, Sheet
from ingest.specimens.stamps import authority_seal, company_seal

_CREAM: Colour = (252, 250, 243)
_FRAME: Colour = (158, 150, 108)
_GOLD: Colour = (112, 84, 22)


def licence(company: Company, rng: random.Random, *, form: str = "", copied: bool | None = None) -> list[Sheet]:
    """Draw the licence of `company`; `form` landscape, portrait or legacy (empty: by its date); `copied`: a copy."""
    draw = _FORMS[form or _form_of(company)]
    sheet = draw(company, rng)
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


def _capital(company: Company, rng: random.Random) -> PrintedField:
    yuan = company.capital // 100
    plain = to_capitals(company.capital)
    raw = rng.choice((plain, f"人民币{plain}", f"{yuan // 10_000}万元整", f"{yuan // 10_000}万元人民币"))
    return PrintedField("capital", "amount", raw, str(company.capital))


def _term(company: Company, form: str) -> PrintedField:
    start, end = company.founded, company.term_end
    raw = f"{print_date(start, form)}至{print_date(end, form) if end else '长期'}"
    return PrintedField("term", "period", raw, f"{start.isoformat()}/{end.isoformat() if end else '..'}")


def _rows(company: Company, rng: random.Random) -> list[tuple[str, PrintedField]]:
    """Return labels and fields in the order in which the portrait form prints them."""
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
    sheet: Sheet,
    rows: Sequence[tuple[str, PrintedField]],
    x: float,
    y: float,
    width: float,
    size: float,
    leading: float,
    labels: float = 0.0,
) -> float:
    """Print labels, spread over `labels` mm, and fields below one another; return where the next row would stand."""
    labels = labels or size * 5.2
    for label, field in rows:
        sheet.write(x, y, label, size, bold=True, spread=labels)
        left = x + labels + 5
        rest = sheet.paragraph(left, y, width - labels - 5, field.raw, size * 0.95, 1.35, field)
        y = max(y + leading, rest + size * 0.3)
    return y


def _date_and_seal(sheet: Sheet, company: Company, x: float, y: float, rng: random.Random) -> None:
    """Print 登记机关 and the date, with the authority's seal over both."""
    sheet.write(x, y, "登记机关", 4.4, bold=True, spread=26)
    when = company.registered
    field = PrintedField(
        "registered", "date", f"{when.year} 年 {when.month:02d} 月 {when.day:02d} 日", when.isoformat()
    )
    sheet.state(x + 21, y + 18, field, 4.2, style="sans")
    sheet.seal(authority_seal(company.authority), x + 42, y + 15, rng.uniform(-3, 3), strength=rng.uniform(0.7, 0.9))


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
    fields = _rows(company, rng)
    by_name = {field.name: (label, field) for label, field in fields}
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


def _scope(sheet: Sheet, company: Company, x: float, y: float, width: float, size: float, labels: float = 0.0) -> None:
    labels = labels or size * 5.2
    sheet.write(x, y, "经营范围", size, bold=True, spread=labels)
    field = words("scope", company.scope)
    sheet.paragraph(x + labels + 5, y, width - labels - 5, company.scope, size * 0.86, 1.4, field)


def _legacy(company: Company, rng: random.Random) -> Sheet:
    """Draw 企业法人营业执照, the landscape form before 2014, with 注册号 and Chinese numerals in dates."""
    sheet = Sheet(297, 210, (240, 246, 240))
    frame(sheet, 10, (120, 140, 112))
    emblem(sheet, 148.5, 28, 12)
    sheet.write(148.5, 44, "企业法人营业执照", 14, style="serif", colour=_GOLD, bold=True, align="c", spread=150)
    sheet.write(148.5, 62, "（副 本）", 5.4, colour=_GOLD, bold=True, align="c")
    sheet.label(196, 68, "注册号 ", code("credit_code", company.registration, "uscc"), 4.2)
    capital = _capital(company, rng)
    left = [
        ("名称", words("name", company.name, "party")),
        ("住所", words("address", company.address, "address")),
        ("法定代表人姓名", words("legal_person", company.legal_person, "person")),
        ("公司类型", words("type", company.type)),
    ]
    right = [("注册资本", capital), ("实收资本", replace(capital, name="paid_in_capital"))]
    y = _table(sheet, left[:2], 30, 80, 236, 4.6, 10, 34)
    _table(sheet, right, 160, y, 110, 4.6, 10, 26)
    y = _table(sheet, left[2:], 30, y, 126, 4.6, 10, 34)
    _scope(sheet, company, 30, y, 236, 4.6, 34)
    _table(sheet, [("成立日期", day("established", company.founded, "汉"))], 30, 162, 110, 4.6, 10, 34)
    _table(sheet, [("营业期限", _term(company, "汉"))], 30, 173, 140, 4.6, 10, 34)
    sheet.write(204, 158, "登记机关", 4.4, bold=True, spread=26)
    sheet.state(214, 176, day("registered", company.registered, "汉"), 4.4)
    sheet.seal(authority_seal(f"{company.city}工商行政管理局"), 236, 170, rng.uniform(-3, 3), strength=0.8)
    sheet.write(277, 202.5, "中华人民共和国国家工商行政管理总局制", 2.8, align="r")
    notice(sheet, 120, 203)
    return sheet


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


_FORMS = {"landscape": _landscape, "portrait": _portrait, "legacy": _legacy}


def _form_of(company: Company) -> str:
    if company.registered >= date(2019, 3, 1):
        return "landscape"
    return "portrait" if company.sole or company.registered >= date(2014, 3, 1) else "legacy"
