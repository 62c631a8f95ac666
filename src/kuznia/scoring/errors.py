"""What the scoring service refuses, and how it says so."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import JSONResponse

from kuznia.errors import Fault, Invalid, KuzniaError, NotFound, Unauthenticated, Unavailable

MEDIA_TYPE = "application/problem+json"


class RouteMissing(NotFound):
    code, title = "route_missing", "No model answers to this alias or version"


class AliasAmbiguous(Invalid):
    code, title = "alias_ambiguous", "Several models have this alias"


class BundleRefused(Unavailable):
    code, title = "bundle_refused", "The model cannot be used for scoring"


class ModelExpired(Unavailable):
    code, title = "model_expired", "The model is older than its limit"


class NotReady(Unavailable):
    code, title = "routes_unread", "The routes were not read yet"


class TokenRefused(Unauthenticated):
    code, title = "token_refused", "The internal token is missing or wrong"


def install(app: FastAPI) -> None:
    """Answer every error as problem details (RFC 9457)."""
    app.add_exception_handler(KuzniaError, _on_kuznia_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(Exception, _on_unknown_error)


def _answer(request: Request, problem: dict[str, Any]) -> JSONResponse:
    body = {**problem, "instance": request.url.path, "trace_id": request.headers.get("x-request-id")}
    return JSONResponse(body, status_code=problem["status"], media_type=MEDIA_TYPE)


def _on_kuznia_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, KuzniaError)
    return _answer(request, error.as_problem())


def _on_validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = [Fault("/" + "/".join(str(part) for part in one["loc"]), one["msg"]) for one in error.errors()]
    return _answer(request, Invalid("The request is not as expected.", faults).as_problem())


def _on_unknown_error(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001 (its text stays inside)
    return _answer(request, KuzniaError("Tell an administrator the trace id.").as_problem())
