"""How a pipeline is run: read the pins and the finished steps, do the others, record versions."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy.orm import Session

from kuznia.core.frames.digest import json_digest
from kuznia.core.frames.panel import KEYS, panel_from_bars
from kuznia.core.models.pipeline.automate import automate
from kuznia.core.models.pipeline.generating import generated
from kuznia.core.models.pipeline.plan import BLENDS, CANDIDATES
from kuznia.db import access
from kuznia.db.tables import Job
from kuznia.domains.datasets import service as datasets
from kuznia.domains.jobs.service import Pin, record_run
from kuznia.domains.models import service as models
from kuznia.domains.models.schemas import DAILY
from kuznia.domains.models.service import NewVersion
from kuznia.domains.pipelines import repository, service
from kuznia.domains.pipelines.errors import PipelineNotItsJob
from kuznia.domains.pipelines.inputs import Kept, Loaded
from kuznia.domains.pipelines.schemas import RUN, PipelineInput, PipelineOf
from kuznia.domains.pipelines.steps import StepBook
from kuznia.domains.trials import service as trials
from kuznia.domains.universes import service as universes
from kuznia.queue.handlers import Handler, Resources
from kuznia.queue.inputs import resolved
from kuznia.store import Store
from kuznia.store.store import Stored

THREADS = min(os.cpu_count() or 1, 4)


@dataclass(frozen=True, slots=True)
class Computed:
    """What is recorded: the board, and every finished step by name."""

    loaded: Loaded
    board: Mapping[str, Any]
    done: Mapping[str, Kept]
    files: Mapping[str, Mapping[str, Stored]]
    result_digest: str
    resumed: int
    code: str
    environment: str
    started_at: datetime


def load(session: Session, job: Job) -> Loaded:
    """Check the owner's rights on everything and pin it."""
    given = resolved(session, job, PipelineInput)
    row, *_ = service.of_owner(session, given.pipeline, job.owner_id)
    if row.job_id != job.id:
        raise PipelineNotItsJob(f"{row.name!r} belongs to the job {row.job_id}; make a new pipeline.")
    owner, admin = job.owner_id, access.is_admin(session, job.owner_id)
    trials.usable(session, row.question_id, job.owner_id, is_admin=admin)
    models.owned(session, row.model_id, job.owner_id, is_admin=admin)
    files = repository.files(session, row.id)
    spec = PipelineOf.model_validate(row.spec)
    named = adopted = None
    if given.features is not None:
        named = models.pin_values(session, UUID(str(given.features)), owner, is_admin=admin)
        universe, bars = named.universe, named.bars
    else:
        assert given.universe_version is not None and given.bars is not None, "one of the two is asked for"
        universe = universes.pinned(session, given.universe_version, owner, is_admin=admin)
        bars = datasets.pinned(session, given.bars, owner, is_admin=admin)
    made = repository.generated_run(session, job.id) if spec.generate else None
    if made is not None:
        adopted = models.pin_values(session, made, owner, is_admin=admin)
    return Loaded(
        pipeline_id=row.id,
        name=row.name,
        question_id=row.question_id,
        model_id=row.model_id,
        owner_id=job.owner_id,
        spec=spec,
        universe=universe,
        bars=bars,
        given=named,
        made=adopted,
        done={
            one.name: Kept(one.facts, files.get(one.name, {}), one.code, one.environment)
            for one in repository.steps(session, row.id)
        },
    )


def compute(loaded: Loaded, resources: Resources) -> Computed:
    """Do every step that is not done."""
    started_at, store = resources.now(), resources.store
    resources.report(0.0, "Reading features and prices")
    values = _given(loaded, store)
    bars = datasets.read(store, loaded.bars, entities=loaded.universe.instruments)
    book = StepBook(loaded, resources)
    resumed = len(book.done)
    if resumed:
        resources.log(f"{resumed} steps are finished already; going on behind them.")
    spec, begun = loaded.spec.to_core(), 0.02
    if spec.generate is not None:
        begun = 0.1
        panel = panel_from_bars(bars, decision_lag_minutes=loaded.decision_lag_minutes)
        step = book.step(
            CANDIDATES,
            lambda: generated(
                panel,
                spec,
                features=values,
                told=lambda share, message: resources.report(0.02 + 0.08 * share, f"Candidates: {message}"),
            ),
        )
        values = step.frames["values"].sort("instrument", "ts")
    assert values is not None, "features are given, or generated"
    board = automate(
        values,
        panel_from_bars(bars, fields=("open", "high", "low", "close")),
        spec,
        feature_set=book.loaded.data.feature_set,
        book=book,
        progress=lambda share, message: resources.report(begun + (0.98 - begun) * share, message),
        threads=THREADS,
    )
    numbers = {name: [json_digest(one.facts), dict(one.files)] for name, one in book.done.items()}
    return Computed(
        loaded=book.loaded,
        board=board,
        done=book.done,
        files={one: _files(store, book.done[f"evaluate {one}"]) for one in kept_entries(loaded.spec, board)},
        result_digest=json_digest(numbers),
        resumed=resumed,
        code=resources.code,
        environment=resources.environment,
        started_at=started_at,
    )


