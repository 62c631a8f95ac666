"""The job of this slice: compute a feature set over a universe's bars, and what each feature is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl
from sqlalchemy.orm import Session

from kuznia.core.expressions import Checked, Context, ExpressionError, check
from kuznia.core.expressions.warm import warm as warm_kernels
from kuznia.core.features import feature_frame, feature_values, forward_return, label_values
from kuznia.core.features.statistics import FeatureStatistics, feature_statistics, rank_returns
from kuznia.core.frames.digest import json_digest
from kuznia.core.frames.panel import Panel, panel_from_bars
from kuznia.core.metrics.calendar import periods_per_year
from kuznia.core.metrics.performance import sharpe
from kuznia.core.typing import Float
from kuznia.db import access
from kuznia.db.tables import Job
from kuznia.domains.datasets import service as datasets
from kuznia.domains.datasets.service import require_kind
from kuznia.domains.features import repository, service
from kuznia.domains.features.errors import UnusableExpression, UnusableFeatureSet
from kuznia.domains.features.schemas import COMPUTE, ComputeInput
from kuznia.domains.features.statistics import plain
from kuznia.domains.jobs.service import Pin, record_run
from kuznia.domains.trials import service as trials
from kuznia.domains.trials.service import NewTrial
from kuznia.domains.universes import service as universes
from kuznia.queue.handlers import Handler, Resources
from kuznia.queue.inputs import resolved
from kuznia.store.store import Stored

CONTEXT = ("series", "classification")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a computation reads, pinned."""

    question_id: UUID | None
    feature_set: service.PinnedFeatureSet
    universe: universes.PinnedUniverse
    bars: datasets.PinnedVersion
    context: tuple[datasets.PinnedVersion, ...]
    horizon: int
    decision_lag_minutes: int

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
class Evaluated:
    """One feature with its worth and the returns that the ledger keeps."""

    member: service.PinnedFeature
    statistics: Mapping[str, float | None]
    sharpe: float | None
    returns: Stored
    span: tuple[datetime, datetime] | None
    observations: int


@dataclass(frozen=True, slots=True)
class Computed:
    """What a computation made; its files are in the store already."""

    loaded: Loaded
    files: Mapping[str, Stored]
    evaluated: tuple[Evaluated, ...]
    per_year: float
    code: str
    environment: str
    started_at: datetime


def load(session: Session, job: Job) -> Loaded:
    """Check the owner's rights on everything and pin it."""
    wanted = resolved(session, job, ComputeInput)
    admin = access.is_admin(session, job.owner_id)
    owner = job.owner_id
    question_id = job.question_id
    if question_id is not None:
        trials.usable(session, question_id, owner, is_admin=admin)
    bars = datasets.pinned(session, UUID(str(wanted.bars)), owner, is_admin=admin)
    require_kind(bars, "bars")
    context = tuple(datasets.pinned(session, UUID(str(one)), owner, is_admin=admin) for one in wanted.context)
    strange = [one.name for one in context if one.kind not in CONTEXT]
    if strange:
        raise UnusableFeatureSet(f"{strange} hold neither series nor a classification.")
    return Loaded(
        question_id=question_id,
        feature_set=service.pinned(session, UUID(str(wanted.feature_set)), owner, is_admin=admin),
        universe=universes.pinned(session, UUID(str(wanted.universe)), owner, is_admin=admin),
        bars=bars,
        context=context,
        horizon=wanted.horizon,
        decision_lag_minutes=wanted.decision_lag_minutes,
    )


