"""What the page of a customer shows: who it is, and its dossier."""

from __future__ import annotations

from typing import Any

from dms.dossiers import service as dossiers
from dms.kernel.archive import Archive
from dms.parties import service as parties
from dms.parties.wording import legal_form_text, relation_text
from dms.policy import Identity


def party_page(archive: Archive, identity: Identity, party_id: str) -> dict[str, Any]:
    """Return what desk/party.html needs."""
    party = parties.get(archive, identity, party_id)
    return {
        "party": party,
        "relation_name": relation_text(party.relation),
        "legal_form_name": legal_form_text(party.legal_form),
        "dossier": dossiers.of_party(archive, identity, party_id),
    }
