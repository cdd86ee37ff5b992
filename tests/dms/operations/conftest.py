from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from dms.bootstrap import open_archive, start_archive
from dms.documents.models import StoredObject


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", keys_url=f"keyfile://{tmp_path / 'config' / 'keys'}", workers=1)


@pytest.fixture
def archive(settings: Settings) -> Iterator[Any]:
    """A started archive on disk with three originals."""
    start_archive(settings)
    with open_archive(settings) as opened:
        for content in (b"one", b"", b"three" * 100_000):
            keep(opened, content)
        yield opened


def keep(archive: Any, content: bytes) -> None:
    envelope = archive.vault.write(archive.vault.reserve("original"), io.BytesIO(content))
    with archive.db.write() as session:
        session.add(
            StoredObject(
                object_id=envelope.object_id, role="original", envelope=envelope.to_json(), key_id=envelope.key_id,
                plain_sha256=envelope.plain_sha256, plain_length=envelope.plain_length,
                created_at=archive.clock.now(),
            )
        )  # fmt: skip
