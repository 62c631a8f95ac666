"""Around every request: its id, one line of log, its metrics, security headers, an answer to any error."""

from __future__ import annotations

import re
import time
from uuid import UUID

import structlog
from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

from kuznia.rest.problem import respond
from kuznia.telemetry import metrics
from kuznia.telemetry.logs import with_context, without_context

log = structlog.get_logger("kuznia.api.access")

PREFIX = "/api/v1"
REQUEST_ID = "X-Request-ID"
QUIET = re.compile(r"/(health/.*|metrics|assets/.*)")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
TRANSPORT_SECURITY = "max-age=31536000"


def request_id(headers: Headers) -> str:
    """The id a caller gave, if it is a UUID, else a new one: nobody writes into our logs."""
    try:
        return str(UUID(headers.get(REQUEST_ID, "")))
    except ValueError:
        return str(uuid7())


class Observed:
    """The outermost layer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = Exchange(scope, send)
        without_context()
        with_context(**{"trace.id": exchange.id})
        metrics.OPEN.inc()
        try:
            await self.app(scope, receive, exchange.send)
        except Exception as error:  # noqa: BLE001 (the last place where an error can become an answer)
            await exchange.fail(error, receive)
        finally:
            metrics.OPEN.dec()
            exchange.close()


class Exchange:
    """One request and its answer, as far as it was sent."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.id = request_id(Headers(scope=scope))
        self.scope, self.status = scope, 0
        self._send, self._began, self._streams, self._size = send, time.perf_counter(), False, 0
        scope.setdefault("state", {})["request_id"] = self.id

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._decorate(MutableHeaders(scope=message))
        elif message["type"] == "http.response.body":
            self._size += len(message.get("body", b""))
        await self._send(message)

    async def fail(self, error: Exception, receive: Receive) -> None:
        """Answer an error that no layer answered; if the answer had begun, all that is left is the log."""
        request = Request(self.scope, receive)
        response, expected = respond(request, error)
        if not expected:
            log.error("failed", exc_info=error)
        if not self.status:
            await response(self.scope, receive, self.send)

    def close(self) -> None:
        if self._streams:
            metrics.STREAMS.dec()
        method, path = self.scope["method"], self.scope["path"]
        route = self._route()
        seconds = time.perf_counter() - self._began
        method = method if method in {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"} else "other"
        metrics.REQUESTS.labels(method, route, str(self.status)).inc()
        if not self._streams:
            metrics.SECONDS.labels(method, route).observe(seconds)
        if not QUIET.fullmatch(path) or self.status >= 400:
            self._log(method, path, seconds)

    def _route(self) -> str:
        """The route's path with its parameters' names; a path of the API without its prefix gets it."""
        route = getattr(self.scope.get("route"), "path", None)
        if not route:
            return "other"
        is_short = self.scope["path"].startswith(PREFIX) and not route.startswith(PREFIX)
        return PREFIX + route if is_short else str(route)

    def _log(self, method: str, path: str, seconds: float) -> None:
        state = self.scope["state"]
        principal = state.get("principal")
        fields = {
            "http.request.method": method,
            "url.path": path,
            "http.response.status_code": self.status,
            "http.response.body.bytes": self._size,
            "event.duration": int(seconds * 1e9),
            "client.address": (self.scope.get("client") or ("",))[0],
            "user.id": str(principal.account_id) if principal else None,
            "error.code": state.get("problem"),
        }
        log.info("request", **{name: value for name, value in fields.items() if value is not None})

    def _decorate(self, headers: MutableHeaders) -> None:
        headers[REQUEST_ID] = self.id
        for name, value in HEADERS.items():
            headers[name] = value
        if self.scope["scheme"] == "https":
            headers["Strict-Transport-Security"] = TRANSPORT_SECURITY
        if self.scope["path"].startswith("/api/"):
            headers.setdefault("Cache-Control", "no-store")
        if headers.get("content-type", "").startswith("text/event-stream"):
            self._streams = True
            metrics.STREAMS.inc()
