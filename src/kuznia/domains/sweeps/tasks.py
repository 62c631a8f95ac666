"""How a sweep is run: read the pins, compute, record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.db import access
from kuznia.db.access import new_object
from kuznia.db.tables import Job, Sweep
from kuznia.domains.backtests import service as backtests
from kuznia.domains.backtests.service import PinnedData
from kuznia.domains.context import service as contexts
from kuznia.domains.datasets import service as datasets
from kuznia.domains.features import service as features
from kuznia.domains.jobs.service import Pin, record_run
from kuznia.domains.sweeps import parts, repository, service
from kuznia.domains.sweeps.computation import Computed, Loaded, compute
from kuznia.domains.sweeps.errors import UnusableSweep
from kuznia.domains.sweeps.schemas import PartInput, ReproduceSweepInput, SweepInput
from kuznia.domains.trials import service as trials
from kuznia.domains.trials.service import NewTrial
from kuznia.domains.universes import service as universes
from kuznia.queue.handlers import Handler
from kuznia.queue.inputs import resolved


def load(session: Session, job: Job) -> Loaded:
    given = resolved(session, job, SweepInput)
    return replace(_load(session, job, given), parts=parts.made(session, job.owner_id, given))


def load_part(session: Session, job: Job) -> parts.Part:
    given = resolved(session, job, PartInput)
    return parts.Part(given, _load(session, job, given.whole))


def load_again(session: Session, job: Job) -> Loaded:
    """The pins of an earlier sweep, with the rights of who asks for it again."""
    owner = job.owner_id
    given = resolved(session, job, ReproduceSweepInput)
    sweep, *_, run, _, _ = service.pinned(session, _id(given.sweep), owner)
    again = service.input_again(sweep, repository.run_inputs(session, run.id))
    return replace(_load(session, job, again), again=run.id)


def _load(session: Session, job: Job, given: SweepInput) -> Loaded:
    owner, admin = job.owner_id, access.is_admin(session, job.owner_id)
    question_id = given.question or job.question_id
    if question_id:
        trials.usable(session, question_id, owner, is_admin=admin)
    bars = datasets.pinned(session, _id(given.bars), owner, is_admin=admin)
    datasets.require_kind(bars, "bars")
    actions = datasets.pinned(session, _id(given.actions), owner, is_admin=admin) if given.actions else None
    universe = universes.pinned(session, _id(given.universe_version), owner, is_admin=admin)
    fx = datasets.pinned(session, _id(given.fx), owner, is_admin=admin) if given.fx else None
    benchmark = given.settings.benchmark
    held = [*universe.instruments, *([benchmark] if benchmark else [])]
    ledger = trials.ledger(session, question_id) if question_id else []
    return Loaded(
        name=given.name,
        question_id=question_id,
        data=PinnedData(universe, bars, actions, fx=fx, currencies=backtests.currencies_of(session, held)),
        context=contexts.pinned_context(session, [_id(one) for one in given.context], owner, is_admin=admin),
        sweep=given.sweep,
        settings=given.settings,
        within=features.context(session, owner),
        others=tuple((one.config_digest, one.judged_sharpe) for one in ledger),
    )


def _id(value: object) -> UUID:
    if not isinstance(value, UUID):
        raise UnusableSweep(f"{value!r} was not resolved to an id.")
    return value


def record(session: Session, job: Job, done: Computed) -> Mapping[str, UUID]:
    loaded, owner = done.loaded, job.owner_id
    question_id = loaded.question_id or trials.everyday(session, owner)
    run_id = _record_run(session, job, done, _parameters(loaded))
    new = trials.record_trials(session, question_id, _trials(done, owner, run_id))
    row = Sweep(
        id=new_object(session, "sweep", owner),
        name=loaded.name,
        question_id=question_id,
        universe_version_id=loaded.data.universe.version_id,
        run_id=run_id,
        spec=loaded.sweep.model_dump(mode="json"),
        settings=loaded.settings.model_dump(mode="json"),
        summary=done.summary | {"new_trials": new},
        points=len(done.trials),
    )
    repository.add_sweep(session, row)
    return {"sweep": row.id, "run": run_id}


def record_part(session: Session, job: Job, done: parts.Simulated) -> Mapping[str, UUID]:
    return {"run": _record_run(session, job, done, parts.parameters(done.given))}


def record_again(session: Session, job: Job, done: Computed) -> Mapping[str, UUID]:
    """Store the second run beside the first: equal digests or not."""
    return {"run": _record_run(session, job, done, _parameters(done.loaded))}


def _parameters(loaded: Loaded) -> dict[str, Any]:
    return {
        "name": loaded.name,
        "sweep": loaded.sweep.model_dump(mode="json"),
        "settings": loaded.settings.model_dump(mode="json"),
    }


def _record_run(
    session: Session, job: Job, done: Computed | parts.Simulated, parameters: dict[str, Any]
) -> UUID:
    loaded = done.loaded
    pins = [
        Pin(role="universe", universe_version_id=loaded.data.universe.version_id),
        Pin(role="bars", dataset_version_id=loaded.data.bars.version_id),
    ]
    if loaded.data.actions:
        pins.append(Pin(role="actions", dataset_version_id=loaded.data.actions.version_id))
    if loaded.data.fx:
        pins.append(Pin(role="fx", dataset_version_id=loaded.data.fx.version_id))
    pins += [
        Pin(role="context", position=n, dataset_version_id=one.version_id)
        for n, one in enumerate(loaded.context)
    ]
    pins += [Pin(role="part", position=n, source_run_id=one) for n, (one, _) in enumerate(loaded.parts)]
    if loaded.again:
        pins.append(Pin(role="reproduced", source_run_id=loaded.again))
    return record_run(
        session,
        job,
        kind=job.kind,
        code=done.code,
        environment=done.environment,
        parameters=parameters,
        seed=loaded.settings.seed,
        result_digest=done.result_digest,
        started_at=done.started_at,
        inputs=pins,
        files=done.files,
    )


def _trials(done: Computed, owner: UUID, run_id: UUID) -> list[NewTrial]:
    loaded = done.loaded
    return [
        NewTrial(
            kind="sweep",
            name=one.name,
            config=one.config,
            config_digest=one.digest,
            account_id=owner,
            run_id=run_id,
            universe_version_id=loaded.data.universe.version_id,
            first_ts=done.ts[0],
            last_ts=done.ts[1],
            observations=done.observations,
            periods_per_year=done.periods_per_year,
            statistics=one.statistics,
        )
        for one in done.trials
    ]


HANDLERS: tuple[Handler[Any, Any], ...] = (
    Handler("sweeps.run", load, compute, record),
    Handler("sweeps.part", load_part, parts.compute, record_part),
    Handler("sweeps.reproduce", load_again, compute, record_again),
)
