"""One decorator for every call of the JSON API: parses and answers by pydantic, and keeps what OpenAPI says of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Response, jsonify
from flask.typing import ResponseReturnValue
from pydantic import BaseModel

from dms.http.forms import form, query

ATTRIBUTE = "api_operation"


class Out(BaseModel):
    """Base of answers: reads its values from the attributes of rows and views."""

    model_config = {"from_attributes": True}


@dataclass(frozen=True, slots=True)
class Operation:
    """What the OpenAPI document says of one call."""

    summary: str
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    answer: type[BaseModel] | None
    status: int
    raw: str  # media type of a raw request body or answer, for example of an upload


def operation(
    summary: str,
    *,
    query_model: type[BaseModel] | None = None,
    body: type[BaseModel] | None = None,
    answer: type[BaseModel] | None = None,
    status: int = 200,
    raw: str = "",
) -> Callable[[Callable[..., Any]], Callable[..., ResponseReturnValue]]:
    """Decorate an API view, below the route decorator.

    The view gets `query` and `body` as parsed models where they are declared, and returns an instance of `answer`,
    None (204), or a response of its own. Raises `FormError` (422) for what does not fit.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., ResponseReturnValue]:
        @wraps(view)
        def wrapped(**arguments: Any) -> ResponseReturnValue:
            if query_model is not None:
                arguments["query"] = query(query_model)
            if body is not None:
                arguments["body"] = form(body)
            return _answered(view(**arguments), status)

        setattr(wrapped, ATTRIBUTE, Operation(summary, query_model, body, answer, status, raw))
        return wrapped

    return decorate


def _answered(result: Any, status: int) -> ResponseReturnValue:
    if result is None:
        return Response(status=204)
    if isinstance(result, BaseModel):
        response = jsonify(result.model_dump(mode="json"))
        response.status_code = status
        return response
    return result  # type: ignore[no-any-return]  # the view's own response
