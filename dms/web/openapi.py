"""The OpenAPI document of the JSON API, generated from the operations that the topics declare."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from dms.http.operation import ATTRIBUTE, Operation

PREFIX = "/api/"
REFERENCE = "#/components/schemas/{model}"
IN: Literal["validation"] = "validation"
OUT: Literal["serialization"] = "serialization"
References = Mapping[Any, Mapping[str, Any]]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PROBLEM = {
    "type": "object",
    "description": "RFC 9457; `code` is listed in docs/errors.md",
    "properties": {
        "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"},
        "code": {"type": "string"}, "request": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}  # fmt: skip


def document(app: Flask) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of every operation that `app` serves."""
    operations = sorted(_operations(app), key=lambda found: (found[0], found[1]))
    references, schemas = _schemas([operation for _, _, operation, _ in operations])
    paths: dict[str, dict[str, Any]] = {}
    for path, method, operation, endpoint in operations:
        paths.setdefault(path, {})[method] = _describe(path, operation, f"{endpoint}_{method}", references)
    return {
        "openapi": "3.1.0",
        "info": {"title": "归档 Guidang", "version": _version()},
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Problem": PROBLEM},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _version() -> str:
    try:
        return version("guidang")
    except PackageNotFoundError:  # run from a checkout
        return "0"


def _operations(app: Flask) -> Iterator[tuple[str, str, Operation, str]]:
    for rule in app.url_map.iter_rules():
        operation = getattr(app.view_functions[rule.endpoint], ATTRIBUTE, None)
        if operation is None or not rule.rule.startswith(PREFIX):
            continue
        path = re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", r"{\1}", rule.rule)
        for method in METHODS:
            if method in (rule.methods or ()):
                yield path, method.lower(), operation, rule.endpoint


def _schemas(operations: list[Operation]) -> tuple[References, dict[str, Any]]:
    """Return what refers to each model, and the schemas by name: pydantic tells apart models of one name."""
    wanted: dict[tuple[type[BaseModel], Any], None] = {}
    for operation in operations:
        for model, mode in ((operation.query, IN), (operation.body, IN), (operation.answer, OUT)):
            if model:
                wanted[model, mode] = None
    references, definitions = models_json_schema(list(wanted), ref_template=REFERENCE)
    return references, dict(definitions.get("$defs", {}))


def _describe(path: str, operation: Operation, identifier: str, references: References) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": operation.summary,
        "operationId": identifier.replace(".", "_"),
        "parameters": [*_path_parameters(path), *_query_parameters(operation)],
        "responses": {str(operation.status): _answer(operation, references), "default": _problem()},
    }
    if operation.body:
        schema = references[operation.body, IN]
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    elif operation.raw and operation.answer:
        described["requestBody"] = {"required": True, "content": {operation.raw: {}}}
    return described


def _path_parameters(path: str) -> list[dict[str, Any]]:
    names = re.findall(r"{([a-z_]+)}", path)
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _query_parameters(operation: Operation) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    schema = operation.query.model_json_schema(ref_template=REFERENCE)
    required = set(schema.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": properties}
        for name, properties in schema.get("properties", {}).items()
    ]


def _answer(operation: Operation, references: References) -> dict[str, Any]:
    if operation.answer:
        schema = references[operation.answer, OUT]
        return {"description": "OK", "content": {"application/json": {"schema": schema}}}
    return {"description": "OK", "content": {operation.raw: {}}} if operation.raw else {"description": "OK"}


def _problem() -> dict[str, Any]:
    schema = {"$ref": REFERENCE.format(model="Problem")}
    return {"description": "Problem", "content": {"application/problem+json": {"schema": schema}}}
