"""The SQL of evaluations."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from kuznia.db.access import visible
from kuznia.db.tables import (
    Account,
    Dataset,
    DatasetVersion,
    FeatureSetVersion,
    Job,
    ModelEvaluation,
    ModelVersion,
    Run,
    RunInput,
)

EvaluationRow = tuple[ModelEvaluation, Account, Run]


def _evaluations(account_id: UUID, is_admin: bool) -> Select[ModelEvaluation, Account, Run]:
    """Those of models that the account may see, and of its own jobs."""
    return (
        select(ModelEvaluation, Account, Run)
        .join(Account, Account.id == ModelEvaluation.created_by)
        .join(Run, Run.id == ModelEvaluation.run_id)
        .outerjoin(ModelVersion, ModelVersion.id == ModelEvaluation.model_version_id)
        .where(
            or_(
                visible(ModelVersion.model_id, account_id, is_admin=is_admin),
                ModelEvaluation.model_version_id.is_(None)
                & visible(Run.job_id, account_id, is_admin=is_admin),
            )
        )
    )


def evaluations(
    session: Session,
    account_id: UUID,
    is_admin: bool,
    *,
    version: UUID | None,
    features_run: UUID | None,
    kind: str | None,
    after: UUID | None,
    limit: int,
) -> Sequence[EvaluationRow]:
    """Newest first, one more than `limit`."""
    query = _evaluations(account_id, is_admin)
    if version is not None:
        query = query.where(ModelEvaluation.model_version_id == version)
    if features_run is not None:
        query = query.where(ModelEvaluation.features_run_id == features_run)
    if kind is not None:
        query = query.where(ModelEvaluation.kind == kind)
    if after is not None:
        query = query.where(ModelEvaluation.id < after)
    return list(session.execute(query.order_by(ModelEvaluation.id.desc()).limit(limit + 1)))


def evaluation(
    session: Session, evaluation_id: UUID, account_id: UUID, is_admin: bool
) -> EvaluationRow | None:
    query = _evaluations(account_id, is_admin).where(ModelEvaluation.id == evaluation_id)
    return session.execute(query).one_or_none()


def add_evaluation(session: Session, row: ModelEvaluation) -> None:
    session.add(row)
    session.flush()


def model_version(session: Session, version_id: UUID) -> ModelVersion | None:
    return session.get(ModelVersion, version_id)


def feature_set_version(session: Session, version_id: UUID) -> FeatureSetVersion | None:
    return session.get(FeatureSetVersion, version_id)


def visible_run(session: Session, run_id: UUID, account_id: UUID, is_admin: bool) -> Run | None:
    """A run whose job the account may see."""
    seen = visible(Run.job_id, account_id, is_admin=is_admin)
    return session.scalars(select(Run).where(Run.id == run_id, seen)).one_or_none()


def run(session: Session, run_id: UUID) -> Run | None:
    return session.get(Run, run_id)


def run_inputs(session: Session, run_id: UUID) -> Sequence[RunInput]:
    query = select(RunInput).where(RunInput.run_id == run_id)
    return session.scalars(query.order_by(RunInput.role, RunInput.position)).all()


def question_of(session: Session, run_id: UUID) -> UUID | None:
    """The question of the job that made a run."""
    query = select(Job.question_id).join(Run, Run.job_id == Job.id).where(Run.id == run_id)
    return session.scalar(query)


def newest_classification(session: Session, account_id: UUID, is_admin: bool) -> UUID | None:
    """The newest version of the newest visible classification that holds something."""
    query = (
        select(DatasetVersion.id)
        .join(Dataset, Dataset.id == DatasetVersion.dataset_id)
        .where(Dataset.kind == "classification", visible(Dataset.id, account_id, is_admin=is_admin))
        .order_by(Dataset.id.desc(), DatasetVersion.seq.desc())
    )
    return session.scalar(query.limit(1))
