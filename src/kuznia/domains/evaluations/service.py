"""Rules of evaluations: who sees them, and how they are told."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.core.features.views import steps
from kuznia.domains.evaluations import repository
from kuznia.domains.evaluations.errors import EvaluationMissing
from kuznia.domains.evaluations.repository import EvaluationRow
from kuznia.domains.evaluations.schemas import EvaluationRead, EvaluationSummary, FeatureViewRead, Kind
from kuznia.domains.features import service as feature_sets
from kuznia.domains.models import service as models
from kuznia.domains.models.schemas import Person
from kuznia.rest.principal import Principal


def listing(
    session: Session,
    principal: Principal,
    *,
    version: UUID | None,
    features_run: UUID | None,
    kind: Kind | None,
    after: UUID | None,
    limit: int,
) -> Sequence[EvaluationRow]:
    """Newest first, one more than `limit`; of a version only for who sees its model."""
    if version is not None:
        models.pinned(session, version, principal.account_id, is_admin=principal.is_admin)
    return repository.evaluations(
        session,
        principal.account_id,
        principal.is_admin,
        version=version,
        features_run=features_run,
        kind=kind,
        after=after,
        limit=limit,
    )


def read(session: Session, principal: Principal, evaluation_id: UUID) -> EvaluationRead:
    row = repository.evaluation(session, evaluation_id, principal.account_id, principal.is_admin)
    if row is None:
        raise EvaluationMissing("There is no such evaluation, or it is not shared with you.")
    found, _, run = row
    parts = {
        kind: found.summary if found.kind == kind else None for kind in ("evaluation", "leaks", "ablation")
    }
    return EvaluationRead.model_validate(
        {
            **summary(row).model_dump(),
            "question_id": found.question_id,
            "duration_s": (run.finished_at - run.started_at).total_seconds(),
            "result_digest": run.result_digest,
            **parts,
        }
    )


def summary(row: EvaluationRow) -> EvaluationSummary:
    found, account, run = row
    return EvaluationSummary(
        id=found.id,
        kind=found.kind,  # type: ignore[arg-type]  # the table allows no other
        version=found.model_version_id,
        features_run=found.features_run_id,
        created_at=found.created_at,
        created_by=Person(id=account.id, name=account.name),
        job_id=run.job_id,
        status=found.summary.get("status"),
    )


def views(session: Session, principal: Principal, version_id: UUID) -> list[FeatureViewRead]:
    """Which kinds of data the features of a version read, in the order in which an ablation adds them."""
    model = models.pinned(session, version_id, principal.account_id, is_admin=principal.is_admin)
    found = feature_sets.pinned(
        session, model.feature_set_version_id, principal.account_id, is_admin=principal.is_admin
    )
    told = steps({one.name: one.canonical for one in found.members})
    return [FeatureViewRead(view=one.view, features=list(one.added)) for one in told]  # type: ignore[arg-type]  # a test holds both lists equal
