"""All point statistics in one pass: equal to those computed one by one."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.evaluation import active_returns, index, span_days, statistics, summary
from kuznia.core.backtest.market import Market
from kuznia.core.backtest.result import BacktestResult
from kuznia.core.metrics import drawdown, performance
from kuznia.core.metrics._kernels import account_sums, equity_sums
from kuznia.core.metrics.bootstrap import draw_blocks
from tests.support.accounts import COSTLY, one_name, world


def paid_into() -> BacktestResult:
    made = world()
    deposits = np.zeros(len(made.weights))
    deposits[[0, 50, 200]] = 5000.0, 20_000.0, -8000.0
    market = Market(made.market.dividends, cash_flows=deposits, sectors=made.market.sectors)
    return simulate(made.panel, made.weights, COSTLY, market)


ACCOUNTS = {"plain": lambda: world().account(), "paid_into": paid_into}


@pytest.mark.parametrize("made", ACCOUNTS.values(), ids=ACCOUNTS)
def test_every_name_of_both_means_the_same(made: object) -> None:
    result = made()  # type: ignore[operator]
    found = summary(result, 252.0)
    blocks = draw_blocks(len(result.ts) - 1, np.random.default_rng(1), 50)
    slow = {name: one.value for name, one in statistics(result, 252.0, blocks).items()}
    shared = sorted(set(found) & set(slow))
    assert len(shared) >= 18
    for name in shared:
        assert found[name] == pytest.approx(slow[name], rel=1e-9, abs=1e-11), name


@pytest.mark.parametrize("made", ACCOUNTS.values(), ids=ACCOUNTS)
def test_the_rest_by_plain_means(made: object) -> None:
    result = made()  # type: ignore[operator]
    found, returns, worth = summary(result, 252.0), active_returns(result), index(result)
    falls = drawdown.drawdowns(worth, result.settings.initial_cash)[1:]
    spans = drawdown.table(worth, result.ts, result.settings.initial_cash, 10_000)
    expected = {
        "best_bar": returns.max(),
        "worst_bar": returns.min(),
        "positive_bars": (returns > 0).mean(),
        "underwater": (falls > 1e-15).mean(),
        "longest_drawdown_days": max(one.days for one in spans),
        "final_equity": result.equity[-1],
        "costs": sum(result.costs.values()),
        "cagr": performance.cagr(returns, span_days(result)),
    }
    for name, value in expected.items():
        assert found[name] == pytest.approx(float(value), rel=1e-9), name


@pytest.mark.parametrize("seed", range(6))
def test_many_bars_at_a_time_say_what_one_by_one_says(seed: int) -> None:
    """Long curves with flat parts, falls that are made good, and a last one that may not be."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(1e-4 * (seed - 2), 0.01, 9_000) * (np.sin(np.arange(9_000) / 700.0) > -0.5)
    equity = 500.0 * np.exp(np.cumsum(steps))
    ts = np.cumsum(rng.integers(1, 5, len(equity))) * 86_400_000_000
    many, single = equity_sums(equity, ts, 480.0), account_sums(equity, np.empty(0), ts, 480.0)
    np.testing.assert_allclose(many, single, rtol=1e-9, atol=1e-15)


def test_an_account_that_does_nothing_says_nothing() -> None:
    found = summary(one_name([10.0, 11.0, 12.0], [0.0, math.nan, math.nan]), 252.0)
    assert found["total_return"] == 0.0 and found["max_drawdown"] == 0.0 and found["recovered"] == 1.0
    for name in ("sharpe", "sortino", "calmar", "omega", "skewness", "martin", "probabilistic_sharpe"):
        assert math.isnan(found[name]), name


def test_a_fall_that_is_not_made_good() -> None:
    found = summary(one_name([10.0, 10.0, 5.0, 7.0], [1.0] + [math.nan] * 3), 252.0)
    assert found["max_drawdown"] == pytest.approx(0.5)
    assert (found["recovered"], found["recovery_days"]) == (0.0, 2.0)
    assert found["underwater"] == pytest.approx(2 / 3)


def test_it_is_fast() -> None:
    """Tens of microseconds for ten years of days; a generous bound for slow machines."""
    result = world(1, 2520, short=False).account()
    summary(result, 252.0)
    times = []
    for _ in range(30):
        start = time.process_time()
        summary(result, 252.0)
        times.append(time.process_time() - start)
    assert sorted(times)[15] < 2e-3
