import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.numbering.models import NumberCounter
from dms.numbering.rules import DossierNumber, parse_dossier_number
from dms.numbering.service import give_dossier_number, next_serial

numbers = st.builds(
    DossierNumber,
    ctype=st.sampled_from("EOI"),
    region=st.from_regex(r"\A(\d{4}|00[A-Z]{2})\Z").filter(str.isascii),
    initials=st.from_regex(r"\A[A-Z0-9]{1,5}[A-Z]\Z").filter(str.isascii),
    serial=st.integers(1, 99_999),
)


@given(numbers)
def test_both_forms_of_a_dossier_number_read_back(number):
    assert parse_dossier_number(str(number)) == number
    assert parse_dossier_number(number.compact) == number


@pytest.mark.parametrize(
    "text", ["", "E-3301-HXMY", "X-3301-HXMY-001", "E-3301-HX1-001", "E-3301-H-001", "E-3301-HXMY-01"]
)
def test_what_is_no_dossier_number_is_refused(text):
    with pytest.raises(ValueError, match="not a dossier number"):
        parse_dossier_number(text)


def test_serials_taken_at_once_are_unique_and_gap_free(db):
    taken: list[int] = []

    def take() -> None:
        for _ in range(25):
            with db.write() as session:
                taken.append(next_serial(session, "x"))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 101))


def test_a_number_of_an_undone_use_case_is_given_again(db):
    def number_and_fail() -> None:
        with db.write() as session:
            give_dossier_number(session, "enterprise", "3301", "HXMY")
            raise RuntimeError("undo")

    with pytest.raises(RuntimeError, match="undo"):
        number_and_fail()
    with db.write() as session:
        assert str(give_dossier_number(session, "enterprise", "3301", "HXMY")) == "E-3301-HXMY-001"
        assert str(give_dossier_number(session, "enterprise", "3301", "HXMY")) == "E-3301-HXMY-002"
        assert str(give_dossier_number(session, "sole_trader", "3301", "HXMY")) == "I-3301-HXMY-001"
        assert session.query(NumberCounter).count() == 2
