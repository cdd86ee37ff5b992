"""The commands `audit` and `recover-admin`, as a person at the keyboard uses them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config.settings import load_settings
from dms.accounts import service
from dms.bootstrap import open_archive, start_archive
from dms.cli import group
from dms.kernel.errors import ConflictError, InvalidError, NotFoundError

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on a started archive with a first person."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    settings = load_settings(environment={}, data=tmp_path / "data")
    start_archive(settings)
    with open_archive(settings) as archive:
        link = service.first_person_link(archive)
        assert link is not None
        service.use_link(archive, link.secret, "竹外桃花三两枝，春江水暖", name="张档案", login="zhang")

    def run_command(*arguments: object) -> Result:
        result = CliRunner().invoke(group, ["--data", str(tmp_path / "data"), *map(str, arguments)])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run_command


def test_log_is_exported_and_checked(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    assert run("audit", "export", file).exit_code == 0
    with pytest.raises(ConflictError, match="没有覆盖"):
        run("audit", "export", file)
    checked = run("audit", "verify", file)
    assert checked.exit_code == 0
    assert "没有改动" in checked.output
    file.write_text(file.read_text(encoding="utf-8").replace("张档案", "李档案"), encoding="utf-8")
    altered = run("audit", "verify", file)
    assert altered.exit_code == 1
    assert "有改动" in altered.output
    with pytest.raises(InvalidError, match="不是审计日志"):
        run("audit", "verify", tmp_path / "absent.jsonl")


def test_live_log_is_checked_against_what_was_noted(run: Run, tmp_path: Path) -> None:
    assert run("audit", "verify").exit_code == 0
    assert run("audit", "verify", "--anchor", f"1:{'0' * 64}").exit_code == 1
    assert "条数:根" in run("audit", "verify", "--anchor", "rubbish").output


def test_administrator_gets_a_link(run: Run) -> None:
    shown = run("recover-admin")
    assert "/link/" in shown.output
    with pytest.raises(NotFoundError, match="zhang"):
        run("recover-admin", "nobody")
