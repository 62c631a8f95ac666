"""Rules of monitors: who may set a policy, ask for a check or a training, and decide a proposal."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.db.session import WriteSession
from kuznia.db.tables import DriftReport, Job, Monitor
from kuznia.domains.accounts.service import audit
from kuznia.domains.models import service as models
from kuznia.domains.models.schemas import PUBLISH, AliasMove, PublishInput
from kuznia.domains.monitors import checking, reading, repository
from kuznia.domains.monitors.errors import (
    MonitorMissing,
    NothingToCheck,
    ProposalDecided,
    ProposalMissing,
    ReportMissing,
)
from kuznia.domains.monitors.repository import MonitorRow, ProposalRow, RetrainingRow
from kuznia.domains.monitors.retraining import retrain
from kuznia.domains.monitors.schemas import (
    Decision,
    MonitorRead,
    Policy,
    ProposalRead,
)
from kuznia.errors import StaleEdit
from kuznia.queue.enqueue import enqueue
from kuznia.rest.principal import Principal


def monitors(
    session: Session, principal: Principal, model_id: UUID, *, after: str | None, limit: int
) -> Sequence[MonitorRow]:
    models.get(session, principal, model_id)
    return repository.monitors(session, model_id, after=after, limit=limit)


def get(session: Session, principal: Principal, model_id: UUID, alias: str) -> MonitorRow:
    models.get(session, principal, model_id)
    return _monitor(session, model_id, alias)


def put(
    session: WriteSession,
    principal: Principal,
    model_id: UUID,
    alias: str,
    policy: Policy,
    expected: int | None,
) -> MonitorRead:
    """Watch an alias, or watch it otherwise; the next check follows at once."""
    models.get(session, principal, model_id, "edit")
    row = repository.monitor(session, model_id, alias)
    if expected is not None and expected != (row[0].revision if row else 0):
        raise StaleEdit("The policy was changed since you read it; read it again.")
    before = row[0].policy if row else None
    now = repository.now(session)
    if row is None:
        found = Monitor(model_id=model_id, alias=alias, revision=1)
    else:
        found = row[0]
        found.revision += 1
    found.policy = policy.model_dump()
    found.expires_days, found.refuse_expired = policy.expires_days, policy.refuse_expired
    found.next_check_at, found.account_id = now, principal.account_id
    repository.add(session, found)
    _publish(session, principal, f"Publish what {alias} may be served for")
    after = {"alias": alias, "policy": found.policy}
    audit(session, principal, "model.watch", model_id, before=before and {"policy": before}, after=after)
    return reading.monitor(_monitor(session, model_id, alias), now)


def remove(session: WriteSession, principal: Principal, model_id: UUID, alias: str) -> None:
    """Stop watching; reports and proposals stay."""
    models.get(session, principal, model_id, "edit")
    found = _monitor(session, model_id, alias)[0]
    before = {"alias": alias, "policy": found.policy}
    repository.remove(session, found)
    _publish(session, principal, f"Publish {alias} without a limit")
    audit(session, principal, "model.unwatch", model_id, before=before)


def check(session: WriteSession, principal: Principal, version_id: UUID, alias: str | None) -> Job:
    """Enqueue a check of a version, by an alias's policy or by the usual bounds."""
    pinned = models.pinned(session, version_id, principal.account_id, is_admin=principal.is_admin)
    if alias is not None:
        _monitor(session, pinned.model_id, alias)
    job = checking.enqueue_check(
        session,
        version_id,
        alias,
        account_id=principal.account_id,
        name=f"Check {pinned.name} v{pinned.seq} for drift"[:120],
        request_id=principal.request_id,
    )
    audit(session, principal, "model.check", pinned.model_id, after={"job": str(job.id), "alias": alias})
    return job


def ask_retraining(session: WriteSession, principal: Principal, model_id: UUID, alias: str) -> Job:
    """Train what the alias is on anew, whatever the policy says."""
    models.get(session, principal, model_id, "edit")
    found, _, version = _monitor(session, model_id, alias)
    if version is None:
        raise NothingToCheck(f"No version is {alias!r} yet; put the alias on one first.")
    job = retrain(
        session,
        found,
        version,
        "asked",
        account_id=principal.account_id,
        request_id=principal.request_id,
    )
    audit(session, principal, "model.retrain", model_id, after={"alias": alias, "job": str(job.id)})
    return job


def reports(
    session: Session, principal: Principal, version_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[DriftReport]:
    models.pinned(session, version_id, principal.account_id, is_admin=principal.is_admin)
    return repository.reports(session, version_id, before=before, limit=limit)


def report(session: Session, principal: Principal, version_id: UUID, report_id: UUID) -> DriftReport:
    models.pinned(session, version_id, principal.account_id, is_admin=principal.is_admin)
    row = repository.report(session, report_id)
    if row is None or row.model_version_id != version_id:
        raise ReportMissing("There is no such report of this version.")
    return row


def retrainings(
    session: Session, principal: Principal, model_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[RetrainingRow]:
    models.get(session, principal, model_id)
    return repository.retrainings(session, model_id, before=before, limit=limit)


def proposals(
    session: Session, principal: Principal, model_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[ProposalRow]:
    models.get(session, principal, model_id)
    return repository.proposals(session, model_id, before=before, limit=limit)


def decide(
    session: WriteSession, principal: Principal, model_id: UUID, proposal_id: UUID, decision: Decision
) -> ProposalRead:
    """Accept or decline; accepting moves the alias under the same rules as any other move."""
    models.get(session, principal, model_id, "edit")
    row = repository.proposal(session, proposal_id)
    if row is None or row[0].model_id != model_id:
        raise ProposalMissing("There is no such proposal for this model.")
    found = repository.lock_proposal(session, proposal_id)
    if found.state != "open":
        raise ProposalDecided(f"It was {found.state} already.")
    alias = repository.alias(session, model_id, found.alias)
    if decision.accept and (alias is None or alias.version_id != found.champion_id):
        raise ProposalDecided(f"{found.alias!r} is on another version than the one that was compared.")
    if decision.accept:
        move = AliasMove(version=found.challenger_id, reason=decision.reason, override=decision.override)
        models.move_alias(session, principal, model_id, found.alias, move, None)
    found.state = "accepted" if decision.accept else "declined"
    found.reason, found.decided_by = decision.reason, principal.account_id
    found.decided_at = repository.now(session)
    repository.add(session, found)
    after = {"proposal": str(found.id), "state": found.state, "reason": decision.reason}
    audit(session, principal, "model.decide_proposal", model_id, after=after)
    decided = repository.proposal(session, proposal_id)
    assert decided is not None, "it is locked"
    return reading.proposal(decided)


def _monitor(session: Session, model_id: UUID, alias: str) -> MonitorRow:
    row = repository.monitor(session, model_id, alias)
    if row is None:
        raise MonitorMissing(f"Set a policy for the alias {alias!r} first.")
    return row


def _publish(session: WriteSession, principal: Principal, name: str) -> None:
    """Limits of age are part of what scoring is told."""
    enqueue(
        session,
        PUBLISH,
        PublishInput(),
        owner_id=principal.account_id,
        name=name[:120],
        request_id=principal.request_id,
    )
