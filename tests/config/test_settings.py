"""Settings: where they come from, and what happens to a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import document
from config.settings import Settings, SettingsError, load_settings

DOCS = Path(__file__).parents[2] / "docs"


def write(folder: Path, text: str) -> Path:
    file = folder / "guidang.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_command_line_wins_over_environment_wins_over_file(tmp_path: Path) -> None:
    file = write(tmp_path, 'port = 1\nworkers = 1\narchive_name = "甲"\n')
    settings = load_settings(file, {"GUIDANG_PORT": "2", "GUIDANG_WORKERS": "2"}, port=3, listen=None)
    assert (settings.port, settings.workers, settings.archive_name) == (3, 2, "甲")
    assert settings.listen == "127.0.0.1"


def test_file_in_the_data_folder_is_found(tmp_path: Path) -> None:
    write(tmp_path, 'archive_name = "乙"')
    assert load_settings(environment={"GUIDANG_DATA": str(tmp_path)}).archive_name == "乙"
    assert load_settings(environment={}, data=tmp_path).archive_name == "乙"


def test_everything_defaults_into_the_data_folder_except_the_keys(tmp_path: Path) -> None:
    settings = load_settings(environment={}, data=tmp_path / "mine")
    assert settings.catalog_url == f"sqlite:///{tmp_path}/mine/catalog.db"
    assert settings.store_url == f"file://{tmp_path}/mine/objects"
    assert settings.keys_url.startswith("keyfile:///")
    assert str(tmp_path) not in settings.keys_url
    assert settings.workers >= 1


@pytest.mark.parametrize("text", ["prot = 8000", "watch_floder = 'x'"])
def test_unknown_name_is_an_error_that_names_the_nearest(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=r"did you mean '(port|watch_folder)'") as error:
        load_settings(write(tmp_path, text), {})
    assert error.value.code == "setting_unknown"
    with pytest.raises(SettingsError, match="did you mean 'archive_name'"):
        load_settings(environment={"GUIDANG_ARCHIV_NAME": "x"}, data=tmp_path)


@pytest.mark.parametrize(
    "text", ['time_zone = "Mars/Base"', "port = 70000", "workers = 0", "own_companies = [{nam = 'x'}]", "workers = 'x'"]
)
def test_impossible_value_is_an_error_that_names_the_setting(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=text.split(" ", maxsplit=1)[0]) as error:
        load_settings(write(tmp_path, text), {})
    assert error.value.code == "setting_invalid"


@pytest.mark.parametrize("text", ["port = = 1", "\x00"])
def test_unreadable_file_is_an_error_that_names_it(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=r"guidang\.toml cannot be read"):
        load_settings(write(tmp_path, text), {})
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(tmp_path / "absent.toml", {})


def test_key_variable_and_variables_of_tests_are_no_settings(tmp_path: Path) -> None:
    environment = {"GUIDANG_KEYS_URL": "env:GUIDANG_MASTER", "GUIDANG_MASTER": "x", "GUIDANG_TEST_POSTGRES_URL": "y"}
    assert load_settings(environment=environment, data=tmp_path).keys_url == "env:GUIDANG_MASTER"


def test_a_file_gives_a_setting(tmp_path: Path) -> None:
    secret = tmp_path / "catalog_url"
    secret.write_text("postgresql://guidang:pa55@db/guidang\n", encoding="utf-8")
    (tmp_path / "port").write_text("9000", encoding="utf-8")
    environment = {"GUIDANG_CATALOG_URL_FILE": str(secret), "GUIDANG_PORT_FILE": str(tmp_path / "port")}
    settings = load_settings(environment=environment, data=tmp_path)
    assert (settings.catalog_url, settings.port) == ("postgresql://guidang:pa55@db/guidang", 9000)
    assert "pa55" not in repr(settings)
    assert settings.shown("catalog_url") == "postgresql://guidang:***@db/guidang"


def test_a_file_names_the_variable_of_the_keys(tmp_path: Path) -> None:
    (tmp_path / "keys_url").write_text("env:GUIDANG_MASTER", encoding="utf-8")
    environment = {"GUIDANG_KEYS_URL_FILE": str(tmp_path / "keys_url"), "GUIDANG_MASTER": "x"}
    assert load_settings(environment=environment, data=tmp_path).keys_url == "env:GUIDANG_MASTER"


@pytest.mark.parametrize(
    ("content", "given", "problem"),
    [(None, {}, "no such file"), (b"", {}, "is empty"), (b" \n", {}, "is empty"), (b"\xff\xfe", {}, "not UTF-8"),
     (b"1", {"GUIDANG_PORT": "2"}, "both given")],
)  # fmt: skip
def test_a_file_that_cannot_give_its_setting_is_an_error(
    tmp_path: Path, content: bytes | None, given: dict[str, str], problem: str
) -> None:
    file = tmp_path / "port"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=f"'port': .*{problem}") as error:
        load_settings(environment={"GUIDANG_PORT_FILE": str(file), **given}, data=tmp_path)
    assert error.value.code == "setting_file"
    assert str(file) in str(error.value)


def test_a_file_for_no_setting_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("1", encoding="utf-8")
    with pytest.raises(SettingsError, match="did you mean 'port'"):
        load_settings(environment={"GUIDANG_PROT_FILE": str(tmp_path / "x")}, data=tmp_path)


def test_own_companies_come_from_the_environment_as_json(tmp_path: Path) -> None:
    settings = load_settings(environment={"GUIDANG_OWN_COMPANIES": '[{"name": "甲", "fonds": "Q001"}]'}, data=tmp_path)
    assert settings.own_companies[0].fonds == "Q001"
    with pytest.raises(SettingsError, match="JSON"):
        load_settings(environment={"GUIDANG_OWN_COMPANIES": "甲"}, data=tmp_path)


def test_every_setting_is_described_and_the_page_is_up_to_date() -> None:
    assert all(field.description for field in Settings.model_fields.values())
    assert (DOCS / "settings.md").read_text(encoding="utf-8") == document.page(), (
        "run python -m config.document docs/settings.md"
    )
