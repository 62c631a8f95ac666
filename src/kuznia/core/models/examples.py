"""What a fit learns from: rows of features and labels, those that may be learned from, their weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from kuznia.core.errors import ModelError
from kuznia.core.frames.panel import KEYS, Panel
from kuznia.core.models.history import with_history
from kuznia.core.models.learners import Examples
from kuznia.core.models.rows import Rows, align
from kuznia.core.models.scaling import Scaler
from kuznia.core.models.spec import ModelSpec
from kuznia.core.models.steps import rank_rows
from kuznia.core.models.targets import group_sizes, target_of
from kuznia.core.models.weights import time_decay, uniqueness
from kuznia.core.typing import Bool, Float


def rows_of(features: pl.DataFrame, panel: Panel, spec: ModelSpec) -> Rows:
    """Rows as the folds take them: of the chosen features, with their history, ranked in their bar if asked.

    None of this learns anything, so it comes before the folds are cut.
    """
    if spec.features:
        missing = [name for name in spec.features if name not in features.columns]
        if missing:
            raise ModelError(
                f"The values lack the features {missing}.", "Name features of the set that was computed."
            )
        features = features.select(*KEYS, *spec.features)
    rows = align(with_history(features, spec.history), panel, spec.label)
    if not spec.ranked:
        return rows
    side = None if spec.label.side is None else rows.features.index(spec.label.side)
    return replace(rows, x=rank_rows(rows.x, rows.bar, keep=side))


def training_rows(rows: Rows, spec: ModelSpec, start: int, end: int) -> Bool:
    """Which rows may be fitted: complete labels, bars ``[start, end)``, every `stride`-th bar.

    Strides count from the first bar, so that a later end adds rows and changes none.
    """
    on_stride = rows.bar % spec.validation.stride == 0
    known = ~np.isnan(rows.forward) & ~np.isnan(rows.outcome)
    chosen: Bool = (rows.bar >= start) & (rows.bar < end) & on_stride & known
    return chosen


def row_weights(rows: Rows, chosen: Bool, spec: ModelSpec) -> Float:
    """How much each chosen row counts, (C,); their mean is 1.

    Uniqueness is counted among the chosen labels of the row's own instrument, age over the chosen bars.
    """
    bar, end, row = rows.bar[chosen], rows.end[chosen], rows.row[chosen]
    weights = np.ones(len(bar))
    if spec.weights.uniqueness:
        for instrument in np.unique(row):
            own = row == instrument
            weights[own] = uniqueness(bar[own] + 1, end[own])
    if spec.weights.oldest != 1.0:
        bars, place = np.unique(bar, return_inverse=True)
        weights = weights * time_decay(np.ones(len(bars)), spec.weights.oldest)[place]
    mean = float(weights.mean())
    return weights / mean if mean > 0 and mean != 1.0 else weights


def examples_of(rows: Rows, chosen: Bool, spec: ModelSpec) -> tuple[Scaler, Examples]:
    """The chosen rows as a learner takes them, with the scaler and the steps that were fitted on them."""
    scaler = Scaler.fit(rows.x[chosen], spec.steps, spec.seeds[0])
    scaled = scaler.apply(rows.x[chosen])
    kept = ~np.isnan(scaled).all(axis=1)
    if not kept.any():
        raise ModelError("The steps refuse every training row.", "Let them refuse less.")
    if not kept.all():
        chosen, scaled = chosen.copy(), scaled[kept]
        chosen[np.flatnonzero(chosen)[~kept]] = False
    bar = rows.bar[chosen]
    return scaler, Examples(
        scaled,
        target_of(rows.outcome[chosen], bar, spec.label),
        row_weights(rows, chosen, spec),
        group_sizes(bar),
        spec.label.levels,
    )
