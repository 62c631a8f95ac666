"""Walk-forward training: what a model would have said, had it been trained at the time.

Every fold is fitted on rows whose labels were complete before it began, scaler included, and
predicts rows it has never seen. The bundle that goes into service is fitted once more on all
complete rows; its own scores count only after its training end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from kuznia.core.errors import ModelError
from kuznia.core.frames.panel import Panel
from kuznia.core.models.basket import top_returns
from kuznia.core.models.bundle import Bundle
from kuznia.core.models.ensemble import Ensemble
from kuznia.core.models.evaluation import RankIC, rank_ic, rank_ic_by_bar
from kuznia.core.models.evaluation.calibration import Held, held
from kuznia.core.models.examples import examples_of, rows_of, training_rows
from kuznia.core.models.forecast import Forecaster, Lack, learn_forecaster
from kuznia.core.models.history import feature_of
from kuznia.core.models.learners import Fitted, fitting
from kuznia.core.models.predicting import predictions
from kuznia.core.models.purging import (
    Split,
    backtest_paths,
    combinatorial,
    group_spans,
    in_test,
    training_mask,
)
from kuznia.core.models.rows import Rows
from kuznia.core.models.scaling import Scaler
from kuznia.core.models.spec import ModelSpec
from kuznia.core.models.splits import Fold, first_training_bar, label_end, walk_forward
from kuznia.core.typing import Bool, Float

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class FoldResult:
    """One fold's outcome; times are closes of its first and last bars.

    Parameters
    ----------
    number : int
        Position, from 0.
    train_start, train_end, test_start, test_end : datetime
        Both ends belong to the span.
    train_rows, test_rows : int
        Rows fitted and predicted.
    rank_ic : RankIC
        Of the mean score.
    seeds : tuple of RankIC
        Of each seed's score.
    """

    number: int
    train_start: datetime
    train_end: datetime
    test_start: datetime
    test_end: datetime
    train_rows: int
    test_rows: int
    rank_ic: RankIC
    seeds: tuple[RankIC, ...]


@dataclass(frozen=True, slots=True)
class SeedResult:
    """What one seed of a configuration came to out of sample.

    Parameters
    ----------
    learner : str
        What was fitted.
    seed : int
        Of the fits.
    rank_ic : RankIC
        Of its score.
    returns : DataFrame
        ``ts``, ``value`` and ``judged``, see `top_returns`.
    """

    learner: str
    seed: int
    rank_ic: RankIC
    returns: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Training:
    """Result of `train`.

    Parameters
    ----------
    predictions : DataFrame
        Out-of-sample only: ``instrument``, ``ts``, ``session``, ``available_at``, ``score`` (mean)
        and one ``score_<seed>`` for each seed.
    folds : tuple of FoldResult
        In time order.
    rank_ic : RankIC
        Of the mean score over all folds.
    seeds : tuple of RankIC
        Of each seed, in the order of the specification.
    returns : tuple of DataFrame
        Of each seed: ``ts``, ``value`` and ``judged``, see `top_returns`.
    importance : mapping of str to float
        Share of each feature, mean over folds and seeds, largest first.
    bundle : Bundle or Ensemble
        Fitted on all complete rows.
    paths : tuple of RankIC
        Of each path of the cross-validation, by the first seed; empty when none was asked for.
    daily : DataFrame
        Rank IC of the mean score bar by bar: ``ts`` and ``rank_ic``, what `rank_ic` is the mean of.
    lack : Lack, optional
        Why the bundle has no forecaster, when it has none.
    held : Held, optional
        How chances and intervals held that were stated at the time.
    """

    predictions: pl.DataFrame
    folds: tuple[FoldResult, ...]
    rank_ic: RankIC
    seeds: tuple[RankIC, ...]
    returns: tuple[pl.DataFrame, ...]
    importance: dict[str, float]
    bundle: Bundle | Ensemble
    paths: tuple[RankIC, ...] = ()
    daily: pl.DataFrame = field(default_factory=pl.DataFrame)
    lack: Lack | None = None
    held: Held | None = None

    def of_seed(self, n: int) -> SeedResult:
        """The n-th seed's part."""
        spec = self.bundle.spec
        return SeedResult(spec.learner, spec.seeds[n], self.seeds[n], self.returns[n])


@dataclass(frozen=True, slots=True)
class _Fit:
    """Members fitted on one set of rows."""

    scaler: Scaler
    members: tuple[Fitted, ...]


