"""The one table from errors to HTTP answers: a page for people, problem+json (RFC 9457) for programs."""

from __future__ import annotations

import logging
from http import HTTPStatus

from flask import Flask, Response, g, jsonify, make_response, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from dms.http import wants_json
from dms.kernel.errors import (
    ConfigurationError,
    ConflictError,
    DmsError,
    ForbiddenError,
    FormError,
    InvalidError,
    NotFoundError,
    SignInNeededError,
    TooLargeError,
    UnavailableError,
)
from dms.kernel.outages import EVERYBODY, explained
from dms.web.observing import request_id, route
from search.index import QueryError

LOG = logging.getLogger("dms.web")
STATUS: dict[type[DmsError], HTTPStatus] = {
    InvalidError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFoundError: HTTPStatus.NOT_FOUND,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    SignInNeededError: HTTPStatus.UNAUTHORIZED,
    ConflictError: HTTPStatus.CONFLICT,
    TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    ConfigurationError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
HTTP_SENTENCES = {  # msgids; the extraction script reads this table
    400: "这个请求不完整，没有任何改动；请返回重试。",
    404: "这里没有这一页；地址可能写错了，或内容已移走。",
    405: "这个地址不能这样用；没有任何改动。",
    408: "发送中断了；没有完整收到的内容不会保存，请重发。",
    413: "内容太大，超过了允许的大小；没有保存，请分开发送。",
    414: "地址太长，请减少筛选条件。",
    415: "这种内容格式不收；没有任何改动。",
    429: "请求太频繁，请稍等片刻再试。",
}
OTHER_SENTENCE = "这个请求没有办成；没有任何改动，请返回重试。"
CRASH = "程序出了错，这一步没有完成；已存的内容是安全的。请把编号 %(number)s 告诉管理员。"
BAD_QUERY = "这个检索式看不懂：%(detail)s"


def prepare(app: Flask) -> None:
    """Answer every error through the table."""
    app.register_error_handler(DmsError, answer)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_crash)


def status_of(error: DmsError) -> HTTPStatus:
    """Return the HTTP status of an error."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return HTTPStatus.INTERNAL_SERVER_ERROR


def sentence_of(error: DmsError) -> str:
    """Return what happened, in the language of the request."""
    return str(_(error.message, **error.values))


def answer(error: DmsError) -> AnyResponse:
    """Answer an error of ours; a visitor is led to sign in first and then to where they wanted to go."""
    if isinstance(error, SignInNeededError) and request.method == "GET" and not wants_json():
        return redirect("/sign-in?" + _query_to_return())
    return _page(status_of(error), sentence_of(error), error.code, error)


def _query_to_return() -> str:
    from urllib.parse import urlencode

    path = request.full_path.rstrip("?")
    return urlencode({} if path == "/" else {"next": path})


def _answer_http(error: HTTPException) -> AnyResponse:
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return make_response(error.get_response())
    sentence = _(HTTP_SENTENCES.get(error.code, OTHER_SENTENCE))
    return _page(HTTPStatus(error.code), sentence, f"http_{error.code}")


def _answer_crash(error: Exception) -> AnyResponse:
    known = _translated(error)
    if known is not None:
        LOG.warning("%s %s: %s", request.method, route(), error)
        return answer(known)
    LOG.exception("crash: %s %s", request.method, route())
    return _page(HTTPStatus.INTERNAL_SERVER_ERROR, _(CRASH, number=request_id()), "internal")


def _translated(error: Exception) -> DmsError | None:
    """Turn errors of the rooms below into ours."""
    if isinstance(error, QueryError):
        return InvalidError(BAD_QUERY, code="query", detail=str(error))
    return explained(error, EVERYBODY)


def _page(status: HTTPStatus, sentence: str, code: str, error: DmsError | None = None) -> Response:
    if wants_json():
        return _problem(status, sentence, code, error)
    g.pop("problem", None)
    html = render_template(
        "web/error.html",
        status=status.value,
        sentence=sentence,
        code=code,
        error=error,
        request_id=request_id(),
    )
    return make_response(html, status)


def _problem(status: HTTPStatus, sentence: str, code: str, error: DmsError | None) -> Response:
    body: dict[str, object] = {"type": f"urn:guidang:error:{code}", "title": status.phrase, "status": status.value}
    body |= {"detail": sentence, "code": code, "request": request_id()}
    if isinstance(error, FormError):
        body["errors"] = {name: str(_(text, **values)) for name, (text, values) in error.problems.items()}
    response = jsonify(body)
    response.mimetype = "application/problem+json"
    response.status_code = status.value
    if status is HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
