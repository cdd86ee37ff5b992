"""What parties tell other topics."""

from __future__ import annotations

from dataclasses import dataclass

from dms.kernel.consequences import Event
from dms.parties.models import Party


@dataclass(frozen=True)
class PartyRenamed(Event):
    """A party has one more name; papers that speak of it are found by each."""

    party: Party
