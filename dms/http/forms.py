"""Forms, query strings and JSON bodies parsed by pydantic models; what was typed is kept when something is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, BinaryIO, TypeVar, cast, get_origin

from flask import Response, current_app, g, make_response, request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from werkzeug.datastructures import MultiDict

from dms.http.request import wants_json
from dms.http.storable import storable
from dms.kernel.errors import ConflictError, DmsError, FormError, InvalidError, NotFoundError

Model = TypeVar("Model", bound=BaseModel)
View = Callable[..., Any]

SENTENCES: Mapping[str, str] = {
    "missing": "请填写这一项。",
    "string_too_short": "至少 %(min_length)s 个字。",
    "string_too_long": "最多 %(max_length)s 个字。",
    "string_pattern_mismatch": "格式不对。",
    "int_parsing": "请填整数。",
    "int_type": "请填整数。",
    "int_from_float": "请填整数。",
    "float_parsing": "请填数字。",
    "decimal_parsing": "请填数字。",
    "bool_parsing": "请选是或否。",
    "greater_than": "要大于 %(gt)s。",
    "greater_than_equal": "不能小于 %(ge)s。",
    "less_than": "要小于 %(lt)s。",
    "less_than_equal": "不能大于 %(le)s。",
    "date_parsing": "请填日期，例如 2026-06-12。",
    "date_from_datetime_parsing": "请填日期，例如 2026-06-12。",
    "date_from_datetime_inexact": "请填日期，例如 2026-06-12。",
    "datetime_parsing": "请填日期和时间。",
    "datetime_from_date_parsing": "请填日期和时间。",
    "enum": "请从给出的几项中选一项。",
    "literal_error": "请从给出的几项中选一项。",
    "too_short": "至少选 %(min_length)s 项。",
    "too_long": "最多选 %(max_length)s 项。",
    "extra_forbidden": "不认识这一项，请检查名称。",
    "json_invalid": "不是有效的 JSON。",
}  # msgids; the extraction script reads this table
STATUS: Mapping[type[DmsError], int] = {InvalidError: 422, ConflictError: 409, NotFoundError: 404}
UNLIMITED = 1 << 62
UNKNOWN_SENTENCE = "这一项不能用，请检查。"


def form(model: type[Model]) -> Model:
    """Parse the sent form, or JSON body, into a model; raises `FormError`.

    Empty inputs count as not sent, so that the model's defaults hold; lists take all inputs of their name.
    """
    if request.is_json:
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise InvalidError("请求体不是有效的 JSON 对象。", code="json")
        return parse(model, storable(body))
    return parse(model, values_of(model, request.form))


def query(model: type[Model]) -> Model:
    """Parse the query string into a model; raises `FormError`."""
    return parse(model, values_of(model, request.args))


def parse(model: type[Model], values: Mapping[str, Any]) -> Model:
    """Validate values by a model, with problems as Chinese sentences; raises `FormError`."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        problems = {_name_of(detail): _sentence(detail) for detail in reversed(error.errors(include_url=False))}
        raise FormError(problems, values) from error


def values_of(model: type[BaseModel], sent: MultiDict[str, str]) -> dict[str, Any]:
    """Pick a model's fields from a form: lists whole, empty inputs left out, line ends as one character."""
    values: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        key = info.alias or name
        given = [value.replace("\r\n", "\n") for value in sent.getlist(key) if value.strip()]
        if given:
            values[key] = given if get_origin(info.annotation) in (list, tuple, set, frozenset) else given[-1]
    return values


def shows_again(page: View | str, **typed_names: str) -> Callable[[View], View]:
    """Decorate a POST view: when it cannot do what was asked, show `page` again (422, 409 or 404) with what was typed.

    404 stands for a name or code that was typed; where the page itself is not found, that is said instead.
    `page` gets the same URL arguments; the macro `field` finds the typed values and the problems by itself.
    A page that stands above the view is named by its endpoint ("desk.document"). Arguments of the page that the view's
    own URL has not come from the form: {argument: name of the input}.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(**arguments: Any) -> Any:
            try:
                return view(**arguments)
            except tuple(STATUS) as error:
                if wants_json():
                    raise
                sent = {name: request.form.get(key, "") for name, key in typed_names.items()}
                return _shown_again(page, arguments | sent, error)

        return wrapped

    return decorate


def _shown_again(page: View | str, arguments: Mapping[str, Any], error: DmsError) -> Response:
    g.problem = error
    view = current_app.view_functions[page] if isinstance(page, str) else page
    response = make_response(view(**arguments))
    response.status_code = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    return response


def typed(name: str, default: Any = "") -> Any:
    """Return what was typed into an input when a form is shown again, else `default`."""
    if g.get("problem") is None:
        return default
    return request.form.get(name, default="")


def problem_of(name: str) -> tuple[str, Mapping[str, Any]] | None:
    """Return the sentence (msgid) and values of what is wrong with an input of the form shown again."""
    problem = g.get("problem")
    return problem.problems.get(name) if isinstance(problem, FormError) else None


def raw_body(limit: int | None) -> BinaryIO:
    """Return the request's body as a stream of bytes that was never kept on a disk by us; `limit` in bytes."""
    request.max_content_length = UNLIMITED if limit is None else limit  # to Flask None means the limit of forms
    return cast(BinaryIO, request.stream)


def _name_of(detail: ErrorDetails) -> str:
    return str(detail["loc"][0]) if detail["loc"] else ""


def _sentence(detail: ErrorDetails) -> tuple[str, Mapping[str, Any]]:
    cause = detail.get("ctx", {})
    if detail["type"] == "value_error" and "error" in cause:  # a validator of ours, in its own words
        return str(cause["error"]), {}
    return SENTENCES.get(detail["type"], UNKNOWN_SENTENCE), cause
