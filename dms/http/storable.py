"""What is sent, as every database can hold it: without NUL and lone surrogates, numbers of an address in 32 bits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter, ValidationError

_LOST = re.compile("[\0\ud800-\udfff]")
_MARK = "\N{REPLACEMENT CHARACTER}"


def storable(value: Any) -> Any:
    """Return a text with a visible mark for each character that cannot be stored, as HTML does; JSON values within."""
    if isinstance(value, str):
        return _LOST.sub(_MARK, value)
    if isinstance(value, list):
        return [storable(each) for each in value]
    if isinstance(value, dict):
        return {storable(name): storable(each) for name, each in value.items()}
    return value


def prepare(app: Flask) -> None:
    """Let addresses, query strings and forms give nothing that cannot be stored; `form` does so with JSON."""
    app.request_class = _Request
    app.url_map.converters.update(default=_Text, string=_Text, int=_Number)


class _Parameters(ImmutableMultiDict[str, str]):
    def __init__(self, pairs: Iterable[tuple[str, str]] | None = None) -> None:
        super().__init__([(storable(name), storable(value)) for name, value in pairs or ()])


class _Request(Request):
    parameter_storage_class = _Parameters


class _Text(UnicodeConverter):
    def to_python(self, value: str) -> str:
        if _LOST.search(value):
            raise ValidationError
        return value


class _Number(IntegerConverter):
    def __init__(self, routes: Map) -> None:
        super().__init__(routes, max=2**31 - 1)
