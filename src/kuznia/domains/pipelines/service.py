"""Rules of pipelines: what is made when one is asked for, who sees it, who stops it."""

from __future__ import annotations

from dataclasses import dataclass
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
from kuznia.queue.inputs import producers, resolved
from kuznia.queue.kinds import Ref
from kuznia.rest.principal import Principal

if TYPE_CHECKING:
    from kuznia.store import Store

UNFINISHED = ("waiting", "queued", "running")


@dataclass(frozen=True, slots=True)
class Reads:
    """What a pipeline reads: values, or the promise of them; where none are given a universe and bars."""

    features: Ref | None
    universe_version: UUID | None
    bars: UUID | None


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the pipeline of a model version was asked for, under which question, and what it read."""

    spec: PipelineOf
    question_id: UUID
    reads: Reads


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
    spec = PipelineOf(**{name: getattr(new, name) for name in PipelineOf.model_fields})
    return pipeline_id, _write_down(session, principal, given, spec, new.name, model_id, question)


def recipe(session: Session, version_id: UUID) -> Recipe | None:
    """How the pipeline of a version is run again; None for a version that came of none.

    Rights on the version are the caller's to check. A pipeline that was deleted is only hidden.
    """
    row = repository.of_version(session, version_id)
    if row is None:
        return None
    pipeline, job = row
    read = resolved(session, job, PipelineInput)
    return Recipe(
        spec=PipelineOf.model_validate(pipeline.spec),
        question_id=pipeline.question_id,
        reads=Reads(read.features, read.universe_version, read.bars),
    )


def repeat(
    session: WriteSession, principal: Principal, made: Recipe, reads: Reads, *, name: str, model_id: UUID
) -> Job:
    """Run a pipeline again as it was asked for, on what `reads` names; its versions go to `model_id`."""
    account, admin = principal.account_id, principal.is_admin
    question = trials.usable(session, made.question_id, account, is_admin=admin)
    models.owned(session, model_id, account, is_admin=admin)
    given = PipelineInput(
        pipeline=new_object(session, "pipeline", account),
        features=reads.features,
        universe_version=reads.universe_version,
        bars=reads.bars,
    )
    return _write_down(session, principal, given, made.spec, name, model_id, question)


def _write_down(
    session: WriteSession,
    principal: Principal,
    given: PipelineInput,
    spec: PipelineOf,
    name: str,
    model_id: UUID,
    question_id: UUID,
) -> Job:
    """The pipeline's job and its row."""
    job = enqueue(
        session,
        RUN,
        given,
        owner_id=principal.account_id,
        name=name,
        question_id=question_id,
        request_id=principal.request_id,
    )
    row = Pipeline(
        id=given.pipeline,
        name=name,
        question_id=question_id,
        model_id=model_id,
        job_id=job.id,
        spec=spec.model_dump(mode="json"),
    )
    repository.add_pipeline(session, row)
    after = {"job": str(job.id), "model": str(model_id), "name": name}
    audit(session, principal, "pipeline.submit", given.pipeline, after=after)
    return job


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
