"""What the embedded index keeps of an entry: canonical texts, values and attributes, ready to be cut into tokens."""

from __future__ import annotations

import json
import zlib
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date

from search.index import Entry
from search.normalise import canonical
from search.numbers import MOST, number_tokens
from search.tokens import column_tokens

PAGE_BREAK = "\f"
_MOST = MOST["amount"]
FIELDS = ("title", "parties", "persons", "codes", "texts", "types")


@dataclass(frozen=True, slots=True)
class Record:
    """An entry, normalised. Days are yyyymmdd, amounts 分; `received` is 0 where unknown; `names` are as written."""

    id: str
    revision: int
    received: int
    document_date: int | None
    amount: int | None
    numbers: list[int]
    fields: dict[str, list[str]]
    dates: list[int]
    amounts: list[int]
    attributes: dict[str, list[str]]
    names: list[str]
    pages: list[str]

    def texts(self) -> Iterator[str]:
        """Yield the token text of each text column: body, then those of `FIELDS`."""
        yield " ".join(column_tokens(self.pages))
        for name in FIELDS:
            yield " ".join(column_tokens(self.fields[name])) if self.fields[name] else ""

    def marks(self) -> Iterator[str]:
        """Yield the tokens of dates and amounts, and the token that every entry carries."""
        yield "*"
        yield from dict.fromkeys(token for value in self.amounts for token in number_tokens("amount", value))
        yield from dict.fromkeys(token for value in self.dates for token in number_tokens("date", value))
        if self.received:
            yield from number_tokens("received", self.received)

    def pack(self) -> tuple[bytes, bytes, bytes]:
        """Return the page numbers, the compressed pages and the compressed rest; `unpack` undoes it."""
        rest = asdict(self)
        del rest["pages"], rest["numbers"]
        text = json.dumps(rest, ensure_ascii=False, separators=(",", ":"))
        numbers = array("I", self.numbers).tobytes()
        return numbers, zlib.compress(PAGE_BREAK.join(self.pages).encode(), 1), zlib.compress(text.encode(), 1)


def record_of(entry: Entry) -> Record:
    """Normalise an entry."""
    days = {_day(day) for day in entry.dates} | ({_day(entry.document_date)} if entry.document_date else set())
    return Record(
        id=entry.id,
        revision=entry.revision,
        received=_day(entry.received_on) if entry.received_on else 0,
        document_date=_day(entry.document_date) if entry.document_date else None,
        amount=max((max(-_MOST, min(each, _MOST)) for each in entry.amounts), default=None),
        numbers=[page.number for page in entry.pages],
        fields=_fields(entry),
        dates=sorted(days),
        amounts=sorted(set(entry.amounts)),
        attributes={name: list(dict.fromkeys(values)) for name, values in entry.attributes.items() if values},
        names=[name for name in (entry.title, *entry.parties, *entry.persons, *entry.codes) if name],
        pages=[canonical(page.text) for page in entry.pages],
    )


def unpack(numbers: bytes, pages: bytes, rest: bytes) -> Record:
    """Return the record that was packed."""
    kept: Mapping[str, object] = json.loads(zlib.decompress(rest))
    texts = page_texts(pages) if numbers else []
    return Record(**kept, numbers=list(array("I", numbers)), pages=texts)  # type: ignore[arg-type]  # written by `pack`


def page_texts(pages: bytes) -> list[str]:
    """Return the canonical texts of the packed pages."""
    return zlib.decompress(pages).decode().split(PAGE_BREAK)


def _fields(entry: Entry) -> dict[str, list[str]]:
    kinds = (*entry.attributes.get("type", ()), *entry.attributes.get("type_name", ()))
    values = {
        "title": (entry.title,),
        "parties": entry.parties,
        "persons": entry.persons,
        "codes": entry.codes,
        "texts": entry.texts,
        "types": kinds,
    }
    return {name: [text for value in values[name] if (text := canonical(value))] for name in FIELDS}


def _day(day: date) -> int:
    return (day.year * 100 + day.month) * 100 + day.day
