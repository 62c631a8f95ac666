"""Training finds what is there, finds nothing where nothing is, and says the same thing twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from kuznia.core.errors import ModelError
from kuznia.core.models.basket import top_returns
from kuznia.core.models.examples import examples_of, row_weights, training_rows
from kuznia.core.models.purging import combinatorial, training_mask
from kuznia.core.models.rows import align
from kuznia.core.models.spec import TARGETS, CrossValidation, Label, ModelSpec, WalkForward, Weights
from kuznia.core.models.splits import label_end, walk_forward
from kuznia.core.models.targets import forward_returns
from kuznia.core.models.training import train
from tests.support.markets import EACH, small_spec, world

SET = "sha256:" + "0" * 64


@pytest.mark.parametrize("learner", EACH)
def test_a_planted_signal_is_found(learner: str) -> None:
    frame, panel = world(360, signal=0.3)
    result = train(frame, panel, small_spec(learner), feature_set=SET)
    assert result.rank_ic.mean > 6 * result.rank_ic.standard_error
    assert 0.15 < result.rank_ic.mean < 0.4
    assert next(iter(result.importance)) == "a"
    assert len(result.folds) == 4
    assert all(held["judged"].mean() > 0.0008 for held in result.returns)


@pytest.mark.parametrize("learner", ["lightgbm_ranker", "ridge"])
def test_shuffled_labels_give_nothing(learner: str) -> None:
    """The planted feature, with each bar's rows handed to other instruments."""
    frame, panel = world(360, signal=0.3)
    rng = np.random.default_rng(3)
    order = np.argsort(rng.random((12, 360)), axis=0)
    shuffled = frame["a"].to_numpy().reshape(12, 360)[order, np.arange(360)]
    mixed = frame.with_columns(pl.Series("a", shuffled.ravel()))
    result = train(mixed, panel, small_spec(learner), feature_set=SET)
    assert abs(result.rank_ic.mean) < 3 * result.rank_ic.standard_error


def test_two_runs_and_any_number_of_threads_agree_to_the_last_bit() -> None:
    frame, panel = world(260, signal=0.1)
    one = train(frame, panel, small_spec(), feature_set=SET, threads=1)
    two = train(
        frame.sample(fraction=1.0, shuffle=True, seed=1), panel, small_spec(), feature_set=SET, threads=2
    )
    assert_frame_equal(one.predictions, two.predictions, check_exact=True)
    assert one.bundle.digest == two.bundle.digest
    assert one.bundle.archive() == two.bundle.archive()
    assert (one.rank_ic, one.seeds, one.folds, one.importance) == (
        two.rank_ic,
        two.seeds,
        two.folds,
        two.importance,
    )


def test_seeds_differ() -> None:
    frame, panel = world(260, signal=0.1)
    predictions = train(frame, panel, small_spec(), feature_set=SET).predictions
    assert not predictions["score_1"].equals(predictions["score_2"], check_names=False)
    mean = predictions.select(pl.mean_horizontal("score_1", "score_2")).to_series()
    np.testing.assert_allclose(predictions["score"].to_numpy(), mean.to_numpy(), rtol=1e-12)


@pytest.mark.long
@pytest.mark.parametrize("learner", EACH)
def test_predictions_before_a_cut_do_not_know_of_it(learner: str) -> None:
    frame, panel = world(360, signal=0.1)
    cut = 290
    whole = train(frame, panel, small_spec(learner), feature_set=SET).predictions
    until = frame["ts"].unique().sort()[cut]
    short = train(frame.filter(pl.col("ts") < until), panel.until(cut), small_spec(learner), feature_set=SET)
    assert_frame_equal(short.predictions, whole.filter(pl.col("ts") < until), check_exact=True)


def test_poisoned_rows_near_the_test_fold_are_never_fitted() -> None:
    """Prices of a test fold are changed: what was fitted before it, and predicted in it, stays."""
    frame, panel = world(180, signal=0.1)
    opens = panel.fields["open"].copy()
    opens[:, 120:] *= np.random.default_rng(5).uniform(0.1, 10.0, (12, 60))
    poisoned = type(panel)(
        panel.instruments, panel.ts, panel.session, panel.decision, {**panel.fields, "open": opens}
    )
    clean = train(frame, panel, small_spec(), feature_set=SET)
    dirty = train(frame, poisoned, small_spec(), feature_set=SET)
    assert clean.rank_ic != dirty.rank_ic
    assert_frame_equal(clean.predictions, dirty.predictions, check_exact=True)


