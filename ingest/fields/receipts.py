"""English shop receipts: the letterhead above has no labels, and of many totals one is paid."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.doctypes import FieldType
from ingest.fields.candidates import Candidate, Scene
from ingest.fields.kinds import GAP, find_values
from ingest.fields.layout import Row
from ingest.fields.regions import Region, Slice

_COMPANY = re.compile(
    r"\b(SDN|BHD|S/B|ENTERPRISES?|TRADING|RESTAURANTS?|RESTORAN|KEDAI|MARKET(?:ING)?|HYPERMARKET|MART|STORES?|SHOP|CAFE|"
    r"CO\.|COMPANY|CORPORATION|INC|LTD|LLC|LIMITED|PHARMACY|FARMASI|HARDWARE|STATIONERY|BAKERY|BAKERIES|PERNIAGAAN|"
    r"SYARIKAT|SERVICES?|CENTRE|CENTER|GROCER|HOTEL|BOOKS?|GIFT|DECO|FLORIST|PARKING|FOODS?|SUPERMARKET|INDUSTRIES)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"\b(LOT|NO|JALAN|JLN|TAMAN|TMN|LORONG|LRG|ROAD|RD|STREET|ST|AVENUE|AVE|LEVEL|FLOOR|BLOCK|BLK|PLAZA|MALL|SELANGOR|"
    r"JOHOR|KUALA|LUMPUR|PENANG|PERAK|MELAKA|SEKSYEN|SEK|BANDAR|KAWASAN|MUKIM|BATU|DARUL|EHSAN|SHAH|ALAM|PETALING|JAYA|"
    r"TOWER|BUILDING|KG|KAMPUNG|PERSIARAN|PUSAT|WILAYAH|UNIT|BASEMENT|SUITE|DRIVE|LANE)\b|(?<!\d)\d{5}(?!\d)",
    re.IGNORECASE,
)
_NOT_ADDRESS = re.compile(
    r"\b(TEL|FAX|GST|SST|REG(?:ISTRATION)?|PHONE|HP|H/P|EMAIL|E-MAIL|WWW|HTTP|WEBSITE|INVOICE|RECEIPT|BILL|DATE|TIME|CASHIER|"
    r"TABLE|COUNTER|POS|ROC|TAX|ID|CO\.?\s?NO|COMPANY\s?(?:NO|REG)|DOC|ORDER|CUSTOMER|MEMBER|HOTLINE|OPERATING|CASH|"
    r"SALES?|TICKET|STATION|OWNED BY|BRANCH)\b|@|\(\d{5,}-?[A-Z]\)",
    re.IGNORECASE,
)
_NOT_COMPANY = re.compile(
    r"^[\W\d_]*$|TAX INVOICE|THANK|PLEASE|COME AGAIN|"
    r"^\s*(RECEIPT|INVOICE|CASH|WELCOME|TEL|FAX|GST|DATE|BILL|COPY|DUPLICATE)\b",
    re.IGNORECASE,
)
_REGISTRATION = re.compile(
    r"[\s\x1f]*\(?\s*(?:CO\.?\s*(?:REG\.?)?\s*NO\.?\s*:?\s*)?\d{5,7}\s?-?\s?[A-Z]\b.*$", re.IGNORECASE
)
_TOTAL = re.compile(
    r"(?P<grand>GRAND\s*TOTAL|NE?TT?\s*TOTAL|TOTAL\s*(?:AMOUNT\s*)?(?:DUE|PAYABLE|PAID)|ROUND(?:ED|ING)?\s*TOTAL|"
    r"TOTAL\s*(?:ROUNDED|AFTER\s*ROUNDING)|(?:NET|AMOUNT)\s*(?:DUE|PAYABLE)|TOTAL\s*\(?\s*RM\s*\)?|TOTAL\s*AMT|"
    r"TOTAL\s*(?:SAI?LES?\s*)?\(?\s*INCL)|(?P<plain>TOTAL|AMOUNT|TOTAI|T0TAL)",
    re.IGNORECASE,
)
_NOT_TOTAL = re.compile(
    r"SUB\s*-?\s*TOTAL|QTY|QUANTITY|ITEMS?\b|SAVING|DISC|EXCL|BEFORE|POINTS?|TENDER|CHANGE|ADJ|PRICE|ACCEPTED|INCLUDED|"
    r"INCLUDES|^\W*(?:GST|TAX|SST)\b|TOTAL\s*(?:GST|TAX|SST)|(?:GST|TAX)\s*(?:AMOUNT|SUM|TOTAL)|TAXABLE",
    re.IGNORECASE,
)
_PAID = re.compile(r"\bCASH|TENDER|\bPAID|PAYMENT|VISA|MASTER|ACCEPTED|RECEIVED", re.IGNORECASE)
_CHANGE = re.compile(r"\bCHANGE", re.IGNORECASE)
_ROUNDING = re.compile(r"ROUND", re.IGNORECASE)
_SUBTOTAL = re.compile(r"SUB\s*-?\s*TOTAL", re.IGNORECASE)
_FIRM = re.compile(r"\b(SDN\.?\s*BHD|BHD|S/B|LTD|LIMITED|INC|LLC)\b\.?", re.IGNORECASE)
_BLANKS = f" \t{GAP}:.()"
_MONEY = re.compile(r"(?<![\d.])-?\d{1,3}(?:,\d{3})*\s?\.\s?\d{2}(?!\d)|(?<![\d.])-?\d+\s?\.\s?\d{2}(?!\d)")


@dataclass(frozen=True, slots=True)
class _Amount:
    """An amount of money with the words that stand between it and the amount before it."""

    row: Row
    start: int
    end: int
    fen: int
    words: str


def letterhead_name(scene: Scene, field: FieldType) -> Candidate | None:
    """Return the shop's name: the first rows of the receipt that can be one, best with a word such as SDN BHD."""
    del field
    start = _name_row(scene.layout.rows)
    if start is None:
        return None
    rows = scene.layout.rows[start : start + _name_length(scene.layout.rows, start)]
    return _candidate([_slice(r, _REGISTRATION) for r in rows])


