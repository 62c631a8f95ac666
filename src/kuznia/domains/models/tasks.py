"""Training a model version as a job; the other job of this slice is in ``routing``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

import polars as pl
from sqlalchemy.orm import Session

from kuznia.core.frames.digest import json_digest
from kuznia.core.frames.panel import KEYS, panel_from_bars
from kuznia.core.metrics.calendar import periods_per_year
from kuznia.core.models.spec import ModelSpec
from kuznia.core.models.training import Training, train
from kuznia.db import access
from kuznia.db.tables import Job
from kuznia.domains.datasets import service as datasets
from kuznia.domains.jobs.service import Pin, record_run
from kuznia.domains.models import pinning, routing, service
from kuznia.domains.models.errors import NoQuestion
from kuznia.domains.models.exchange import exporting, importing
from kuznia.domains.models.pinning import PinnedValues
from kuznia.domains.models.schemas import DAILY, TRAIN, TrainInput
from kuznia.domains.models.service import NewVersion
from kuznia.domains.models.summary import summarise, trial_of
from kuznia.domains.trials import service as trials
from kuznia.queue.handlers import Handler, Resources
from kuznia.queue.inputs import resolved
from kuznia.store import Store
from kuznia.store.store import Stored

THREADS = min(os.cpu_count() or 1, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainLoad(PinnedValues):
    """What a training reads, pinned."""

    model_id: UUID
    question_id: UUID
    spec: ModelSpec


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training made; its files are in the store already."""

    load: TrainLoad
    training: Training
    returns: tuple[Stored, ...]
    files: Mapping[str, Stored]
    periods: float
    code: str
    environment: str
    started_at: datetime


def load_training(session: Session, job: Job) -> TrainLoad:
    """Check the owner's rights on everything and pin it."""
    wanted = resolved(session, job, TrainInput)
    admin = access.is_admin(session, job.owner_id)
    if job.question_id is None:
        raise NoQuestion("Post the job with a question; the seeds are trials of it.")
    question_id = trials.usable(session, job.question_id, job.owner_id, is_admin=admin)
    service.owned(session, wanted.model, job.owner_id, is_admin=admin)
    data = pinning.pin_values(session, UUID(str(wanted.features)), job.owner_id, is_admin=admin)
    given = {one.name: getattr(data, one.name) for one in fields(data)}
    return TrainLoad(**given, model_id=wanted.model, question_id=question_id, spec=wanted.spec.to_core())


def compute_training(load: TrainLoad, resources: Resources) -> Trained:
    """Train walk-forward and put bundle, predictions and returns into the store."""
    started_at, store = resources.now(), resources.store
    resources.report(0.0, "Reading features and prices")
    values = _values(load, store)
    bars = datasets.read(store, load.bars, entities=load.universe.instruments)
    resources.log(f"{values.height} rows of features, {len(load.universe.instruments)} instruments.")
    training = train(
        values,
        panel_from_bars(bars, fields=("open", "high", "low", "close")),
        load.spec,
        feature_set=load.feature_set,
        progress=lambda done, message: resources.report(0.02 + 0.96 * done, message.capitalize()),
        threads=THREADS,
    )
    for n, fold in enumerate(training.folds, 1):
        found = fold.rank_ic
        resources.log(f"Fold {n}: rank IC {found.mean:.4f}, standard error {found.standard_error:.4f}.")
    ic = training.rank_ic
    resources.log(
        f"All folds: rank IC {ic.mean:.4f}, standard error {ic.standard_error:.4f}, over {ic.bars} bars."
    )
    files = {
        "bundle": store.put_bytes(training.bundle.archive(), "bundle"),
        "predictions": store.put_frame(training.predictions, ["instrument", "ts"]),
        DAILY: store.put_frame(training.daily, ["ts"]),
    }
    return Trained(
        load=load,
        training=training,
        returns=tuple(store.put_frame(held, ["ts"]) for held in training.returns),
        files=files,
        periods=periods_per_year(load.bars.frequency or "day", load.bars.calendar or "24/7"),
        code=resources.code,
        environment=resources.environment,
        started_at=started_at,
    )


def _values(load: TrainLoad, store: Store) -> pl.DataFrame:
    """All parts in one frame, its features in the set's order: learners are not blind to it."""
    values = store.scan(load.values)
    if load.feature_names:
        values = values.select(*KEYS, *load.feature_names)
    return values.sort("instrument", "ts").collect()


def record_training(session: Session, job: Job, made: Trained) -> Mapping[str, UUID]:
    """Write the run, its pins, one trial for each seed, and the model version."""
    load, training = made.load, made.training
    predictions, bundle = made.files["predictions"].digest, training.bundle.digest
    run_id = record_run(
        session,
        job,
        kind=TRAIN.name,
        code=made.code,
        environment=made.environment,
        parameters=load.spec.to_spec(),
        seed=load.spec.seeds[0],
        result_digest=json_digest({"predictions": predictions, "bundle": bundle}),
        started_at=made.started_at,
        inputs=[
            Pin(role="features", source_run_id=load.features_run_id),
            Pin(role="feature_set", feature_set_version_id=load.feature_set_version_id),
            Pin(role="universe", universe_version_id=load.universe.version_id),
            Pin(role="bars", dataset_version_id=load.bars.version_id),
        ],
        files=made.files,
    )
    made_with = {
        "feature_set": load.feature_set,
        "universe": load.universe.digest,
        "bars": load.bars.digest,
        "spec": load.spec.to_spec(),
    }
    universe = load.universe.version_id
    rows = [
        trial_of(training.of_seed(n), made_with, returns, made.periods, job.owner_id, run_id, universe)
        for n, returns in enumerate(made.returns)
    ]
    trials.record_trials(session, load.question_id, rows)
    count = trials.counts(session, [load.question_id])[load.question_id]
    version_id = service.add_version(
        session,
        job,
        NewVersion(
            model_id=load.model_id,
            run_id=run_id,
            spec=load.spec.to_spec(),
            digest=bundle,
            bundle=made.files["bundle"].digest,
            predictions=predictions,
            feature_set_version_id=load.feature_set_version_id,
            trained_until=training.bundle.trained_until,
            summary=summarise(training, count, biased=load.universe.biased, backfilled=load.backfilled),
        ),
    )
    return {"model_version": version_id}


HANDLERS = (
    Handler(TRAIN.name, load_training, compute_training, record_training),
    routing.HANDLER,
    importing.HANDLER,
    exporting.HANDLER,
)
PERIODIC = (routing.AGAIN,)
