"""The grammar of codes on paper: what is printed is understood again, what was misread is refused."""

from __future__ import annotations

import random
import re
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from config.rulebook import load_rulebook
from dms.codes.rules import KINDS, Code, WrongCheckError, code_of, kind_of, parse, spellings
from dms.numbering.rules import COMPACT, DOSSIER_NUMBER, DossierNumber, document_number, parse_dossier_number
from dms.places.rules import BOX_CODE, segments
from tests.sources import ROOT

PLACE_KINDS = load_rulebook().place_kinds

SYMBOLS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DOSSIERS = st.builds(
    DossierNumber, st.sampled_from("EOI"), st.from_regex(r"[0-9]{4}|00[A-Z]{2}", fullmatch=True),
    st.from_regex(r"[A-Z0-9]{1,5}[A-Z]", fullmatch=True), st.integers(1, 99_999),
)  # fmt: skip
PLACES = st.from_regex(
    r"K[0-9]{2}(-Q[0-9]{1,2})?(-L[0-9]{2}[AB]?)?(-J[0-9]{2})?(-C[0-9]{1,2})?(-H[0-9]{3})?", fullmatch=True
)
NUMBERS = {
    "dossier": DOSSIERS.map(str),
    "document": st.builds(
        document_number, st.just("Q001"), DOSSIERS.map(lambda each: each.compact),
        st.sampled_from(["01", "02", "03", "04", "05", "06"]), st.integers(1, 99_999),
    ),
    "box": st.builds("B{}-{:04}".format, st.integers(2020, 2099), st.integers(1, 999_999)),
    "place": st.one_of(PLACES, st.just("K01-S02-C1"), st.just("K01-G03")),
    "holding": st.builds("Y{}-{:06}".format, st.integers(2020, 2099), st.integers(1, 9_999_999)),
    "batch": st.builds("S{}-{:05}".format, st.integers(2020, 2099), st.integers(1, 999_999)),
}  # fmt: skip
ANY = st.one_of(*NUMBERS.values())


def test_the_codes_of_the_plan():
    for number, code in (
        ("E-3301-HXMY-001", "E3301HXMY001/C"), ("I-4403-LSWJ-002", "I4403LSWJ002/L"),
        ("O-3101-ZSHZ-001", "O3101ZSHZ001/M"), ("E-00US-ACME-001", "E00USACME001/L"),
    ):  # fmt: skip
        assert code_of(number) == code == code_of(number.replace("-", ""))
        assert parse(code) == Code(number, "dossier", True, number.replace("-", ""))


@pytest.mark.parametrize("kind", NUMBERS)
@given(data=st.data())
def test_what_is_printed_is_understood(kind, data):
    number = data.draw(NUMBERS[kind])
    code = parse(code_of(number))
    assert (code.number, code.kind, code.checked) == (number, kind, True)
    typed = parse(number)
    assert (typed.number, typed.kind, typed.checked) == (number, kind, False)


@given(ANY, st.data())
def test_one_wrong_character_is_always_found(number, data):
    code = code_of(number)
    place = data.draw(st.sampled_from([at for at, symbol in enumerate(code) if symbol in SYMBOLS]))
    wrong = data.draw(st.sampled_from(SYMBOLS))
    assume(wrong != code[place])
    with pytest.raises(WrongCheckError, match="校验字符不对") as caught:
        parse(code[:place] + wrong + code[place + 1 :])
    assert caught.value.code == "code_check"


@pytest.mark.parametrize("kind", ["dossier", "box", "batch"])
def test_two_neighbours_that_changed_places_are_nearly_always_found(kind):
    chance = random.Random(7)
    missed = [parse_is_fooled(list(code_of(number_of(kind, chance))), chance) for _ in range(3000)]
    assert sum(missed) / len(missed) < 0.005


def number_of(kind, chance):
    initials = "".join(chance.choice(SYMBOLS[10:]) for _ in range(4))
    return {
        "dossier": f"E-{chance.randrange(1100, 6600)}-{initials}-{chance.randrange(1, 999):03}",
        "box": f"B{chance.randrange(2020, 2040)}-{chance.randrange(1, 9999):04}",
        "batch": f"S{chance.randrange(2020, 2040)}-{chance.randrange(1, 99_999):05}",
    }[kind]


