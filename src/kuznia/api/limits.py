"""What one request and one person may ask for: size of a body, requests in a minute."""

from __future__ import annotations

import time
from threading import Lock

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kuznia.errors import TooLarge, TooMany

MOST_PEOPLE = 10_000


class TooManyRequests(TooMany):
    code, title = "too_many_requests", "Too many requests in a minute"


class BodyLimit:
    """Refuses a body that says it is too large, and stops reading one that turns out to be.

    Parameters
    ----------
    app : ASGI application
    body_bytes, upload_bytes : int
        The limit of an ordinary body, and of a form with files.
    """

    def __init__(self, app: ASGIApp, body_bytes: int, upload_bytes: int) -> None:
        self.app, self.body_bytes, self.upload_bytes = app, body_bytes, upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        is_upload = headers.get("content-type", "").startswith("multipart/form-data")
        limit = self.upload_bytes if is_upload else self.body_bytes
        detail = f"Send {limit:,} bytes at most."
        said = headers.get("content-length", "")
        if said.isdigit() and int(said[:20]) > limit:
            raise TooLarge(detail)
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise HTTPException(413, detail)  # the only error that FastAPI's body reader lets through
            return message

        await self.app(scope, counted, send)


class Allowance:
    """Requests of a minute for each person: a bucket that fills evenly.

    Parameters
    ----------
    per_minute : int
        Its size, and what flows in during a minute.
    """

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = Lock()

    def take(self, who: str) -> None:
        """Take one.

        Raises
        ------
        TooManyRequests
            If none is left.
        """
        now = time.monotonic()
        with self._lock:
            if len(self._left) > MOST_PEOPLE:
                self._left = {key: one for key, one in self._left.items() if one[1] > now - 60}
            left, at = self._left.get(who, (float(self.per_minute), now))
            left = min(self.per_minute, left + (now - at) * self.per_minute / 60)
            self._left[who] = (max(left - 1, 0.0) if left >= 1 else left, now)
        if left < 1:
            wait = int((1 - left) * 60 / self.per_minute) + 1
            raise TooManyRequests(f"Go on in {wait} s.", retry_after=wait)
