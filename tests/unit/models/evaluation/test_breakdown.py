"""Parts of a score's worth against values by hand and against signals whose worth is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kuznia.core.metrics.paired import paired_difference
from kuznia.core.models.evaluation.baskets import quantile_returns, spread
from kuznia.core.models.evaluation.breakdown import by_regime, by_sector, by_year, daily, decay
from kuznia.core.models.evaluation.scored import Scored, share
from kuznia.core.models.rows import align
from kuznia.core.models.spec import Label
from tests.support.markets import world


def market(signal: float, bars: int = 700, instruments: int = 40) -> tuple[Scored, object]:
    frame, panel = world(bars, signal=signal, instruments=instruments)
    rows = align(frame.drop("b", "c"), panel, Label(horizon=2))
    return Scored(rows.x[:, 0], rows.forward, rows.outcome, rows.bar, rows.row, 2), panel


def test_a_planted_correlation_is_told_in_whole_and_in_parts() -> None:
    scored, panel = market(0.05, bars=3000)
    measured = daily(scored, cost_bps=0.0)
    whole = measured.part("all", np.ones(panel.shape[1], dtype=bool))
    assert abs(whole.ic.mean - 0.04775) < 3 * whole.ic.standard_error
    years = by_year(measured, panel)
    assert [one.key for one in years] == [str(2020 + n) for n in range(len(years))]
    assert sum(one.ic.bars for one in years) == whole.ic.bars
    mean = sum(one.ic.mean * one.ic.bars for one in years) / whole.ic.bars
    assert math.isclose(mean, whole.ic.mean, rel_tol=1e-12)
    # best and worst fifth of normals lie ±1.4 deviations from the middle
    expected = 0.05 * 2 * 1.4 * 0.01 * math.sqrt(2)
    assert abs(whole.gross.value - expected) < 4 * whole.gross.error


def test_regimes_hold_every_bar_once_that_knows_its_state() -> None:
    scored, panel = market(0.1)
    volatility, trend = by_regime(daily(scored, cost_bps=5.0), panel)
    assert [one.key for one in volatility] == ["calm", "usual", "wild"]
    assert [one.key for one in trend] == ["falling", "rising"]
    assert sum(one.ic.bars for one in trend) == len(np.unique(scored.known.bar)) - 200


def test_costs_take_what_is_traded() -> None:
    """One portfolio a bar, two beside each other; every second one turns all names over."""
    score = np.array([[0, 1, 2, 3, 4], [4, 3, 2, 1, 0]] * 3, dtype=float).ravel()
    bar, row = np.repeat(np.arange(6), 5), np.tile(np.arange(5), 6)
    forward = np.full(30, 0.0)
    one = spread(Scored(score, forward, forward, bar, row, 1), cost_bps=10.0)
    assert one.turnover.tolist() == [2.0, 4.0, 4.0, 4.0, 4.0, 4.0]
    np.testing.assert_allclose(one.net, -one.turnover * 0.001)
    two = spread(Scored(score, forward, forward, bar, row, 2), cost_bps=10.0)
    assert two.turnover.tolist() == [2.0, 2.0, 0.0, 0.0, 0.0, 0.0]


def test_a_score_that_is_the_same_for_all_holds_nothing() -> None:
    same = np.zeros(10)
    forward = np.arange(10.0)
    found = spread(Scored(same, forward, forward, np.repeat([0, 1], 5), np.tile(np.arange(5), 2), 1))
    assert found.gross.tolist() == [0.0, 0.0] and found.turnover.tolist() == [0.0, 0.0]


def test_quantile_returns_rise_with_a_score_that_knows_and_cancel_out() -> None:
    scored, _ = market(0.2)
    told = quantile_returns(scored, 5)
    values = [one.value for one in told]
    assert values == sorted(values)
    assert abs(sum(values)) < 1e-9  # fifths of one size
    assert told[-1].value > 5 * told[-1].error


def test_sectors_are_measured_among_themselves() -> None:
    """A score that tells sectors apart and nothing inside them is worth nothing inside them."""
    rng = np.random.default_rng(4)
    bars, names = 300, 40
    codes = np.broadcast_to((np.arange(names) % 2)[:, None], (names, bars)).copy()
    bar, row = np.repeat(np.arange(bars), names), np.tile(np.arange(names), bars)
    sector = codes[row, bar]
    forward = 0.01 * rng.standard_normal(bars * names) + 0.01 * sector
    score = sector + 0.001 * rng.standard_normal(bars * names)
    scored = Scored(score, forward, forward, bar, row, 1)
    _, panel = world(bars, signal=0.0, instruments=names)
    whole = daily(scored, cost_bps=0.0).part("all", np.ones(bars, dtype=bool))
    assert whole.ic.mean > 0.3
    parts = by_sector(scored, codes, ["A", "B"], panel, cost_bps=0.0)
    assert [one.key for one in parts] == ["A", "B"]
    assert all(abs(one.ic.mean) < 4 * one.ic.standard_error for one in parts)
    few = by_sector(
        scored, np.where(np.arange(names)[:, None] < 3, 0, -1) + 0 * codes, ["A"], panel, cost_bps=0
    )
    assert few[0].ic.bars == 0


def test_the_worth_of_a_signal_decays_beyond_its_horizon() -> None:
    scored, panel = market(0.3)
    told = dict(decay(scored, panel, (1, 2, 10, 40)))
    assert list(told) == [1, 2, 10, 40]
    assert told[2].mean > told[1].mean > told[10].mean > told[40].mean


def test_a_share_of_rows_allows_for_rows_of_one_bar() -> None:
    """All rows of a bar fall alike: as good as one row, and the error says so."""
    rng = np.random.default_rng(5)
    hits = np.where(rng.random(400) < 0.3, 50.0, 0.0)
    told = share(hits, np.full(400, 50.0), 0)
    assert math.isclose(told.error, math.sqrt(told.value * (1 - told.value) / 400), rel_tol=1e-9)


@pytest.mark.parametrize("planted", [0.0, 0.02])
def test_a_paired_difference_sees_what_levels_hide(planted: float) -> None:
    rng = np.random.default_rng(6)
    level = rng.normal(0.02, 0.15, 1500)
    one, other = level + planted + rng.normal(0, 0.02, 1500), level + rng.normal(0, 0.02, 1500)
    found = paired_difference(other, one, 10, seed=7)
    assert found.low < planted < found.high
    assert found.sure is (planted > 0)
    assert found.high - found.low < 0.01


def test_an_interval_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(8)
    covered = 0
    for n in range(300):
        noise = np.convolve(rng.normal(0, 0.1, 404), np.ones(5) / 5, "valid")
        found = paired_difference(np.zeros(400), noise, 8, seed=n)
        covered += found.low <= 0.0 <= found.high
    assert 0.88 <= covered / 300 <= 0.98
