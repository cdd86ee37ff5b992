"""The table of kinds: from a deal to the sheets of a paper, with the document type it belongs to."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ingest.specimens.companies import Company, invent_company
from ingest.specimens.deals import Deal
from ingest.specimens.papers.account import account
from ingest.specimens.papers.contract import contract
from ingest.specimens.papers.delivery import delivery
from ingest.specimens.papers.invoices import einvoice, vat_invoice
from ingest.specimens.papers.licence import licence
from ingest.specimens.papers.receipt import receipt
from ingest.specimens.sheet import Sheet
from ingest.specimens.story import OWN_COMPANY


@dataclass(frozen=True, slots=True)
class Paper:
    """A drawn paper (件) before it is scanned."""

    kind: str
    sheets: tuple[Sheet, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of specimen, the rulebook's document type and how it is drawn."""

    type: str
    type_name: str
    draw: Callable[[Deal, random.Random], list[Sheet]]


def _customer(deal: Deal) -> Company:
    return deal.seller if deal.buyer is OWN_COMPANY else deal.buyer


def _licence(deal: Deal, rng: random.Random) -> list[Sheet]:
    """Draw the customer's licence; one in five is that of some sole trader (个体工商户)."""
    company = invent_company(rng, sole=True) if rng.random() < 0.2 else _customer(deal)
    return licence(company, rng)


def _account(deal: Deal, rng: random.Random) -> list[Sheet]:
    return account(_customer(deal), rng)


KINDS: Mapping[str, Kind] = {
    "licence": Kind("T01", "营业执照", _licence),
    "contract": Kind("T04", "购销合同", contract),
    "vat_invoice": Kind("T06", "增值税专用发票", vat_invoice),
    "einvoice": Kind("T08", "数电票", einvoice),
    "receipt": Kind("T09", "收据", receipt),
    "delivery": Kind("T10", "送货单", delivery),
    "account": Kind("T02", "开户许可证", _account),
}


def draw_paper(kind: str, deal: Deal, rng: random.Random) -> Paper:
    """Draw a paper of `kind` for `deal`; raise ValueError for an unknown kind."""
    if kind not in KINDS:
        raise ValueError(f"There is no kind of specimen {kind!r}; choose one of {', '.join(KINDS)}.")
    return Paper(kind, tuple(KINDS[kind].draw(deal, rng)))


def draw_licence(company: Company, rng: random.Random, form: str, *, copied: bool) -> Paper:
    """Draw the licence of a given company."""
    return Paper("licence", tuple(licence(company, rng, form=form, copied=copied)))
