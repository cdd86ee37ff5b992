"""The map of the code is true: its rooms are the folders, in the order of the contract; what it names is there."""

import ast
import configparser
import re
from functools import cache

import pytest

from tests.sources import PACKAGES, ROOT

PAGES = [ROOT / "docs" / "architecture.md", ROOT / "CONTRIBUTING.md"]
MAP = PAGES[0].read_text(encoding="utf-8")
QUOTED = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"[\w.-]+(/[\w.-]+)*/?")
NAMED = re.compile(r"([\w./-]+\.py): ([A-Za-z_][\w.]*)")  # dms/jobs/service.py: claim
MODULES = ("__main__", "bootstrap", "consequences")  # lines of the contract that are one file
FOLDERS = {path.parent.name for path in (ROOT / "dms").glob("*/__init__.py")}
HERE = {path.name for path in ROOT.iterdir()}
MOST_FILES, FEWEST_QUESTIONS, FLOWS = 2, 25, 5


def section(title):
    """Return what stands below a heading of the map."""
    (found,) = [part for part in re.split(r"^## ", MAP, flags=re.MULTILINE) if part.startswith(f"{title}\n")]
    return found


def rows(title):
    """Return the cells of the rows of a section's first table, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def contract():
    """Return the lines of the contract, each a list of names, and the names (in brackets) that need not be there."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = parser["importlinter:contract:topics"]["layers"].split("\n")
    named = [[name.strip() for name in line.split("|")] for line in lines if line.strip()]
    optional = {name.strip("()") for line in named for name in line if name.startswith("(")}
    return [[name.strip("()") for name in line] for line in named], optional


def is_there(path):
    """Tell whether something named is a file or folder, or lies in a room that need not be there yet."""
    room = path.strip("/").split("/")[1:2] if path.startswith("dms/") else []
    return (ROOT / path).exists() or bool({*room} & contract()[1])


@cache
def names_in(path):
    """Return the functions, classes and methods (`Class.method`) of a file."""
    found = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{each.name}" for each in node.body if isinstance(each, ast.FunctionDef)}
    return found


def test_the_five_rooms_are_those_of_the_project():
    assert sorted(name.strip("`") for name, *_ in rows("The five rooms")) == sorted(PACKAGES)


def test_every_room_of_dms_is_on_the_map_once():
    mapped = [name.strip("`") for _, name, _ in rows("The map of dms")]
    assert len(mapped) == len(set(mapped))
    assert FOLDERS - set(mapped) == set(), "a folder that is not on the map"
    assert set(mapped) - FOLDERS - {*MODULES} - contract()[1] == set(), "a room that is not there"


def test_the_rooms_stand_in_the_order_of_the_contract():
    mapped = [(int(number), name.strip("`")) for number, name, _ in rows("The map of dms")]
    known = {name for _, name in mapped}
    lines = [line for line in ([name for name in line if name in known] for line in contract()[0]) if line]
    drawn = [[name for at, name in mapped if at == number] for number in range(1, mapped[-1][0] + 1)]
    assert [sorted(line) for line in drawn] == [sorted(line) for line in lines]
    assert mapped == sorted(mapped, key=lambda each: each[0])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_is_named_is_there(page):
    quoted = {text.split(": ")[0].removeprefix("./") for text in QUOTED.findall(page.read_text(encoding="utf-8"))}
    paths = {text for text in quoted if PATH.fullmatch(text) and ("/" in text or text in HERE)}
    paths |= {path for path, _ in NAMED.findall(page.read_text(encoding="utf-8"))}
    assert {path for path in paths if path.split("/")[0] in HERE} == paths, "a path that begins nowhere"
    assert {path for path in paths if not is_there(path)} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_function_that_is_named_is_there(page):
    named = set(NAMED.findall(page.read_text(encoding="utf-8")))
    assert named
    assert {f"{path}: {name}" for path, name in named if name not in names_in(path)} == set()


def test_the_flows_are_drawn_of_functions():
    drawn = re.findall(r"^```mermaid\n(.*?)^```", section("Five flows"), re.MULTILINE | re.DOTALL)
    assert len(drawn) == FLOWS
    for flow in drawn:
        assert len(NAMED.findall(flow)) > FLOWS
        boxes, ends = set(re.findall(r"\b([A-Z])\[", flow)), set(re.findall(r"\b([A-Z])(?:\[| -| *$)", flow))
        assert ends <= boxes, "an arrow to a box that is not drawn"


def test_every_question_is_answered_in_few_files():
    answered = rows("Question → file")
    assert len(answered) >= FEWEST_QUESTIONS
    for question, answer in answered:
        files = [text for text in QUOTED.findall(answer) if "/" in text]
        assert question.endswith("?")
        assert len(files) <= MOST_FILES, question
        assert files or "topic.py" in answer, question
        assert all(is_there(path) for path in files), question