def train(
    features: pl.DataFrame,
    panel: Panel,
    spec: ModelSpec,
    *,
    feature_set: str,
    progress: Progress | None = None,
    threads: int = 1,
) -> Training:
    """Train a model walk-forward, then once more on everything.

    Parameters
    ----------
    features : DataFrame
        Columns ``instrument``, ``ts``, ``session``, ``available_at`` and one per feature.
    panel : Panel
        Prices (``open``, ``close``) of the same instruments on the same bars.
    spec : ModelSpec
        Learner, label, validation, seeds.
    feature_set : str
        Digest of the feature set, kept in the bundle.
    progress : callable, optional
        Called with the fraction done and a message; an exception it raises stops the training.
    threads : int
        Seeds fitted at the same time. It changes the time taken and nothing else.

    Returns
    -------
    Training
    """
    rows = rows_of(features, panel, spec)
    folds = list(walk_forward(rows.bars, spec.label, spec.validation))
    if not folds:
        raise ModelError(
            f"{rows.bars} bars leave no test fold.", "Lower validation.first_test or give a longer span."
        )
    crossed = spec.cross_validation
    splits = list(combinatorial(rows.bars, crossed.groups, crossed.tested)) if crossed else []
    steps = _Steps(progress, (len(folds) + 1) * len(spec.seeds) + len(splits))
    with ThreadPoolExecutor(threads) as pool:
        walk = [_tested(pool, rows, spec, fold, steps, len(folds)) for fold in folds]
        complete = training_rows(rows, spec, first_training_bar(rows.bars, spec.validation), rows.bars)
        final = _fit(pool, rows, complete, spec, spec.seeds, steps, "final fit")
        paths = _crossed(pool, rows, spec, splits, steps)
    scores = np.full((len(rows.bar), len(spec.seeds)), np.nan)
    for fold, tested in zip(folds, walk, strict=True):
        scores[_inside(rows, fold)] = tested.scores
    until = _times(panel)[label_end(int(rows.bar[complete].max()), spec.label.horizon)]
    bundle = Bundle(spec, rows.features, feature_set, until, final.scaler, final.members)
    importance = _importance(rows.features, walk)
    return assessed(rows, panel, spec, scores, importance, bundle, paths)


def assessed(
    rows: Rows,
    panel: Panel,
    spec: ModelSpec,
    scores: Float,
    importance: Mapping[str, float],
    bundle: Bundle | Ensemble,
    paths: tuple[RankIC, ...] = (),
) -> Training:
    """A training's result from its out-of-sample scores.

    Parameters
    ----------
    rows, panel : Rows, Panel
        What was scored, and the prices it is measured by.
    spec : ModelSpec
        Label, validation and seeds.
    scores : float64 (R, S)
        One column for each seed; NaN where no fold predicts.
    importance : mapping of str to float
        Share of each feature.
    bundle : Bundle or Ensemble
        What goes into service.
    paths : tuple of RankIC
        Of the cross-validation.

    Returns
    -------
    Training
    """
    times = _times(panel)
    folds = walk_forward(rows.bars, spec.label, spec.validation)
    score, horizon = scores.mean(axis=1), spec.label.horizon
    learned, told = learn_forecaster(
        score, rows.forward, rows.bar, horizon, times=times, until=bundle.trained_until
    )
    return Training(
        _predictions(rows, scores, spec.seeds),
        tuple(_fold_result(rows, fold, scores[_inside(rows, fold)], spec, times) for fold in folds),
        _measured(rows, score, spec),
        tuple(_measured(rows, column, spec) for column in scores.T),
        tuple(_held(rows, column, spec, panel) for column in scores.T),
        dict(importance),
        replace(bundle, forecaster=learned) if isinstance(learned, Forecaster) else bundle,
        paths,
        _daily(rows, score, times),
        learned if isinstance(learned, Lack) else None,
        held(told, panel.session),
    )


@dataclass(frozen=True, slots=True)
class _Tested:
    """What a fold's members said of its test rows, (R, S), and what they went by."""

    scores: Float
    gains: tuple[Float, ...]


