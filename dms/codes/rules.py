"""Grammar of codes on paper: a printed number, "/" and its check character, as scanners and people type it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from dms.kernel.errors import InvalidError
from ingest.identifiers import mod37_36_check_character

_COMPACT = r"([EOI])-?(\d{4}|00[A-Z]{2})-?([A-Z0-9]{1,5}[A-Z])-?(\d{3,5})"
_LEVEL = r"(?:Q\d{1,2}|L\d{2}[AB]?|G\d{2}|S\d{2}|J\d{2}|C\d{1,2}|H\d{3})"

# What a number looks like and how it is kept, by what it numbers. The topics give the numbers; a test compares.
KINDS = (
    ("dossier", re.compile(_COMPACT), r"\1-\2-\3-\4"),
    ("document", re.compile(r"[0-9A-Z]{1,12}-KH-[EOI][0-9A-Z]{9,15}-\d{2}-\d{4,6}(?:-\d{3})?"), r"\g<0>"),
    ("box", re.compile(r"B(\d{4})-?(\d{4,6})"), r"B\1-\2"),
    ("place", re.compile(rf"K\d{{2}}(?:-{_LEVEL})*"), r"\g<0>"),
    ("holding", re.compile(r"Y(\d{4})-?(\d{6,8})"), r"Y\1-\2"),
    ("batch", re.compile(r"S(\d{4})-?(\d{5,8})"), r"S\1-\2"),
)
OTHER = "other"  # a label of somebody's own making
NUMBER = re.compile(r"[0-9A-Z]+(?:[-._][0-9A-Z]+)*")
CODE = re.compile(rf"(?P<number>{NUMBER.pattern})/(?P<check>[0-9A-Z])")
DASHES = "\u2212\u2500\u2501\u2043\u30fc"  # minus, box lines, bullet, Japanese long mark; beside Unicode's own (Pd)
SLASHES = frozenset({"⁄", "∕", "⧸", "、"})  # the last is what a Chinese keyboard types for /
WRONG = "“%(label)s”的校验字符不对，有一位读错或键错了，什么也没有动。请再扫一次，或对照标签重新键入。"


class WrongCheckError(InvalidError):
    """The check character does not belong to the number: something was misread or mistyped."""

    code = "code_check"


@dataclass(frozen=True, slots=True)
class Code:
    """A code as understood: its number as the archive keeps it, what that numbers, and whether it was checked.

    `written` is the number as it stood there, narrowed to plain characters.
    """

    number: str
    kind: str
    checked: bool  # False where the check character was left out, as when typed by hand
    written: str


def check_character(number: str) -> str:
    """Return the ISO 7064 MOD 37,36 check character over digits and letters. Raises `ValueError` for other symbols."""
    if not NUMBER.fullmatch(number):
        raise ValueError(f"no code can be made of {number!r}: digits, capital letters, single - . _ between them")
    return mod37_36_check_character(re.sub(r"[-._]", "", number))


def code_of(number: str) -> str:
    """Return what is printed for a number, for example B2026-0132/O; of a dossier number the compact form."""
    printed = number.replace("-", "") if kind_of(number)[0] == "dossier" else number
    return f"{printed}/{check_character(number)}"


def kind_of(number: str) -> tuple[str, str]:
    """Return (kind, the number as the archive keeps it)."""
    for kind, pattern, kept in KINDS:
        match = pattern.fullmatch(number)
        if match:
            return kind, match.expand(kept)
    return OTHER, number


def plain(text: str) -> str:
    """Return a text as our labels write it: narrow capitals, plain dashes and slashes, no blanks, nothing invisible."""
    kept = (_plain_character(c) for c in unicodedata.normalize("NFKC", text))
    return re.sub("-+", "-", "".join(kept).upper())


def _plain_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Pd" or character in DASHES:
        return "-"
    if character in SLASHES:
        return "/"
    return "" if category[0] in "ZC" else character


def parse(text: str) -> Code:
    """Understand what was scanned or typed. Raises `WrongCheckError` where the check character is wrong.

    Without a check character any text is taken for a number; whether there is such a one is for the caller to find.
    """
    said = plain(text)
    match = CODE.fullmatch(said)
    if match and match["check"] != check_character(match["number"]):
        raise WrongCheckError(WRONG, label=said)
    written = match["number"] if match else said
    kind, number = kind_of(written)
    return Code(number, kind, match is not None, written)


def spellings(text: str) -> tuple[str, ...]:
    """Return how the archive may keep what was scanned or typed, the text itself first. Raises nothing.

    A label of one's own making may hold anything, also what looks like a wrong check character.
    """
    itself = text.strip().upper()
    try:
        code = parse(text)
    except WrongCheckError:
        return (itself,)
    return tuple(dict.fromkeys((itself, code.number, code.written)))
