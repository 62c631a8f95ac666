"""What one request may bring: the size of its body."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kuznia.errors import TooLarge


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
