"""What goes wrong below the catalog reaches the keyboard as one sentence too."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_a_store_that_cannot_be_opened_is_one_sentence_and_an_exit_code(tmp_path):
    source = tmp_path / "backup"
    source.mkdir()
    (source / "manifest-sha256.txt").touch()
    (source / "backup.json").write_text('{"format": "guidang-backup-1"}')
    settings = tmp_path / "settings.toml"
    settings.write_text(f'data = "{tmp_path / "data"}"\nstore_url = "ftp://nowhere"\n')
    done = subprocess.run(
        [sys.executable, "-m", "dms", "--settings", settings, "restore", source],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 7
    assert done.stderr.splitlines()[-1] == "[store_url]"
    assert "Traceback" not in done.stderr
