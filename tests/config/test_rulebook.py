"""The rulebook: our rules, and the owner's over them."""

from __future__ import annotations

import tomllib
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
    assert rules.originals == {"original", "electronic"}
    assert rules.paper_originals == {"original"}
    assert {"北京", "杭州", "哈尔滨", "浙江"} <= set(rules.regions)
    assert len(rules.regions) == 39
    assert rules.regions[0] == "哈尔滨"  # the longest first
    assert rules.types


def test_a_retention_rule_is_found_by_its_code_or_its_years(tmp_path: Path) -> None:
    rules = load_rulebook(overlay(tmp_path, "retention.toml", "[D5]\nzh = '五年'\nen = 'Five years'\nyears = 5\n"))
    assert rules.kept("D5")[1].zh == "五年"
    assert [rules.kept("", years)[0] for years in (0, 10, 30, 5)] == ["Y", "D10", "D30", "D5"]
    code, seven = rules.kept("", 7)  # a type file may say years that no rule has
    assert (code, seven.zh, seven.en, seven.years) == ("", "7 年", "7 years", 7)


def test_owners_file_changes_only_its_keys(tmp_path: Path) -> None:
    ours = load_rulebook()
    rules = load_rulebook(overlay(tmp_path, "roles.toml", '[SAL]\n"document.print" = "own"\n'))
    assert rules.roles["SAL"] == {**ours.roles["SAL"], "document.print": "own"}
    assert rules.roles["ARC"] == ours.roles["ARC"]


def test_owner_adds_regions_and_takes_some_away(tmp_path: Path) -> None:
    rules = load_rulebook(overlay(tmp_path, "regions.toml", '"义乌" = true\n"大连" = false\n'))
    assert set(rules.regions) ^ set(load_rulebook().regions) == {"义乌", "大连"}


def test_owner_replaces_and_adds_whole_document_types(tmp_path: Path) -> None:
    name = next(iter(load_rulebook().types))
    overlay(tmp_path, f"types/{name}.toml", "# mine")
    rules = load_rulebook(overlay(tmp_path, "types/x99.toml", "# new"))
    assert rules.types[name] == "# mine"
    assert rules.types["x99"] == "# new"


CONTRACT = "t04-purchase-contract"  # ours: group 03, custody, an original


@pytest.mark.parametrize(
    ("text", "group", "custody"),
    [
        ('code = "T04"', "03", True),  # as if from before there were these keys
        ('code = "T04"\ncopy_rule = "original"', "03", True),
        ('code = "T04"\ngroup = "05"\ncustody = false', "05", False),
        ('code = "T04"\ngroup = "05"', "05", True),
        ('code = "T04"\ncopy_rule = "copy"', "03", None),  # asked for no original before, so not now either
        ('code = "T99"', None, None),  # a type of the owner's own under a name of ours
    ],
)
def test_owners_file_of_our_type_keeps_our_group_and_custody_where_it_is_silent(
    tmp_path: Path, text: str, group: str | None, custody: bool | None
) -> None:
    rules = load_rulebook(overlay(tmp_path, f"types/{CONTRACT}.toml", f"{text}\n[table]\ncolumns = []"))
    declared = tomllib.loads(rules.types[CONTRACT])
    assert (declared.get("group"), declared.get("custody")) == (group, custody)


@pytest.mark.parametrize("text", ["code =", 'code = "T99"'])
def test_a_type_of_the_owners_own_and_a_broken_file_stay_as_they_are(tmp_path: Path, text: str) -> None:
    assert load_rulebook(overlay(tmp_path, "types/t99.toml", text)).types["t99"] == text
    assert load_rulebook(overlay(tmp_path, f"types/{CONTRACT}.toml", text)).types[CONTRACT] == text


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("role.toml", "", "did you mean roles.toml"),
        ("levels.toml", "[secret\n", "levels.toml"),
        ("levels.toml", "[secret]\nlevel = 9\n", "secret.level"),
        ("levels.toml", "[secret]\ncolour = 'red'\n", "secret.colour"),
        ("levels.toml", "[secret]\nyear = 5\n", "secret.year: there is no such key; did you mean years"),
        ("roles.toml", "[SAL]\n'document.view' = 1\n", "SAL.document.view"),
        ("copy_kinds.toml", "[notarised_copy]\nzh = '公证件'\nen = 'Notarised'\npaper = true\n", "notarised_copy"),
        ("copy_kinds.toml", "[copy]\npapers = true\n", "copy.papers: there is no such key; did you mean paper"),
        ("place_kinds.toml", "[shelf]\ncode = '('\n", "shelf: code is not a regular expression"),
        ("place_kinds.toml", "[shelf]\nexample = 'H012'\n", "shelf: example must be a level"),
        ("place_kinds.toml", "[shelf]\nnamed = '层'\n", "shelf: named must say"),
        ("place_kinds.toml", "[box]\nexample = 'B1'\n", "box: example, named and outermost belong"),
        ("place_kinds.toml", "[box]\nholds = ['drawer']\n", "box.holds: there is no kind drawer"),
        ("place_kinds.toml", "[zone]\ncode = '[KQ][0-9]+'\n", "room.code: K01 could also be a zone"),
        ("place_kinds.toml", "[room]\noutermost = false\n", "one kind must be outermost"),
        ("types/t99.toml", 'group = "07"', "types/t99.toml: group: there is no group '07' of a dossier"),
        ("types/t99.toml", "retention = { rule = 'D3' }", "no rule 'D3' in retention.toml; did you mean D30"),
        ("types/t99.toml", "group = 3", "types/t99.toml: group: there is no group 3 of a dossier"),
        ("types/t99.toml", 'custody = "yes"', "types/t99.toml: custody: it is true or false"),
        ("regions.toml", '"义乌市" = "yes"\n', "义乌市"),
        ("regions.toml", "Yiwu = true\n", "Yiwu"),
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
