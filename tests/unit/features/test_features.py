"""Feature sets, labels and the statistics of features, by hand and against slow twins."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from kuznia.cli.demo_features import DEMO_FEATURES
from kuznia.core.expressions import Context, ExpressionError
from kuznia.core.features import (
    Feature,
    FeatureError,
    FeatureSet,
    check_label,
    feature_frame,
    feature_values,
    forward_return,
    label_values,
)
from kuznia.core.features.statistics import feature_statistics, rank_ic_series, rank_returns
from kuznia.core.frames.panel import Panel
from kuznia.core.metrics.paired import newey_west_error

N, T = 8, 60


def make_panel(seed: int = 0) -> Panel:
    rng = np.random.default_rng(seed)
    close = 50 * np.exp(np.cumsum(rng.normal(0, 0.02, (N, T)), axis=1))
    close[2, 30] = np.nan
    ts = (np.arange(T, dtype=np.int64) + 19_000) * 86_400_000_000
    session = ts.astype("M8[us]").astype("M8[D]")
    names = tuple(f"XNYS:{n}" for n in range(N))
    return Panel(names, ts, session, ts + 1_800_000_000, {"close": close, "open": close * 0.99})


SET = FeatureSet((Feature("fast", "close / Ref(close, 5) - 1"), Feature("strength", "rank(fast)")))


def test_a_set_survives_its_specification_and_knows_its_meaning() -> None:
    assert FeatureSet.from_spec(SET.to_spec()) == SET
    spelled = FeatureSet(
        (Feature("fast", "$close/ts_delay($close,5)-1"), Feature("strength", "CSRank(fast)"))
    )
    assert spelled.digest() == SET.digest()
    assert FeatureSet(SET.features[::-1]).digest() != SET.digest()


def test_names_are_unique_and_plain() -> None:
    with pytest.raises(FeatureError, match="twice"):
        FeatureSet((Feature("a", "close"), Feature("a", "open")))
    with pytest.raises(FeatureError, match="no name"):
        Feature("Fast", "close")
    with pytest.raises(FeatureError, match="no feature"):
        FeatureSet(())


def test_a_frame_has_a_row_for_each_bar_and_nothing_before_the_lookback() -> None:
    panel = make_panel()
    frame = feature_frame(feature_values(SET.checked(), panel), panel)
    assert frame.columns == ["instrument", "ts", "session", "available_at", "fast", "strength"]
    assert frame.height == N * T - 1
    assert frame.head(5 * N)["fast"].null_count() == 5 * N
    assert (frame["available_at"] - frame["ts"]).unique().dt.total_minutes().to_list() == [30]


def test_a_feature_frame_cut_short_is_the_start_of_the_whole() -> None:
    panel, checked = make_panel(), SET.checked()
    whole = feature_frame(feature_values(checked, panel), panel)
    part = feature_frame(feature_values(checked, panel.until(40)), panel.until(40))
    assert whole.head(part.height).equals(part)


def test_a_feature_may_not_look_ahead() -> None:
    with pytest.raises(ExpressionError, match="future"):
        FeatureSet((Feature("cheat", "Ref(close, -1)"),)).checked()
    with pytest.raises(FeatureError, match="future"):
        feature_values({"cheat": check_label("Ref(close, -1)")}, make_panel())


def test_a_forward_return_runs_from_the_next_open() -> None:
    panel = make_panel()
    opens = panel.fields["open"]
    label = label_values(forward_return(5), panel)
    assert forward_return(5).horizon == 6
    assert label[0, 10] == pytest.approx(opens[0, 16] / opens[0, 11] - 1)
    assert np.isnan(label[:, -6:]).all()


def test_rank_ic_is_spearmans() -> None:
    rng = np.random.default_rng(4)
    values, label = rng.integers(0, 5, (N, T)).astype(float), rng.normal(size=(N, T))
    values[3, :7] = np.nan
    series = rank_ic_series(values, label)
    for t in (0, 6, 7, 50):
        known = ~np.isnan(values[:, t])
        assert series[t] == pytest.approx(spearmanr(values[known, t], label[known, t]).statistic)


def test_statistics_of_a_perfect_a_constant_and_an_unknown_feature() -> None:
    label = np.random.default_rng(5).normal(size=(N, T))
    present = np.ones((N, T), dtype=bool)
    perfect = feature_statistics(label, label, present, 1)
    assert (perfect.coverage, perfect.ic, perfect.rank_ic, perfect.bars) == pytest.approx((1, 1, 1, T))
    flat = feature_statistics(np.ones((N, T)), label, present, 1)
    assert np.isnan(flat.rank_ic)
    assert (flat.turnover, flat.bars) == (0.0, 0)
    nothing = feature_statistics(np.full((N, T), np.nan), label, present, 1)
    assert nothing.coverage == 0.0
    assert np.isnan(nothing.autocorrelation)


def test_overlap_widens_the_standard_error() -> None:
    noise = np.random.default_rng(6).normal(size=2000)
    overlapping = np.convolve(noise, np.ones(5) / 5, mode="valid")
    assert newey_west_error(overlapping, 5) > 1.5 * newey_west_error(overlapping, 0)


def test_returns_of_ranks_have_gross_one() -> None:
    values = np.arange(6.0).reshape(6, 1)
    following = np.array([[0.0], [0.0], [0.0], [0.0], [0.0], [0.09]])
    assert rank_returns(values, following)[0] == pytest.approx(0.09 * 0.5 / 1.8)
    assert np.isnan(rank_returns(values[:4], following[:4])[0])


def test_the_demo_set_is_sound() -> None:
    checked = FeatureSet(tuple(Feature(one["name"], one["expression"]) for one in DEMO_FEATURES)).checked(
        Context(series=frozenset({"VIXCLS", "DCOILWTICO", "CPIAUCSL"}))
    )
    assert len(checked) >= 20
    assert len({one.digest for one in checked.values()}) == len(checked)
    assert max(one.lookback for one in checked.values()) <= 252
