"""The jobs of this slice: bring a feature set's values over a universe up to date, and measure them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy.orm import Session

from kuznia.core.expressions import Checked
from kuznia.core.expressions.warm import warm as warm_kernels
from kuznia.core.frames.digest import json_digest
from kuznia.core.frames.panel import Panel
from kuznia.core.metrics.calendar import periods_per_year
from kuznia.db import access
from kuznia.db.tables import Job
from kuznia.domains.context import service as contexts
from kuznia.domains.datasets import service as datasets
from kuznia.domains.datasets.service import require_kind
from kuznia.domains.features import service
from kuznia.domains.features.measuring import Evaluated, Measure
from kuznia.domains.features.schemas import COMPUTE, FRAME, MATERIALISE, ComputeInput, MaterialiseInput
from kuznia.domains.features.training import making
from kuznia.domains.features.values import repository as index
from kuznia.domains.features.values.materialise import (
    MOST_CELLS,
    ROW,
    Asked,
    Known,
    Materialised,
    arrays,
    materialise,
)
from kuznia.domains.features.values.reading import facts, panel_of
from kuznia.domains.jobs.service import Pin, record_run
from kuznia.domains.trials import service as trials
from kuznia.domains.trials.service import NewTrial
from kuznia.domains.universes import service as universes
from kuznia.queue.handlers import Handler, Resources
from kuznia.queue.inputs import resolved
from kuznia.store import Store
from kuznia.store.store import Stored


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a computation reads, pinned."""

    question_id: UUID | None
    feature_set: service.PinnedFeatureSet
    universe: universes.PinnedUniverse
    bars: datasets.PinnedVersion
    context: tuple[datasets.PinnedVersion, ...]
    decision_lag_minutes: int
    known: Known
    horizon: int | None = None

    @property
    def made_with(self) -> dict[str, Any]:
        """Everything but the feature that makes a trial this one."""
        return {
            "universe": self.universe.digest,
            "bars": self.bars.digest,
            "context": [one.digest for one in self.context],
            "horizon": self.horizon,
            "decision_lag_minutes": self.decision_lag_minutes,
        }


@dataclass(frozen=True, slots=True)
class Computed:
    """What a computation made; its files are in the store already."""

    loaded: Loaded
    told: Mapping[str, Any]
    values: Materialised
    files: Mapping[str, Stored]
    evaluated: tuple[Evaluated, ...]
    per_year: float
    code: str
    environment: str
    started_at: datetime


def load(session: Session, job: Job) -> Loaded:
    """Check the owner's rights on everything and pin it, to compute values and to measure them."""
    wanted = resolved(session, job, ComputeInput)
    if job.question_id is not None:
        admin = access.is_admin(session, job.owner_id)
        trials.usable(session, job.question_id, job.owner_id, is_admin=admin)
    return replace(_pinned(session, job, wanted), horizon=wanted.horizon)


def load_values(session: Session, job: Job) -> Loaded:
    """Check the owner's rights on everything and pin it, to compute values alone."""
    return _pinned(session, job, resolved(session, job, MaterialiseInput))


def _pinned(session: Session, job: Job, wanted: MaterialiseInput) -> Loaded:
    owner, admin = job.owner_id, access.is_admin(session, job.owner_id)
    bars = datasets.pinned(session, UUID(str(wanted.bars)), owner, is_admin=admin)
    require_kind(bars, "bars")
    context = contexts.pinned_context(
        session, [UUID(str(one)) for one in wanted.context], owner, is_admin=admin
    )
    feature_set = service.pinned(session, UUID(str(wanted.feature_set)), owner, is_admin=admin)
    universe = universes.pinned(session, UUID(str(wanted.universe)), owner, is_admin=admin)
    return Loaded(
        question_id=job.question_id,
        feature_set=feature_set,
        universe=universe,
        bars=bars,
        context=context,
        decision_lag_minutes=wanted.decision_lag_minutes,
        known=index.known(
            session, {one.digest for one in feature_set.members}, bars.digests, universe.digest
        ),
    )


def compute(loaded: Loaded, resources: Resources) -> Computed:
    """Compute the values that no run has computed yet, then measure each feature."""
    started_at, store = resources.now(), resources.store
    resources.report(0.0, "Reading bars")
    panel, checked = panel_of(loaded, resources.store)
    made = _values(loaded, panel, checked, resources)
    assert loaded.horizon is not None, "load gives it"
    per_year = periods_per_year(loaded.bars.frequency or "day", loaded.bars.calendar or "24/7")
    resources.report(0.5, "Measuring")
    measure = Measure(panel, loaded.horizon, per_year, store)
    digests = [file.digest for file in made.files.values()]
    evaluated: list[Evaluated] = []
    members = loaded.feature_set.members
    for batch in _batches(members, panel):
        values = arrays(store, digests, [member.name for member in batch], panel)
        for member in batch:
            evaluated.append(measure.add(member.name, member.digest, values[member.name]))
            resources.report(0.5 + 0.5 * len(evaluated) / len(members), f"Measured {member.name}")
    files = {**made.files, service.LATEST: _latest(made, store), **measure.files()}
    told = facts(loaded, checked, store)
    return Computed(
        loaded,
        told,
        made,
        files,
        tuple(evaluated),
        per_year,
        resources.code,
        resources.environment,
        started_at,
    )


