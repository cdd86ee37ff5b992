"""The OpenAPI document: complete, consistent, and for nobody who is not signed in."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from dms.bootstrap import TOPICS
from dms.http.operation import ATTRIBUTE
from dms.policy import Identity, Role
from dms.web.app import create_app
from dms.web.openapi import document

PERSON = Identity("archivist", "张档案", frozenset({Role.ARC}))


@pytest.fixture
def whole(archive: Any) -> Flask:
    def load(_archive: Any, *, session: str | None, bearer: str | None, address: str) -> Identity | None:
        return PERSON if "known" in (session, bearer) else None

    return create_app(replace(archive, topics=TOPICS), load_identity=load)


@pytest.fixture
def described(whole: Flask) -> dict[str, Any]:
    with whole.app_context():
        return document(whole)


def operations(described: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(path, method): each for path, methods in described["paths"].items() for method, each in methods.items()}


def test_every_call_of_the_api_is_in_it(whole: Flask, described: dict[str, Any]) -> None:
    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in whole.url_map.iter_rules() if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }  # fmt: skip
    assert served - set(operations(described)) == {("/api/v1/openapi.json", "get")}
    for topic in ("search", "parties", "dossiers", "places", "holdings", "documents", "audit", "jobs"):
        assert any(path.startswith(f"/api/v1/{topic}") for path in described["paths"]), topic


def test_every_operation_says_what_it_does_and_answers(described: dict[str, Any]) -> None:
    identifiers = [each["operationId"] for each in operations(described).values()]
    assert len(identifiers) == len(set(identifiers))
    for (path, method), each in operations(described).items():
        assert each["summary"], (path, method)
        assert any(status.startswith("2") for status in each["responses"]), (path, method)
        named = {parameter["name"] for parameter in each["parameters"] if parameter["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path)), (path, method)


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(references(value) for value in node.values()))
    return set().union(*(references(value) for value in node)) if isinstance(node, list) else set()


def test_every_reference_leads_to_a_schema(described: dict[str, Any]) -> None:
    known = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}
    assert references(described) <= known
    json.dumps(described)  # plain JSON


def test_models_of_one_name_are_told_apart(whole: Flask, described: dict[str, Any]) -> None:
    views = [view for view in whole.view_functions.values() if hasattr(view, ATTRIBUTE)]
    answers = {getattr(view, ATTRIBUTE).answer for view in views} - {None}
    titles = [
        each["responses"][status]["content"]["application/json"]["schema"]["$ref"]
        for each in operations(described).values() for status in each["responses"]
        if "application/json" in each["responses"][status].get("content", {})
    ]  # fmt: skip
    assert len(set(titles)) == len(answers)


def test_only_people_and_tokens_read_it(whole: Flask) -> None:
    assert whole.test_client().get("/api/v1/openapi.json").status_code == 401
    token = whole.test_client().get("/api/v1/openapi.json", headers={"Authorization": "Bearer known"})
    assert token.json["openapi"].startswith("3.1")
