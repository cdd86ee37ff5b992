"""What specimens state is true: check digits, sums, capitals, dates; and the rulebook knows every field."""

import random
from functools import cache

import pytest

from ingest.identifiers import is_registration_number, is_uscc
from ingest.money import parse_capitals, parse_figures
from ingest.specimens import KINDS, Variant, make_specimen
from ingest.specimens.deals import make_deal
from ingest.specimens.story import CUSTOMER, CUSTOMERS, OWN_COMPANY, invent_deal, story_deal

TINY = Variant("tiny", dpi=40.0)  # the fields are the same at any resolution


@cache
def paper(kind, seed):
    return make_specimen(kind, seed, TINY).truth.documents[0]


def papers(kind):
    return [paper(kind, seed) for seed in range(12)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_rulebook_declares_every_fact_under_the_same_name_and_kind(kind, types):
    declared = types[KINDS[kind].type]
    known = {f.name: f.kind for f in declared.expanded_fields()}
    columns = {c.name: c.kind for c in declared.table.columns} if declared.table else {}
    for document in papers(kind):
        for field in document.fields:
            stem, _, rest = field.name.partition(".")
            expected = columns.get(rest.partition(".")[2]) if stem == "items" else known.get(field.name)
            assert expected == field.kind, field.name
        required = {f.name for f in declared.expanded_fields() if f.required}
        known_here = {f.name for f in document.fields}
        if "base_account_no" in known_here:  # the form after 2019 bears this number instead
            required -= {"approval_no"}
        assert required <= known_here


def test_codes_have_right_check_digits():
    for document in (*papers("licence"), *papers("contract"), *papers("einvoice"), *papers("vat_invoice")):
        for field in document.fields:
            if field.kind == "uscc":
                assert is_uscc(field.value) or is_registration_number(field.value)


@pytest.mark.parametrize("kind", ["contract", "vat_invoice", "einvoice", "receipt"])
def test_capitals_and_figures_agree(kind):
    for document in papers(kind):
        raw = {f.name: f.raw for f in document.fields}
        assert parse_capitals(raw["total_capitals"]) == parse_figures(raw["total"]) == int(document.value("total"))


@pytest.mark.parametrize("kind", ["vat_invoice", "einvoice"])
def test_invoices_add_up(kind):
    for document in papers(kind):
        values = {f.name: f.value for f in document.fields}
        lines = sum(name.endswith(".amount") for name in values)
        amounts = [int(values[f"items.{n}.amount"]) for n in range(1, lines + 1)]
        taxes = [int(values[f"items.{n}.tax"]) for n in range(1, lines + 1)]
        assert (sum(amounts), sum(taxes)) == (int(values["amount"]), int(values["tax"]))
        assert int(values["amount"]) + int(values["tax"]) == int(values["total"])
        for n, amount in enumerate(amounts, start=1):
            exact = float(values[f"items.{n}.quantity"]) * float(values[f"items.{n}.price"]) * 100
            assert round(exact) == amount


def test_one_seed_tells_one_story():
    contract, invoice, note = (paper(k, 7) for k in ("contract", "vat_invoice", "delivery"))
    assert contract.value("party_a_name") == invoice.value("buyer_name") == note.value("receiver")
    assert contract.value("total") == invoice.value("total") == note.value("total")
    assert contract.value("contract_no") == note.value("order_no")
    assert contract.value("signed") < note.value("date") < invoice.value("issued")


def test_the_story_is_the_same_on_every_machine():
    assert OWN_COMPANY.name == "澜州栖棠贸易有限公司"
    assert is_uscc(OWN_COMPANY.code)
    assert len({c.code for c in (OWN_COMPANY, *CUSTOMERS)}) == 4
    assert story_deal(CUSTOMER) == story_deal(CUSTOMER)
    assert story_deal(CUSTOMER).seller is OWN_COMPANY


def test_our_company_is_a_party_now_and_then_and_deals_never_cost_nothing():
    deals = [invent_deal(random.Random(seed)) for seed in range(60)]
    assert 15 < sum(OWN_COMPANY in (d.buyer, d.seller) for d in deals) < 45
    assert all(d.total > d.net > 0 and d.prepaid > 0 for d in deals)
    assert make_deal(random.Random(1), CUSTOMER, OWN_COMPANY).rate == 13
