"""The catalog's server is down, refuses us or breaks off: every command ends with one sentence, its code, a number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from dms.cli import COMMANDS, LazyGroup, group, main
from tests.services.absent import absent
from tests.services.faults import CLIENT, Proxy, Reset
from tests.services.postgres import ABSENT, PASSWORD, Postgres, programs

pytestmark = pytest.mark.service
WITHOUT_CATALOG = {
    ("doctor",): "it says of each part how it is, and goes on",
    ("health",): "it asks the processes of this machine",
    ("keys", "sheet"): "it reads the key file",
    ("keys", "recover"): "it reads the recovery sheet",
    ("restore",): "it looks through the whole backup first",
}
ARGUMENTS = {
    ("intake",): ["FILE"],
    ("backup",): ["TARGET"],
    ("migrate-backend",): ["--to", "FILE"],
    ("audit", "export"): ["TARGET"],
}


def leaves() -> Iterator[tuple[str, ...]]:
    """Yield every command with its verb."""
    context = click.Context(group)
    for name in COMMANDS:
        command = group.get_command(context, name)
        if isinstance(command, click.Group) and not isinstance(command, LazyGroup):
            yield from ((name, verb) for verb in command.list_commands(context))
        else:
            yield (name,)


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    if programs() is None:
        absent(ABSENT)
    with Postgres(listen=True) as made:
        yield made


class Keyboard:
    """Types commands over an archive whose catalog is at a URL."""

    def __init__(self, folder: Path, output: pytest.CaptureFixture[str]) -> None:
        self.folder, self._output = folder, output
        (folder / "file").write_text(f'data = "{folder / "other"}"\n')

    def type(self, catalog_url: str, words: tuple[str, ...]) -> tuple[int, list[str]]:
        """Return a command's exit code and the lines that it wrote on standard error."""
        settings = self.folder / "settings.toml"
        keys = f"keyfile://{self.folder / 'keys' / 'k'}"
        settings.write_text(f'data = "{self.folder / "data"}"\nkeys_url = "{keys}"\ncatalog_url = "{catalog_url}"\n')
        places = {"FILE": str(self.folder / "file"), "TARGET": str(self.folder / f"target-{len(words)}")}
        arguments = [places.get(word, word) for word in ARGUMENTS.get(words, [])]
        self._output.readouterr()
        with pytest.raises(SystemExit) as left:
            main(["--settings", str(settings), *words, *arguments])
        written = self._output.readouterr()
        assert PASSWORD not in written.out + written.err
        assert "Traceback" not in written.err
        return int(left.value.code or 0), written.err.strip().splitlines()


@pytest.fixture
def keyboard(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Keyboard:
    # A log on the captured output would outlive this test, and threads of others would write to what is closed.
    monkeypatch.setattr("dms.kernel.telemetry.logs.configure", lambda *_: None)
    return Keyboard(tmp_path, capsys)


@pytest.mark.parametrize("words", sorted(set(leaves()) - WITHOUT_CATALOG.keys()), ids=" ".join)
def test_a_catalog_that_is_away_or_refuses_us_is_one_sentence(
    keyboard: Keyboard, server: Postgres, words: tuple[str, ...]
) -> None:
    for url, exit_code, code in (
        (server.url(port=1), 6, "catalog_unreachable"),
        (server.url(password="wrong"), 7, "catalog_password"),
        (server.url(database="nowhere"), 7, "catalog_missing"),
    ):
        left, lines = keyboard.type(url, words)
        assert (left, lines[1:]) == (exit_code, [f"[{code}]"])
        assert lines[0].startswith("目录库服务器")


def test_a_catalog_that_breaks_off_in_the_middle_is_one_sentence(keyboard: Keyboard, server: Postgres) -> None:
    assert keyboard.type(server.url(), ("init",))[0] == 0
    with Proxy(("127.0.0.1", server.port)) as proxy:
        proxy.set(Reset(after=4000, toward=CLIENT))
        left, lines = keyboard.type(server.url(port=proxy.port), ("backup",))
        assert proxy.strikes
    assert (left, lines[-1]) == (6, "[catalog_unreachable]")
    assert keyboard.type(server.url(), ("backup",))[0] == 0
