"""Who is behind a request: an access token or an API token becomes ``request.state.principal``."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

from anyio.to_thread import run_sync
from fastapi import FastAPI
from sqlalchemy.orm import Session
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from kuznia.db.session import WriteSession
from kuznia.domains.accounts.sessions import Identity, identity_of_account, identity_of_token
from kuznia.domains.accounts.tokens import API_PREFIX, AccessTokens
from kuznia.rest.allowance import Allowance
from kuznia.rest.principal import Principal
from kuznia.telemetry.logs import with_context

# A page sends a dozen requests at once; a role taken away, or an account disabled, counts within this time.
REMEMBERED = 1.0
MOST_REMEMBERED = 5_000
Find = Callable[[Session], Identity | None]


class Identities:
    """Asks the database who somebody is, and remembers for a moment.

    Parameters
    ----------
    app : FastAPI
        Its ``state.database`` and ``state.access_tokens`` are used.
    """

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._known: dict[str, tuple[float, Identity | None]] = {}
        self._lock = Lock()

    async def of(self, token: str) -> tuple[Identity | None, float | None]:
        """The identity a bearer token stands for, and when an access token ends."""
        if token.startswith(API_PREFIX):
            return await self._ask(token, lambda session: identity_of_token(session, token)), None
        tokens: AccessTokens = self._app.state.access_tokens
        claims = tokens.read(token)
        if claims is None:
            return None, None
        account_id = claims.account_id
        identity = await self._ask(str(account_id), lambda session: identity_of_account(session, account_id))
        return identity, claims.expires

    async def _ask(self, key: str, find: Find) -> Identity | None:
        now = time.monotonic()
        with self._lock:
            at, identity = self._known.get(key, (0.0, None))
        if at and now - at < REMEMBERED:
            return identity
        identity = await run_sync(self._read, find)
        with self._lock:
            if len(self._known) > MOST_REMEMBERED:
                self._known.clear()
            self._known[key] = (now, identity)
        return identity

    def _read(self, find: Find) -> Identity | None:
        with WriteSession(self._app.state.database) as session:
            identity = find(session)
            if session.in_transaction() and identity is not None and identity.token_id is not None:
                session.commit()  # when the token was used
        return identity


class Identified:
    """Puts the principal on each request of the API. Who is nobody may still use public routes."""

    def __init__(self, app: ASGIApp, identities: Identities, allowance: Allowance) -> None:
        self.app, self.identities, self.allowance = app, identities, allowance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/api/"):
            await self._identify(scope)
        await self.app(scope, receive, send)

    async def _identify(self, scope: Scope) -> None:
        state, headers = scope["state"], Headers(scope=scope)
        address = scope["client"][0] if scope.get("client") else None
        scheme, _, token = headers.get("authorization", "").partition(" ")
        token = token.strip()
        identity, expires = None, None
        if scheme.lower() == "bearer" and token:
            identity, expires = await self.identities.of(token)
        self.allowance.take(str(identity.account_id) if identity else f"address {address}")
        if identity is None:
            state["refusal"] = "This token is wrong or has expired. Sign in again." if token else None
            return
        state["token_expires"] = expires
        state["principal"] = Principal(
            account_id=identity.account_id,
            role=identity.role,
            scopes=identity.scopes,
            address=address,
            request_id=state["request_id"],
            token_id=identity.token_id,
        )
        with_context(**{"user.id": str(identity.account_id)})
