"""The OpenAPI specification: one problem for every error, sign-in declared, names stable."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from kuznia.rest.problem import MEDIA_TYPE, Problem

DESCRIPTION = (
    "Kuznia tells you whether your backtest is skill or luck. Sign in with `POST /api/v1/auth/login`, "
    "send `Authorization: Bearer <access_token>`. Fractions are fractions, times RFC 3339 UTC, "
    "NaN is null; every error is a problem (RFC 9457) with a `code`."
)
PROBLEM = {
    "description": "A problem",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
METHODS = ("get", "put", "post", "patch", "delete")


def operation_id(route: APIRoute) -> str:
    """``<tag>_<function>``: it becomes a name in generated clients."""
    return f"{route.tags[0]}_{route.name}" if route.tags else route.name


def specification(app: FastAPI) -> dict[str, Any]:
    """The specification of an application, made once."""
    if app.openapi_schema:
        return app.openapi_schema
    made = get_openapi(title="Kuznia", version=app.version, description=DESCRIPTION, routes=app.routes)
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    model = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(model.pop("$defs", {}))
    schemas["Problem"] = model
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    for operation in operations(made):
        operation["responses"].pop("422", None)
        operation["responses"]["default"] = PROBLEM
    for one in app.state.declared:
        if one.is_public:
            for method in one.route.methods:
                made["paths"][one.path][method.lower()]["security"] = []
    made["security"] = [{"token": []}]
    app.openapi_schema = made
    return made


def operations(made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in made["paths"].values():
        for method in METHODS:
            if method in path:
                yield path[method]


def as_text(app: FastAPI) -> str:
    """The specification in a stable order, as it is committed."""
    return json.dumps(specification(app), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
