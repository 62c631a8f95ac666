"""From pinned versions and values to what a check found. No session."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl

from kuznia.core.frames.digest import json_digest
from kuznia.core.frames.json_values import json_values
from kuznia.core.frames.panel import KEYS, panel_from_bars
from kuznia.core.models.bundle import Bundle
from kuznia.core.models.drift import ColumnDrift, column_drift, spans
from kuznia.core.models.ensemble import Ensemble, load_model
from kuznia.core.models.evaluation import mean_ic, on_bars, rank_ic_by_bar
from kuznia.core.models.history import feature_of, with_history
from kuznia.core.models.rows import align
from kuznia.core.models.score import member_scores
from kuznia.core.models.shadow import difference, look_level
from kuznia.core.typing import Bool, Float, Int
from kuznia.domains.datasets import service as datasets
from kuznia.domains.models.service import PinnedModel
from kuznia.domains.monitors.errors import NothingToCheck
from kuznia.domains.monitors.schemas import Policy
from kuznia.domains.universes.service import PinnedUniverse
from kuznia.queue.handlers import Resources
from kuznia.store import Store

SEED = 20_111
NOT_MEASURED = {"mean": None, "standard_error": None, "bars": 0}


@dataclass(frozen=True, slots=True)
class Watched:
    """A version with the values it was trained on, and the newest ones made the same way."""

    model: PinnedModel
    feature_set: str
    trained_on: tuple[str, ...]
    newest: tuple[str, ...]
    newest_run_id: UUID
    bars: datasets.PinnedVersion
    universe: PinnedUniverse
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Loaded:
    watched: Watched
    alias: str | None
    policy: Policy
    expected: Mapping[str, Any]
    challenger: Watched | None
    challenger_alias: str
    looks: int


@dataclass(frozen=True, slots=True)
class Alert:
    kind: str
    subject: str
    value: float
    bound: float


@dataclass(frozen=True, slots=True)
class Computed:
    loaded: Loaded
    summary: dict[str, Any]
    alerts: tuple[Alert, ...]
    result_digest: str
    code: str
    environment: str
    started_at: datetime

    @property
    def drifted(self) -> bool:
        """Whether the alerts call for a training: enough features moved, or scores, or the live rank IC."""
        kinds = {one.kind for one in self.alerts}
        share = self.summary["drifted"] / max(len(self.summary["columns"]), 1)
        moved = "feature_drift" in kinds and share >= self.loaded.policy.feature_share
        return moved or bool(kinds & {"score_drift", "live_rank_ic"})


@dataclass(frozen=True, slots=True)
class _Live:
    """Rank IC at each bar after a version's training."""

    ts: Int
    series: Float


