"""Topics never show one another: no template asks another topic by a global or filter, or imports its templates."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import Environment, meta, nodes

from dms.bootstrap import TOPICS
from dms.kernel.topic import Topic, load
from dms.web.app import create_app

DMS = Path(__file__).parents[3] / "dms"
SHOW_ALL = ("desk", "web")  # the desk shows topics together; the web's templates are the frame of every page
PATHS = sorted(DMS.glob("*/templates/**/*.html"))
EVERYBODYS = {each.name for each in (DMS / "web/templates").glob("*.html")}


@pytest.fixture(scope="module")
def owners() -> dict[str, str]:
    return {name: topic.name for topic in TOPICS for name in registered(topic)}


def registered(topic: Topic) -> set[str]:
    """Return the globals and filters that a topic's blueprints give to every template."""
    app = Flask("scratch")
    before = names_of(app.jinja_env)
    for name in topic.blueprints:
        app.register_blueprint(load(name))
    return names_of(app.jinja_env) - before


def names_of(env: Environment) -> set[str]:
    return {*env.globals, *env.filters, *env.tests}


@pytest.fixture
def env(archive) -> Environment:
    """The environment of the application, without its globals: so a template tells which of them it asks for."""
    bare = create_app(archive).jinja_env.overlay()
    bare.globals = {}
    return bare


@pytest.fixture
def db(sqlite):
    """Templates are the same over every catalog."""
    return sqlite


def strangers(env: Environment, owners: dict[str, str], topic: str, source: str) -> Iterator[str]:
    """Yield what a template uses of topics other than its own."""
    tree = env.parse(source)
    asked = set(meta.find_undeclared_variables(tree))
    asked |= {node.name for kind in (nodes.Filter, nodes.Test) for node in tree.find_all(kind)}
    yield from sorted(name for name in asked if owners.get(name, topic) != topic)
    for name in meta.find_referenced_templates(tree):
        if topic not in SHOW_ALL and name not in EVERYBODYS and (name or "").split("/")[0] != topic:
            yield str(name)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.relative_to(DMS).as_posix())
def test_no_template_uses_what_another_topic_gives(env: Environment, owners: dict[str, str], path: Path) -> None:
    topic = path.relative_to(DMS).parts[0]
    assert list(strangers(env, owners, topic, path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "{{ deed_text(deed) }}",
        "{% macro line(deed) %}{{ deed.reason|deed_reason }}{% endmacro %}",
        "{% block content %}{% if deed_text is defined %}{% endif %}{% endblock %}",
        '{% from "holdings/out.html" import line %}',
        '{% import "holdings/out.html" as out with context %}',
        '{% include "holdings/out.html" %}',
        "{% extends chosen %}",
    ],
)
def test_a_template_that_reaches_elsewhere_is_found(env: Environment, owners: dict[str, str], source: str) -> None:
    assert list(strangers(env, owners, "documents", source))


def test_the_own_topics_and_the_houses_are_free(env: Environment, owners: dict[str, str]) -> None:
    source = '{% extends "layout.html" %}{% from "audit/row.html" import row %}{{ deed_text(deed)|deed_reason|size }}'
    assert list(strangers(env, owners, "audit", source)) == []
