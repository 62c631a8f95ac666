"""HTTP of accounts: sign-in, oneself, API tokens, accounts, grants, the audit."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import APIRouter, Cookie, Header, Query, Request, Response

from kuznia.db.tables import Account, Audit, Grant
from kuznia.domains.accounts import repository, service, sessions
from kuznia.domains.accounts.attempts import Attempts
from kuznia.domains.accounts.errors import BadCredentials, CrossSite, SessionClosed, TooManyAttempts
from kuznia.domains.accounts.schemas import (
    AccountCreate,
    AccountCreated,
    AccountRead,
    AccountRef,
    AccountUpdate,
    AuditCheck,
    AuditRead,
    GrantCreate,
    GrantRead,
    LoginRequest,
    MeUpdate,
    SignedInRead,
    TokenCreate,
    TokenCreated,
    TokenRead,
)
from kuznia.domains.accounts.tokens import AccessTokens
from kuznia.rest.etag import IfMatch, MaybeIfMatch, set_revision
from kuznia.rest.paging import Cursor, Limit, Page, page_of, read_cursor, write_cursor
from kuznia.rest.principal import Administrator, Reader, Writer, public
from kuznia.rest.problem import answer
from kuznia.rest.session import Reading, Writing
from kuznia.telemetry.metrics import REFUSED_SIGN_INS

COOKIE = "kuznia_refresh"
COOKIE_PATH = "/api/v1/auth"

auth = APIRouter(prefix="/auth", tags=["accounts"])
me = APIRouter(prefix="/me", tags=["accounts"])
accounts = APIRouter(prefix="/accounts", tags=["accounts"])
grants = APIRouter(prefix="/objects/{object_id}/grants", tags=["accounts"])
audit = APIRouter(prefix="/audit", tags=["accounts"])
routers = (auth, me, accounts, grants, audit)

RefreshCookie = Annotated[str | None, Cookie(alias=COOKIE, include_in_schema=False)]
UserAgent = Annotated[str | None, Header(include_in_schema=False)]
FetchSite = Annotated[str | None, Header(alias="Sec-Fetch-Site", include_in_schema=False)]


def _signed_in(request: Request, response: Response, signed: sessions.SignedIn) -> SignedInRead:
    tokens = cast(AccessTokens, request.app.state.access_tokens)
    response.set_cookie(
        COOKIE,
        signed.secret,
        max_age=request.app.state.refresh_days * 86_400,
        path=COOKIE_PATH,
        httponly=True,
        samesite="strict",
        secure=_secure(request),
    )
    return SignedInRead(
        access_token=tokens.issue(signed.account.id, signed.account.role),
        expires_in=tokens.seconds,
        account=AccountRead.model_validate(signed.account),
    )


def _secure(request: Request) -> bool:
    return bool(request.app.state.secure_cookies) or request.url.scheme == "https"


def _same_site(site: str | None) -> None:
    """The cookie is SameSite=Strict, but another port of the same host counts as the same site."""
    if site not in {None, "same-origin", "none"}:
        raise CrossSite("Only pages of this address may use the session's cookie.")


@auth.post("/login", summary="Sign in", dependencies=[public()])
def login(
    body: LoginRequest, request: Request, response: Response, session: Writing, user_agent: UserAgent = None
) -> SignedInRead:
    attempts = cast(Attempts, request.app.state.attempts)
    address = request.client.host if request.client else "unknown"
    wait = attempts.wait(address, body.email)
    if wait:
        raise TooManyAttempts(f"Try again in {wait} seconds.", retry_after=wait)
    try:
        days = request.app.state.refresh_days
        signed = sessions.sign_in(session, body.email, body.password, user_agent=user_agent, days=days)
    except BadCredentials:
        attempts.failed(address, body.email)
        REFUSED_SIGN_INS.inc()
        raise
    attempts.succeeded(address, body.email)
    return _signed_in(request, response, signed)


@auth.post(
    "/refresh",
    summary="Exchange the refresh cookie for new tokens",
    dependencies=[public()],
    response_model=SignedInRead,
    responses={204: {"description": "No cookie was sent: nobody is signed in here"}},
)
def refresh(
    request: Request,
    response: Response,
    session: Writing,
    secret: RefreshCookie = None,
    user_agent: UserAgent = None,
    site: FetchSite = None,
) -> SignedInRead | Response:
    _same_site(site)
    if secret is None:  # the first question of every page, and no error
        return Response(status_code=204)
    days = request.app.state.refresh_days
    signed = sessions.refresh(session, secret, user_agent=user_agent, days=days)
    if signed is None:  # answered, not raised: closing the family must be committed
        closed = SessionClosed("Its token was used twice, so it was closed for safety. Sign in again.")
        return answer(request, closed.as_problem())
    return _signed_in(request, response, signed)


@auth.post("/logout", summary="End this session", status_code=204, dependencies=[public()])
def logout(
    response: Response, session: Writing, secret: RefreshCookie = None, site: FetchSite = None
) -> None:
    _same_site(site)
    sessions.sign_out(session, secret)
    response.delete_cookie(COOKIE, path=COOKIE_PATH, httponly=True, samesite="strict")


@me.get("", summary="Who I am")
def read_me(principal: Reader, session: Reading, response: Response) -> AccountRead:
    found = service.get_account(session, principal.account_id)
    set_revision(response, found.revision)
    return AccountRead.model_validate(found)


@me.patch("", summary="Change my name, preferences or password")
def update_me(
    body: MeUpdate, principal: Reader, session: Writing, response: Response, revision: MaybeIfMatch = None
) -> AccountRead:
    changed = service.update_me(session, principal, body, revision)
    set_revision(response, changed.revision)
    return AccountRead.model_validate(changed)


@me.get("/tokens", summary="My API tokens")
def list_tokens(principal: Reader, session: Reading) -> list[TokenRead]:
    found = repository.api_tokens(session, principal.account_id)
    return [TokenRead.model_validate(token) for token in found]


@me.post("/tokens", summary="Make an API token; its secret is shown once", status_code=201)
def create_token(body: TokenCreate, principal: Reader, session: Writing) -> TokenCreated:
    token, secret = service.create_token(session, principal, body)
    return TokenCreated(**TokenRead.model_validate(token).model_dump(), secret=secret)


@me.delete("/tokens/{token_id}", summary="Revoke one of my API tokens", status_code=204)
def revoke_token(token_id: UUID, principal: Reader, session: Writing) -> None:
    service.revoke_token(session, principal, token_id)


@accounts.get("", summary="All accounts")
def list_accounts(
    _: Administrator, session: Reading, limit: Limit = 100, cursor: Cursor = None
) -> Page[AccountRead]:
    after = read_cursor(cursor, 1, UUID)
    rows = repository.accounts(session, after[0] if after else None, limit)
    return page_of(rows, limit, AccountRead.model_validate, lambda row: write_cursor(row.id))


@accounts.post("", summary="Create an account; a generated password is shown once", status_code=201)
def create_account(body: AccountCreate, principal: Administrator, session: Writing) -> AccountCreated:
    made, password = service.create_account(session, principal, body)
    return AccountCreated(**AccountRead.model_validate(made).model_dump(), password=password)


@accounts.get("/{account_id}", summary="One account")
def read_account(account_id: UUID, _: Administrator, session: Reading, response: Response) -> AccountRead:
    found = service.get_account(session, account_id)
    set_revision(response, found.revision)
    return AccountRead.model_validate(found)


@accounts.patch("/{account_id}", summary="Change an account's name, role or whether it may sign in")
def update_account(
    account_id: UUID,
    body: AccountUpdate,
    principal: Administrator,
    session: Writing,
    response: Response,
    revision: IfMatch,
) -> AccountRead:
    changed = service.update_account(session, principal, account_id, revision, body)
    set_revision(response, changed.revision)
    return AccountRead.model_validate(changed)


def _show_grant(grant: Grant, grantee: Account | None) -> GrantRead:
    who = AccountRef(id=grantee.id, name=grantee.name) if grantee else None
    values: dict[str, Any] = {"level": grant.level}
    return GrantRead(id=grant.id, grantee=who, created_at=grant.created_at, **values)


@grants.get("", summary="Who an object is shared with")
def list_grants(object_id: UUID, principal: Reader, session: Reading) -> list[GrantRead]:
    service.owned_object(session, principal, object_id)
    return [_show_grant(*row) for row in repository.grants(session, object_id)]


@grants.post("", summary="Share an object with somebody or everybody", status_code=201)
def create_grant(object_id: UUID, body: GrantCreate, principal: Writer, session: Writing) -> GrantRead:
    return _show_grant(*service.share(session, principal, object_id, body))


@grants.delete("/{grant_id}", summary="Take a grant back", status_code=204)
def delete_grant(object_id: UUID, grant_id: UUID, principal: Writer, session: Writing) -> None:
    service.unshare(session, principal, object_id, grant_id)


def _show_audit(found: tuple[Audit, Account | None]) -> AuditRead:
    row, who = found
    columns = ("n", "at", "action", "object_id", "before", "after", "address", "request_id", "digest")
    values = {name: getattr(row, name) for name in columns}
    return AuditRead(account=AccountRef(id=who.id, name=who.name) if who else None, **values)


@audit.get("", summary="Who did what, newest first")
def list_audit(
    _: Administrator,
    session: Reading,
    account_id: UUID | None = None,
    object_id: UUID | None = None,
    action: Annotated[str | None, Query(max_length=100, description="What it begins with")] = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[AuditRead]:
    before = read_cursor(cursor, 1, int)
    filters = {
        "account_id": account_id,
        "object_id": object_id,
        "action": action,
        "since": since,
        "until": until,
    }
    rows = repository.audit_rows(session, before[0] if before else None, limit, filters)
    return page_of(rows, limit, _show_audit, lambda found: write_cursor(found[0].n))


@audit.get("/check", summary="Whether the audit's chain holds")
def check_audit(_: Administrator, session: Reading) -> AuditCheck:
    return service.verify_audit(session)
