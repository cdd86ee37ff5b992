"""Pure rules of places: place codes and their ranges, what may stand where, how a path reads."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from config.kinds import PlaceKind, is_level

Kinds = Mapping[str, PlaceKind]  # of the rulebook, by code


BOX_CODE = re.compile(r"B\d{4}-\d{4,6}")


RANGE = re.compile(r"\[(?P<first>\d{1,3}|[A-Z])(?:\.\.|-|–|~)(?P<last>\d{1,3}|[A-Z])\]")


MOST_PLACES = 5000  # one batch; a typing slip must not flood the tree


class PlaceCodeError(ValueError):
    """The code names no place; the message says which part is wrong and shows a correct example."""


@dataclass(frozen=True, slots=True)
class PlaceSegment:
    """One level of a place code: the code so far, its kind, its readable name."""

    code: str
    kind: str
    name: str


def segments(code: str, kinds: Kinds) -> tuple[PlaceSegment, ...]:
    """Split a place code into its levels, outermost first. Raises `PlaceCodeError`."""
    parts = code.split("-")
    found = tuple(_segment(parts[: end + 1], kinds) for end in range(len(parts)))
    orders = [kinds[segment.kind].order for segment in found]
    if not kinds[found[0].kind].outermost or orders != sorted(set(orders)):
        first = [kind for kind in levels(kinds) if kind.outermost]
        raise PlaceCodeError(
            f"{code}：库位编码从{'或'.join(kind.zh for kind in first)}开始，由外到内，例如 {first[0].example}；"
            f"依次是 {_examples(kinds)}"
        )
    return found


def levels(kinds: Kinds) -> list[PlaceKind]:
    """Return the kinds that place codes have a level for, outermost first."""
    return sorted((kind for kind in kinds.values() if kind.code), key=lambda kind: kind.order)


def _segment(parts: Sequence[str], kinds: Kinds) -> PlaceSegment:
    last = parts[-1]
    for code, kind in kinds.items():
        if kind.code and is_level(kind.code, last):
            return PlaceSegment("-".join(parts), code, _readable(last, kind.named))
    raise PlaceCodeError(f"“{last}”不是库位的一级，例如 {_examples(kinds)}")


def _examples(kinds: Kinds) -> str:
    return "、".join(f"{kind.example}（{kind.zh}）" for kind in levels(kinds))


def _readable(part: str, named: str) -> str:
    """Return a place's name from its level of a code: the first number in it, and the face (面) of a row behind it."""
    number, side = re.search(r"(\d+)([A-Z]?)", part).groups()  # type: ignore[union-attr]  # its example has one
    return named.replace("{n}", str(int(number))) + (f" {side} 面" if side else "")


def expand(pattern: str) -> Iterator[str]:
    """Yield the codes that a pattern with ranges names: `K01-Q1-L[01..03]A-J[01..06]-C[1..6]`.

    A range keeps the width of its first number. Raises `PlaceCodeError`, also for more than `MOST_PLACES`.
    """
    pieces: list[list[str]] = []
    end = 0
    for match in RANGE.finditer(pattern):
        pieces += [[pattern[end : match.start()]], _range(match["first"], match["last"])]
        end = match.end()
    pieces.append([pattern[end:]])
    count = 1
    for piece in pieces:
        count *= len(piece)
    if count > MOST_PLACES:
        raise PlaceCodeError(f"这个范围有 {count} 个库位，一次最多建立 {MOST_PLACES} 个，请分几次建立")
    yield from ("".join(choice) for choice in itertools.product(*pieces))


def _range(first: str, last: str) -> list[str]:
    if first.isdigit() and last.isdigit() and int(first) <= int(last):
        return [f"{number:0{len(first)}}" for number in range(int(first), int(last) + 1)]
    if first.isalpha() and last.isalpha() and first <= last:
        return [chr(letter) for letter in range(ord(first), ord(last) + 1)]
    raise PlaceCodeError(f"范围 [{first}..{last}] 写反了或不是同一种，例如 [01..06] 或 [A..B]")


def may_stand(child: str, parent: str, kinds: Kinds) -> bool:
    """Say whether a place of kind `child` may stand inside one of kind `parent`.

    Of a kind that the rulebook no longer has nothing is known, so that nothing is forbidden.
    """
    inner, outer = kinds.get(child), kinds.get(parent)
    if outer is None or outer.holds is not None:
        return outer is None or child in (outer.holds or ())
    return inner is None or inner.order > outer.order
