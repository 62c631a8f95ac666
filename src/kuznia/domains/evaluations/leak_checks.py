"""Asking a version, or values with a label, whether they knew too much."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl

from kuznia.core.frames.json_values import json_values
from kuznia.core.frames.panel import Panel
from kuznia.core.metrics.paired import paired_difference
from kuznia.core.models.bundle import load_bundle
from kuznia.core.models.evaluation import mean_ic, on_bars, rank_ic, rank_ic_by_bar
from kuznia.core.models.evaluation.leaks import (
    Check,
    Finding,
    FoldRows,
    embargo_check,
    foresight_check,
    overlap_check,
    prefix_check,
    scaler_check,
    shuffled_check,
    shuffled_rows,
)
from kuznia.core.models.evaluation.refitting import FoldModel, fold_models, out_of_fold, same_scores
from kuznia.core.models.examples import rows_of, training_rows
from kuznia.core.models.rows import Rows
from kuznia.core.models.scaling import Scaler
from kuznia.core.models.spec import Label, ModelSpec, WalkForward
from kuznia.core.models.splits import first_training_bar, label_end
from kuznia.core.typing import Bool, Float
from kuznia.domains.evaluations.computation import between
from kuznia.domains.evaluations.pinning import Material, Subject
from kuznia.domains.evaluations.reading import cut_bars, cut_values, kept_values, prices, values_of
from kuznia.domains.evaluations.results import Tried, tried
from kuznia.queue.handlers import Resources
from kuznia.store import Store

WORST = ("failed", "suspicious", "unknown", "passed")
LEAST_BARS = 60


@dataclass(frozen=True, slots=True)
class LeakQuestion:
    """What a check for leaks reads, pinned: a version, or values with a label."""

    question_id: UUID | None
    subject: Subject | None
    material: Material
    label: Label


def probe(label: Label, bars: int) -> ModelSpec:
    """What values without a version are asked by: a ridge regression, tested on the later half.

    >>> probe(Label(horizon=5), 1000).validation
    WalkForward(first_test=500, test=125, embargo=0, stride=1, window=None)
    """
    validation = WalkForward(first_test=max(bars // 2, LEAST_BARS), test=max(bars // 8, 20))
    return ModelSpec("ridge", seeds=(1,), label=label, validation=validation)


def asked(load: LeakQuestion, resources: Resources, threads: int) -> tuple[dict[str, Any], list[Tried]]:
    """Every answer, and what was tried for it."""
    store = resources.store
    resources.report(0.0, "Reading values and prices")
    panel, values = prices(load.material, store), values_of(load.material, store)
    spec = load.subject.spec if load.subject else probe(load.label, panel.shape[1])
    rows = rows_of(values, panel, spec)
    resources.report(0.05, "Computing features on histories that end early")
    cuts, prefix = _prefix(load.material, values, panel, rows, store)
    resources.report(0.3, "Looking for features that know what is to come")
    foresight = foresight_check(rows, panel, spec.label.horizon)
    models = fold_models(
        rows, spec, spec.seeds[0], threads=threads, progress=between(resources, 0.4, 0.6, "Fitted")
    )
    overlap = overlap_check(rows.bar, rows.end, _drawn(load.subject, models, rows, panel))
    scaler = _scalers(load.subject, models, rows, spec, store)
    trained, tries = _trained(load, models, rows, spec, panel, resources, threads)
    checks = [prefix, overlap, foresight, scaler, *trained]
    result = {
        "status": next(one for one in WORST if one in {check.status for check in checks}),
        "horizon": spec.label.horizon,
        "learner": spec.learner,
        "embargo": label_end(0, spec.label.horizon),
        "cuts": cuts,
        "checks": checks,
    }
    return json_values(result), tries


def _prefix(
    given: Material, values: pl.DataFrame, panel: Panel, rows: Rows, store: Store
) -> tuple[list[str], Check]:
    cuts = cut_bars(panel)
    pairs: list[tuple[str, dict[str, tuple[Float, Float]]]] = []
    for cut, again in zip(cuts, cut_values(given, store, cuts), strict=True):
        if again is not None:
            names = [name for name in rows.features if name in again]
            kept = kept_values(values, panel, names, cut)
            day = str(panel.session[cut - 1])
            pairs.append((day, {name: (kept[name], again[name]) for name in names}))
    return [day for day, _ in pairs], prefix_check(pairs)


def _drawn(subject: Subject | None, models: list[FoldModel], rows: Rows, panel: Panel) -> list[FoldRows]:
    """The folds as the training of the version wrote them down, or as they were drawn here."""
    if subject is None or not subject.folds:
        return [FoldRows(_name(one), one.chosen, one.fold.test_start, one.fold.test_end) for one in models]
    told = []
    for fold in subject.folds:
        at = {
            name: int(np.searchsorted(panel.ts, _microseconds(str(fold[name]))))
            for name in ("train_start", "train_end", "test_start", "test_end")
        }
        known = training_rows(rows, subject.spec, at["train_start"], at["train_end"] + 1)
        told.append(FoldRows(f"fold {fold['number'] + 1}", known, at["test_start"], at["test_end"] + 1))
    return told


def _microseconds(text: str) -> int:
    return int(pl.Series([text]).str.to_datetime(time_unit="us", time_zone="UTC").dt.epoch("us").item())


def _scalers(
    subject: Subject | None, models: list[FoldModel], rows: Rows, spec: ModelSpec, store: Store
) -> Check:
    """The bundle's own scaler; and whether folds with scalers of their own rows say what was kept."""
    named: list[tuple[str, Scaler, Bool]] = [(_name(one), one.scaler, one.chosen) for one in models]
    if subject is None:
        return scaler_check(rows, named, spec.steps, spec.seeds[0])
    bundle = load_bundle(store.bytes(subject.model.bundle), subject.model.digest)
    complete = training_rows(rows, spec, first_training_bar(rows.bars, spec.validation), rows.bars)
    found = scaler_check(rows, [("bundle", bundle.scaler, complete), *named], spec.steps, spec.seeds[0])
    predictions = store.frame(subject.model.predictions)
    if same_scores(rows, out_of_fold(rows, models), predictions, spec.seeds[0]):
        return found
    distance = _distance(rows, out_of_fold(rows, models), predictions, spec.seeds[0])
    return replace(
        found,
        status="failed" if found.status == "failed" else "suspicious",
        findings=(*found.findings, Finding("predictions", "", distance, 0.0)),
    )


