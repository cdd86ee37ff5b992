"""Tokens: how a canonical text becomes the words that every engine indexes, and a query becomes a phrase of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from search.normalise import HAN

BREAK = "|"
"""Stands between pages and between values, so that no phrase reaches across."""

_ATOMS = re.compile(f"[{HAN}]+|[^{HAN} ]+")
_RUN_STARTS = re.compile(f"(?<![^{HAN} ])[^{HAN} ]")
_HAN = re.compile(f"[{HAN}]")
_LONG = 3  # from so many letters or digits on a needle may stand in the middle of a run


def column_tokens(values: Iterable[str]) -> Iterator[str]:
    """Yield the tokens of canonical values or pages in order, then what answers for a needle of one character.

    A Han run ABC gives AB BC; a run abcd of letters or digits gives ab abc bcd, one of a single a just that. Where two
    runs meet stands a token of both their ends (第3, 3号, 4|8 for a blank), so that no phrase has to be carried by
    single digits, which stand on every page. At the end comes each Han character and, as a|, each beginning of a run.
    """
    characters: set[str] = set()
    starts: set[str] = set()
    for value in values:
        yield from _tokens(_ATOMS.findall(value), whole=True)
        yield BREAK
        characters.update(value)
        starts.update(_RUN_STARTS.findall(value))
    yield from sorted(char for char in characters if _HAN.match(char))
    yield from sorted(_start(char) for char in starts)


def phrase_tokens(needle: str) -> tuple[str, ...]:
    """Return the tokens that stand in unbroken order wherever the canonical needle occurs; see `search.scan`."""
    if len(needle) == 1:
        return (needle if _HAN.match(needle) else _start(needle),)
    return tuple(_tokens(_ATOMS.findall(needle), whole=False))


def _tokens(atoms: list[str], whole: bool) -> Iterator[str]:
    """Yield the tokens of runs that follow one another; unless they are the `whole` text, it may go on at both ends."""
    last = len(atoms) - 1
    for place, atom in enumerate(atoms):
        if _HAN.match(atom):
            yield from (atom[at : at + 2] for at in range(len(atom) - 1))
        elif len(atom) > 1:
            if whole or place > 0 or len(atom) < _LONG:
                yield atom[:2]
            yield from (atom[at : at + _LONG] for at in range(len(atom) - _LONG + 1))
        elif whole or place < last:  # at a needle's end the run may be longer
            yield atom
        if place < last:
            yield _meeting(atom[-1], atoms[place + 1][0])


def _meeting(end: str, start: str) -> str:
    """Return the token that stands where a run ends and another begins."""
    return end + start if _HAN.match(end) or _HAN.match(start) else f"{end}{BREAK}{start}"


def _start(char: str) -> str:
    return char + BREAK
