"""Deleting versions and models: out of sight, never out of the record, and not while something uses them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.db import access
from kuznia.db.session import WriteSession
from kuznia.db.tables import ModelVersionRemoval
from kuznia.domains.accounts.service import audit
from kuznia.domains.models import repository
from kuznia.domains.models.errors import ModelInUse
from kuznia.domains.models.lookup import get, get_version
from kuznia.domains.models.registry import repository as registry
from kuznia.domains.models.registry.repository import Use
from kuznia.errors import Fault
from kuznia.rest.principal import Principal

MOST_NAMED = 5
"""Users that a refusal names; the others are counted."""


def remove_version(session: WriteSession, principal: Principal, version_id: UUID, reason: str) -> None:
    """Hide a version that no alias is on and that no strategy, backtest or sweep uses."""
    (version, _), (model, *_) = get_version(session, principal, version_id, "edit")
    repository.lock_model(session, model.id)
    get_version(session, principal, version_id, "edit")
    registry.lock_version(session, version_id)
    _refuse_used(session, principal, [version_id], f"Version {version.seq}")
    session.add(ModelVersionRemoval(version_id=version_id, reason=reason, account_id=principal.account_id))
    told = {"version": str(version_id), "seq": version.seq}
    audit(session, principal, "model_version.delete", model.id, before=told, after={"reason": reason})


def remove_model(session: WriteSession, principal: Principal, model_id: UUID, reason: str) -> None:
    """Hide a model with all its versions, none of which may be used."""
    get(session, principal, model_id, "edit")
    repository.lock_model(session, model_id)
    model, *_ = get(session, principal, model_id, "edit")
    ids = [version.id for version in registry.living_versions(session, model_id)]
    _refuse_used(session, principal, ids, f"The model {model.name!r}")
    access.hide(session, model_id)
    audit(
        session,
        principal,
        "model.delete",
        model_id,
        before={"name": model.name, "versions": len(ids)},
        after={"reason": reason},
    )


def _refuse_used(session: Session, principal: Principal, version_ids: Sequence[UUID], what: str) -> None:
    aliases = [name for one in version_ids for name in registry.aliases_on(session, one)]
    used = [*registry.strategies_on(session, version_ids), *registry.results_on(session, version_ids)]
    if not aliases and not used:
        return
    faults = [Fault("/path", f"The alias {name!r} is on it: move it or take it away.") for name in aliases]
    faults += _named(session, principal, used)
    raise ModelInUse(f"{what} is in use and stays: {_count(aliases, used)}.", faults)


def _named(session: Session, principal: Principal, used: Sequence[Use]) -> list[Fault]:
    """Users by name where they are shared with the caller; of others only the number is told."""
    seen = registry.shared(session, [key for _, key, _ in used], principal.account_id, principal.is_admin)
    named = [Fault("/path", f"The {kind} {name!r} uses it.") for kind, key, name in used if key in seen]
    rest = len(used) - min(len(named), MOST_NAMED)
    more = [Fault("/path", f"{rest} more use it.")] if rest else []
    return [*named[:MOST_NAMED], *more]


def _count(aliases: Sequence[str], used: Sequence[Use]) -> str:
    parts = []
    if aliases:
        parts.append(f"{len(aliases)} alias{'es' if len(aliases) > 1 else ''}")
    if used:
        parts.append(f"{len(used)} strateg{'ies' if len(used) > 1 else 'y'}, backtests or sweeps")
    return " and ".join(parts)