def _distance(rows: Rows, scores: Float, predictions: pl.DataFrame, seed: int) -> float:
    """Largest distance of scores from those kept, in their standard deviations; rows that miss count as 1."""
    mine = rows.keys.select("instrument", "ts").with_columns(pl.Series("mine", scores).fill_nan(None))
    both = predictions.join(mine, on=["instrument", "ts"], how="left")
    gap = (pl.col(f"score_{seed}") - pl.col("mine")).abs() / pl.col(f"score_{seed}").std()
    found = both.select(gap.fill_null(1.0).max()).item()
    return float(found) if found is not None else 1.0


def _trained(
    load: LeakQuestion,
    models: list[FoldModel],
    rows: Rows,
    spec: ModelSpec,
    panel: Panel,
    resources: Resources,
    threads: int,
) -> tuple[list[Check], list[Tried]]:
    """The checks that train: with a longer embargo, and on labels that belong to others."""
    seed, horizon = spec.seeds[0], spec.label.horizon
    bars = label_end(0, horizon)
    longer = replace(spec, validation=replace(spec.validation, embargo=spec.validation.embargo + bars))
    fitted = fold_models(
        rows, longer, seed, threads=threads, progress=between(resources, 0.6, 0.8, "Longer embargo,")
    )
    scores = [out_of_fold(rows, one) for one in (models, fitted)]
    daily = [on_bars(*rank_ic_by_bar(one, rows.forward, rows.bar), rows.bars) for one in scores]
    both = ~np.isnan(daily[0]) & ~np.isnan(daily[1])
    ics = [mean_ic(one[both], horizon) for one in daily]
    gap = paired_difference(daily[1], daily[0], 2 * horizon, seed=seed)
    mixed = shuffled_rows(rows, np.random.default_rng(seed))
    blind = out_of_fold(
        mixed,
        fold_models(mixed, spec, seed, threads=threads, progress=between(resources, 0.8, 0.95, "Shuffled,")),
    )
    answers = [
        embargo_check(ics[0], ics[1], gap, bars),
        shuffled_check(rank_ic(blind, mixed.forward, mixed.bar, horizon)),
    ]
    own = [] if load.subject else [(spec, scores[0])]
    tries = [
        tried(load.material, one, seed, rows, found, panel, resources.store)
        for one, found in [*own, (longer, scores[1])]
    ]
    return answers, tries


def _name(one: FoldModel) -> str:
    return f"fold {one.fold.number + 1}"
