"""Rules of accounts, their API tokens, grants, and the audit that every change is written to."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.db.session import WriteSession
from kuznia.db.tables import Account, ApiToken, Audit, Grant, Object
from kuznia.domains.accounts import repository
from kuznia.domains.accounts.chain import FIRST, link, plain
from kuznia.domains.accounts.errors import (
    AccountNotFound,
    EmailTaken,
    GrantNotFound,
    LastAdmin,
    NotOwner,
    ObjectNotFound,
    ScopeTooWide,
    SessionNeeded,
    TokenNotFound,
    UnknownGrantee,
    WrongPassword,
)
from kuznia.domains.accounts.passwords import (
    check_strength,
    generate_password,
    hash_password,
    verify_password,
)
from kuznia.domains.accounts.schemas import (
    AccountCreate,
    AccountUpdate,
    AuditCheck,
    GrantCreate,
    MeUpdate,
    TokenCreate,
)
from kuznia.domains.accounts.tokens import API_PREFIX, new_secret, secret_digest
from kuznia.errors import Fault, StaleEdit
from kuznia.rest.principal import ALLOWED, Principal


def audit(
    session: Session,
    principal: Principal | None,
    action: str,
    object_id: UUID | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Append what was done to the audit, in the same transaction. Call it last: it takes a lock.

    Parameters
    ----------
    session : Session
        The transaction of the change itself.
    principal : Principal or None
        Who did it; None for the installation itself.
    action : str
        ``noun.verb``, for example ``dataset.create``.
    object_id : UUID, optional
        The owned noun it was done to.
    before, after : mapping, optional
        What changed; small JSON values.
    """
    session.flush()
    row = Audit(
        at=datetime.now(UTC),
        account_id=principal.account_id if principal else None,
        action=action,
        object_id=object_id,
        before=None if before is None else plain(dict(before)),
        after=None if after is None else plain(dict(after)),
        address=principal.address if principal else None,
        request_id=principal.request_id if principal else None,
        previous=repository.last_link(session) or FIRST,
    )
    row.digest = link(row)
    session.add(row)
    session.flush()


def verify_audit(session: Session) -> AuditCheck:
    """Compute the whole chain again; it breaks where a row was changed or taken out."""
    previous, rows = FIRST, 0
    with closing(repository.audit_chain(session)) as chain:
        for row in chain:
            if row.previous != previous or link(row) != row.digest:
                return AuditCheck(rows=rows, holds=False, broken_at=row.n, head=previous)
            previous, rows = row.digest, rows + 1
    return AuditCheck(rows=rows, holds=True, broken_at=None, head=previous)


def get_account(session: Session, account_id: UUID) -> Account:
    found = repository.account(session, account_id)
    if found is None:
        raise AccountNotFound(f"No account has the id {account_id}.")
    return found


def create_account(
    session: WriteSession, principal: Principal | None, wanted: AccountCreate
) -> tuple[Account, str | None]:
    """Make an account; without a password one is generated and given back."""
    generated = None if wanted.password else generate_password()
    if wanted.password and principal is not None:
        check_strength(wanted.password, wanted.email, "/body/password")
    if repository.account_by_email(session, wanted.email):
        fault = Fault("/body/email", "Choose another, or enable the account that has it.")
        raise EmailTaken(f"{wanted.email} has an account here.", [fault])
    made = Account(
        email=wanted.email,
        name=wanted.name,
        role=wanted.role,
        password_hash=hash_password(wanted.password or generated or ""),
        preferences={},
    )
    session.add(made)
    session.flush()
    session.refresh(made)
    audit(session, principal, "account.create", after={"account": made.id, "role": made.role})
    return made, generated


def update_account(
    session: WriteSession, principal: Principal, account_id: UUID, revision: int, wanted: AccountUpdate
) -> Account:
    """Change name, role or whether someone may sign in; one administrator always stays."""
    repository.enabled_admins(session)
    found = repository.account(session, account_id, lock=True)
    if found is None:
        raise AccountNotFound(f"No account has the id {account_id}.")
    if found.revision != revision:
        raise StaleEdit(f"It is at revision {found.revision}, you have read {revision}. Read it again.")
    before = _state(found)
    found.name = wanted.name or found.name
    found.role = wanted.role or found.role
    if wanted.disabled is not None:
        found.disabled_at = (found.disabled_at or datetime.now(UTC)) if wanted.disabled else None
    after = _state(found)
    if before == after:
        return found
    found.revision += 1
    session.flush()
    if repository.enabled_admins(session) == 0:
        raise LastAdmin("Make somebody else an administrator first.")
    if found.disabled_at is not None:
        repository.close_sessions(session, account_id, datetime.now(UTC))
    changed = {key for key in after if before[key] != after[key]}
    audit(
        session,
        principal,
        "account.update",
        before={"account": account_id} | {key: before[key] for key in changed},
        after={"account": account_id} | {key: after[key] for key in changed},
    )
    return found


def _state(account: Account) -> dict[str, Any]:
    return {"name": account.name, "role": account.role, "disabled": account.disabled_at is not None}


