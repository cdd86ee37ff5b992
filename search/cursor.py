"""Where a page of results ended, as an opaque text that a link can carry."""

from __future__ import annotations

import base64
import json
from dataclasses import astuple, dataclass

from search.index import QueryError


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last hit shown: the sort it belongs to, its sort key, its id; `ranked` is its rank score where it has one."""

    sort: str
    key: int | None
    id: str
    ranked: float | None = None

    def encode(self) -> str:
        """Return the cursor as a text of letters, digits, - and _."""
        text = json.dumps(astuple(self), ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(text: str | None, sort: str) -> Cursor | None:
    """Return the cursor of a text. Raises `QueryError` for a text that no search with this sort gave."""
    if text is None:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        made, key, entry, ranked = values
    except (ValueError, TypeError) as error:
        raise _unknown(text) from error
    good = made == sort and isinstance(key, int | None) and isinstance(entry, str)
    if not good or not isinstance(ranked, float | None):
        raise _unknown(text)
    return Cursor(made, key, entry, ranked)


def _unknown(text: str) -> QueryError:
    message = "The place in the result list is unknown; search again from the first page."
    return QueryError(message, text, code="cursor_unknown")