def parse_is_fooled(code, chance):
    """Tell whether a code in which two different neighbours changed places passes for right."""
    pairs = [i for i in range(len(code) - 1) if {code[i], code[i + 1]} <= set(SYMBOLS) and code[i] != code[i + 1]]
    at = chance.choice(pairs)
    code[at], code[at + 1] = code[at + 1], code[at]
    try:
        return parse("".join(code)).checked
    except WrongCheckError:
        return False


DASHES = [chr(point) for point in range(0x10000) if unicodedata.category(chr(point)) == "Pd"]


@given(ANY, st.booleans(), st.data())
def test_how_it_is_typed_does_not_matter(number, checked, data):
    said = code_of(number) if checked else number
    typed = "".join(_variant(character, data) for character in said)
    assert parse(typed).number == number
    assert number in spellings(typed)


def _variant(character, data):
    if character == "-":
        return data.draw(st.sampled_from([*DASHES, "−", "——", " - ", "ー"]))
    if character == "/":
        return data.draw(st.sampled_from(["／", " / ", "、", "∕"]))
    wide = chr(ord(character) + 0xFEE0)
    return data.draw(
        st.sampled_from([character, character.lower(), wide, wide.lower(), f"{character} ", f"{character}　"])
    )


@pytest.mark.parametrize(
    "text", ["B20260132", "b2026 0132", "Ｂ２０２６－０１３２", "B2026—0132", "\ufeffB2026\u200b-0132\r\n"]
)
def test_a_box_is_found_however_it_is_typed(text):
    assert parse(text).number == "B2026-0132"
    assert parse(f"{text}/{code_of('B2026-0132')[-1]}").checked


@pytest.mark.parametrize(
    "text", ["", " ", "/", "A", "/7", "袋-12", "袋-12/3", "HT/2023-5", "A//B", "-/A", "甲/乙/丙", "A-/B", "🙂" * 300]
)
def test_what_is_no_code_is_taken_as_it_is(text):
    code = parse(text)
    assert (code.kind, code.checked) == ("other", False)
    assert spellings(text)[0] == text.strip().upper()


@given(st.text(max_size=60))
def test_spellings_begin_with_the_text_itself_and_never_fail(text):
    assert spellings(text)[0] == text.strip().upper()


def test_a_label_of_ones_own_is_found_even_where_it_looks_like_a_wrong_check():
    with pytest.raises(WrongCheckError):
        parse("A-17/3")
    assert spellings("a-17/3") == ("A-17/3",)
    assert spellings("E1234AB123") == ("E1234AB123", "E-1234-AB-123")
    assert spellings(code_of("A-17")) == (code_of("A-17"), "A-17")


@pytest.mark.parametrize("number", ["", "袋-12", "a1", "A--1", "-A", "A/1", "A 1"])
def test_no_code_is_made_of_other_symbols(number):
    with pytest.raises(ValueError, match="no code can be made"):
        code_of(number)


@given(DOSSIERS)
def test_dossier_numbers_are_those_of_the_numbering(number):
    assert kind_of(str(number)) == kind_of(number.compact) == ("dossier", str(number))
    assert parse_dossier_number(kind_of(number.compact)[1]) == number


@given(st.text("EOIAB0123-", min_size=8, max_size=16))
def test_what_is_no_dossier_number_there_is_none_here(text):
    if not re.search("-", text):
        assert (kind_of(text)[0] == "dossier") == bool(COMPACT.fullmatch(text))
    elif DOSSIER_NUMBER.fullmatch(text):
        assert kind_of(text)[0] == "dossier"


@given(NUMBERS["place"])
def test_places_are_those_of_the_place_tree(code):
    assert segments(code, PLACE_KINDS)[-1].code == code
    assert kind_of(code) == ("place", code)


@given(NUMBERS["box"])
def test_boxes_are_those_of_the_place_tree(code):
    assert BOX_CODE.fullmatch(code)


def test_every_kind_is_tried():
    assert [kind for kind, _, _ in KINDS] == list(NUMBERS)


def test_the_document_says_what_is_printed():
    text = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \S+ \| `(\S+)` \| `(\S+)` \|$", text, re.MULTILINE)
    assert [(kind, code_of(number)) for kind, number, _ in rows] == [(kind, printed) for kind, _, printed in rows]
    assert {kind_of(number)[0] for _, number, _ in rows} == set(NUMBERS)
