"""English shop receipts: the letterhead above has no labels, and of many totals one is paid."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
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
    r"^[\W\d_]*$|TAX INVOICE|^\s*(RECEIPT|INVOICE|CASH|WELCOME|TEL|FAX|GST|DATE|BILL|COPY|DUPLICATE)\b",
    re.IGNORECASE,
)
_REGISTRATION = re.compile(
    r"[\s\x1f]*\(?\s*(?:CO\.?\s*(?:REG\.?)?\s*NO\.?\s*:?\s*)?\d{5,7}\s?-?\s?[A-Z]\b.*$", re.IGNORECASE
)
_TOTAL = re.compile(
    r"(?P<grand>GRAND\s*TOTAL|NE?TT?\s*TOTAL|TOTAL\s*(?:AMOUNT\s*)?(?:DUE|PAYABLE|PAID)|ROUND(?:ED|ING)?\s*TOTAL|"
    r"TOTAL\s*(?:ROUNDED|AFTER\s*ROUNDING)|(?:NET|AMOUNT)\s*(?:DUE|PAYABLE)|TOTAL\s*\(?\s*RM\s*\)?|TOTAL\s*AMT|"
    r"TOTAL\s*(?:SALES?\s*)?\(?\s*INCL)|(?P<plain>TOTAL|AMOUNT|TOTAI|T0TAL)",
    re.IGNORECASE,
)
_NOT_TOTAL = re.compile(
    r"SUB\s*-?\s*TOTAL|QTY|QUANTITY|ITEMS?\b|SAVING|DISC|EXCL|BEFORE|\bTAX\b(?!\s*INV)|GST\s*(?:AMOUNT|@|\d|SUM|TOTAL)|"
    r"TOTAL\s*GST|POINTS?|TENDER|CHANGE|ADJ|PRICE|ROUNDING$",
    re.IGNORECASE,
)
_MONEY = re.compile(r"(?<![\d.])-?\d{1,3}(?:,\d{3})*\s?\.\s?\d{2}(?!\d)|(?<![\d.])-?\d+\s?\.\s?\d{2}(?!\d)")


@dataclass(frozen=True, slots=True)
class _Amount:
    row: Row
    start: int
    end: int
    fen: int


def letterhead_name(scene: Scene, field: FieldType) -> Candidate | None:
    """Return the shop's name: the first rows of the receipt that can be one, best with a word such as SDN BHD."""
    del field
    start = _name_row(scene.layout.rows)
    if start is None:
        return None
    rows = scene.layout.rows[start : start + _name_length(scene.layout.rows, start)]
    return _candidate([_slice(r, _REGISTRATION) for r in rows])


def _name_row(rows: Sequence[Row]) -> int | None:
    first = None
    for number, row in enumerate(rows[:8]):
        text = row.text
        if _NOT_COMPANY.search(text) or len(re.sub(r"[\W\d_]", "", text)) < 4:
            continue
        if _COMPANY.search(text):
            return number
        if _ADDRESS.search(text) or _NOT_ADDRESS.search(text):
            break
        first = number if first is None else first
    return first


def _name_length(rows: Sequence[Row], start: int) -> int:
    """Count the rows of a name: a second one that completes the firm (SDN BHD) or stands in brackets."""
    if start + 1 >= len(rows) or re.search(r"\b(BHD|S/B)\b", rows[start].text, re.IGNORECASE):
        return 1
    following = rows[start + 1].text.strip()
    completes = re.match(r"^[\w&.' ()]*\b(SDN\.?\s*BHD|BHD|S/B)\b", following, re.IGNORECASE)
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
    """Return the amount paid: a total that cash minus change confirms, else the last of the best-named totals."""
    del field
    rows = scene.layout.rows
    rated = [(rating, amount) for rating, amount in _totals(rows)]
    paid = _paid(rows)
    confirmed = [amount for _, amount in rated if amount.fen in paid]
    if confirmed:
        return _amount(confirmed[-1])
    best = max((r for r, _ in rated), default=0)
    chosen = [amount for rating, amount in rated if rating == best]
    return _amount(chosen[-1]) if chosen else None


def _totals(rows: Sequence[Row]) -> Iterable[tuple[int, _Amount]]:
    for number, row in enumerate(rows):
        match = _TOTAL.search(row.text)
        if not match or _NOT_TOTAL.search(row.text):
            continue
        amounts = (
            _amounts(row, match.end()) or _amounts(rows[number + 1], 0)
            if number + 1 < len(rows)
            else _amounts(row, match.end())
        )
        if amounts:
            yield (2 if match["grand"] else 1), amounts[-1]
    for number, row in enumerate(rows):  # what is left after rounding often stands alone
        if re.search(r"ROUND", row.text, re.IGNORECASE) and number + 1 < len(rows):
            for amount in _amounts(rows[number + 1], 0)[:1]:
                if not re.search(r"CASH|CHANGE", rows[number + 1].text, re.IGNORECASE):
                    yield 1, amount


def _paid(rows: Sequence[Row]) -> set[int]:
    """Return what cash minus change can be, in hundredths."""

    def amounts(word: str) -> list[int]:
        return [a.fen for r in rows if re.search(word, r.text, re.IGNORECASE) for a in _amounts(r, 0)[-1:]]

    cash, change = amounts(r"\b(CASH|TENDER|PAID|PAYMENT|VISA|MASTER)"), amounts(r"\bCHANGE")
    return {abs(c) - abs(x) for c in cash for x in change if abs(c) > abs(x)}


def _amounts(row: Row, start: int) -> list[_Amount]:
    found = []
    for match in _MONEY.finditer(row.text, start):
        value = next((f.value for f in find_values("figures", match[0])), None)
        if value is not None:
            found.append(_Amount(row, match.start(), match.end(), int(value)))
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