def _given(loaded: Loaded, store: Store) -> pl.DataFrame | None:
    if loaded.given is None:
        return None
    values = store.scan(loaded.given.values)
    if loaded.given.feature_names:
        values = values.select(*KEYS, *loaded.given.feature_names)
    return values.sort("instrument", "ts").collect()


def _files(store: Store, step: Kept) -> dict[str, Stored]:
    """Files of an entry that becomes a version. They are in the store: nothing is written again."""
    return {
        "bundle": store.put_bytes(store.bytes(step.files["bundle"]), "bundle"),
        "predictions": store.put_frame(store.frame(step.files["predictions"]), ["instrument", "ts"]),
        DAILY: store.put_frame(store.frame(step.files[DAILY]), ["ts"]),
    }


def record(session: Session, job: Job, made: Computed) -> Mapping[str, UUID]:
    """Write the run of the whole, and a run and a version of each entry that is kept."""
    loaded = made.loaded
    whole = _record_run(session, job, made, {"spec": loaded.spec.model_dump(mode="json")}, made.result_digest)
    count = trials.counts(session, [loaded.question_id])[loaded.question_id]
    version = None
    for entry in kept_entries(loaded.spec, made.board):
        version = _record_version(session, job, made, entry, count)
    assert version is not None, "the recommended entry is always kept"
    return {"model_version": version, "run": whole}


def kept_entries(spec: PipelineOf, board: Mapping[str, Any]) -> list[str]:
    """Entries that become versions; the recommended one is the last, and so the newest."""
    names = [board["best"], *([board["blend"]] if board["blend"] else [])]
    if spec.keep == "all":
        names += [one["name"] for one in board["entries"] if one["name"] not in BLENDS]
    wanted = sorted(set(names))
    wanted.remove(board["recommended"])
    return [*wanted, board["recommended"]]


def _record_version(session: Session, job: Job, made: Computed, entry: str, trial_count: int) -> UUID:
    step, data = made.done[f"evaluate {entry}"], made.loaded.data
    facts = step.facts
    files = made.files[entry]
    digest = json_digest({"predictions": files["predictions"].digest, "bundle": facts["digest"]})
    parameters = {"entry": entry, "pipeline": str(made.loaded.pipeline_id), "spec": facts["spec"]}
    run_id = _record_run(session, job, made, parameters, digest, files)
    ic = facts["rank_ic"]
    mean, error = (math.nan if ic[one] is None else ic[one] for one in ("mean", "standard_error"))
    verdict = models.judge(mean, error, trial_count, biased=data.universe.biased)
    return models.add_version(
        session,
        job,
        NewVersion(
            model_id=made.loaded.model_id,
            run_id=run_id,
            spec=facts["spec"],
            digest=facts["digest"],
            bundle=files["bundle"].digest,
            predictions=files["predictions"].digest,
            feature_set_version_id=data.feature_set_version_id,
            trained_until=datetime.fromisoformat(facts["trained_until"]),
            summary={**facts["summary"], "verdict": verdict.model_dump()},
        ),
    )


def _record_run(
    session: Session,
    job: Job,
    made: Computed,
    parameters: dict[str, Any],
    digest: str,
    files: Mapping[str, Stored] | None = None,
) -> UUID:
    data = made.loaded.data
    return record_run(
        session,
        job,
        kind=RUN.name,
        code=made.code,
        environment=made.environment,
        parameters=parameters,
        seed=made.loaded.spec.seed,
        result_digest=digest,
        started_at=made.started_at,
        inputs=[
            Pin(role="features", source_run_id=data.features_run_id),
            Pin(role="feature_set", feature_set_version_id=data.feature_set_version_id),
            Pin(role="universe", universe_version_id=data.universe.version_id),
            Pin(role="bars", dataset_version_id=data.bars.version_id),
        ],
        files=files or {},
        facts={"resumed_steps": made.resumed},
    )


HANDLERS: tuple[Handler[Any, Any], ...] = (Handler(RUN.name, load, compute, record),)
