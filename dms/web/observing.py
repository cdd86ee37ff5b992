"""Every request has a number, a line in the log and a place in the measurements; none of them tells what was asked."""

from __future__ import annotations

import logging
import re
import secrets
import time

from flask import Flask, Response, g, request

from dms.kernel.telemetry import logs
from dms.kernel.telemetry.instruments import HTTP_REQUESTS, HTTP_SECONDS

LOG = logging.getLogger("dms.access")
HEADER = "X-Request-ID"
SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUIET = frozenset({"static", "web.healthz", "web.readyz", "web.counters"})  # asked all the time


def prepare(app: Flask) -> None:
    """Observe every request of an application; call it before other parts hook in, so that it sees their work too."""
    app.before_request(_begin)
    app.after_request(_finish)
    app.teardown_request(_forget)


def request_id() -> str:
    """Return the number of this request: the one that a proxy in front gave it, else one of our own."""
    return str(g.get("request_id", ""))


def route() -> str:
    """Return the route's template: paths and queries hold names, search words and sign-in links, this does not."""
    return request.url_rule.rule if request.url_rule else "none"


def _begin() -> None:
    given = request.headers.get(HEADER, "")
    g.request_id = given if SANE.fullmatch(given) else secrets.token_hex(8)
    g.began = time.perf_counter()
    logs.speak_of(request=g.request_id)


def _finish(response: Response) -> Response:
    response.headers[HEADER] = request_id()
    seconds = time.perf_counter() - g.began
    method = request.method if request.method in METHODS else "other"
    HTTP_SECONDS.labels(method, route()).observe(seconds)
    HTTP_REQUESTS.labels(method, route(), str(response.status_code)).inc()
    fields = {"method": method, "route": route(), "status": response.status_code, "ms": round(seconds * 1000, 1)}
    level = logging.DEBUG if request.endpoint in QUIET and response.status_code < 400 else logging.INFO
    LOG.log(level, "%(method)s %(route)s %(status)s %(ms)s ms", fields, extra={"fields": fields})
    return response


def _forget(_error: BaseException | None) -> None:
    logs.speak_of()
