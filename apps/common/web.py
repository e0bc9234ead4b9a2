"""The frame of every service: request ids, the request log, health and errors."""

from __future__ import annotations

import logging
import re
import socket
import time
import uuid
from typing import TYPE_CHECKING

import pymysql
from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException

from apps.common import VERSION
from apps.common.logs import request_id
from apps.common.peers import PeerError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PROBES = ("/healthz", "/readyz")
INSTANCE = socket.gethostname()
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_log = logging.getLogger("request")


def service(name: str, *, needs: Mapping[str, Callable[[], object]]) -> Flask:
    """A Flask application with what every service answers and logs.

    ``needs`` names what the service cannot work without; ``/readyz`` calls each
    and answers 503 when one raises. ``/healthz`` only says that the process lives.
    """
    app = Flask(f"apps.{name}")
    app.before_request(_begin)
    app.after_request(lambda response: _end(name, response))
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(pymysql.err.DataError, _too_long)
    app.register_error_handler(PeerError, _unavailable)
    app.register_error_handler(pymysql.err.OperationalError, _unavailable)
    app.add_url_rule("/healthz", "healthz", lambda: {"status": "alive", "version": VERSION})
    app.add_url_rule("/readyz", "readyz", lambda: _readiness(needs))
    return app


def served_from(source: str) -> None:
    """Tell the caller where the data came from: ``primary``, ``replica`` or ``cache``."""
    g.source = source


def fresh() -> bool:
    """Whether the caller wants what the primary says now: ``Cache-Control: no-cache``."""
    return bool(request.cache_control.no_cache)


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    request_id.set(given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex)
    g.started = time.perf_counter()


def _end(name: str, response: Response) -> Response:
    milliseconds = round((time.perf_counter() - g.started) * 1000, 1)
    source = g.get("source")
    response.headers["X-Request-ID"] = request_id.get()
    response.headers["X-Served-By"] = f"{name}/{VERSION}"
    response.headers["X-Instance"] = INSTANCE
    if source:
        response.headers["X-Data-Source"] = source
    # A probe every few seconds would bury what customers do.
    level = logging.DEBUG if request.path in _PROBES else logging.INFO
    fields = {
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "ms": milliseconds,
        "caller": request.headers.get("User-Agent", "-"),
        "source": source or "-",
    }
    _log.log(level, "%s %s", request.method, request.path, extra=fields)
    return response


def _refused(error: HTTPException) -> tuple[Response, int]:
    return jsonify(error=error.description), error.code or 500


def _too_long(error: pymysql.err.DataError) -> tuple[Response, int]:
    return jsonify(error=f"MySQL cannot hold this: {error.args[-1]}."), 400


def _unavailable(error: Exception) -> tuple[Response, int]:
    _log.error("a dependency does not answer", extra={"error": str(error)})
    return jsonify(error="Something this service depends on does not answer."), 503


def _readiness(needs: Mapping[str, Callable[[], object]]) -> tuple[Response, int]:
    states = {name: _state(check) for name, check in needs.items()}
    return jsonify(states), 200 if all(state == "ok" for state in states.values()) else 503


def _state(check: Callable[[], object]) -> str:
    try:
        check()
    except Exception as error:  # whatever it is, the service is not ready
        _log.warning("not ready", extra={"error": str(error)})
        return type(error).__name__
    return "ok"
