"""The job that makes a training frame: the kept values of a run, part by part, beside the label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy.orm import Session

from kuznia.core.expressions import Checked, Context, ExpressionError
from kuznia.core.expressions.nodes import names
from kuznia.core.features import LABEL_COLUMNS, FeatureError, check_label, forward_return, label_frame
from kuznia.core.frames.digest import json_digest
from kuznia.core.frames.panel import panel_from_bars
from kuznia.db import access
from kuznia.db.tables import Job
from kuznia.domains.context import service as contexts
from kuznia.domains.datasets import service as datasets
from kuznia.domains.features import service
from kuznia.domains.features.errors import UnusableExpression, UnusableFeatureSet, ValuesMissing
from kuznia.domains.features.schemas import TrainingFrameInput
from kuznia.domains.features.training import repository
from kuznia.domains.features.values import repository as index
from kuznia.domains.jobs.service import Pin, record_run
from kuznia.domains.universes import service as universes
from kuznia.errors import Fault
from kuznia.queue.handlers import Resources
from kuznia.queue.inputs import resolved
from kuznia.store import Store
from kuznia.store.store import Stored

ROW = ("instrument", "ts")


@dataclass(frozen=True, slots=True)
class Loaded:
    """The values of a run, by role, and the data that it pinned."""

    run_id: UUID
    values: Mapping[str, str]
    names: tuple[str, ...]
    label: str | None
    horizon: int | None
    universe: universes.PinnedUniverse
    bars: datasets.PinnedVersion
    context: tuple[datasets.PinnedVersion, ...]
    decision_lag_minutes: int


@dataclass(frozen=True, slots=True)
class Made:
    """A training frame whose parts are in the store already."""

    loaded: Loaded
    label: Checked | None
    files: Mapping[str, Stored]
    code: str
    environment: str
    started_at: datetime


def load(session: Session, job: Job) -> Loaded:
    """Check the owner's rights on everything and pin it."""
    wanted = resolved(session, job, TrainingFrameInput)
    owner, admin = job.owner_id, access.is_admin(session, job.owner_id)
    run_id = UUID(str(wanted.features))
    run = repository.visible_run(session, run_id, owner, admin)
    values = index.of_run(session, run_id, service.VALUES) if run else {}
    if run is None or not values:
        fault = Fault("/features", "Give the output feature_values of a job that computed a feature set.")
        raise ValuesMissing(f"There is no run {run_id} of feature values that you may see.", [fault])
    pins = repository.inputs(session, run_id)
    data = [
        datasets.pinned(session, pin.dataset_version_id, owner, is_admin=admin)
        for pin in pins
        if pin.dataset_version_id
    ]
    set_id = next(pin.feature_set_version_id for pin in pins if pin.feature_set_version_id)
    universe_id = next(pin.universe_version_id for pin in pins if pin.universe_version_id)
    return Loaded(
        run_id=run_id,
        values=values,
        names=tuple(one.name for one in service.pinned(session, set_id, owner, is_admin=admin).members),
        label=wanted.label,
        horizon=wanted.horizon,
        universe=universes.pinned(session, universe_id, owner, is_admin=admin),
        bars=next(one for one in data if one.kind == "bars"),
        context=tuple(one for one in data if one.kind != "bars"),
        decision_lag_minutes=run.parameters["decision_lag_minutes"],
    )


def compute(loaded: Loaded, resources: Resources) -> Made:
    """Put the label's values and the times at which they were known beside each part's features."""
    started_at, store = resources.now(), resources.store
    resources.report(0.0, "Reading bars")
    label, beside = _label(loaded, store)
    files: dict[str, Stored] = {}
    for role, digest in loaded.values.items():
        span = role.partition("/")[2]
        resources.report(0.2 + 0.8 * len(files) / len(loaded.values), f"Writing {span}")
        part = store.frame(digest)
        if beside is not None:
            part = part.join(beside, on=ROW, how="left", maintain_order="left")
        files[f"{repository.PART}{span}"] = store.put_frame(part, ROW)
    resources.log(f"{sum(one.rows or 0 for one in files.values())} rows of {len(loaded.names)} features.")
    return Made(loaded, label, files, resources.code, resources.environment, started_at)


def _label(loaded: Loaded, store: Store) -> tuple[Checked | None, pl.DataFrame | None]:
    if loaded.label is None and loaded.horizon is None:
        return None, None
    taken = sorted(set(LABEL_COLUMNS) & set(loaded.names))
    if taken:
        raise UnusableFeatureSet(f"The set's features {taken} bear the names of the label's columns.")
    bars = datasets.read(store, loaded.bars, entities=loaded.universe.instruments)
    panel = panel_from_bars(bars, decision_lag_minutes=loaded.decision_lag_minutes)
    within = contexts.vocabulary(store, loaded.context, panel.fields)
    label = _checked(loaded, within)
    panel = contexts.joined(store, panel, loaded.context, loaded.bars, set(names(label.tree)))
    try:
        return label, label_frame(label, panel)
    except FeatureError as error:
        raise UnusableExpression(f"The label cannot be computed. {error}") from None


def _checked(loaded: Loaded, within: Context) -> Checked:
    if loaded.label is None:
        return forward_return(loaded.horizon or 1)
    try:
        return check_label(loaded.label, within)
    except ExpressionError as error:
        faults = [Fault("/label", f"{one.message} {one.suggestion}") for one in error.problems]
        raise UnusableExpression(f"The label does not fit the data. {error}", faults) from None


def record(session: Session, job: Job, made: Made) -> Mapping[str, UUID]:
    """Write the run with its pins and the parts of its frame."""
    loaded, label = made.loaded, made.label
    parameters: dict[str, Any] = {
        "label": label.canonical if label else None,
        "horizon": label.horizon if label else 0,
        "features": list(loaded.names),
        "decision_lag_minutes": loaded.decision_lag_minutes,
    }
    run_id = record_run(
        session,
        job,
        kind=job.kind,
        code=made.code,
        environment=made.environment,
        parameters=parameters,
        seed=None,
        result_digest=json_digest({role: file.digest for role, file in made.files.items()}),
        started_at=made.started_at,
        inputs=_pins(loaded),
        files=made.files,
    )
    return {"training_frame": run_id}


def _pins(loaded: Loaded) -> Sequence[Pin]:
    return [
        Pin(role="features", source_run_id=loaded.run_id),
        Pin(role="universe", universe_version_id=loaded.universe.version_id),
        Pin(role="bars", dataset_version_id=loaded.bars.version_id),
        *(
            Pin(role="context", position=n, dataset_version_id=one.version_id)
            for n, one in enumerate(loaded.context)
        ),
    ]