def _name_row(rows: Sequence[Row]) -> int | None:
    """Return the row that a name begins in: one with SDN BHD or the like, else with a word of trade, else the first."""
    possible: list[tuple[int, str]] = []
    for number, row in enumerate(rows[:9]):
        text = _REGISTRATION.sub("", row.text)
        if _NOT_COMPANY.search(text) or len(re.sub(r"[\W\d_]", "", text)) < 4:
            continue
        if not _COMPANY.search(text) and (_ADDRESS.search(text) or _NOT_ADDRESS.search(text)):
            if possible:
                break
            continue
        possible.append((number, text))
    firm = next((n for n, text in possible if _FIRM.search(text)), None)
    if firm is not None:
        alone = len(re.findall(r"[A-Z][A-Z.&']+", _FIRM.sub("", rows[firm].text), re.IGNORECASE)) <= 1
        return firm - 1 if alone and (firm - 1) in [n for n, _ in possible] else firm
    trade = next((n for n, text in possible if _COMPANY.search(text)), None)
    return trade if trade is not None else next((n for n, _ in possible), None)


def _name_length(rows: Sequence[Row], start: int) -> int:
    """Count the rows of a name: a second one when it completes the firm, for example with SDN BHD."""
    if start + 1 >= len(rows) or _FIRM.search(rows[start].text):
        return 1
    following = rows[start + 1].text.strip()
    completes = _FIRM.search(following) and len(_FIRM.sub("", following).split()) <= 2
    return 2 if completes and not _ADDRESS.search(following) else 1


