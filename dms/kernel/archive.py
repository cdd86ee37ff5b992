"""The parts of a running archive, composed once and handed to every use case as its first argument."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from config.rulebook import Rulebook
from config.settings import Settings
from dms.kernel.carrier import Carrier
from dms.kernel.clock import Clock
from dms.kernel.consequences import Consequences
from dms.kernel.database import Database
from dms.kernel.topic import Topics
from search.index import SearchIndex
from storage.vault import Vault

if TYPE_CHECKING:  # what the rights are stands above this module
    from dms.policy import Policy


@dataclass(frozen=True)
class Archive:
    """Everything a use case needs: rules, catalog, originals, index, policy, time, news for workers, the topics."""

    settings: Settings
    rulebook: Rulebook
    data: Path
    db: Database
    clock: Clock
    vault: Vault
    index: SearchIndex
    policy: Policy
    carrier: Carrier
    topics: Topics
    consequences: Consequences

    def close(self) -> None:
        """Give back connections."""
        self.db.close()
