"""Moving aliases: through the gate, back again, and away; each move is written down for good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.db.session import WriteSession
from kuznia.db.tables import Alias, AliasEvent, Model
from kuznia.domains.accounts.service import audit
from kuznia.domains.models import repository
from kuznia.domains.models.errors import (
    AliasMissing,
    AliasUnchanged,
    ModelVersionMissing,
    NothingToRollBack,
)
from kuznia.domains.models.lookup import get
from kuznia.domains.models.registry import gate
from kuznia.domains.models.registry import repository as registry
from kuznia.domains.models.registry.schemas import PromotionRead
from kuznia.domains.models.repository import EventRow
from kuznia.domains.models.schemas import PUBLISH, AliasMove, AliasRead, PublishInput
from kuznia.errors import Fault, StaleEdit
from kuznia.queue.enqueue import enqueue
from kuznia.rest.principal import Principal


def show_alias(alias: Alias, seq: int) -> AliasRead:
    return AliasRead(name=alias.name, version_id=alias.version_id, seq=seq, revision=alias.revision)


def move_alias(
    session: WriteSession,
    principal: Principal,
    model_id: UUID,
    name: str,
    move: AliasMove,
    expected: int | None,
) -> AliasRead:
    """Put an alias on a version, write down why, and tell the scoring service, in one transaction.

    The gate is asked first; an override is kept only where it was needed.
    """
    model, alias = _locked(session, principal, model_id, name, expected)
    row = repository.version(session, move.version)
    if row is None or row[0].model_id != model_id:
        raise ModelVersionMissing(
            "This model has no such version.", [Fault("/body/version", "Name one of its versions.")]
        )
    before = alias.version_id if alias else None
    if before == move.version:
        raise AliasUnchanged(f"{name!r} is on version {row[0].seq} already.")
    found = gate.allow(session, principal, move.version, name, move.override)
    if alias is None:
        alias = Alias(model_id=model_id, name=name, version_id=move.version, revision=1)
        session.add(alias)
    else:
        alias.version_id, alias.revision = move.version, alias.revision + 1
    event = AliasEvent(before=before, after=move.version, reason=move.reason, **_gate_of(found, move))
    _write(session, principal, model, name, event, "model.move_alias")
    return show_alias(alias, row[0].seq)


def _gate_of(found: PromotionRead, move: AliasMove) -> dict[str, Any]:
    """What the move keeps of the gate: nothing where the alias is not behind it."""
    if not found.gated:
        return {}
    override = None if found.passed else move.override
    return {"gate": found.gate or None, "checks": gate.as_json(found.checks), "override": override}


def roll_back(
    session: WriteSession, principal: Principal, model_id: UUID, name: str, reason: str, expected: int | None
) -> AliasRead:
    """Take back the newest move of an alias that still stands.

    The version before it comes back with its feature set and its data, because it pins them. The gate is
    not asked: what was good enough to serve before must be reachable at once.
    """
    model, alias = _locked(session, principal, model_id, name, expected)
    if alias is None:
        raise AliasMissing(f"The model has no alias {name!r}.")
    undone, back = standing_move(session, model_id, name)
    row = repository.version(session, back)
    if row is None:
        raise NothingToRollBack(
            f"The version that {name!r} was on before is deleted. Move the alias to another one."
        )
    event = AliasEvent(before=alias.version_id, after=back, reason=reason, undoes=undone.n)
    alias.version_id, alias.revision = back, alias.revision + 1
    _write(session, principal, model, name, event, "model.roll_back")
    return show_alias(alias, row[0].seq)


def standing_move(session: Session, model_id: UUID, name: str) -> tuple[AliasEvent, UUID]:
    """The move that a rollback would take back, and the version that it leads to."""
    found = registry.standing_move(session, model_id, name)
    if found is None or found.before is None:
        raise NothingToRollBack(f"{name!r} was on no version before this one.")
    return found, found.before


def remove_alias(
    session: WriteSession, principal: Principal, model_id: UUID, name: str, reason: str, expected: int | None
) -> None:
    """Take an alias away; scoring stops to answer to it."""
    model, alias = _locked(session, principal, model_id, name, expected)
    if alias is None:
        raise AliasMissing(f"The model has no alias {name!r}.")
    event = AliasEvent(before=alias.version_id, after=None, reason=reason)
    session.delete(alias)
    _write(session, principal, model, name, event, "model.remove_alias")


def events(
    session: Session, principal: Principal, model_id: UUID, name: str, *, below: int | None, limit: int
) -> Sequence[EventRow]:
    get(session, principal, model_id)
    return repository.events(session, model_id, name, below=below, limit=limit)


def _locked(
    session: WriteSession, principal: Principal, model_id: UUID, name: str, expected: int | None
) -> tuple[Model, Alias | None]:
    """The model, with others who would change it waiting, and its alias at the revision expected."""
    get(session, principal, model_id, "edit")
    repository.lock_model(session, model_id)
    model, *_ = get(session, principal, model_id, "edit")
    alias = repository.alias(session, model_id, name)
    if expected is not None and expected != (alias.revision if alias else 0):
        raise StaleEdit(f"The alias {name!r} was moved since you read it; read it again.")
    return model, alias


def _write(
    session: WriteSession, principal: Principal, model: Model, name: str, event: AliasEvent, action: str
) -> None:
    """Keep the move, have it published, and audit it."""
    event.model_id, event.name, event.account_id = model.id, name, principal.account_id
    session.add(event)
    session.flush()
    enqueue(
        session,
        PUBLISH,
        PublishInput(),
        owner_id=principal.account_id,
        name=f"Publish {model.name} {name}",
        request_id=principal.request_id,
    )
    moved: dict[str, Any] = {
        "alias": name,
        "before": str(event.before) if event.before else None,
        "after": str(event.after) if event.after else None,
        "reason": event.reason,
    }
    told = {key: getattr(event, key) for key in ("undoes", "override") if getattr(event, key) is not None}
    audit(session, principal, action, model.id, after={**moved, **told})