def test_training_rows_have_complete_labels_and_keep_to_the_stride() -> None:
    frame, panel = world(200, signal=0.0)
    spec = ModelSpec.from_spec({"label": {"horizon": 2}, "validation": {"first_test": 100, "stride": 3}})
    rows = align(frame, panel, spec.label)
    (fold,) = walk_forward(rows.bars, spec.label, spec.validation)
    chosen = rows.bar[training_rows(rows, spec, fold.train_start, fold.train_end)]
    assert set(chosen) == set(range(0, 97, 3))
    assert rows.bar[training_rows(rows, spec, 0, rows.bars)].max() == 195


def test_forward_return_is_from_the_next_open() -> None:
    _, panel = world(10, signal=0.0)
    opens = panel.fields["open"]
    forward = forward_returns(panel, Label(horizon=3))
    np.testing.assert_allclose(forward[:, 2], opens[:, 6] / opens[:, 3] - 1)
    assert np.isnan(forward[:, 6:]).all()
    assert not np.isnan(forward[:, :6]).any()


def test_progress_counts_up_to_one_and_may_stop_the_training() -> None:
    frame, panel = world(260, signal=0.1)
    said: list[tuple[float, str]] = []

    def listen(fraction: float, message: str) -> None:
        said.append((fraction, message))

    train(frame, panel, small_spec("ridge"), feature_set=SET, progress=listen)
    assert said[0][1] == "fold 1 of 3, seed 1 of 2"
    assert said[-1] == (1.0, "final fit, seed 2 of 2")
    assert [fraction for fraction, _ in said] == sorted(fraction for fraction, _ in said)

    class Cancelled(Exception):
        pass

    def cancel(fraction: float, message: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        train(frame, panel, small_spec(), feature_set=SET, progress=cancel, threads=2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda frame: frame.drop("session"), "lack the columns"),
        (lambda frame: frame.drop("a", "b", "c"), "no feature"),
        (lambda frame: frame.with_columns(a=None, b=None, c=None), "No row has a known feature"),
        (lambda frame: frame.with_columns(instrument=pl.lit("XNAS:ZZ")), "No prices of XNAS:ZZ"),
        (lambda frame: frame.with_columns(pl.col("ts").dt.offset_by("1h")), "meet no bar"),
    ],
)
def test_wrong_frames_are_refused_with_a_reason(change, words: str) -> None:  # type: ignore[no-untyped-def]
    frame, panel = world(150, signal=0.0)
    with pytest.raises(ModelError, match=words):
        train(change(frame), panel, small_spec("ridge"), feature_set=SET)


@pytest.mark.parametrize("target", [one for one in TARGETS if one not in ("grade", "meta")])
def test_every_target_finds_the_planted_signal(target: str) -> None:
    frame, panel = world(360, signal=0.3)
    learner = "lightgbm_classifier" if target == "barrier" else "ridge"
    result = train(frame, panel, small_spec(learner, target=target), feature_set=SET)
    assert result.rank_ic.mean > 5 * result.rank_ic.standard_error


def test_a_rolling_window_learns_from_its_newest_bars_alone() -> None:
    frame, panel = world(240, signal=0.1)
    spec = replace(small_spec(), validation=WalkForward(first_test=120, test=60, window=80))
    opens = panel.fields["open"].copy()
    opens[:, :90] *= np.random.default_rng(5).uniform(0.1, 10.0, (12, 90))
    changed = replace(panel, fields={**panel.fields, "open": opens})
    one = train(frame, panel, spec, feature_set=SET)
    two = train(frame, changed, spec, feature_set=SET)
    assert [fold.train_start for fold in one.folds] == [fold.train_start for fold in two.folds]
    late = pl.col("ts") >= one.folds[1].test_start  # learns from bars 97 to 176
    assert_frame_equal(one.predictions.filter(late), two.predictions.filter(late), check_exact=True)
    assert not one.predictions.equals(two.predictions)


def test_each_path_of_a_cross_validation_finds_what_is_there_and_nothing_else() -> None:
    crossed = CrossValidation(groups=5, tested=2, embargo=2)
    for signal, least, most in ((0.3, 0.1, 0.4), (0.0, -0.08, 0.08)):
        frame, panel = world(360, signal=signal)
        spec = replace(small_spec("ridge"), cross_validation=crossed)
        result = train(frame, panel, spec, feature_set=SET)
        assert len(result.paths) == 4
        assert all(least < path.mean < most and path.bars == 357 for path in result.paths)