class _Steps:
    """Counts fits done and tells the caller."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._total = total
        self._done = 0

    def one(self, message: str) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress(self._done / self._total, message)


def _fit(
    pool: ThreadPoolExecutor,
    rows: Rows,
    chosen: Bool,
    spec: ModelSpec,
    seeds: Sequence[int],
    steps: _Steps,
    place: str,
) -> _Fit:
    """Fit every seed on the chosen rows; results are taken in the order of the seeds."""
    if not chosen.any():
        raise ModelError(f"No training row in {place}.", "Raise validation.first_test or widen the span.")
    scaler, examples = examples_of(rows, chosen, spec)
    with_seed = fitting(spec, examples)
    futures: list[Future[Fitted]] = [pool.submit(with_seed, seed) for seed in seeds]
    members = []
    try:
        for number, future in enumerate(futures):
            members.append(future.result())
            steps.one(f"{place}, seed {number + 1} of {len(futures)}")
    finally:
        for future in futures:
            future.cancel()
        wait_for(futures)
    return _Fit(scaler, tuple(members))


def _tested(
    pool: ThreadPoolExecutor, rows: Rows, spec: ModelSpec, fold: Fold, steps: _Steps, folds: int
) -> _Tested:
    chosen = training_rows(rows, spec, fold.train_start, fold.train_end)
    fitted = _fit(pool, rows, chosen, spec, spec.seeds, steps, f"fold {fold.number + 1} of {folds}")
    tested = rows.x[_inside(rows, fold)]
    scores = predictions(spec, rows.features, fitted.scaler, fitted.members, tested)
    gains = tuple(fitted.scaler.steps.trace(member.importance()) for member in fitted.members)
    return _Tested(scores, gains)


def _crossed(
    pool: ThreadPoolExecutor, rows: Rows, spec: ModelSpec, splits: Sequence[Split], steps: _Steps
) -> tuple[RankIC, ...]:
    """Rank IC on each path, see `backtest_paths`; labels are purged by their longest reach."""
    crossed = spec.cross_validation
    if crossed is None:
        return ()
    known = training_rows(rows, spec, 0, rows.bars)
    end = rows.bar + label_end(0, spec.label.horizon)
    scores = np.full((len(splits), len(rows.bar)), np.nan)
    for split in splits:
        chosen = known & training_mask(rows.bar, end, split, embargo=crossed.embargo)
        place = f"split {split.number + 1} of {len(splits)}"
        fitted = _fit(pool, rows, chosen, spec, spec.seeds[:1], steps, place)
        tested = in_test(rows.bar, split)
        said = predictions(spec, rows.features, fitted.scaler, fitted.members, rows.x[tested])
        scores[split.number, tested] = said[:, 0]
    starts = [start for start, _ in group_spans(rows.bars, crossed.groups)]
    group = np.searchsorted(starts, rows.bar, side="right") - 1
    return tuple(
        _measured(rows, scores[path[group], np.arange(len(rows.bar))], spec)
        for path in backtest_paths(crossed.groups, crossed.tested)
    )


def _inside(rows: Rows, fold: Fold) -> slice:
    """Rows of the test fold; rows are sorted by bar."""
    start, end = np.searchsorted(rows.bar, [fold.test_start, fold.test_end])
    return slice(int(start), int(end))


def _importance(features: Sequence[str], walk: Sequence[_Tested]) -> dict[str, float]:
    mean = np.mean([gain for tested in walk for gain in tested.gains], axis=0)
    shares = dict.fromkeys((feature_of(name) for name in features), 0.0)
    for name, share in zip(features, mean.tolist(), strict=True):
        shares[feature_of(name)] += share  # a feature counts with all its bars
    return dict(sorted(shares.items(), key=lambda item: (-item[1], item[0])))


def _predictions(rows: Rows, scores: Float, seeds: Sequence[int]) -> pl.DataFrame:
    predicted = np.flatnonzero(~np.isnan(scores).any(axis=1))
    return rows.keys[predicted].with_columns(
        pl.Series("score", scores[predicted].mean(axis=1)),
        *(pl.Series(f"score_{seed}", scores[predicted, n]) for n, seed in enumerate(seeds)),
    )


def _fold_result(
    rows: Rows, fold: Fold, scores: Float, spec: ModelSpec, times: Sequence[datetime]
) -> FoldResult:
    inside = _inside(rows, fold)
    bar, forward, horizon = rows.bar[inside], rows.forward[inside], spec.label.horizon
    return FoldResult(
        number=fold.number,
        train_start=times[fold.train_start],
        train_end=times[fold.train_end - 1],
        test_start=times[fold.test_start],
        test_end=times[fold.test_end - 1],
        train_rows=int(training_rows(rows, spec, fold.train_start, fold.train_end).sum()),
        test_rows=len(bar),
        rank_ic=rank_ic(scores.mean(axis=1), forward, bar, horizon),
        seeds=tuple(rank_ic(column, forward, bar, horizon) for column in scores.T),
    )


def _measured(rows: Rows, scores: Float, spec: ModelSpec) -> RankIC:
    return rank_ic(scores, rows.forward, rows.bar, spec.label.horizon)


def _daily(rows: Rows, scores: Float, times: Sequence[datetime]) -> pl.DataFrame:
    bars, series = rank_ic_by_bar(scores, rows.forward, rows.bar)
    known = ~np.isnan(series)
    bars, series = bars[known], series[known]
    ts = pl.Series("ts", [times[bar] for bar in bars], dtype=pl.Datetime("us", "UTC"))
    return pl.DataFrame([ts, pl.Series("rank_ic", series)])


def seed_result(rows: Rows, scores: Float, spec: ModelSpec, seed: int, panel: Panel) -> SeedResult:
    """Measure one seed's out-of-sample scores, (R,)."""
    return SeedResult(spec.learner, seed, _measured(rows, scores, spec), _held(rows, scores, spec, panel))


def _held(rows: Rows, scores: Float, spec: ModelSpec, panel: Panel) -> pl.DataFrame:
    value, judged = top_returns(panel, rows.row, rows.bar, scores, every=spec.label.horizon)
    frame = pl.DataFrame({"ts": panel.ts, "value": value, "judged": judged})
    return frame.filter(pl.col("value").is_not_nan()).with_columns(
        pl.col("ts").cast(pl.Datetime("us", "UTC")), pl.col("value", "judged").cast(pl.Float32)
    )


def _times(panel: Panel) -> list[datetime]:
    start = datetime(1970, 1, 1, tzinfo=UTC)
    return [start + timedelta(microseconds=int(at)) for at in panel.ts]
