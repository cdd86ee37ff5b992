"""Tokens: how a canonical text becomes the words that every engine indexes, and a query becomes a phrase of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from search.normalise import HAN

BREAK = "|"
"""Stands between pages and between values, so that no phrase reaches across."""

_ATOMS = re.compile(f"[{HAN}]+|[^{HAN} ]+")
_HAN_ATOM = re.compile(f"[{HAN}]")


def column_tokens(values: Iterable[str]) -> Iterator[str]:
    """Yield the tokens of canonical values or pages in order, then each Han character once.

    A Han run ABC gives A AB BC C; a letter or digit run abcd gives a ab abc bcd. The single characters at the ends of
    a run are what a phrase needs to go on from Han to digits (第 3 号); the list at the end answers for one character.
    """
    seen: set[str] = set()
    for value in values:
        yield from _tokens(value)
        yield BREAK
        seen.update(value)
    yield from sorted(char for char in seen if _HAN_ATOM.match(char))


def phrase_tokens(needle: str) -> tuple[str, ...]:
    """Return the tokens that stand in unbroken order wherever the canonical needle occurs; see `search.scan`."""
    atoms = _ATOMS.findall(needle)
    last = len(atoms) - 1
    return tuple(
        token
        for place, atom in enumerate(atoms)
        for token in _atom_tokens(atom, opens=place > 0, closes=place < last, alone=last == 0)
    )


def _tokens(value: str) -> Iterator[str]:
    for atom in _ATOMS.findall(value):
        yield from _han(atom, True, True) if _HAN_ATOM.match(atom) else _run(atom, True)


def _atom_tokens(atom: str, opens: bool, closes: bool, alone: bool) -> Iterator[str]:
    """Yield the tokens of one atom of a needle; `opens`/`closes`: it begins/ends where the text's run must."""
    if _HAN_ATOM.match(atom):
        return _han(atom, opens, closes)
    if len(atom) > 2 and not opens:
        return _run(atom, False)
    if alone:
        return iter((atom,))  # a or ab: the beginning of a run
    return _run(atom, True)


def _han(run: str, opens: bool, closes: bool) -> Iterator[str]:
    if len(run) == 1:
        yield run
        return
    if opens:
        yield run[0]
    for at in range(len(run) - 1):
        yield run[at : at + 2]
    if closes:
        yield run[-1]


def _run(run: str, opens: bool) -> Iterator[str]:
    if opens:
        yield run[0]
        if len(run) > 1:
            yield run[:2]
    for at in range(len(run) - 2):
        yield run[at : at + 3]
