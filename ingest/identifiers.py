"""Check digits of the numbers on Chinese papers: check, complete, make, and suggest repairs."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from datetime import date
from itertools import combinations, product

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECKS = "10X98765432"
_SEPARATORS = re.compile(r"[\s\-‐‑–—_.·:：]+")

# What scans confuse; the first row of each key never is a legal symbol of a credit code (GB 32100).
LOOKALIKES: Mapping[str, str] = {
    "O": "0", "I": "1", "Z": "2", "S": "5", "V": "Y",
    "0": "DQC", "D": "0", "Q": "0", "8": "B3", "B": "8", "5": "6", "6": "58G", "G": "6",
    "1": "7LJ", "7": "1T", "L": "1", "2": "7", "3": "8", "U": "0J", "J": "1U", "C": "0G", "9": "0",
    "M": "NHW", "N": "MH", "H": "MN", "W": "M", "K": "XR", "X": "K", "E": "F", "F": "EP", "P": "FR",
    "R": "PK", "A": "4", "4": "A", "T": "7", "Y": "X",
}  # fmt: skip


def compact(code: str) -> str:
    """Return `code` in upper case without blanks and separators, full-width characters narrowed."""
    narrow = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in code)
    return _SEPARATORS.sub("", narrow).upper()


# --- 统一社会信用代码, GB 32100-2015


def uscc_check_character(body: str) -> str:
    """Return the 18th character for the 17 characters of `body`; raise ValueError for illegal symbols."""
    if len(body) != 17 or any(c not in USCC_ALPHABET for c in body):
        raise ValueError(f"Not the first 17 characters of a unified social credit code: {body!r}.")
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(body, _USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[-total % 31]


def is_uscc(code: str) -> bool:
    """Tell whether `code` is a unified social credit code (统一社会信用代码) with a right check character."""
    if len(code) != 18 or any(c not in USCC_ALPHABET for c in code):
        return False
    return uscc_check_character(code[:17]) == code[17]


def make_uscc(rng: random.Random, region: str = "110101", category: str = "91") -> str:
    """Make an invented credit code of a `category` (91, 92, 93 …) and six-digit `region`, both checks right."""
    first = "".join(rng.choice(USCC_ALPHABET) for _ in range(8))
    body = category + region + first + organisation_check_character(first)
    if body[16] not in USCC_ALPHABET:
        raise ValueError(f"No credit code can be made of {body!r}.")
    return body + uscc_check_character(body)


def repair_uscc(code: str, limit: int = 3) -> tuple[str, ...]:
    """Suggest up to `limit` valid credit codes that a scan could have read as `code`, the likeliest first.

    Symbols that are never legal (O I Z S V) are replaced first; then one, then two confusable characters.
    A code whose inner organisation check is right too comes before one where it is not.
    """
    fixed = "".join(c if c in USCC_ALPHABET else LOOKALIKES.get(c, c)[0] for c in compact(code))
    return _repairs(fixed, is_uscc, lambda c: is_organisation_code(c[8:17]), limit)


# --- 组织机构代码, GB 11714


def organisation_check_character(body: str) -> str:
    """Return the ninth character for the eight characters (0-9 A-Z) of `body`."""
    if len(body) != 8 or any(c not in ALPHANUMERIC for c in body):
        raise ValueError(f"Not the first 8 characters of an organisation code: {body!r}.")
    total = sum(ALPHANUMERIC.index(c) * w for c, w in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def is_organisation_code(code: str) -> bool:
    """Tell whether `code` (nine characters, no hyphen) is an organisation code (组织机构代码)."""
    if len(code) != 9 or any(c not in ALPHANUMERIC for c in code):
        return False
    return organisation_check_character(code[:8]) == code[8]


def make_organisation_code(rng: random.Random) -> str:
    """Make an invented organisation code of nine characters."""
    body = "".join(rng.choice("0123456789") for _ in range(8))
    return body + organisation_check_character(body)


# --- 注册号 of licences before 2015, GS 15-2006


def registration_check_digit(body: str) -> str:
    """Return the 15th digit for 14 digits, by ISO 7064 MOD 11,10."""
    if not re.fullmatch(r"\d{14}", body):
        raise ValueError(f"Not the first 14 digits of a registration number: {body!r}.")
    product_ = 10
    for digit in body:
        product_ = ((product_ + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product_) % 10)


def is_registration_number(code: str) -> bool:
    """Tell whether `code` is a registration number (注册号): 15 digits with a right check digit."""
    return re.fullmatch(r"\d{15}", code) is not None and registration_check_digit(code[:14]) == code[14]


def make_registration_number(rng: random.Random, region: str = "110101") -> str:
    """Make an invented registration number of 15 digits."""
    body = region + "".join(rng.choice("0123456789") for _ in range(8))
    return body + registration_check_digit(body)


# --- 公民身份号码, GB 11643-1999


def resident_check_character(body: str) -> str:
    """Return the 18th character for the 17 digits of `body`."""
    if not re.fullmatch(r"[0-9]{17}", body):
        raise ValueError("Not the first 17 digits of a resident identity number.")
    total = sum(int(c) * w for c, w in zip(body, _RESIDENT_WEIGHTS, strict=True))
    return _RESIDENT_CHECKS[total % 11]


def is_resident_id(code: str) -> bool:
    """Tell whether `code` is a resident identity number (公民身份号码) with a real birthday."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", code) or code[17] != resident_check_character(code[:17]):
        return False
    return resident_birthday(code) is not None


