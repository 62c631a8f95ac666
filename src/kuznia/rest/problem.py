"""Problem details (RFC 9457): the only place that writes an error's response."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from kuznia.core.errors import CoreError
from kuznia.errors import Fault, Invalid, KuzniaError, NotFound

MEDIA_TYPE = "application/problem+json"


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
    trace_id = getattr(request.state, "request_id", None)
    body = {**problem, "instance": request.url.path, "trace_id": trace_id}
    return JSONResponse(body, status_code=problem["status"], media_type=MEDIA_TYPE, headers=headers)


def on_kuznia_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, KuzniaError)
    return answer(request, error.as_problem())


def on_core_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, CoreError)
    return answer(request, Invalid(str(error), [Fault("/body", error.remedy)]).as_problem())


def on_validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = [Fault("/" + "/".join(str(part) for part in one["loc"]), one["msg"]) for one in error.errors()]
    places = ", ".join(fault.pointer for fault in faults)
    return answer(request, Invalid(f"These places are not as expected: {places}.", faults).as_problem())


def on_http_error(request: Request, error: Exception) -> JSONResponse:
    """Errors of the framework itself: an unknown path, a wrong method."""
    assert isinstance(error, HTTPException)
    if error.status_code == NotFound.status:
        return answer(request, NotFound(f"There is nothing at {request.url.path}.").as_problem())
    problem = KuzniaError(str(error.detail)).as_problem() | {
        "status": error.status_code,
        "code": "http",
        "title": str(error.detail),
    }
    return answer(request, problem, dict(error.headers or {}))


def on_unknown_error(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001 (its text may hold secrets)
    return answer(request, KuzniaError("Tell an administrator the trace id.").as_problem())


def install(app: FastAPI) -> None:
    """Answer every error of this application as a problem."""
    app.add_exception_handler(KuzniaError, on_kuznia_error)
    app.add_exception_handler(CoreError, on_core_error)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(Exception, on_unknown_error)