def update_me(
    session: WriteSession, principal: Principal, wanted: MeUpdate, revision: int | None = None
) -> Account:
    """Change one's own name, preferences or password; a new password ends all sessions."""
    _need_session(principal)
    me = repository.account(session, principal.account_id, lock=True)
    if me is None:
        raise AccountNotFound("Your account is gone.")
    if revision is not None and me.revision != revision:
        raise StaleEdit(f"It is at revision {me.revision}, you have read {revision}. Read it again.")
    me.name = wanted.name or me.name
    if wanted.preferences is not None:
        merged = {**me.preferences, **wanted.preferences}
        me.preferences = {key: value for key, value in merged.items() if value is not None}
    if wanted.password is not None:
        if not verify_password(wanted.password.current, me.password_hash):
            fault = Fault("/body/password/current", "Type the password you sign in with.")
            raise WrongPassword("The password was not changed.", [fault])
        check_strength(wanted.password.new, me.email, "/body/password/new")
        me.password_hash = hash_password(wanted.password.new)
        repository.close_sessions(session, me.id, datetime.now(UTC))
    me.revision += 1
    fields = sorted(wanted.model_fields_set)
    audit(session, principal, "me.update", after={"fields": fields})
    return me


def create_token(session: WriteSession, principal: Principal, wanted: TokenCreate) -> tuple[ApiToken, str]:
    """Make an API token; its secret is given back once and stored as a digest."""
    _need_session(principal)
    beyond = sorted(set(wanted.scopes) - ALLOWED[principal.role])
    if beyond:
        faults = [Fault("/body/scopes", f"The role '{principal.role}' has no '{scope}'.") for scope in beyond]
        raise ScopeTooWide("Choose among the permissions of your role.", faults)
    secret = new_secret(API_PREFIX)
    days = wanted.expires_in_days
    made = ApiToken(
        account_id=principal.account_id,
        name=wanted.name,
        secret_digest=secret_digest(secret),
        scopes=sorted(set(wanted.scopes)),
        expires_at=None if days is None else datetime.now(UTC) + timedelta(days=days),
    )
    session.add(made)
    session.flush()
    session.refresh(made)
    audit(session, principal, "token.create", after={"token": made.id, "scopes": made.scopes})
    return made, secret


def revoke_token(session: WriteSession, principal: Principal, token_id: UUID) -> None:
    _need_session(principal)
    found = repository.api_token(session, token_id, principal.account_id)
    if found is None:
        raise TokenNotFound(f"You have no API token {token_id}.")
    found.revoked_at = datetime.now(UTC)
    audit(session, principal, "token.revoke", before={"token": token_id})


def _need_session(principal: Principal) -> None:
    if principal.token_id is not None:
        raise SessionNeeded("Sign in with e-mail and password.")


def owned_object(session: Session, principal: Principal, object_id: UUID) -> Object:
    """The object, if the principal may share it: its owner and administrators may."""
    found = repository.visible_object(session, object_id, principal.account_id, is_admin=principal.is_admin)
    if found is None:
        raise ObjectNotFound(f"Nothing with the id {object_id} is yours or shared with you.")
    if found.owner_id != principal.account_id and not principal.is_admin:
        raise NotOwner("Ask its owner.")
    return found


def share(
    session: WriteSession, principal: Principal, object_id: UUID, wanted: GrantCreate
) -> tuple[Grant, Account | None]:
    """Grant a level on an object; a second grant to the same person changes the first."""
    owned_object(session, principal, object_id)
    grantee = repository.account_by_email(session, wanted.email) if wanted.email else None
    if wanted.email and grantee is None:
        fault = Fault("/body/email", "Check the spelling, or leave it out to share with everybody.")
        raise UnknownGrantee(f"No account has the e-mail {wanted.email}.", [fault])
    grantee_id = grantee.id if grantee else None
    made = repository.grant_of(session, object_id, grantee_id)
    before = {"level": made.level} if made else None
    if made is None:
        made = Grant(object_id=object_id, grantee_id=grantee_id, granted_by=principal.account_id)
        session.add(made)
    made.level = wanted.level
    session.flush()
    session.refresh(made)
    audit(session, principal, "grant.create", object_id, before, {"level": made.level, "grantee": grantee_id})
    return made, grantee


def unshare(session: WriteSession, principal: Principal, object_id: UUID, grant_id: UUID) -> None:
    owned_object(session, principal, object_id)
    found = repository.grant(session, object_id, grant_id)
    if found is None:
        raise GrantNotFound(f"This object has no grant {grant_id}.")
    before = {"level": found.level, "grantee": found.grantee_id}
    session.delete(found)
    audit(session, principal, "grant.delete", object_id, before)


def create_admin(
    session: WriteSession, email: str, password: str | None
) -> tuple[Account, str | None] | None:
    """The first administrator, when nobody has an account yet; None when somebody has."""
    repository.enabled_admins(session)
    if repository.accounts(session, None, 1):
        return None
    wanted = AccountCreate(email=email, name="Administrator", role="admin", password=password)
    return create_account(session, None, wanted)


def first_admin(session: Session) -> Account | None:
    """The administrator who has been here longest."""
    return repository.first_admin(session)
