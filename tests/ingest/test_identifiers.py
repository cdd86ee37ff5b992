"""Check digits: published and recomputed vectors, every single-character error, repairs."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import identifiers as ids

VALID = ["91350100M000100Y43", "91310115MA1H8R7C67", "91440101MA5CT1AB08", "91330106MA2KLX0R56", "91440300MA5EQW1A0Q"]


@pytest.mark.parametrize("code", VALID)
def test_credit_codes_of_the_standard_pass(code):
    assert ids.is_uscc(code)
    assert not ids.is_uscc(code[:-1] + ("1" if code[-1] != "1" else "2"))


def test_remainder_zero_gives_check_character_zero():
    bodies = (f"91350100M{n:07d}0" for n in range(200))
    assert any(ids.uscc_check_character(b) == "0" for b in bodies)


def test_credit_code_refuses_letters_that_look_like_digits():
    for letter in "IOSVZ":
        assert not ids.is_uscc(VALID[0][:9] + letter + VALID[0][10:])


@given(st.integers(0, 2**32))
def test_made_credit_codes_carry_both_checks_and_survive_their_own_check(seed):
    code = ids.make_uscc(random.Random(seed), region="330106")
    assert ids.is_uscc(code)
    assert ids.is_organisation_code(code[8:17])


@given(st.integers(0, 2**32), st.integers(0, 17), st.sampled_from(ids.USCC_ALPHABET))
def test_every_single_substitution_in_a_credit_code_is_noticed(seed, place, letter):
    code = ids.make_uscc(random.Random(seed))
    changed = code[:place] + letter + code[place + 1 :]
    assert changed == code or not ids.is_uscc(changed)


def test_repair_offers_the_printed_code_first():
    assert ids.repair_uscc("9135O1OOM000100Y43")[0] == VALID[0]
    assert "91310115MA1H8R7C67" in ids.repair_uscc("91310115MA1HBR7C67")
    assert ids.repair_uscc(VALID[2]) == (VALID[2],)


def test_repair_gives_up_on_rubbish():
    assert ids.repair_uscc("KAUFVERTRAG") == ()


def test_organisation_code_of_the_worked_example():
    assert ids.organisation_check_character("M000100Y"[:8]) == "4"


@pytest.mark.parametrize("code", ["11010519491231002X", "440524188001010014"])
def test_resident_numbers_of_the_standard_pass(code):
    assert ids.is_resident_id(code)
    assert not ids.is_resident_id(code[:-1] + "5")


def test_resident_number_needs_a_real_birthday():
    body = "11010520230230123"
    assert not ids.is_resident_id(body + ids.resident_check_character(body))


@given(st.integers(0, 2**32))
def test_made_numbers_pass(seed):
    rng = random.Random(seed)
    assert ids.is_resident_id(ids.make_resident_id(rng))
    assert ids.is_bank_card(ids.make_bank_card(rng))
    assert ids.is_organisation_code(ids.make_organisation_code(rng))
    assert ids.is_registration_number(ids.make_registration_number(rng))


@pytest.mark.parametrize("label", ["E3301HXMY001/C", "I4403LSWJ002/L", "O3101ZSHZ001/M", "E00USACME001/L"])
def test_label_check_character(label):
    body, check = label.split("/")
    assert ids.mod37_36_check_character(body) == check
    assert ids.is_mod37_36(body + check)


def test_luhn():
    assert ids.luhn_check_digit("7992739871") == "3"
    assert not ids.is_bank_card("79927398713")


def test_compact_narrows_and_drops_separators():
    assert ids.compact("９1350100-m0001 00y4３") == VALID[0]