def compute_values(loaded: Loaded, resources: Resources) -> Computed:
    """Compute the values that no run has computed yet, and measure nothing."""
    started_at = resources.now()
    resources.report(0.0, "Reading bars")
    panel, checked = panel_of(loaded, resources.store)
    made = _values(loaded, panel, checked, resources)
    files = {**made.files, service.LATEST: _latest(made, resources.store)}
    told = facts(loaded, checked, resources.store)
    return Computed(loaded, told, made, files, (), 0.0, resources.code, resources.environment, started_at)


def _values(
    loaded: Loaded, panel: Panel, checked: Mapping[str, Checked], resources: Resources
) -> Materialised:
    members = loaded.feature_set.members
    asked = Asked(
        checked=checked,
        expressions={member.name: member.digest for member in members},
        panel=panel,
        bars=loaded.bars,
        context=loaded.context,
        universe=loaded.universe.digest,
        instruments=loaded.universe.instruments,
        decision_lag_minutes=loaded.decision_lag_minutes,
    )
    made = materialise(
        asked, loaded.known, resources.store, lambda done, what: resources.report(0.05 + 0.45 * done, what)
    )
    resources.log(
        f"{made.rows} rows of {len(members)} features over {len(panel.instruments)} instruments in "
        f"{len(made.files)} parts; {made.reused} of {made.chunks} chunks were computed before."
    )
    return made


def _batches(
    members: Sequence[service.PinnedFeature], panel: Panel
) -> Iterator[Sequence[service.PinnedFeature]]:
    """Members whose values fit into memory together."""
    size = max(MOST_CELLS // max(panel.shape[0] * panel.shape[1], 1), 1)
    for start in range(0, len(members), size):
        yield members[start : start + size]


def _latest(made: Materialised, store: Store) -> Stored:
    """The rows of the newest decision: what scoring answers with."""
    newest = store.frame(list(made.files.values())[-1].digest)
    return store.put_frame(newest.filter(pl.col("ts") == pl.col("ts").max()), ROW)


def record(session: Session, job: Job, made: Computed) -> Mapping[str, UUID]:
    """Write the run, its pins, where its values stand, and one trial for each feature measured."""
    loaded = made.loaded
    parameters = {
        "decision_lag_minutes": loaded.decision_lag_minutes,
        **made.told,
    }
    run_id = record_run(
        session,
        job,
        kind=job.kind,
        code=made.code,
        environment=made.environment,
        parameters=parameters if loaded.horizon is None else {"horizon": loaded.horizon, **parameters},
        facts=made.values.facts,
        seed=None,
        result_digest=json_digest({role: file.digest for role, file in made.files.items()}),
        started_at=made.started_at,
        inputs=[
            Pin(role="feature_set", feature_set_version_id=loaded.feature_set.version_id),
            Pin(role="universe", universe_version_id=loaded.universe.version_id),
            Pin(role="bars", dataset_version_id=loaded.bars.version_id),
            *(
                Pin(role="context", position=n, dataset_version_id=one.version_id)
                for n, one in enumerate(loaded.context)
            ),
        ],
        files=made.files,
    )
    index.add(
        session,
        [
            {**asdict(one), "universe": loaded.universe.digest, "run_id": run_id}
            for one in sorted(made.values.made, key=lambda one: one.key)
        ],
    )
    if made.evaluated:
        question_id = loaded.question_id or trials.everyday(session, job.owner_id)
        rows = [_trial(made, one, job, run_id) for one in made.evaluated]
        trials.record_trials(session, question_id, rows)
    return {"feature_values": run_id}


def _trial(made: Computed, one: Evaluated, job: Job, run_id: UUID) -> NewTrial:
    first, last = one.span or (None, None)
    return NewTrial(
        kind="feature",
        name=one.name,
        config={**made.loaded.made_with, "feature": one.expression},
        account_id=job.owner_id,
        run_id=run_id,
        universe_version_id=made.loaded.universe.version_id,
        first_ts=first,
        last_ts=last,
        observations=one.observations,
        periods_per_year=made.per_year,
        statistics={**one.statistics, "sharpe": one.sharpe},
        returns=one.returns,
    )


def warm() -> None:
    """Compute every function of the language once, so that the first job does not wait for it."""
    warm_kernels()


HANDLERS: tuple[Handler[Any, Any], ...] = (
    Handler(COMPUTE.name, load, compute, record),
    Handler(MATERIALISE.name, load_values, compute_values, record),
    Handler(FRAME.name, making.load, making.compute, making.record),
)
