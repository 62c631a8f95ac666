"""Tails, ratios of gains to losses, and the drawdown table, by hand and beside plain loops."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kuznia.core.metrics import drawdown, performance
from kuznia.core.typing import Float
from tests.support.return_series import real_looking

SOME = arrays(np.float64, st.integers(2, 60), elements=st.floats(-0.5, 0.5, allow_subnormal=False))
DAY = 86_400_000_000


def test_figures_of_the_peers_on_one_series() -> None:
    """Values that empyrical-reloaded 0.7.1 and quantstats 0.0.86 gave; `make peers` asks them anew."""
    own, _, _ = real_looking()
    recorded = {
        "volatility": (performance.volatility(own, 252.0), 0.1340980110),
        "sharpe": (performance.sharpe(own, 252.0), 0.8365673052),
        "sortino": (performance.sortino(own, 252.0), 1.2351172555),
        "downside_deviation": (performance.downside_deviation(own, 252.0), 0.0908270136),
        "omega": (performance.omega(own), 1.1431897534),
        "gain_to_pain": (performance.gain_to_pain(own), 0.1431897534),
        "tail_ratio": (performance.tail_ratio(own), 1.0888065380),
        "value_at_risk": (performance.value_at_risk(own), 0.0128651510),
        "expected_shortfall": (performance.expected_shortfall(own), 0.0173019250),
        "max_drawdown": (drawdown.drawdowns(np.cumprod(1 + own), 1.0).max(), 0.2444161753),
    }
    for name, (ours, theirs) in recorded.items():
        assert ours == pytest.approx(theirs, abs=6e-11), name


def test_the_shortfall_counts_the_border_in_part() -> None:
    returns = np.array([-0.10, -0.05, 0.0, 0.05, 0.10])
    assert performance.expected_shortfall(returns, 0.2) == pytest.approx(0.10)
    assert performance.expected_shortfall(returns, 0.3) == pytest.approx((0.10 + 0.5 * 0.05) / 1.5)
    assert performance.expected_shortfall(returns, 1.0) == pytest.approx(0.0)
    assert performance.expected_shortfall(returns, 0.01) == pytest.approx(0.10)


@given(SOME, st.floats(0.01, 0.99))
def test_the_shortfall_is_no_less_than_the_value_at_risk(returns: Float, level: float) -> None:
    """Of the lower quantile, which the interpolated one may exceed by less than a step."""
    lower = -float(np.quantile(returns, level, method="inverted_cdf"))
    assert performance.expected_shortfall(returns, level) >= lower - 1e-12


@given(SOME)
def test_omega_of_mirrored_returns_is_its_inverse(returns: Float) -> None:
    value, mirrored = performance.omega(returns), performance.omega(-returns)
    if math.isfinite(value) and math.isfinite(mirrored) and value > 0:
        assert value * mirrored == pytest.approx(1.0)


def test_nothing_to_measure_is_nan() -> None:
    nothing = np.zeros(0)
    for value in (
        performance.omega(np.array([0.1])),
        performance.value_at_risk(nothing),
        performance.expected_shortfall(nothing),
        performance.tail_ratio(nothing),
        performance.tail_ratio(np.zeros(3)),
        performance.downside_deviation(nothing, 252.0),
        performance.payoff_ratio(np.array([1.0])),
        drawdown.ulcer(nothing, 1.0),
        drawdown.martin(0.1, 0.0),
    ):
        assert math.isnan(value)


def test_a_drawdown_from_the_first_bar_starts_at_it() -> None:
    at = np.arange(4) * DAY
    (only,) = drawdown.table(np.array([90.0, 80.0, 100.0, 101.0]), at, 100.0)
    assert (only.peak, only.trough, only.recovered, only.days) == (0, 1, 2, 2.0)
    assert drawdown.table(np.array([100.0, 101.0]), at[:2], 100.0) == []


@given(SOME)
def test_the_table_holds_the_deepest_and_never_overlaps(returns: Float) -> None:
    equity = np.cumprod(1.0 + returns)
    ts = np.arange(len(equity)) * DAY
    found = drawdown.table(equity, ts, 1.0, 100)
    falls = drawdown.drawdowns(equity, 1.0)
    if not found:
        assert falls.max() == 0.0
        return
    assert found[0].depth == falls.max()
    assert [one.depth for one in found] == sorted((one.depth for one in found), reverse=True)
    spans = sorted(((one.peak, one.recovered) for one in found), key=lambda span: span[0])
    for (_, end), (start, _) in itertools.pairwise(spans):
        assert end is not None and end <= start
    for one in found:
        assert falls[one.trough] == one.depth
    under = sum(((one.recovered or len(equity)) - one.peak - (falls[one.peak] == 0)) for one in found)
    assert under == int((falls > 0).sum())


def test_deepest_is_the_first_row_of_the_table() -> None:
    own, _, days = real_looking(700)
    equity, ts = np.cumprod(1 + own), days.astype("datetime64[us]").astype(np.int64)
    assert drawdown.table(equity, ts, 1.0)[0] == drawdown.deepest(equity, ts, 1.0)


def test_ulcer_and_the_worst_drawdowns() -> None:
    equity = np.array([100.0, 90.0, 80.0, 100.0])
    assert drawdown.ulcer(equity, 100.0) == pytest.approx(math.sqrt((0.01 + 0.04) / 4))
    assert drawdown.drawdown_at_risk(equity, 100.0, 0.25) == pytest.approx(0.2)
    assert drawdown.drawdown_at_risk(equity, 100.0, 0.5) == pytest.approx(0.15)
