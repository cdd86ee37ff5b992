"""Pure rules of places: place codes and their ranges, what may stand where, how a path reads."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# One pattern a level, outermost first: 库房 区 列(面) 节 层 位. A cabinet or safe takes the place of row and bay.
SEGMENTS = (
    ("room", re.compile(r"K\d{2}"), "库房"),
    ("zone", re.compile(r"Q\d{1,2}"), "区"),
    ("row", re.compile(r"L\d{2}[AB]?"), "列"),
    ("cabinet", re.compile(r"G\d{2}"), "柜"),
    ("safe", re.compile(r"S\d{2}"), "保险柜"),
    ("bay", re.compile(r"J\d{2}"), "节"),
    ("shelf", re.compile(r"C\d{1,2}"), "层"),
    ("slot", re.compile(r"H\d{3}"), "位"),
)


ORDER = {kind: order for order, (kind, _, _) in enumerate(SEGMENTS)}


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


def segments(code: str) -> tuple[PlaceSegment, ...]:
    """Split a place code into its levels, outermost first. Raises `PlaceCodeError`."""
    parts = code.split("-")
    found = tuple(_segment(parts[: end + 1]) for end in range(len(parts)))
    kinds = [ORDER[segment.kind] for segment in found]
    if found[0].kind != "room" or kinds != sorted(set(kinds)):
        raise PlaceCodeError(f"{code}：库位编码从库房开始，由外到内，例如 K01-Q2-L05A-J03-C4")
    return found


def _segment(parts: Sequence[str]) -> PlaceSegment:
    last = parts[-1]
    for kind, pattern, noun in SEGMENTS:
        if pattern.fullmatch(last):
            return PlaceSegment("-".join(parts), kind, _readable(last, noun))
    raise PlaceCodeError(
        f"“{last}”不是库位的一级，例如 K01（库房）、Q2（区）、L05A（列）、J03（节）、C4（层）、H012（位）"
    )


def _readable(part: str, noun: str) -> str:
    number, side = re.fullmatch(r"[A-Z](\d+)([AB]?)", part).groups()  # type: ignore[union-attr]  # the pattern matched
    face = {"A": " A 面", "B": " B 面", "": ""}[side]
    return f"{int(number)} 号{noun}{face}" if noun in ("库房", "柜", "保险柜") else f"第 {int(number)} {noun}{face}"


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


def may_stand(child: str, parent: str) -> bool:
    """Say whether a place of kind `child` may stand inside one of kind `parent`."""
    if child == "box":
        return parent not in ("box",)
    if parent in ("box", "virtual", "outside"):
        return False
    return ORDER.get(child, 99) > ORDER.get(parent, -1)
