from __future__ import annotations

from pathlib import Path

from dms.jobs.local import LocalCarrier


def test_a_missing_folder_silences_the_carrier_and_nothing_else(tmp_path: Path) -> None:
    carrier = LocalCarrier(tmp_path / "gone" / "wake")
    carrier.announce("job")
    assert not carrier.listen().wait(0)