def resident_birthday(code: str) -> date | None:
    """Return the birthday that digits 7–14 state, or None when there is no such day."""
    try:
        return date(int(code[6:10]), int(code[10:12]), int(code[12:14]))
    except ValueError:
        return None


def make_resident_id(rng: random.Random, region: str = "110101") -> str:
    """Make an invented resident identity number with a birthday from 1950 to 2004."""
    born = date.fromordinal(rng.randint(date(1950, 1, 1).toordinal(), date(2004, 12, 31).toordinal()))
    body = f"{region}{born:%Y%m%d}{rng.randint(1, 999):03d}"
    return body + resident_check_character(body)


# --- bank cards and hand-keyed labels


def luhn_check_digit(body: str) -> str:
    """Return the digit that makes `body` pass the Luhn check (ISO/IEC 7812-1)."""
    if not re.fullmatch(r"[0-9]+", body):
        raise ValueError("A Luhn number consists of digits.")
    total = 0
    for place, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def is_bank_card(code: str) -> bool:
    """Tell whether `code` is a bank card number: 16–19 digits with a right Luhn digit."""
    return re.fullmatch(r"[0-9]{16,19}", code) is not None and luhn_check_digit(code[:-1]) == code[-1]


def make_bank_card(rng: random.Random, prefix: str = "622202", length: int = 19) -> str:
    """Make an invented bank card number of `length` digits that begins with `prefix`."""
    body = prefix + "".join(rng.choice("0123456789") for _ in range(length - 1 - len(prefix)))
    return body + luhn_check_digit(body)


def mod37_36_check_character(body: str) -> str:
    """Return the ISO 7064 MOD 37,36 check character for `body` (0-9 A-Z, at least one character)."""
    if not body or any(c not in ALPHANUMERIC for c in body):
        raise ValueError(f"ISO 7064 MOD 37,36 takes digits and capital letters, not {body!r}.")
    product_ = 36
    for c in body:
        product_ = ((product_ + ALPHANUMERIC.index(c)) % 36 or 36) * 2 % 37
    return ALPHANUMERIC[(37 - product_) % 36]


def is_mod37_36(code: str) -> bool:
    """Tell whether the last character of `code` is the ISO 7064 MOD 37,36 check of the rest."""
    if len(code) < 2 or any(c not in ALPHANUMERIC for c in code):
        return False
    return mod37_36_check_character(code[:-1]) == code[-1]


# --- repairs


def repair(code: str, valid: Callable[[str], bool], limit: int = 3) -> tuple[str, ...]:
    """Suggest up to `limit` codes that pass `valid` and that a scan could have read as `code`."""
    return _repairs(compact(code), valid, valid, limit)


def _repairs(code: str, valid: Callable[[str], bool], likelier: Callable[[str], bool], limit: int) -> tuple[str, ...]:
    if valid(code):
        return (code,)
    for depth in (1, 2):
        found = [c for c in _variants(code, depth) if valid(c)]
        if found:
            ranked = sorted(dict.fromkeys(found), key=lambda c: not likelier(c))
            return tuple(ranked[:limit])
    return ()


def _variants(code: str, depth: int) -> list[str]:
    places = [i for i, c in enumerate(code) if c in LOOKALIKES]
    results = []
    for chosen in combinations(places, depth):
        for letters in product(*(LOOKALIKES[code[i]] for i in chosen)):
            changed = list(code)
            for i, letter in zip(chosen, letters, strict=True):
                changed[i] = letter
            results.append("".join(changed))
    return results
