"""Problem details (RFC 9457): the only place that writes an error's response."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from kuznia.core.errors import CoreError
from kuznia.errors import Conflict, Fault, Invalid, KuzniaError, NotFound, TooLarge, Unavailable
from kuznia.rest.etag import FOREVER, Unchanged

MEDIA_TYPE = "application/problem+json"
MOST_FAULTS = 100
Handler = Callable[[Request, Exception], Response]


class BadRequest(KuzniaError):
    status, code, title = 400, "bad_request", "The request cannot be read"


class MethodNotAllowed(KuzniaError):
    status, code, title = 405, "method_not_allowed", "This address has no such method"


class Refused(KuzniaError):
    status, code, title = 400, "http", "The request was refused"


FRAMEWORK: dict[int, type[KuzniaError]] = {400: BadRequest, 405: MethodNotAllowed, 413: TooLarge}
"""Which of our errors each error of the framework becomes."""


class FaultRead(BaseModel):
    pointer: str
    detail: str


class Problem(BaseModel):
    """The body of every error answer."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    trace_id: str | None = None
    errors: list[FaultRead] = []


def answer(request: Request, problem: dict[str, Any], headers: dict[str, str] | None = None) -> JSONResponse:
    """Write a problem as a response."""
    trace_id = getattr(request.state, "request_id", None)
    body = {**problem, "instance": request.url.path, "trace_id": trace_id}
    request.state.problem = problem["code"]
    given = dict(headers or {})
    if problem["status"] == 401:
        given.setdefault("WWW-Authenticate", "Bearer")
    if "retry_after" in problem:
        given.setdefault("Retry-After", str(problem["retry_after"]))
    return JSONResponse(_text(body), status_code=problem["status"], media_type=MEDIA_TYPE, headers=given)


def _text(value: Any) -> Any:
    """A copy without lone surrogates, which JSON may carry in and UTF-8 cannot carry out."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {key: _text(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_text(one) for one in value]
    return value


def on_kuznia_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, KuzniaError)
    return answer(request, error.as_problem())


def on_core_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, CoreError)
    return answer(request, Invalid(error.what, [Fault("/body", error.remedy)]).as_problem())


def on_validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = error.errors()[:MOST_FAULTS]
    faults = [Fault("/" + "/".join(str(part) for part in one["loc"]), one["msg"]) for one in found]
    places = ", ".join(fault.pointer for fault in faults[:10])
    return answer(request, Invalid(f"These places are not as expected: {places}.", faults).as_problem())


def on_http_error(request: Request, error: Exception) -> JSONResponse:
    """Errors of the framework itself: an unknown path, a wrong method."""
    assert isinstance(error, HTTPException)
    if error.status_code == NotFound.status:
        return answer(request, NotFound(f"There is nothing at {request.url.path}.").as_problem())
    family = FRAMEWORK.get(error.status_code, Refused)
    problem = family(str(error.detail)).as_problem() | {"status": error.status_code}
    return answer(request, problem, dict(error.headers or {}))


def on_integrity_error(request: Request, error: Exception) -> JSONResponse:
    """A rule of the database that no service checked first, most often because two asked at once."""
    assert isinstance(error, IntegrityError)
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    rule = f" (rule {name})" if name else ""
    problem = Conflict(f"Somebody else was quicker, or it refers to what is gone{rule}. Read again.")
    return answer(request, problem.as_problem())


def on_data_error(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001 (its text holds SQL)
    problem = Invalid("A text or number in it cannot be stored: a NUL, broken Unicode, or far too large.")
    return answer(request, problem.as_problem())


def on_database_unavailable(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001 (holds SQL)
    problem = Unavailable("The database does not answer. Nothing was changed; try again.", retry_after=2)
    return answer(request, problem.as_problem())


def on_unchanged(request: Request, error: Exception) -> Response:  # noqa: ARG001 (Starlette's signature)
    assert isinstance(error, Unchanged)
    return Response(status_code=304, headers={"ETag": error.etag, "Cache-Control": FOREVER})


def on_unknown_error(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001 (its text may hold secrets)
    return answer(request, KuzniaError("Tell an administrator the trace id.").as_problem())


def respond(request: Request, error: Exception) -> tuple[Response, bool]:
    """The response to an error that came up outside the routes, and whether it was to be expected."""
    for kind in type(error).__mro__:
        handler = HANDLERS.get(kind)
        if handler is not None:
            return handler(request, error), True
    return on_unknown_error(request, error), False


HANDLERS: dict[type[BaseException], Handler] = {
    KuzniaError: on_kuznia_error,
    CoreError: on_core_error,
    RequestValidationError: on_validation_error,
    HTTPException: on_http_error,
    IntegrityError: on_integrity_error,
    DataError: on_data_error,
    UnicodeEncodeError: on_data_error,
    OperationalError: on_database_unavailable,
    InterfaceError: on_database_unavailable,
    PoolTimeout: on_database_unavailable,
    Unchanged: on_unchanged,
}


def install(app: FastAPI) -> None:
    """Answer every error of this application as a problem; what is unknown is left to the outermost layer."""
    for kind, handler in HANDLERS.items():
        app.add_exception_handler(cast(type[Exception], kind), handler)
