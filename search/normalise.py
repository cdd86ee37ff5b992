"""The one normaliser of texts and queries: what two spellings must share to be found by one another."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import Any

HAN = (
    "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3041-\u3096\u309d-\u30ff\u3105-\u312f\u31a0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Inside of a character class: scripts written without blanks (Chinese, with kana and hangul), indexed by character."""

_IS_HAN = re.compile(f"[{HAN}]")
_JOINERS = frozenset("-./_\u2044\u00b7\u2022\u2212")  # written inside codes: HT-2023/001, 91.2, 张·三
_BESIDE_HAN = re.compile(f"[-, \\n](?:(?<=[{HAN}][-, \\n])[-, \\n]*|[-, \\n]*(?=[{HAN}]))")
_SEPARATORS = re.compile(f"([-, \\n](?:(?<=[{HAN}][-, \\n])[-, \\n]*|[-, \\n]*(?=[{HAN}])|[-, \\n]*()))")
"""All separators, with an empty second group where no Han is beside them; begins with what is quick to look for."""
_FOUR_DIGITS = re.compile(r"(?<![0-9])[0-9]{4}$")
_THREE_DIGITS = re.compile(r"[0-9]{3}(?![0-9])")
_MORE_DIGITS = re.compile(r"[0-9]{3}")


class Normalised:
    """A canonical text with the way back from each of its characters to the original one it came from."""

    __slots__ = ("_origins", "_source", "_starts", "text")

    def __init__(self, parts: Sequence[str], kept: Sequence[str], source: Sequence[int]) -> None:
        self.text = "".join(kept)
        self._starts = list(accumulate(map(len, kept), initial=0))
        self._origins = list(accumulate(map(len, parts), initial=0))
        self._source = source

    def origin(self, at: int) -> int:
        """Return the index of the original character behind a canonical one; it never decreases with `at`.

        A blank between two runs comes from the first separator that it stands for.
        """
        piece = bisect_right(self._starts, at, hi=len(self._starts) - 1) - 1
        return self._source[self._origins[piece] + at - self._starts[piece]]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of original characters behind the canonical characters start…end (end not included)."""
        return self.origin(start), self.origin(end - 1) + 1


def canonical(text: str) -> str:
    """Return the canonical form: Han characters and lower-case letter or digit runs, nothing else.

    NFKC, lower case, accents dropped, traditional characters simplified; blanks and punctuation beside Han characters
    dropped; separators inside codes dropped; one blank between two runs that stay apart.
    """
    folded = _BESIDE_HAN.sub("", text.translate(_FOLD))
    return "".join(_cut(folded)[1])


def normalise(text: str) -> Normalised:
    """Return the canonical form of a text together with the way back to its characters."""
    folded = text.translate(_FOLD)
    source: Sequence[int] = range(len(text))
    if not _FOLD.uneven.isdisjoint(text):
        source = [index for index, char in enumerate(text) for _ in _FOLD[ord(char)]]
    return Normalised(*_cut(folded), source)


def is_han(char: str) -> bool:
    """Tell whether a character is indexed by itself (Chinese and other scripts without blanks)."""
    return _IS_HAN.match(char) is not None


def _cut(folded: str) -> tuple[list[str], list[str]]:
    """Return the runs and separators of a folded text in turn, and the same with what each separator becomes."""
    parts = _SEPARATORS.split(folded)
    doubtful = parts[2::3]
    del parts[2::3]
    kept = list(parts)
    kept[1::2] = [
        " " if mark is not None and _keep_apart(*parts[2 * place : 2 * place + 3]) else ""
        for place, mark in enumerate(doubtful)
    ]
    return parts, kept


def _keep_apart(before: str, separators: str, after: str) -> bool:
    """Tell whether separators between letters or digits keep two runs apart."""
    if not (before and after):
        return False
    if len(separators) > 1:
        return True
    if separators == "-":
        return False
    if separators == ",":  # thousands: 12,800
        return not (before[-1] in "0123456789" and _THREE_DIGITS.match(after))
    grouped = separators == " " and _FOUR_DIGITS.search(before[-5:])  # 6222 0210 0123 4567
    return not (grouped and _MORE_DIGITS.match(after))


class _Folds(dict[int, str]):
    """What each character becomes, filled in as characters are met; independent of its neighbours.

    `uneven` are the characters met that become none or several.
    """

    def __init__(self) -> None:
        super().__init__()
        self.uneven: set[str] = set()

    def __missing__(self, code: int) -> str:
        fold = _fold(chr(code))
        if len(fold) != 1:
            self.uneven.add(chr(code))
        self[code] = fold
        return fold


def _fold(char: str) -> str:
    lower = unicodedata.normalize("NFKC", char).lower()
    plain = "".join(part for part in unicodedata.normalize("NFKD", lower) if unicodedata.category(part) != "Mn")
    return "".join(_class(part) for part in unicodedata.normalize("NFKC", plain))


def _class(char: str) -> str:
    """Return the character itself, or "-" (joins codes), "," (thousands), blank (separates) or nothing (invisible)."""
    if is_han(char):
        return _simplified(char)
    if char.isalnum():
        return char
    if char in _JOINERS or unicodedata.category(char) == "Pd":
        return "-"
    if char in ",\n":
        return char
    return "" if unicodedata.category(char) in ("Mn", "Me", "Cf") else " "


def _simplified(char: str) -> str:
    """Return the simplified character; each by itself, since phrase tables read a part otherwise than the whole."""
    simple = str(_converter().convert(char))
    return simple if len(simple) == 1 and is_han(simple) else char


@cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


_FOLD = _Folds()