def compute(loaded: Loaded, resources: Resources) -> Computed:
    """Compute the values, then the statistics of each feature, and put them into the store."""
    started_at, store = resources.now(), resources.store
    resources.report(0.0, "Reading bars")
    panel = _panel(loaded, resources)
    checked = _checked(loaded, panel)
    resources.report(0.2, f"Computing {len(checked)} features")
    values = feature_values(checked, panel)
    frame = feature_frame(values, panel)
    resources.report(0.5, "Measuring")
    files = {repository.VALUES: store.put_frame(frame, ["instrument", "ts"])}
    per_year = periods_per_year(loaded.bars.frequency or "day", loaded.bars.calendar or "24/7")
    label = label_values(forward_return(loaded.horizon), panel)
    following = label_values(forward_return(1), panel)
    present = ~np.isnan(panel.fields["close"])
    evaluated = []
    for n, member in enumerate(loaded.feature_set.members):
        value = values[member.name]
        found = feature_statistics(value, label, present, loaded.horizon)
        evaluated.append(
            _evaluated(member, found, rank_returns(value, following), panel, per_year, resources)
        )
        resources.report(0.5 + 0.5 * (n + 1) / len(checked), f"Measured {member.name}")
    files[repository.STATISTICS] = store.put_frame(_table(evaluated), ["feature"])
    resources.log(
        f"{frame.height} rows of {len(checked)} features over {len(panel.instruments)} instruments."
    )
    return Computed(
        loaded, files, tuple(evaluated), per_year, resources.code, resources.environment, started_at
    )


def record(session: Session, job: Job, made: Computed) -> Mapping[str, UUID]:
    """Write the run, its pins, and one trial for each feature."""
    loaded = made.loaded
    run_id = record_run(
        session,
        job,
        kind=COMPUTE.name,
        code=made.code,
        environment=made.environment,
        parameters={
            "horizon": loaded.horizon,
            "decision_lag_minutes": loaded.decision_lag_minutes,
            "backfilled": [one.name for one in loaded.context if one.known_from == "listing"],
        },
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
    question_id = loaded.question_id or trials.everyday(session, job.owner_id)
    trials.record_trials(session, question_id, [_trial(made, one, job, run_id) for one in made.evaluated])
    return {"feature_values": run_id}


def _panel(loaded: Loaded, resources: Resources) -> Panel:
    store = resources.store
    bars = datasets.read(store, loaded.bars, entities=loaded.universe.instruments)
    if bars.is_empty():
        raise UnusableFeatureSet(f"{loaded.bars.name!r} has no bars of {loaded.universe.name!r}.")
    panel = panel_from_bars(bars, decision_lag_minutes=loaded.decision_lag_minutes)
    for one in loaded.context:
        rows = datasets.read(store, one)
        if one.kind == "series":
            panel = panel.with_series(rows, max_staleness_days=one.max_staleness_days)
        else:
            panel = panel.with_groups(rows)
    return panel


def _checked(loaded: Loaded, panel: Panel) -> dict[str, Checked]:
    within = Context(
        fields=frozenset(panel.fields), series=frozenset(panel.series), groups=frozenset(panel.groups)
    )
    checked = {}
    for member in loaded.feature_set.members:
        try:
            checked[member.name] = check(member.canonical, within)
        except ExpressionError as error:
            raise UnusableExpression(f"The feature {member.name} does not fit the data. {error}") from None
    return checked


def _evaluated(
    member: service.PinnedFeature,
    found: FeatureStatistics,
    returns: Float,
    panel: Panel,
    per_year: float,
    resources: Resources,
) -> Evaluated:
    known = ~np.isnan(returns)
    earned = returns[known]
    ts = pl.Series("ts", panel.ts[known]).cast(pl.Datetime("us", "UTC"))
    small = pl.Series("value", earned.astype(np.float32))
    stored = resources.store.put_frame(pl.DataFrame([ts, small, small.alias("judged")]), ["ts"])
    ratio = sharpe(earned, per_year) if len(earned) > 1 else float("nan")
    return Evaluated(
        member=member,
        statistics=plain(found),
        sharpe=None if np.isnan(ratio) else float(ratio),
        returns=stored,
        span=(ts[0], ts[-1]) if len(ts) else None,
        observations=len(ts),
    )


def _table(evaluated: Sequence[Evaluated]) -> pl.DataFrame:
    rows = [
        {"feature": one.member.name, "expression": one.member.digest, **one.statistics} for one in evaluated
    ]
    numbers = {name: pl.Float64 for name in evaluated[0].statistics if name != "bars"}
    return pl.DataFrame(rows, schema_overrides={**numbers, "bars": pl.Int64})


def _trial(made: Computed, one: Evaluated, job: Job, run_id: UUID) -> NewTrial:
    first, last = one.span or (None, None)
    return NewTrial(
        kind="feature",
        name=one.member.name,
        config={**made.loaded.made_with, "feature": one.member.digest},
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


HANDLERS = (Handler(COMPUTE.name, load, compute, record),)