def test_a_cross_validation_does_not_learn_from_rows_beside_its_tests() -> None:
    frame, panel = world(200, signal=0.1, horizon=10)
    spec = replace(
        small_spec("ridge"),
        label=Label(horizon=10, target="excess"),
        cross_validation=CrossValidation(groups=2, tested=1),
    )
    rows = align(frame, panel, spec.label)
    (first, second) = combinatorial(rows.bars, 2, 1)
    reach = label_end(0, 10)
    kept = training_mask(rows.bar, rows.bar + reach, first)
    assert rows.bar[kept].min() == 100 + reach
    assert rows.bar[training_mask(rows.bar, rows.bar + reach, second)].max() == 99 - reach


@pytest.mark.parametrize("barrier", [False, True])
def test_poisoned_rows_reach_no_split_of_a_cross_validation(barrier: bool) -> None:
    """Prices that a test span or its labels read are changed: what is learned there stays, at every split."""
    horizon = 4
    frame, panel = world(180, signal=0.1, horizon=horizon)
    target = "barrier" if barrier else "return"
    spec = replace(small_spec("lightgbm_regressor"), label=Label(horizon=horizon, target=target))
    rows = align(frame, panel, spec.label)
    reach = label_end(0, horizon)
    for split in combinatorial(rows.bars, 6, 2):
        touched = np.zeros(rows.bars, dtype=bool)
        for start, end in split.test:
            touched[start : min(end - 1 + reach, rows.bars - 1) + 1] = True
        factor = np.where(touched, np.random.default_rng(split.number).uniform(0.1, 10.0, (12, 180)), 1.0)
        changed = replace(panel, fields={name: one * factor for name, one in panel.fields.items()})
        chosen = training_mask(rows.bar, rows.bar + reach, split)
        known = training_rows(rows, spec, 0, rows.bars)
        clean = examples_of(rows, chosen & known, spec)[1]
        if barrier:  # volatility is known before, and reads what was changed behind a test span
            late = touched[np.maximum(rows.bar[:, None] - np.arange(21), 0)].any(axis=1)
            chosen = chosen & ~late
            clean = examples_of(rows, chosen & known, spec)[1]
        poisoned = align(frame, changed, spec.label)
        dirty = examples_of(poisoned, chosen & training_rows(poisoned, spec, 0, rows.bars), spec)[1]
        assert np.array_equal(clean.target, dirty.target)
        assert np.array_equal(clean.x, dirty.x)


def test_weights_of_rows_follow_uniqueness_and_age() -> None:
    frame, panel = world(200, signal=0.0)
    spec = replace(small_spec(), weights=Weights(uniqueness=True, oldest=0.5))
    rows = align(frame, panel, spec.label)
    chosen = training_rows(rows, spec, 0, rows.bars)
    weights = row_weights(rows, chosen, spec)
    assert weights.mean() == pytest.approx(1.0)
    first, last = weights[rows.bar[chosen] == 5], weights[rows.bar[chosen] == 190]
    assert first[0] / last[0] == pytest.approx((0.5 + 0.5 * 6 / 197) / (0.5 + 0.5 * 191 / 197))
    edge = weights[rows.bar[chosen] == 0]  # its first bar is read by its own label alone
    assert edge[0] > first[0]
    plain = row_weights(rows, chosen, small_spec())
    assert np.all(plain == 1.0)


def test_a_span_without_a_test_fold_is_refused() -> None:
    frame, panel = world(100, signal=0.0)
    with pytest.raises(ModelError, match="leave no test fold"):
        train(frame, panel, small_spec("ridge"), feature_set=SET)


def test_the_best_names_are_held_from_the_next_close() -> None:
    _, panel = world(8, signal=0.0, instruments=2)
    close = np.array([[1.0, 1, 1, 2, 2, 2, 2, 1], [1.0, 1, 1, 1, 1, 1, 3, 3]])
    panel = replace(panel, fields={"close": close})
    bar, row = np.repeat(np.arange(8), 2), np.tile([0, 1], 8)
    score = np.where(bar < 4, 1 - row, row).astype(float)
    score[bar == 0] = np.nan
    value, judged = top_returns(panel, row, bar, score, every=3, share=0.5)
    # chosen at 1 (held over 3, 4, 5: the first) and at 4 (held over 6, 7: the second)
    np.testing.assert_array_equal(value, [np.nan, np.nan, np.nan, 1.0, 0.0, 0.0, 2.0, 0.0])
    np.testing.assert_array_equal(judged, [np.nan, np.nan, np.nan, 0.5, 0.0, 0.0, 1.0, 0.25])
