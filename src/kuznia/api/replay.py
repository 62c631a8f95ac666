"""Answers a post that was done before under the same ``Idempotency-Key`` as it was answered then."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import anyio
from anyio.to_thread import run_sync
from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kuznia.db.idempotency import Claim, Kept, keep, kept
from kuznia.rest.idempotency import AlreadyDone, ClaimedBefore, KeyUsed, checked_key

LONGEST_ANSWER = 1 << 20
PATIENCE = 20
PAUSE = 0.1


class Replayed:
    """Keeps answers of posts that carry a key, and gives them again."""

    def __init__(self, app: ASGIApp, server: FastAPI) -> None:
        self.app, self.server = app, server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = Headers(scope=scope).get("idempotency-key") if scope["type"] == "http" else None
        principal = scope.get("state", {}).get("principal")
        if key is None or principal is None or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        post = Post(scope, receive, checked_key(key))
        try:
            await self.app(scope, post.receive, post.hold)
        except ClaimedBefore:
            response = await self._before(post.claim())
            await response(scope, receive, send)
            return
        if post.status < 300 and post.size <= LONGEST_ANSWER:
            await run_sync(keep, self.server.state.database, post.claim(), post.status, post.body())
        for message in post.held:
            await send(message)

    async def _before(self, claim: Claim) -> Response:
        """The answer kept for a claim; waits a moment for a twin that is just being answered."""
        found: Kept | None = None
        for _ in range(PATIENCE):
            found = await run_sync(kept, self.server.state.database, claim)
            if found is None or found.status is not None or found.request != claim.request:
                break
            await anyio.sleep(PAUSE)
        if found is not None and found.request != claim.request:
            raise KeyUsed("Make a new key for each intention; the same key means the same request.")
        if found is None or found.status is None or found.body is None:
            raise AlreadyDone("Look in the list for what it made; use a new key to do it again.")
        headers = {"Idempotency-Replayed": "true"}
        return Response(found.body, found.status, headers, media_type="application/json")


class Post:
    """One post with a key: its body is digested while it is read, its answer held until it is kept."""

    def __init__(self, scope: Scope, receive: Receive, key: str) -> None:
        self.key, self.account_id = key, scope["state"]["principal"].account_id
        self.status, self.size = 0, 0
        self.held: list[Message] = []
        self._receive = receive
        kind = Headers(scope=scope).get("content-type", "").partition(";")[0]
        self._is_form = kind == "multipart/form-data"
        parts = [scope["method"], scope["path"], scope["query_string"].decode("latin-1"), kind]
        self._digest = hashlib.sha256(json.dumps(parts).encode())
        scope["state"]["claim"] = self.claim

    async def receive(self) -> Message:
        message = await self._receive()
        # The boundary of a form differs each time it is sent, so its bytes cannot be compared.
        if not self._is_form:
            self._digest.update(message.get("body", b""))
        return message

    async def hold(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        self.size += len(message.get("body", b""))
        self.held.append(message)

    def claim(self) -> Claim:
        return Claim(self.account_id, self.key, self._digest.hexdigest())

    def body(self) -> bytes:
        parts: list[Any] = [message.get("body", b"") for message in self.held]
        return b"".join(parts)
