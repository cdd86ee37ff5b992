"""A SearchIndex that reads every text from the beginning, to compare the others with."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from search.expression import AllOf, AnyOf, Between, Expression, Has, Not, Words
from search.index import Access, Entry, Request
from search.normalise import canonical
from search.query import filter_expression, parse
from search.scan import occurs


def day(value: date | None) -> int:
    return int(value.strftime("%Y%m%d").zfill(8)) if value else 0


@dataclass
class Plain:
    entry: Entry

    def __post_init__(self) -> None:
        entry = self.entry
        kinds = (*entry.attributes.get("type", ()), *entry.attributes.get("type_name", ()))
        raw = {
            "body": [page.text for page in entry.pages],
            "title": [entry.title],
            "parties": entry.parties,
            "persons": entry.persons,
            "codes": entry.codes,
            "texts": entry.texts,
            "types": kinds,
        }
        self.columns = {name: [canonical(value) for value in values] for name, values in raw.items()}
        self.numbers = {
            "amount": list(entry.amounts),
            "date": [day(each) for each in (*entry.dates, entry.document_date) if each],
            "received": [day(entry.received_on)] if entry.received_on else [],
        }

    def matches(self, wanted: Expression) -> bool:
        if isinstance(wanted, Words):
            columns = [wanted.column] if wanted.column else list(self.columns)
            return any(occurs(wanted.needle, value) for name in columns for value in self.columns[name])
        if isinstance(wanted, Has):
            return not set(wanted.values).isdisjoint(self.entry.attributes.get(wanted.name, ()))
        if isinstance(wanted, Between):
            low = -(10**30) if wanted.low is None else wanted.low
            high = 10**30 if wanted.high is None else wanted.high
            return any(low <= number <= high for number in self.numbers[wanted.name])
        if isinstance(wanted, Not):
            return not self.matches(wanted.part)
        if isinstance(wanted, AnyOf):
            return any(self.matches(part) for part in wanted.parts)
        return all(self.matches(part) for part in wanted.parts)

    def allowed(self, access: Access) -> bool:
        held = self.entry.attributes
        return any(
            all(not set(values).isdisjoint(held.get(name, ())) for name, values in clause.items())
            for clause in access.clauses
        )


class PlainScan:
    def __init__(self, entries: Iterable[Entry]) -> None:
        self.plain = [Plain(entry) for entry in entries]

    def found(self, request: Request) -> list[Entry]:
        wanted = AllOf((parse(request.query), *filter_expression(request.filters)))
        return [each.entry for each in self.plain if each.allowed(request.access) and each.matches(wanted)]

    def ids(self, request: Request) -> list[str]:
        return [entry.id for entry in sorted_by(request.sort, self.found(request))]

    def counts(self, request: Request, name: str) -> tuple[tuple[str, int], ...]:
        counts: dict[str, int] = {}
        for entry in self.found(request):
            for value in entry.attributes.get(name, ()):
                counts[value] = counts.get(value, 0) + 1
        return tuple(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def sorted_by(sort: str, entries: list[Entry]) -> Iterator[Entry]:
    if sort in ("newest", "oldest"):
        return iter(sorted(entries, key=lambda e: (day(e.received_on), e.id), reverse=sort == "newest"))
    name, falling = sort.removeprefix("-"), sort.startswith("-")
    keyed = [(max(e.amounts, default=None) if name == "amount" else day(e.document_date) or None, e) for e in entries]
    known = sorted(((k, e) for k, e in keyed if k is not None), key=lambda each: (each[0], each[1].id), reverse=falling)
    unknown = sorted((e for k, e in keyed if k is None), key=lambda e: e.id, reverse=falling)
    return iter([*(entry for _, entry in known), *unknown])
