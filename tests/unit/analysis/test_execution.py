"""Optimal execution: table 1 of Almgren and Chriss (2000), limits, and optimality itself."""

from __future__ import annotations

import numpy as np
import pytest

from kuznia.core.backtest.costs.execution import Impact, execution_of, frontier, optimal_execution
from kuznia.core.errors import BacktestError

STOCK = Impact(volatility=0.95, half_spread=1 / 16, permanent=2.5e-7, temporary=2.5e-6)


@pytest.mark.parametrize(
    ("aversion", "cost", "deviation"), [(1e-6, 911_227, 603_431), (2e-6, 1_140_715, 449_368)]
)
def test_table_one(aversion: float, cost: float, deviation: float) -> None:
    found = optimal_execution(1e6, 5, 5, STOCK, aversion)
    assert found.cost == pytest.approx(cost, abs=0.5)
    assert found.deviation == pytest.approx(deviation, abs=0.5)


def test_without_aversion_trading_is_even() -> None:
    found = optimal_execution(1e6, 5, 5, STOCK, 0.0)
    np.testing.assert_allclose(found.trades, 2e5)
    by_hand = 0.5 * 2.5e-7 * 1e12 + 1e6 / 16 + (2.5e-6 - 1.25e-7) * 5 * 4e10
    assert found.cost == pytest.approx(by_hand)
    near = optimal_execution(1e6, 5, 5, STOCK, 1e-14)
    np.testing.assert_allclose(near.holdings, found.holdings, rtol=1e-5)


def test_all_at_once_has_no_risk() -> None:
    found = optimal_execution(1e6, 5, 1, STOCK, 1e-6)
    assert found.variance == 0.0 and found.trades.tolist() == [1e6]
    assert optimal_execution(1e6, 5, 5, STOCK, 10.0).deviation < 1.0


@pytest.mark.parametrize("aversion", [0.0, 1e-7, 1e-6, 1e-5])
def test_no_other_way_is_better(aversion: float) -> None:
    found = optimal_execution(1e6, 5, 10, STOCK, aversion)
    best = found.cost + aversion * found.variance
    draw = np.random.default_rng(1)
    for _ in range(200):
        step = np.zeros(11)
        step[1:-1] = draw.normal(0, 1e4, 9)
        other = execution_of(found.holdings + step, 0.5, STOCK)
        if (other.trades >= 0).all():
            assert other.cost + aversion * other.variance >= best - 1e-6


def test_the_frontier_trades_cost_for_risk() -> None:
    found = frontier(1e6, 5, 50, STOCK, np.array([1e-8, 1e-7, 1e-6, 1e-5]))
    assert np.all(np.diff([one.cost for one in found]) > 0)
    assert np.all(np.diff([one.deviation for one in found]) < 0)
    for one in found:
        assert one.holdings[0] == pytest.approx(1e6) and one.holdings[-1] == pytest.approx(0.0, abs=1e-9)
        assert (one.trades >= 0).all()


def test_a_buy_costs_as_much_as_a_sale() -> None:
    sale, buy = (optimal_execution(size, 5, 5, STOCK, 1e-6) for size in (1e6, -1e6))
    assert sale.cost == buy.cost and sale.variance == buy.variance


def test_what_cannot_be_executed() -> None:
    with pytest.raises(BacktestError, match="outweighs"):
        optimal_execution(1e6, 100, 1, Impact(0.95, 0.0, 2.5e-6, 2.5e-6), 1e-6)
    with pytest.raises(BacktestError, match="intervals 0"):
        optimal_execution(1e6, 5, 0, STOCK, 1e-6)
    with pytest.raises(BacktestError, match="volatility"):
        Impact(float("nan"), 0.0, 0.0, 1e-6)


def test_the_papers_rule_of_thumb() -> None:
    assert Impact.of_market(0.95, 1 / 8, 5e6) == STOCK
    with pytest.raises(BacktestError, match="volume is 0"):
        Impact.of_market(0.95, 1 / 8, 0.0)
