"""The jobs of this slice: evaluate a version, check for leaks, compare kinds of data."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.core.features.views import steps
from kuznia.core.frames.digest import json_digest
from kuznia.core.metrics.calendar import periods_per_year
from kuznia.core.models.spec import Label
from kuznia.db.tables import Job, ModelEvaluation
from kuznia.domains.evaluations import repository
from kuznia.domains.evaluations.ablation import Ablate, ablated
from kuznia.domains.evaluations.computation import Evaluate, evaluated
from kuznia.domains.evaluations.errors import NothingToAblate
from kuznia.domains.evaluations.leak_checks import LeakQuestion, asked
from kuznia.domains.evaluations.pinning import Material, Subject, material, question, sectors, subject
from kuznia.domains.evaluations.reading import expressions_of
from kuznia.domains.evaluations.results import Tried
from kuznia.domains.evaluations.schemas import ABLATE, CHECK, EVALUATE, AblateInput, EvaluateInput, LeakInput
from kuznia.domains.jobs.service import Pin, record_run
from kuznia.domains.models import service as models
from kuznia.domains.trials import service as trials
from kuznia.queue.handlers import Handler, Resources
from kuznia.queue.inputs import resolved

THREADS = min(os.cpu_count() or 1, 4)


@dataclass(frozen=True, slots=True)
class Told:
    """What a computation found, to be recorded."""

    kind: str
    question_id: UUID | None
    subject: Subject | None
    material: Material
    result: dict[str, Any]
    tries: tuple[Tried, ...]
    parameters: dict[str, Any]
    pins: tuple[Pin, ...]
    code: str
    environment: str
    started_at: datetime


def load_evaluation(session: Session, job: Job) -> Evaluate:
    """Check the owner's rights on everything and pin it."""
    wanted = resolved(session, job, EvaluateInput)
    found = subject(session, UUID(str(wanted.version)), job.owner_id)
    given = UUID(str(wanted.sectors)) if wanted.sectors else None
    return Evaluate(
        question_id=question(session, job, found.run_id),
        subject=found,
        sectors=sectors(session, found.material, given, job.owner_id),
        wanted=wanted,
    )


def compute_evaluation(load: Evaluate, resources: Resources) -> Told:
    started_at = resources.now()
    result, tries = evaluated(load, resources, THREADS)
    extra = [Pin(role="sectors", dataset_version_id=load.sectors.version_id)] if load.sectors else []
    chosen = load.wanted.model_dump(mode="json", exclude={"version", "sectors"})
    return _told("evaluation", load, result, tries, chosen, extra, resources, started_at)


def load_check(session: Session, job: Job) -> LeakQuestion:
    """Check the owner's rights on everything and pin it."""
    wanted = resolved(session, job, LeakInput)
    if wanted.version is not None:
        found = subject(session, UUID(str(wanted.version)), job.owner_id)
        asks = question(session, job, found.run_id)
        return LeakQuestion(asks, found, found.material, found.spec.label)
    given = material(session, UUID(str(wanted.features)), job.owner_id)
    asks = question(session, job, given.run_id)
    return LeakQuestion(asks, None, given, Label(**wanted.label.model_dump()))


def compute_check(load: LeakQuestion, resources: Resources) -> Told:
    started_at = resources.now()
    result, tries = asked(load, resources, THREADS)
    for one in result["checks"]:
        resources.log(f"{one['key'].capitalize()}: {one['status']}, {len(one['findings'])} findings.")
    return _told("leaks", load, result, tries, {}, [], resources, started_at)


def load_ablation(session: Session, job: Job) -> Ablate:
    """Check the owner's rights on everything and pin it."""
    wanted = resolved(session, job, AblateInput)
    found = subject(session, UUID(str(wanted.version)), job.owner_id)
    views = steps(expressions_of(found.material))
    if len(views) < 2:
        only = views[0].view if views else "no known data"
        raise NothingToAblate(
            f"All features of {found.material.feature_set.name!r} read {only}. Train a version on a set that"
            " reads macro series, fundamentals or news beside prices."
        )
    return Ablate(question(session, job, found.run_id), found, tuple(views))


def compute_ablation(load: Ablate, resources: Resources) -> Told:
    started_at = resources.now()
    result, tries = ablated(load, resources, THREADS)
    return _told("ablation", load, result, tries, {}, [], resources, started_at)


def _told(
    kind: str,
    load: Evaluate | LeakQuestion | Ablate,
    result: dict[str, Any],
    tries: list[Tried],
    chosen: dict[str, Any],
    extra: list[Pin],
    resources: Resources,
    started_at: datetime,
) -> Told:
    of = load.subject
    given = load.material if isinstance(load, LeakQuestion) else load.subject.material
    spec = {"label": asdict(load.label)} if isinstance(load, LeakQuestion) else chosen
    return Told(
        kind=kind,
        question_id=load.question_id,
        subject=of,
        material=given,
        result=result,
        tries=tuple(tries),
        parameters=spec,
        pins=(*(of.pins if of else given.pins), *extra),
        code=resources.code,
        environment=resources.environment,
        started_at=started_at,
    )


def record(session: Session, job: Job, told: Told) -> Mapping[str, UUID]:
    """Write the run, its pins, a trial for each training, and the evaluation, together."""
    run_id = record_run(
        session,
        job,
        kind=job.kind,
        code=told.code,
        environment=told.environment,
        parameters=told.parameters,
        seed=told.subject.spec.seeds[0] if told.subject else 1,
        result_digest=json_digest(told.result),
        started_at=told.started_at,
        inputs=told.pins,
        files={f"returns/{n}": one.returns for n, one in enumerate(told.tries)},
    )
    question_id = told.question_id or trials.everyday(session, job.owner_id)
    bars = told.material.bars
    per_year = periods_per_year(bars.frequency or "day", bars.calendar or "24/7")
    universe = told.material.universe.version_id
    rows = [
        models.seed_trial(one.made, one.config, one.returns, per_year, job.owner_id, run_id, universe)
        for one in told.tries
    ]
    if rows:
        trials.record_trials(session, question_id, rows)
    row = ModelEvaluation(
        kind=told.kind,
        model_version_id=told.subject.model.version_id if told.subject else None,
        features_run_id=told.material.run_id,
        question_id=question_id,
        run_id=run_id,
        spec=told.parameters,
        summary={**told.result, "trials": len(rows)},
        created_by=job.owner_id,
    )
    repository.add_evaluation(session, row)
    return {"evaluation": row.id, "run": run_id}


HANDLERS: tuple[Handler[Any, Any], ...] = (
    Handler(EVALUATE.name, load_evaluation, compute_evaluation, record),
    Handler(CHECK.name, load_check, compute_check, record),
    Handler(ABLATE.name, load_ablation, compute_ablation, record),
)
