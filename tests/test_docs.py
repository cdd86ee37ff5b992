"""The documents say what is there: every setting, command, document type and error code, and nothing dead is linked."""

import ast
import re
import tomllib

import click
import pytest

from config.kinds import CopyKind, PlaceKind
from config.rulebook import RetentionClass, SecrecyLevel, load_rulebook
from config.settings import Settings
from dms.cli import COMMANDS, group
from ingest.doctypes import DocumentType, load_types
from tests.sources import ROOT, SOURCES, error_codes

DOCS = ROOT / "docs"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
RULES = ROOT / "config" / "rulebook"
ENTRIES = {"levels": SecrecyLevel, "retention": RetentionClass, "copy_kinds": CopyKind, "place_kinds": PlaceKind}


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


@pytest.mark.parametrize("path", sorted((ROOT / "config" / "rulebook").glob("*.toml")), ids=lambda path: path.stem)
def test_every_file_of_the_rulebook_is_documented(path):
    assert f"`{path.name}`" in (DOCS / "settings.md").read_text(encoding="utf-8")


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


@pytest.mark.parametrize("path", sorted(RULES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_file_of_rules_and_every_key_of_it_is_documented(path):
    sections = re.split(r"^## ", (DOCS / "rulebook.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    (section,) = [each for each in sections if each.startswith(f"`{path.name}`")]
    entry = ENTRIES.get(path.stem)
    keys = {*entry.model_fields} - {"zh", "en"} if entry else set()
    assert {key for key in keys if f"| `{key}` |" not in section} == set()


def test_the_examples_of_rules_can_be_used(tmp_path):
    (example,) = re.findall(r"```toml\n(.+?)```", (DOCS / "rulebook.md").read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "place_kinds.toml").write_text(example, encoding="utf-8")
    assert load_rulebook(tmp_path).place_kinds["site"].zh == "园区"


@pytest.mark.parametrize("key", sorted(DocumentType.model_fields))
def test_every_key_of_a_document_type_is_documented(key):
    assert f"`{key}`" in (DOCS / "document-types.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("declared", load_types(load_rulebook().types), ids=lambda declared: declared.code)
def test_the_document_types_are_described_as_they_are(declared):
    text = (DOCS / "document-types.md").read_text(encoding="utf-8")
    said = text.split(f"### {declared.code} ", 1)[1].split("\n\n", 2)[1]
    code, rule = load_rulebook().kept(declared.retention.rule, declared.retention.years)
    assert said.startswith(f"Group `{declared.group}` · ")
    assert ("custody must be stated" in said) is declared.custody
    assert f"level {declared.secrecy} · retention `{code}` {rule.en.lower()}" in said
    assert ("end of the relation" in said) is (declared.retention.from_ == "relation_end")


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
