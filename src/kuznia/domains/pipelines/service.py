"""Rules of pipelines: what is made when one is asked for, who sees it, who stops it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.db import access
from kuznia.db.access import Level, new_object
from kuznia.db.session import WriteSession
from kuznia.db.tables import Job, Pipeline
from kuznia.domains.accounts.service import audit
from kuznia.domains.backtests import service as backtests
from kuznia.domains.models import service as models
from kuznia.domains.models.schemas import ModelCreate
from kuznia.domains.pipelines import repository
from kuznia.domains.pipelines.errors import PipelineMissing, PipelineUnfinished
from kuznia.domains.pipelines.repository import PipelineRow
from kuznia.domains.pipelines.schemas import RUN, PipelineCreate, PipelineInput, PipelineOf
from kuznia.domains.trials import service as trials
from kuznia.domains.universes import service as universes
from kuznia.errors import Fault
from kuznia.queue.control import request_cancel
from kuznia.queue.enqueue import enqueue
from kuznia.queue.inputs import producers
from kuznia.rest.principal import Principal

if TYPE_CHECKING:
    from kuznia.store import Store

UNFINISHED = ("waiting", "queued", "running")


def submit(
    session: WriteSession, store: Store, principal: Principal, new: PipelineCreate
) -> tuple[UUID, Job]:
    """Write the pipeline down and enqueue its job, in one transaction."""
    account, admin = principal.account_id, principal.is_admin
    question = (
        trials.usable(session, new.question, account, is_admin=admin)
        if new.question
        else trials.everyday(session, account)
    )
    if new.model is None:
        model_id = models.create(session, principal, ModelCreate(name=new.name)).id
    else:
        models.owned(session, new.model, account, is_admin=admin)
        model_id = new.model
    pipeline_id = new_object(session, "pipeline", account)
    given = _input(session, store, principal, pipeline_id, new)
    if new.features is not None and not producers(given):
        # What another job will make is looked at when it is there.
        models.pin_values(session, UUID(str(new.features)), account, is_admin=admin)
    job = enqueue(
        session,
        RUN,
        given,
        owner_id=account,
        name=new.name,
        question_id=question,
        request_id=principal.request_id,
    )
    spec = PipelineOf(**{name: getattr(new, name) for name in PipelineOf.model_fields})
    row = Pipeline(
        id=pipeline_id,
        name=new.name,
        question_id=question,
        model_id=model_id,
        job_id=job.id,
        spec=spec.model_dump(mode="json"),
    )
    repository.add_pipeline(session, row)
    after = {"job": str(job.id), "model": str(model_id), "name": new.name}
    audit(session, principal, "pipeline.submit", pipeline_id, after=after)
    return pipeline_id, job


def _input(
    session: Session, store: Store, principal: Principal, pipeline_id: UUID, new: PipelineCreate
) -> PipelineInput:
    if new.universe is None:
        return PipelineInput(pipeline=pipeline_id, features=new.features)
    universes.get(session, principal, new.universe)
    data = backtests.pin_data(session, store, principal, backtests.UniverseBars(new.universe, new.bars), None)
    return PipelineInput(
        pipeline=pipeline_id, universe_version=data.universe.version_id, bars=data.bars.version_id
    )


def get(session: Session, principal: Principal, pipeline_id: UUID, level: Level = "read") -> PipelineRow:
    return _seen(session, pipeline_id, principal.account_id, principal.is_admin, level)


def of_owner(session: Session, pipeline_id: UUID, account_id: UUID) -> PipelineRow:
    """A pipeline to be computed, with the rights of the job's owner."""
    return _seen(session, pipeline_id, account_id, access.is_admin(session, account_id), "edit")


def _seen(session: Session, pipeline_id: UUID, account_id: UUID, is_admin: bool, level: Level) -> PipelineRow:
    row = repository.pipeline(session, pipeline_id, account_id, is_admin, level)
    if row is None:
        raise PipelineMissing("There is no such pipeline, or it is not shared with you.")
    return row


def cancel(session: WriteSession, principal: Principal, pipeline_id: UUID) -> Job:
    """Stop a pipeline; its finished steps stay, and a retry of its job goes on behind them."""
    row = get(session, principal, pipeline_id, "edit")[0]
    job = request_cancel(session, row.job_id)
    audit(session, principal, "pipeline.cancel", pipeline_id, after={"job": str(job.id)})
    return job


def delete(session: WriteSession, principal: Principal, pipeline_id: UUID) -> None:
    """Hide a pipeline that has ended. Its trials and versions stay."""
    row = get(session, principal, pipeline_id, "edit")
    if row[5].state in UNFINISHED:
        raise PipelineUnfinished("Cancel it first.", [Fault("/path/pipeline_id", "It is running.")])
    access.hide(session, pipeline_id)
    audit(session, principal, "pipeline.delete", pipeline_id, before={"name": row[0].name})
