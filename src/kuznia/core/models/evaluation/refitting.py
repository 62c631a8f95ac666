"""Fitting the folds of a version again, to look into what was fitted there.

A version keeps its out-of-fold scores and not the models of its folds. They come back to the last bit,
because rows, seed and parameters decide them; :func:`same_scores` says whether they did.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import polars as pl

from kuznia.core.errors import ModelError
from kuznia.core.models.examples import examples_of, training_rows
from kuznia.core.models.learners import Fitted, fit
from kuznia.core.models.predicting import predictions
from kuznia.core.models.rows import Rows
from kuznia.core.models.scaling import Scaler
from kuznia.core.models.spec import ModelSpec
from kuznia.core.models.splits import Fold, walk_forward
from kuznia.core.typing import Bool, Float

Progress = Callable[[float, str], None]
"""How far it is, and with what; it may raise to stop."""


@dataclass(frozen=True, slots=True)
class FoldModel:
    """What was fitted in one fold by one seed.

    Parameters
    ----------
    fold : Fold
    chosen : bool (R,)
        Rows that it was fitted to.
    scaler : Scaler
        Of these rows, with the steps of the specification.
    member : Fitted
    spec : ModelSpec
    features : tuple of str
        Names of the columns.
    """

    fold: Fold
    chosen: Bool
    scaler: Scaler
    member: Fitted
    spec: ModelSpec
    features: tuple[str, ...]

    def inside(self, rows: Rows) -> slice:
        """Rows of the test fold; rows are sorted by bar."""
        start, end = np.searchsorted(rows.bar, [self.fold.test_start, self.fold.test_end])
        return slice(int(start), int(end))

    def predict(self, x: Float) -> Float:
        """Scores of raw rows, as training and service give them; NaN where a step refuses the row."""
        scores: Float = predictions(self.spec, self.features, self.scaler, (self.member,), x)[:, 0]
        return scores


def fold_models(
    rows: Rows,
    spec: ModelSpec,
    seed: int,
    *,
    threads: int = 1,
    progress: Progress | None = None,
) -> list[FoldModel]:
    """Fit every fold of the walk-forward validation by one seed.

    Parameters
    ----------
    rows : Rows
        Of the features and prices that the version was trained on.
    spec : ModelSpec
        Its specification.
    seed : int
        One of its seeds, or another.
    threads : int
        Folds fitted at the same time; it changes nothing else.
    progress : callable, optional
        Called after each fold.
    """
    folds = list(walk_forward(rows.bars, spec.label, spec.validation))
    if not folds:
        raise ModelError(
            f"{rows.bars} bars leave no test fold.", "Lower validation.first_test or give a longer span."
        )
    with ThreadPoolExecutor(threads) as pool:
        waiting = [pool.submit(_fold_model, rows, spec, fold, seed) for fold in folds]
        made = []
        try:
            for number, one in enumerate(waiting, 1):
                made.append(one.result())
                if progress is not None:
                    progress(number / len(folds), f"fold {number} of {len(folds)}")
        finally:
            for one in waiting:
                one.cancel()
    return made


def _fold_model(rows: Rows, spec: ModelSpec, fold: Fold, seed: int) -> FoldModel:
    chosen = training_rows(rows, spec, fold.train_start, fold.train_end)
    if not chosen.any():
        raise ModelError(
            f"No training row in fold {fold.number + 1}.", "Raise validation.first_test or widen the span."
        )
    scaler, examples = examples_of(rows, chosen, spec)
    return FoldModel(fold, chosen, scaler, fit(spec, examples, seed), spec, rows.features)


def out_of_fold(rows: Rows, models: Sequence[FoldModel]) -> Float:
    """Scores of every row that some fold tests, NaN elsewhere. (R,)"""
    scores = np.full(len(rows.bar), np.nan)
    for one in models:
        inside = one.inside(rows)
        scores[inside] = one.predict(rows.x[inside])
    return scores


def same_scores(rows: Rows, scores: Float, predictions: pl.DataFrame, seed: int) -> bool:
    """Whether scores are, to the last bit, those that a version keeps of a seed."""
    kept = predictions.select("instrument", "ts", pl.col(f"score_{seed}").alias("kept"))
    mine = rows.keys.select("instrument", "ts").with_columns(pl.Series("mine", scores).fill_nan(None))
    both = mine.drop_nulls("mine").join(kept, on=["instrument", "ts"], how="full", coalesce=True)
    return bool(both.select((pl.col("mine") == pl.col("kept")).fill_null(value=False).all()).item())
