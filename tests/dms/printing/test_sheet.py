"""What the frame of every form says."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from config.settings import OwnCompany
from dms.printing.sheet import moment, sheet, size


def test_the_frame_says_whose_when_and_by_whom(archive, identity):
    ours = archive.settings.model_copy(update={"own_companies": (OwnCompany(name="示例贸易有限公司"),)})
    said = sheet(replace(archive, settings=ours), identity("ARC", name="张档案"), archive.clock.now())
    assert said == {
        "company": "示例贸易有限公司", "archive": "归档", "printed_at": "2026-06-14 14:00", "printed_by": "张档案",
    }  # fmt: skip


def test_paper_bears_the_time_of_where_the_archive_is(archive):
    assert moment(archive, datetime(2026, 12, 31, 16, 30, tzinfo=UTC)) == "2027-01-01 00:30"


@pytest.mark.parametrize(
    ("length", "shown"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 KB"), (3_400_000, "3.4 MB"), (2_000_000_000_000, "2000.0 GB")],
)
def test_sizes_are_those_of_the_screens(length, shown):
    assert size(length) == shown
