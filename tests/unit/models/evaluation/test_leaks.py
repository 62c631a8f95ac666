"""Leaks that are planted on purpose are caught, and what is clean passes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from kuznia.core.expressions import Checked, check
from kuznia.core.features import feature_values
from kuznia.core.frames.panel import Panel
from kuznia.core.metrics.paired import paired_difference
from kuznia.core.models.evaluation.information import RankIC, mean_ic, rank_ic, rank_ic_by_bar
from kuznia.core.models.evaluation.leaks import (
    Check,
    FoldRows,
    embargo_check,
    foresight_check,
    overlap_check,
    prefix_check,
    scaler_check,
    shuffled_check,
    shuffled_rows,
)
from kuznia.core.models.evaluation.refitting import fold_models, out_of_fold
from kuznia.core.models.examples import training_rows
from kuznia.core.models.rows import Rows, align
from kuznia.core.models.scaling import Scaler
from kuznia.core.models.spec import Label, ModelSpec, WalkForward
from kuznia.core.models.splits import walk_forward
from kuznia.core.typing import Float
from tests.support.markets import small_spec, world


def rows_with(planted: Float | None = None, bars: int = 360) -> tuple[Rows, Panel]:
    frame, panel = world(bars, signal=0.03, instruments=20)
    if planted is not None:
        frame = frame.with_columns(pl.Series("b", planted.ravel()).fill_nan(None))
    return align(frame, panel, Label(horizon=2)), panel


def tomorrow(panel: Panel) -> Float:
    opens = panel.fields["open"]
    ahead = np.full(panel.shape, np.nan)
    ahead[:, :-2] = opens[:, 2:] / opens[:, 1:-1] - 1.0
    return ahead


def test_tomorrows_return_is_caught_pure_and_under_noise() -> None:
    _, panel = world(360, signal=0.03, instruments=20)
    ahead = tomorrow(panel)
    noise = np.random.default_rng(1).standard_normal(panel.shape) * np.nanstd(ahead)
    for planted, least in ((ahead, 0.99), (ahead + 2.0 * noise, 0.3), (-ahead + 2.0 * noise, 0.3)):
        rows, _ = rows_with(planted)
        found = foresight_check(rows, panel, 2)
        assert found.status == "failed"
        worst = found.findings[0]
        assert (worst.subject, abs(worst.value) >= least) == ("b", True)
        assert {one.subject for one in found.findings} == {"b"}


def test_the_gap_to_the_next_open_is_caught() -> None:
    frame, panel = world(300, signal=0.0, instruments=20)
    rng = np.random.default_rng(2)
    close = panel.fields["open"] * np.exp(0.01 * rng.standard_normal(panel.shape))
    panel = replace(panel, fields={**panel.fields, "close": close})
    gap = np.full(panel.shape, np.nan)
    gap[:, :-1] = panel.fields["open"][:, 1:] / close[:, :-1] - 1.0
    rows = align(frame.with_columns(pl.Series("c", gap.ravel()).fill_nan(None)), panel, Label(horizon=2))
    found = foresight_check(rows, panel, 2)
    assert found.status == "failed"
    assert (found.findings[0].subject, found.findings[0].where) == ("c", "gap")


def test_a_past_return_and_an_honest_signal_pass() -> None:
    _, panel = world(360, signal=0.03, instruments=20)
    past = np.full(panel.shape, np.nan)
    past[:, 1:] = panel.fields["close"][:, 1:] / panel.fields["close"][:, :-1] - 1.0
    rows, _ = rows_with(past)
    found = foresight_check(rows, panel, 2)
    assert (found.status, found.findings, found.examined) == ("passed", (), 3)


CUTS = (180, 250, 300)


def pairs(panel: Panel, compute: object) -> list[tuple[str, dict[str, tuple[Float, Float]]]]:
    whole = compute(panel)  # type: ignore[operator]
    told = []
    for cut in CUTS:
        again = compute(panel.until(cut))  # type: ignore[operator]
        told.append(
            (str(cut), {name: (whole[name][:, cut - 5 : cut], again[name][:, cut - 5 :]) for name in whole})
        )
    return told


def test_features_of_the_language_keep_the_prefix_law() -> None:
    _, panel = world(360, signal=0.0)
    checked: dict[str, Checked] = {
        "momentum": check("rank(close / ts_delay(close, 20) - 1)"),
        "risk": check("ts_std_dev(returns, 10)"),
    }
    found = prefix_check(pairs(panel, lambda given: feature_values(checked, given)))
    assert (found.status, found.examined) == ("passed", 2 * 3 * 12 * 5)


def test_a_scaler_fitted_on_all_data_and_a_look_ahead_break_the_prefix_law() -> None:
    _, panel = world(360, signal=0.0)

    def compute(given: Panel) -> dict[str, Float]:
        close = given.fields["close"]
        return {
            "zscore_of_all": (close - close.mean(axis=1, keepdims=True)) / close.std(axis=1, keepdims=True),
            "centred": np.apply_along_axis(lambda x: np.convolve(x, np.ones(5) / 5, "same"), 1, close),
            "honest": close / close[:, :1],
        }

    found = prefix_check(pairs(panel, compute))
    assert found.status == "failed"
    assert {one.subject for one in found.findings} == {"zscore_of_all", "centred"}
    assert {one.where for one in found.findings if one.subject == "centred"} == {str(cut) for cut in CUTS}


def test_nothing_to_compute_anew_is_unknown() -> None:
    assert prefix_check([]).status == "unknown"


def drawn(rows: Rows, spec: ModelSpec, *, late: int = 0) -> list[FoldRows]:
    return [
        FoldRows(
            f"fold {fold.number + 1}",
            training_rows(rows, spec, fold.train_start, fold.train_end + late),
            fold.test_start,
            fold.test_end,
        )
        for fold in walk_forward(rows.bars, spec.label, spec.validation)
    ]


def test_an_overlapping_label_is_caught() -> None:
    rows, _ = rows_with()
    spec = small_spec("ridge")
    clean = overlap_check(rows.bar, rows.end, drawn(rows, spec))
    assert clean.status == "passed" and clean.examined > 0
    one_late = overlap_check(rows.bar, rows.end, drawn(rows, spec, late=1))
    assert one_late.status == "failed"
    assert [one.value for one in one_late.findings] == [20.0] * 4, "one bar of twenty names in every fold"


@pytest.mark.parametrize("learner", ["ridge", "lightgbm_ranker"])
def test_a_scaler_fitted_on_all_data_is_caught(learner: str) -> None:
    rows, _ = rows_with()
    models = fold_models(rows, small_spec(learner), 1)
    named = [(f"fold {one.fold.number + 1}", one.scaler, one.chosen) for one in models]
    assert scaler_check(rows, named).status == "passed"
    named[1] = ("fold 2", Scaler.fit(rows.x), models[1].chosen)
    found = scaler_check(rows, named)
    assert found.status == "failed"
    assert [(one.subject, one.where) for one in found.findings] == [("fold 2", "all_rows")]


def embargoed(rows: Rows, spec: ModelSpec, bars: int) -> Check:
    longer = replace(spec, validation=replace(spec.validation, embargo=bars))
    series = []
    for one in (spec, longer):
        scores = out_of_fold(rows, fold_models(rows, one, 1))
        series.append(rank_ic_by_bar(scores, rows.forward, rows.bar)[1])
    difference = paired_difference(series[1], series[0], 2 * bars)
    return embargo_check(mean_ic(series[0], bars), mean_ic(series[1], bars), difference, bars)


def test_an_honest_signal_does_not_need_the_newest_labels() -> None:
    frame, panel = world(500, signal=0.15, instruments=20)
    found = embargoed(align(frame, panel, Label(horizon=2)), small_spec("ridge"), 2)
    assert (found.status, found.findings) == ("passed", ())
    assert found.ic is not None and found.ic.mean > 0.1


def test_labels_that_reach_into_the_test_are_given_away_by_a_longer_embargo() -> None:
    """Returns over ten bars, said to be over one: the newest training rows hold most of the test's own."""
    frame, panel = world(300, signal=0.0, instruments=20)
    rows = align(frame.drop("b", "c"), panel, Label(horizon=10))
    early = rows.bar < 285
    parts = {name: getattr(rows, name)[early] for name in ("x", "bar", "row", "forward", "outcome", "end")}
    rows = replace(rows, **parts, keys=rows.keys.filter(pl.Series(early)), bars=285)
    fixed = np.random.default_rng(3).standard_normal(20)[rows.row][:, None]
    spec = ModelSpec(
        "ridge",
        {"penalty": 1e-6},
        (1,),
        Label(horizon=1, target="excess"),
        WalkForward(first_test=60, test=1, window=5),
    )
    found = embargoed(replace(rows, x=fixed), spec, 10)
    assert found.status == "suspicious"
    assert found.ic is not None and found.other_ic is not None
    assert found.ic.mean > 0.1 > abs(found.other_ic.mean)


def trained(rows: Rows, spec: ModelSpec) -> RankIC:
    scores = out_of_fold(rows, fold_models(rows, spec, 1))
    return rank_ic(scores, rows.forward, rows.bar, spec.label.horizon)


def test_labels_of_others_teach_nothing_and_a_feature_that_knows_the_row_is_caught() -> None:
    rows, _ = rows_with()
    spec = small_spec("ridge", target="excess")
    mixed = shuffled_rows(rows, np.random.default_rng(4))
    assert np.array_equal(np.sort(mixed.forward[rows.bar == 9]), np.sort(rows.forward[rows.bar == 9]))
    ic = trained(mixed, spec)
    assert shuffled_check(ic).status == "passed"
    knows = replace(mixed, x=np.column_stack([mixed.x[:, :2], np.nan_to_num(mixed.forward)]))
    ic = trained(knows, spec)
    assert shuffled_check(ic).status == "failed"
