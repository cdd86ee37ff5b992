"""The documents say what is there: every setting, command, document type and error code, and nothing dead is linked."""

import ast
import re
import tomllib

import click
import pytest

from config.settings import Settings
from dms.cli import COMMANDS, group
from tests.sources import ROOT, SOURCES, error_codes

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")


def test_every_error_code_is_explained():
    text = (DOCS / "errors.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `([a-z0-9_]+)` \|", text, re.MULTILINE))
    missing = {code: where for code, where in error_codes().items() if code not in explained}
    assert missing == {}


@pytest.mark.parametrize("code", sorted(error_codes()))
def test_an_error_code_is_one_plain_word(code):
    assert CODE.fullmatch(code)


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented(name):
    assert f"`{name}`" in (DOCS / "settings.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented_and_has_help(name):
    pages = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert re.search(rf"dms (--data \S+ )?{name}\b", pages)
    command = group.get_command(click.Context(group), name)  # type: ignore[attr-defined]
    assert command is not None
    assert command.help


@pytest.mark.parametrize("path", sorted((ROOT / "config" / "rulebook" / "types").glob("*.toml")), ids=lambda p: p.stem)
def test_every_document_type_is_documented(path):
    declared = tomllib.loads(path.read_text(encoding="utf-8"))
    text = (DOCS / "document-types.md").read_text(encoding="utf-8")
    assert declared["code"] in text
    assert declared["name"] in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_documents_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_module_says_in_one_sentence_what_it_is_for(path):
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert text
    assert path.name.startswith("0001") or text.splitlines()[0].endswith((".", "。", "…", '"', "`"))