def compute(loaded: Loaded, resources: Resources) -> Computed:
    """Compare inputs and scores with those of training, then champion and challenger with what came."""
    started_at, store, policy = resources.now(), resources.store, loaded.policy
    resources.report(0.0, "Reading features")
    bundle = _bundle(loaded.watched, store)
    before, after, reference, recent = _rows(loaded.watched, bundle, policy, store)
    resources.report(0.2, "Comparing features")
    columns = column_drift(bundle.features, before.x[reference], after.x[recent])
    resources.report(0.5, "Comparing scores")
    compared = ((before, reference), (after, recent))
    scores = [_scores(bundle, rows.x[chosen], rows.ts[chosen])[:, None] for rows, chosen in compared]
    (score,) = column_drift(["score"], *scores)
    resources.report(0.7, "Scoring the bars after training")
    horizon = loaded.watched.model.horizon
    live = _live(loaded.watched, bundle, store)
    until = _microseconds(loaded.watched.model.trained_until)
    drifted = [one for one in columns if policy.feature_psi and one.psi >= policy.feature_psi]
    summary = {
        "reference": _span(before.ts[reference]),
        "recent": _span(after.ts[recent]),
        "unseen_bars": len(np.unique(after.ts[recent & (after.ts > until)])),
        "columns": json_values(sorted(columns, key=_by_psi)),
        "score": json_values(score),
        "drifted": len(drifted),
        "expected": dict(loaded.expected),
        "live": json_values(mean_ic(live.series, horizon)),
        "challenger": _challenger(loaded, live, store),
        "policy": policy.model_dump(),
    }
    alerts = (*_column_alerts(columns, policy), *_alerts(loaded, summary, score, started_at))
    for one in alerts:
        resources.log(f"{one.kind} {one.subject}: {one.value:.4f}, bound {one.bound:g}.", "warning")
    return Computed(
        loaded, summary, alerts, json_digest(summary), resources.code, resources.environment, started_at
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    ts: Int
    x: Float


def _bundle(watched: Watched, store: Store) -> Bundle | Ensemble:
    return load_model(store.bytes(watched.model.bundle), watched.model.digest)


def _rows(
    watched: Watched, bundle: Bundle | Ensemble, policy: Policy, store: Store
) -> tuple[_Rows, _Rows, Bool, Bool]:
    """Values of training and the newest ones, with what of each is the reference and what is recent."""
    before = _read(store, watched.trained_on, bundle)
    after = before if watched.newest == watched.trained_on else _read(store, watched.newest, bundle)
    trained = _microseconds(watched.model.trained_until)
    reference, recent = spans(before.ts, after.ts, trained, policy.recent_bars)
    if not reference.any() or not recent.any():
        raise NothingToCheck(
            f"All bars that were trained on are among the newest {policy.recent_bars}; lower recent_bars."
        )
    return before, after, reference, recent


def _values(store: Store, files: Sequence[str], bundle: Bundle | Ensemble) -> pl.DataFrame:
    """Keys and what the model reads of each row, earlier bars included."""
    names = dict.fromkeys(map(feature_of, bundle.features))
    frame = store.scan(files).select(*KEYS, *names).collect()
    return with_history(frame, bundle.spec.history).select(*KEYS, *bundle.features)


def _read(store: Store, files: Sequence[str], bundle: Bundle | Ensemble) -> _Rows:
    frame = _values(store, files, bundle)
    plain = frame.select(bundle.features).cast(pl.Float64).fill_null(np.nan).to_numpy()
    x = np.array(plain, order="C")  # of one feature alone the frame gives a view that is not to be written
    x[~np.isfinite(x)] = np.nan
    return _Rows(frame["ts"].dt.epoch("us").to_numpy().astype(np.int64), x)


def _scores(bundle: Bundle | Ensemble, x: Float, bar: Int) -> Float:
    """Score of each row; NaN where no feature is known."""
    found = np.full(len(x), np.nan)
    known = ~np.isnan(x).all(axis=1)
    if known.any():
        found[known] = member_scores(bundle, x[known], bar[known]).mean(axis=1)
    return found


def _live(watched: Watched, bundle: Bundle | Ensemble, store: Store) -> _Live:
    """The bundle's rank IC at each bar after its training end, whose forward return is known."""
    nothing = _Live(np.zeros(0, dtype=np.int64), np.zeros(0))
    after = pl.col("ts") > watched.model.trained_until
    values = _values(store, watched.newest, bundle).filter(after)
    known = values.filter(pl.any_horizontal(pl.col(bundle.features).is_not_null()))
    if known.is_empty():
        return nothing
    bars = datasets.read(
        store, watched.bars, entities=watched.universe.instruments, start=watched.model.trained_until
    )
    panel = panel_from_bars(bars, fields=("open", "high", "low", "close"))
    rows = align(known, panel, bundle.spec.label)
    scores = _scores(bundle, rows.x, rows.bar)
    series = on_bars(*rank_ic_by_bar(scores, rows.forward, rows.bar), rows.bars)
    return _Live(np.asarray(panel.ts, dtype=np.int64), series)


def _challenger(loaded: Loaded, live: _Live, store: Store) -> dict[str, Any] | None:
    """The challenger on the bars that neither has seen, and a test of the difference when one is due."""
    other, watched, policy = loaded.challenger, loaded.watched, loaded.policy
    if other is None:
        return None
    said: dict[str, Any] = {
        "version_id": str(other.model.version_id),
        "seq": other.model.seq,
        "alias": loaded.challenger_alias,
        "live": NOT_MEASURED,
        "champion": NOT_MEASURED,
        "difference": None,
        "look": None,
        "level": None,
        "why_not": _why_not(watched, other),
    }
    if said["why_not"] is not None:
        return said
    theirs = _live(other, _bundle(other, store), store)
    _, at, there = np.intersect1d(live.ts, theirs.ts, return_indices=True)
    one, two = live.series[at], theirs.series[there]
    both = ~np.isnan(one) & ~np.isnan(two)
    horizon = watched.model.horizon
    found = difference(one, two, horizon, np.random.default_rng(SEED))
    look = found.bars // policy.least_bars
    tested = look > loaded.looks
    return {
        **said,
        "live": json_values(mean_ic(two[both], horizon)),
        "champion": json_values(mean_ic(one[both], horizon)),
        "difference": json_values(found),
        "look": look if tested else None,
        "level": look_level(look, policy.level) if tested else None,
    }


def proposes(challenger: Mapping[str, Any] | None) -> bool:
    """Whether a test was due and the challenger passed it."""
    if challenger is None or challenger["look"] is None:
        return False
    found = challenger["difference"]
    return found["p"] is not None and found["mean"] > 0 and found["p"] <= challenger["level"]


def _why_not(watched: Watched, other: Watched) -> str | None:
    if other.universe.version_id != watched.universe.version_id:
        return "other_universe"
    if other.bars.dataset_id != watched.bars.dataset_id:
        return "other_bars"
    return "other_horizon" if other.model.horizon != watched.model.horizon else None


def _column_alerts(columns: Sequence[ColumnDrift], policy: Policy) -> list[Alert]:
    found = []
    for one in sorted(columns, key=_by_psi):
        if policy.feature_psi and one.psi >= policy.feature_psi:
            found.append(Alert("feature_drift", one.name, one.psi, policy.feature_psi))
        rise = one.missing_after - one.missing_before
        if policy.missing and rise >= policy.missing:
            found.append(Alert("missing_values", one.name, rise, policy.missing))
    return found


def _alerts(loaded: Loaded, summary: Mapping[str, Any], score: ColumnDrift, now: datetime) -> list[Alert]:
    policy, live, found = loaded.policy, summary["live"], []
    if policy.score_psi and score.psi >= policy.score_psi:
        found.append(Alert("score_drift", "psi", score.psi, policy.score_psi))
    if policy.score_ks and score.ks >= policy.score_ks:
        found.append(Alert("score_drift", "ks", score.ks, policy.score_ks))
    enough = live["bars"] >= policy.least_bars
    if policy.live_rank_ic is not None and enough and live["mean"] < policy.live_rank_ic:
        found.append(Alert("live_rank_ic", "", live["mean"], policy.live_rank_ic))
    days = (now - loaded.watched.created_at).total_seconds() / 86_400
    if policy.expires_days is not None and days > policy.expires_days:
        found.append(Alert("expired", "", days, policy.expires_days))
    return found


def _by_psi(one: ColumnDrift) -> tuple[float, str]:
    return (math.inf if math.isnan(one.psi) else -one.psi, one.name)


def _span(ts: Int) -> dict[str, Any]:
    bars = np.unique(ts)
    first, last = (str(np.datetime64(int(at), "us")) + "Z" for at in (bars[0], bars[-1]))
    return {"start": first, "end": last, "bars": len(bars), "rows": len(ts)}


def _microseconds(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)
