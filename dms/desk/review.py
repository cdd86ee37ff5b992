"""What the review page shows, the screen the archivist lives in: what was read, proposals, the queue, the paper."""

from __future__ import annotations

from typing import Any

from dms.desk.document import where
from dms.documents.context import common, dossier_choices, type_choices
from dms.documents.service import lists, show
from dms.http.texts import level_texts
from dms.kernel.archive import Archive
from dms.policy import Identity


def review_page(archive: Archive, identity: Identity, document_id: str) -> dict[str, Any]:
    """Return what desk/review.html needs."""
    view = show.show(archive, identity, document_id)
    return common(view) | where(archive, identity, document_id) | {
        "types": type_choices(), "levels": level_texts(), "dossiers": dossier_choices(view),
        "queue": lists.place_in_queue(archive, identity, document_id),
    }  # fmt: skip
