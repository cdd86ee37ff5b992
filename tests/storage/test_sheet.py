"""The recovery sheet: typed back by a tired person, it gives the keys or names the wrong line."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.keyring import MasterKey
from storage.keys import RecoverySheetError
from storage.sheet import ALPHABET, read_sheet, write_sheet

masters = st.lists(
    st.tuples(st.integers(0, 2**32 - 1), st.binary(min_size=32, max_size=32)), min_size=1, max_size=4
).map(lambda keys: tuple(MasterKey(version, *key) for version, key in enumerate(keys, 1)))
SHEET = write_sheet([MasterKey(1, 1_700_000_000, bytes(range(32))), MasterKey(2, 1_800_000_000, bytes(range(32, 64)))])
TYPED = [number for number, line in enumerate(SHEET) if line.startswith("  ")]


@given(masters)
def test_every_sheet_reads_back(keys: tuple[MasterKey, ...]) -> None:
    assert read_sheet(write_sheet(keys)) == keys


@given(masters, st.integers())
def test_how_it_is_typed_does_not_matter(keys: tuple[MasterKey, ...], seed: int) -> None:
    lines = [line.lower().replace("0", "o").replace(" 1", " l") for line in write_sheet(keys) if line.startswith("  ")]
    lines = [line.replace("o.", "0.").replace(" l.", " 1.").replace(".l", ".1").replace("  ", " ") for line in lines]
    random.Random(seed).shuffle(lines)
    assert read_sheet(["notes of the typist", *lines, ""]) == keys


@given(st.sampled_from(TYPED), st.integers(0, 19), st.sampled_from(ALPHABET))
def test_a_wrong_symbol_is_found_in_its_line(line: int, place: int, symbol: str) -> None:
    head, groups = SHEET[line][:7], SHEET[line][7:].replace(" ", "")
    if groups[place] == symbol:
        return
    typed = head + groups[:place] + symbol + groups[place + 1 :]
    with pytest.raises(RecoverySheetError, match=rf"Line {head.strip()} ".replace(".", r"\.")):
        read_sheet([*SHEET[:line], typed, *SHEET[line + 1 :]])


def test_two_lines_exchanged_are_found() -> None:
    one, two = SHEET[TYPED[1]], SHEET[TYPED[2]]
    exchanged = [one[:7] + two[7:] if line == one else line for line in SHEET]
    with pytest.raises(RecoverySheetError, match=r"1\.2"):
        read_sheet(exchanged)


@pytest.mark.parametrize("line", TYPED)
def test_a_missing_line_is_named(line: int) -> None:
    with pytest.raises(RecoverySheetError, match="missing"):
        read_sheet(SHEET[:line] + SHEET[line + 1 :])


def test_a_missing_key_is_noticed() -> None:
    with pytest.raises(RecoverySheetError, match=r"2\.1"):
        read_sheet(SHEET[: TYPED[4]])


def test_sheets_of_two_states_are_not_mixed() -> None:
    other = write_sheet([MasterKey(1, 1_700_000_000, bytes(range(32)))])
    with pytest.raises(RecoverySheetError, match="one sheet"):
        read_sheet([*other, *(SHEET[line] for line in TYPED[4:])])


@pytest.mark.parametrize("lines", [[], ["nothing"], ["1.1 ABCD"], ["9.9 ABCD ABCD ABCD ABCD ABCD"]])
def test_what_is_no_sheet_is_refused(lines: list[str]) -> None:
    with pytest.raises(RecoverySheetError):
        read_sheet(lines)
