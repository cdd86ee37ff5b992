"""Use cases of the audit log: `record` a deed in its own transaction, read and filter what was recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from dms.audit.leaf import FORMAT, canonical, moment
from dms.audit.models import AuditLeaf
from dms.audit.verify import hash_leaf
from dms.kernel.clock import Clock
from dms.kernel.database import new_id
from dms.policy import Identity


def record(
    session: Session,
    clock: Clock,
    identity: Identity,
    *,
    action: str,
    target: tuple[str, str | None],
    details: Mapping[str, Any] | None = None,
    reason: str = "",
) -> str:
    """Write the leaf of a deed in the deed's own transaction; return its id.

    `target` is (kind, id) of what was dealt with; `details` any JSON values that a later reader needs to understand
    the deed, never page text, passwords or keys.
    """
    at, leaf_id, (kind, target_id) = clock.now(), new_id(), target
    body = canonical(
        {
            "format": FORMAT,
            "id": leaf_id,
            "at": moment(at),
            "actor": {
                "id": identity.account_id, "name": identity.name, "roles": sorted(identity.roles),
                "via": identity.via, "address": identity.address,
            },
            "action": action,
            "target": [kind, target_id or ""],
            "details": dict(details or {}),
            "reason": reason,
        }
    )  # fmt: skip
    session.add(
        AuditLeaf(
            id=leaf_id, body=body, leaf_hash=hash_leaf(body).hex(), at=at, actor_id=identity.account_id,
            actor_name=identity.name, action=action, target_kind=kind, target_id=target_id or "",
        )
    )  # fmt: skip
    return leaf_id
