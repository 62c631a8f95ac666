"""The SQL of pipelines and their steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from kuznia.db.access import Level, visible
from kuznia.db.tables import (
    Account,
    FeatureSetVersion,
    Job,
    Model,
    ModelVersion,
    Object,
    Pipeline,
    PipelineFile,
    PipelineStep,
    Question,
    Run,
    RunInput,
)
from kuznia.domains.features.schemas import COMPUTE

PipelineRow = tuple[Pipeline, Object, Account, Question, Model, Job]
BOARD = "board"


def _pipelines(
    account_id: UUID, is_admin: bool, level: Level = "read"
) -> Select[Pipeline, Object, Account, Question, Model, Job]:
    return (
        select(Pipeline, Object, Account, Question, Model, Job)
        .join(Object, Object.id == Pipeline.id)
        .join(Account, Account.id == Object.owner_id)
        .join(Question, Question.id == Pipeline.question_id)
        .join(Model, Model.id == Pipeline.model_id)
        .join(Job, Job.id == Pipeline.job_id)
        .where(visible(Pipeline.id, account_id, is_admin=is_admin, level=level))
    )


def pipelines(
    session: Session, account_id: UUID, is_admin: bool, *, text: str | None, after: UUID | None, limit: int
) -> Sequence[PipelineRow]:
    """Newest first, one more than `limit`."""
    query = _pipelines(account_id, is_admin)
    if text:
        query = query.where(Pipeline.name.icontains(text, autoescape=True))
    if after:
        query = query.where(Pipeline.id < after)
    return list(session.execute(query.order_by(Pipeline.id.desc()).limit(limit + 1)))


def pipeline(
    session: Session, pipeline_id: UUID, account_id: UUID, is_admin: bool, level: Level = "read"
) -> PipelineRow | None:
    query = _pipelines(account_id, is_admin, level).where(Pipeline.id == pipeline_id)
    return session.execute(query).one_or_none()


def add_pipeline(session: Session, row: Pipeline) -> None:
    session.add(row)
    session.flush()


def of_version(session: Session, version_id: UUID) -> tuple[Pipeline, Job] | None:
    """The pipeline that a model version came of, hidden ones too, with its job."""
    query = (
        select(Pipeline, Job)
        .join(Job, Job.id == Pipeline.job_id)
        .join(Run, Run.job_id == Job.id)
        .join(ModelVersion, ModelVersion.run_id == Run.id)
        .where(ModelVersion.id == version_id)
    )
    return session.execute(query).one_or_none()


def steps(session: Session, pipeline_id: UUID) -> Sequence[PipelineStep]:
    query = select(PipelineStep).where(PipelineStep.pipeline_id == pipeline_id)
    return session.scalars(query.order_by(PipelineStep.finished_at)).all()


def boards(session: Session, pipeline_ids: Sequence[UUID]) -> dict[UUID, PipelineStep]:
    """The last step of each pipeline that reached it."""
    query = select(PipelineStep).where(PipelineStep.pipeline_id.in_(pipeline_ids), PipelineStep.name == BOARD)
    return {one.pipeline_id: one for one in session.scalars(query)}


def files(session: Session, pipeline_id: UUID) -> dict[str, dict[str, str]]:
    """Digest of each role of each step."""
    found: dict[str, dict[str, str]] = {}
    for one in session.scalars(select(PipelineFile).where(PipelineFile.pipeline_id == pipeline_id)):
        found.setdefault(one.step, {})[one.role] = one.digest
    return found


def put_step(session: Session, row: PipelineStep, digests: Mapping[str, str]) -> None:
    """Write a step in place of one that another code made."""
    old = delete(PipelineStep).where(
        PipelineStep.pipeline_id == row.pipeline_id, PipelineStep.name == row.name
    )
    session.execute(old)
    session.add(row)
    session.flush()
    session.add_all(
        PipelineFile(pipeline_id=row.pipeline_id, step=row.name, role=role, digest=digest)
        for role, digest in digests.items()
    )
    session.flush()


def generated_run(session: Session, job_id: UUID) -> UUID | None:
    """The run with the values of the features that a pipeline's job made, the newest of them."""
    query = select(Run.id).where(Run.job_id == job_id, Run.kind == COMPUTE.name)
    return session.scalars(query.order_by(Run.id.desc()).limit(1)).one_or_none()


def set_of(session: Session, run_id: UUID) -> UUID | None:
    """The feature set that a run computed."""
    query = (
        select(FeatureSetVersion.feature_set_id)
        .join(RunInput, RunInput.feature_set_version_id == FeatureSetVersion.id)
        .where(RunInput.run_id == run_id)
    )
    return session.scalars(query).first()


def runs(session: Session, job_id: UUID, kind: str) -> Sequence[tuple[Run, ModelVersion | None]]:
    """Runs of a pipeline's job, with the versions made by them."""
    query = (
        select(Run, ModelVersion)
        .outerjoin(ModelVersion, ModelVersion.run_id == Run.id)
        .where(Run.job_id == job_id, Run.kind == kind)
    )
    return session.execute(query.order_by(Run.id)).all()
