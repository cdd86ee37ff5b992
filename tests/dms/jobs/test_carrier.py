from __future__ import annotations

import threading
from pathlib import Path

from dms.jobs.carrier import LocalCarrier


def test_news_wakes_every_waiting_worker(tmp_path: Path) -> None:
    writer, readers = LocalCarrier(tmp_path / "wake"), [LocalCarrier(tmp_path / "wake") for _ in range(3)]
    woken: list[bool] = []
    threads = [threading.Thread(target=lambda r=reader: woken.append(r.wait(30))) for reader in readers]
    for thread in threads:
        thread.start()
    writer.announce("job")
    for thread in threads:
        thread.join()
    assert woken == [True, True, True]


def test_news_before_the_wait_is_not_missed(tmp_path: Path) -> None:
    writer, reader = LocalCarrier(tmp_path / "wake"), LocalCarrier(tmp_path / "wake")
    writer.announce("one")
    assert reader.wait(30)
    writer.announce("two")
    assert reader.wait(30)
    assert not reader.wait(0)


def test_a_missing_folder_silences_the_carrier_and_nothing_else(tmp_path: Path) -> None:
    carrier = LocalCarrier(tmp_path / "gone" / "wake")
    carrier.announce("job")
    assert not carrier.wait(0)
