"""How a discovery is run, and run again: read the pins, compute, record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.core.expressions.warm import warm as warm_kernels
from kuznia.core.frames.json_values import json_values
from kuznia.db import access
from kuznia.db.access import new_object
from kuznia.db.tables import Discovery, Job
from kuznia.domains.context import service as contexts
from kuznia.domains.datasets import service as datasets
from kuznia.domains.discoveries import repository, service
from kuznia.domains.discoveries.computation import Computed, Loaded, compute
from kuznia.domains.discoveries.errors import UnusableDiscovery
from kuznia.domains.discoveries.schemas import REPRODUCE, RUN, DiscoveryInput, DiscoveryOf, ReproduceDiscovery
from kuznia.domains.jobs.service import Pin, record_run
from kuznia.domains.trials import service as trials
from kuznia.domains.trials.service import NewTrial
from kuznia.domains.universes import service as universes
from kuznia.queue.handlers import Handler
from kuznia.queue.inputs import resolved


def load(session: Session, job: Job) -> Loaded:
    """Check the owner's rights on everything and pin it."""
    given = resolved(session, job, DiscoveryInput)
    return _load(session, job, given, given.question or job.question_id)


def _load(session: Session, job: Job, given: DiscoveryInput, question_id: UUID | None) -> Loaded:
    owner, admin = job.owner_id, access.is_admin(session, job.owner_id)
    if question_id is not None:
        trials.usable(session, question_id, owner, is_admin=admin)
    bars = datasets.pinned(session, _id(given.bars), owner, is_admin=admin)
    datasets.require_kind(bars, "bars")
    context = contexts.pinned_context(session, [_id(one) for one in given.context], owner, is_admin=admin)
    return Loaded(
        name=given.name,
        question_id=question_id,
        universe=universes.pinned(session, _id(given.universe_version), owner, is_admin=admin),
        bars=bars,
        context=context,
        spec=given.spec,
    )


def _id(value: object) -> UUID:
    if not isinstance(value, UUID):
        raise UnusableDiscovery(f"{value!r} was not resolved to an id.")
    return value


def record(session: Session, job: Job, done: Computed) -> Mapping[str, UUID]:
    """Write the run, a trial for every candidate, and the discovery, together."""
    loaded, owner = done.loaded, job.owner_id
    question_id = loaded.question_id or trials.everyday(session, owner)
    run_id = _record_run(session, job, done)
    new = trials.record_trials(session, question_id, _trials(done, owner, run_id))
    row = Discovery(
        id=new_object(session, "discovery", owner),
        name=loaded.name,
        question_id=question_id,
        universe_version_id=loaded.universe.version_id,
        run_id=run_id,
        spec=loaded.spec.model_dump(mode="json"),
        summary=done.summary | {"new_trials": new},
        candidates=len(done.found.candidates),
        kept=len(done.found.kept),
    )
    repository.add_discovery(session, row)
    return {"discovery": row.id, "run": run_id}


def _record_run(session: Session, job: Job, done: Computed) -> UUID:
    loaded = done.loaded
    pins = [
        Pin(role="universe", universe_version_id=loaded.universe.version_id),
        Pin(role="bars", dataset_version_id=loaded.bars.version_id),
        *(
            Pin(role="context", position=n, dataset_version_id=one.version_id)
            for n, one in enumerate(loaded.context)
        ),
    ]
    if loaded.again:
        pins.append(Pin(role=repository.REPRODUCED, source_run_id=loaded.again))
    return record_run(
        session,
        job,
        kind=job.kind,
        code=done.code,
        environment=done.environment,
        parameters={"name": loaded.name, "spec": loaded.spec.model_dump(mode="json")},
        seed=loaded.spec.seed,
        result_digest=done.result_digest,
        started_at=done.started_at,
        inputs=pins,
        files=done.files,
    )


def _trials(done: Computed, owner: UUID, run_id: UUID) -> list[NewTrial]:
    """Every candidate as the trial that computing it in a feature set would be: tried once is tried."""
    loaded, found = done.loaded, done.found
    made = []
    for one, of in zip(found.candidates, found.measured, strict=True):
        trial = of.trial
        statistics = {
            "coverage": of.coverage,
            "rank_ic": of.judged.mean,
            "rank_ic_se": of.judged.error,
            "sharpe": trial.sharpe,
        }
        made.append(
            NewTrial(
                kind="feature",
                name=one.expression.canonical[:120],
                config={**loaded.made_with, "feature": one.expression.digest},
                account_id=owner,
                run_id=run_id,
                universe_version_id=loaded.universe.version_id,
                first_ts=done.ts[trial.first] if trial.count else None,
                last_ts=done.ts[trial.last] if trial.count else None,
                observations=trial.count,
                periods_per_year=done.per_year,
                statistics=json_values(statistics),
            )
        )
    return made


def load_again(session: Session, job: Job) -> Loaded:
    """The pins of an earlier discovery, with the rights of who asks for it again."""
    given = resolved(session, job, ReproduceDiscovery)
    found, *_ = service.pinned(session, _id(given.discovery), job.owner_id)
    pins = repository.run_inputs(session, found.run_id)
    by_role = {role: [p.dataset_version_id for p in pins if p.role == role] for role in ("bars", "context")}
    again = DiscoveryInput(
        name=found.name,
        question=found.question_id,
        universe_version=found.universe_version_id,
        bars=_id(by_role["bars"][0]),
        context=[_id(one) for one in by_role["context"]],
        spec=DiscoveryOf.model_validate(found.spec),
    )
    return replace(_load(session, job, again, found.question_id), again=found.run_id)


def record_again(session: Session, job: Job, done: Computed) -> Mapping[str, UUID]:
    """Store the second run beside the first: equal digests or not. Its candidates are tried already."""
    return {"run": _record_run(session, job, done)}


def warm() -> None:
    """Compute every function of the language once, so that the first job does not wait for it."""
    warm_kernels()


HANDLERS: tuple[Handler[Any, Any], ...] = (
    Handler(RUN.name, load, compute, record),
    Handler(REPRODUCE.name, load_again, compute, record_again),
)
