"""The rulebook: our rules, and the owner's over them."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.rulebook import RulebookError, load_rulebook, merged


def overlay(folder: Path, name: str, text: str) -> Path:
    file = folder / "rulebook" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return folder / "rulebook"


def test_our_rules_are_whole() -> None:
    rules = load_rulebook()
    assert set(rules.roles) == {"ARC", "SAL", "MGR", "GM", "FIN", "AUD", "SYS", "SEC", "LOG"}
    assert [level.level for level in rules.levels] == [0, 1, 2, 3]
    assert rules.retention["Y"].years is None
    assert rules.copy_kinds["original"].paper
    assert rules.types


def test_owners_file_changes_only_its_keys(tmp_path: Path) -> None:
    ours = load_rulebook()
    rules = load_rulebook(overlay(tmp_path, "roles.toml", '[SAL]\n"document.print" = "own"\n'))
    assert rules.roles["SAL"] == {**ours.roles["SAL"], "document.print": "own"}
    assert rules.roles["ARC"] == ours.roles["ARC"]


def test_owner_replaces_and_adds_whole_document_types(tmp_path: Path) -> None:
    name = next(iter(load_rulebook().types))
    overlay(tmp_path, f"types/{name}.toml", "# mine")
    rules = load_rulebook(overlay(tmp_path, "types/x99.toml", "# new"))
    assert rules.types[name] == "# mine"
    assert rules.types["x99"] == "# new"


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("role.toml", "", "did you mean roles.toml"),
        ("levels.toml", "[secret\n", "levels.toml"),
        ("levels.toml", "[secret]\nlevel = 9\n", "secret.level"),
        ("levels.toml", "[secret]\ncolour = 'red'\n", "secret.colour"),
        ("roles.toml", "[SAL]\n'document.view' = 1\n", "SAL.document.view"),
    ],
)
def test_wrong_file_is_named(tmp_path: Path, name: str, text: str, says: str) -> None:
    with pytest.raises(RulebookError, match=says):
        load_rulebook(overlay(tmp_path, name, text))


def test_missing_overlay_is_no_error(tmp_path: Path) -> None:
    assert load_rulebook(tmp_path / "rulebook") == load_rulebook()


def test_merging_is_deep_and_leaves_the_base_alone() -> None:
    base = {"a": {"x": 1, "y": [1]}, "b": 2}
    assert merged(base, {"a": {"y": [2]}, "c": 3}) == {"a": {"x": 1, "y": [2]}, "b": 2, "c": 3}
    assert base == {"a": {"x": 1, "y": [1]}, "b": 2}
