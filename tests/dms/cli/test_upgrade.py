"""`upgrade` brings the catalog and the index to this program's version, and not while the archive is served."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import Settings
from dms.bootstrap import open_archive, start_archive
from dms.kernel.lock import FolderLock
from search.index import Access, OutdatedIndexError, Request

ROOT = Path(__file__).parents[3]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", keys_url=f"keyfile://{tmp_path / 'config' / 'keys'}", workers=1)


def upgrade(settings: Settings) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "GUIDANG_KEYS_URL": settings.keys_url}
    command = [sys.executable, "-m", "dms", "--data", str(settings.data), "upgrade"]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)


def searched(settings: Settings) -> int:
    with open_archive(settings) as archive:
        return archive.index.search(Request("", Access(({},)))).total


def test_an_index_of_another_format_is_rebuilt(settings: Settings) -> None:
    start_archive(settings)
    searched(settings)
    alias = settings.data / "index.db"
    content = json.loads(alias.read_text())
    alias.write_text(json.dumps(content | {"format": content["format"] - 1}))
    with pytest.raises(OutdatedIndexError):
        searched(settings)
    done = upgrade(settings)
    assert (done.returncode, done.stderr) == (0, "")
    assert "索引已重建：0 件" in done.stdout
    assert searched(settings) == 0
    assert "不需要升级" in upgrade(settings).stdout


def test_nothing_is_upgraded_while_the_archive_is_served(settings: Settings) -> None:
    start_archive(settings)
    with FolderLock(settings.data):
        done = upgrade(settings)
    assert done.returncode != 0
    assert "[already_running]" in done.stderr


def test_where_no_archive_is_the_command_says_so_and_makes_nothing(settings: Settings) -> None:
    done = upgrade(settings)
    assert done.returncode != 0
    assert "[no_archive]" in done.stderr
    assert not list(settings.data.glob("*"))
