"""`init`: each archive has a key file of its own, also where two data folders are called the same."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def run(home: Path, data: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "XDG_CONFIG_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-m", "dms", "--data", str(data), *command],
        capture_output=True, text=True, check=False, cwd=ROOT, env=environment,
    )  # fmt: skip


def test_two_data_folders_of_one_name_have_two_key_files_and_two_recovery_sheets(tmp_path: Path) -> None:
    home, keys = tmp_path / "config", tmp_path / "config" / "guidang"
    for place in ("a", "b"):
        done = run(home, tmp_path / place / "data", "init")
        assert done.returncode == 0, done.stderr
        assert "恢复单在" in done.stdout
    files = sorted(keys.glob("*.keys"))
    assert len(files) == len(list(keys.glob("*.recovery-sheet.txt"))) == 2
    assert keys / "data.keys" in files
    assert files[0].read_bytes() != files[1].read_bytes()
    (tmp_path / "b").rename(tmp_path / "c")  # the second knows its file wherever it lies
    for place in ("a", "c"):
        done = run(home, tmp_path / place / "data", "index", "check")
        assert done.returncode == 0, done.stderr
        assert "恢复单在" not in run(home, tmp_path / place / "data", "init").stdout
    assert sorted(keys.glob("*.keys")) == files


def test_nothing_of_an_archive_is_open_to_other_users_of_the_machine(tmp_path: Path) -> None:
    data = tmp_path / "archive"
    assert run(tmp_path / "config", data, "init").returncode == 0
    assert run(tmp_path / "config", data, "index", "check").returncode == 0
    open_to_others = [path for path in (data, *data.rglob("*")) if path.stat().st_mode & 0o077]
    assert open_to_others == []


def test_a_command_that_finds_no_archive_leaves_nothing_behind(tmp_path: Path) -> None:
    done = run(tmp_path / "config", tmp_path / "archive", "openapi")
    assert done.stderr.splitlines()[-1] == "[no_archive]"
    assert list(tmp_path.iterdir()) == []