def letterhead_address(scene: Scene, field: FieldType) -> Candidate | None:
    """Return the shop's address: the rows behind its name from the first to the last that look like one."""
    del field
    rows = scene.layout.rows
    start = _name_row(rows)
    start = 0 if start is None else start + _name_length(rows, start)
    chosen: list[Row] = []
    for row in rows[start : start + 9]:
        if chosen and (_NOT_ADDRESS.search(row.text) or not _goes_on(row.text, chosen)):
            break
        if not _NOT_ADDRESS.search(row.text) and (chosen or _ADDRESS.search(row.text)):
            chosen.append(row)
    return _candidate([_slice(r) for r in chosen]) if chosen else None


def _goes_on(text: str, chosen: Sequence[Row]) -> bool:
    return bool(_ADDRESS.search(text)) or (chosen[-1].text.rstrip().endswith(",") or "," in text) or len(chosen) < 2


def receipt_total(scene: Scene, field: FieldType) -> Candidate | None:
    """Return the amount paid: of the totals the one that its name, cash minus change and repetition speak for."""
    del field
    amounts = _amounts(scene.layout.rows)
    paid = _paid(amounts)
    rated = [(_rating(a, amounts, paid) + 0.01 * place, a) for place, a in enumerate(amounts)]
    rating, best = max(rated, key=lambda pair: pair[0], default=(0.0, None))
    return _amount(best) if best and rating >= 0.5 else None


def _rating(amount: _Amount, amounts: Sequence[_Amount], paid: frozenset[int]) -> float:
    named = _TOTAL.search(amount.words)
    if amount.fen <= 0 or _CHANGE.search(amount.words):
        return 0.0
    rating = 0.0
    if named and not _NOT_TOTAL.search(amount.words):
        rating = 3.0 if named["grand"] else 2.5
    elif _SUBTOTAL.search(amount.words):
        rating = 0.6
    elif _PAID.search(amount.words):
        rating = 0.5
    after_rounding = not amount.words.strip(_BLANKS) or amount.words.strip(_BLANKS).upper() in ("RM", "RH", "$")
    if after_rounding and any(_ROUNDING.search(a.words) and _just_above(a, amount) for a in amounts):
        rating = 2.7
    if rating and amount.fen in paid:
        rating += 2.0
    repeated = sum(a.fen == amount.fen and a is not amount for a in amounts)
    return rating + 0.2 * min(repeated, 3) if rating else 0.0


def _just_above(one: _Amount, other: _Amount) -> bool:
    gap = other.row.segments[0].middle - one.row.segments[0].middle
    return 0 < gap < 3 * one.row.segments[0].height


def _paid(amounts: Sequence[_Amount]) -> frozenset[int]:
    """Return what may have been paid: cash minus change, or cash where no change is named."""
    cash = {abs(a.fen) for a in amounts if _PAID.search(a.words)}
    change = {abs(a.fen) for a in amounts if _CHANGE.search(a.words)} or {0}
    return frozenset(c - x for c in cash for x in change if c > x)


def _amounts(rows: Sequence[Row]) -> list[_Amount]:
    found: list[_Amount] = []
    carried = ""
    for row in rows:
        at, first = 0, True
        for match in _MONEY.finditer(row.text):
            value = next((f.value for f in find_values("figures", match[0])), None)
            words = row.text[at : match.start()]
            words = carried if first and not re.search(r"[A-Z]{3}", words, re.IGNORECASE) else words
            found.append(_Amount(row, match.start(), match.end(), int(value or 0), words))
            at, first = match.end(), False
        carried = row.text if first and _TOTAL.search(row.text) else ""
    return found


def _amount(amount: _Amount) -> Candidate:
    region = Region((Slice(amount.row, amount.start, amount.end),))
    return Candidate(region, str(amount.fen), 5.0, region.place)


def _slice(row: Row, until: re.Pattern[str] | None = None) -> Slice:
    end = until.search(row.text) if until else None
    return Slice(row, 0, end.start() if end and end.start() else len(row.text))


def _candidate(slices: Sequence[Slice]) -> Candidate:
    region = Region(tuple(slices))
    return Candidate(region, re.sub(r"\s+", " ", region.text.replace(GAP, " ")).strip(), 4.0, region.place)
