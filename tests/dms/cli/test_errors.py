"""What goes wrong below the catalog reaches the keyboard as one sentence too."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ({"LANG": "C.UTF-8"}, "还没有档案"),
        ({"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "还没有档案"),
        ({"LANG": "en_GB.UTF-8"}, "There is no archive"),
        ({"LC_MESSAGES": "de_DE.UTF-8", "LANG": "zh_CN.UTF-8"}, "There is no archive"),
    ],
)
def test_errors_are_in_the_language_of_the_terminal(tmp_path, language, sentence):
    others = {name: value for name, value in os.environ.items() if not name.startswith("LC_") and name != "LANG"}
    done = subprocess.run(
        [sys.executable, "-m", "dms", "--data", tmp_path, "index", "check"],
        capture_output=True, text=True, check=False, cwd=ROOT, env=others | language,
    )  # fmt: skip
    assert sentence in done.stderr
    assert done.stderr.splitlines()[-1] == "[no_archive]"
