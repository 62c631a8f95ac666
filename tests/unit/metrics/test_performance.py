"""Statistics of one series, drawdowns, calendars and comparisons, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kuznia.core.metrics import calendar, drawdown, performance, relative

DAYS = np.array(["2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01"], dtype="datetime64[D]")


def test_sharpe_is_arithmetic_with_ddof_one() -> None:
    returns = np.array([0.01, -0.02, 0.03, 0.0])
    expected = returns.mean() / returns.std(ddof=1) * math.sqrt(252)
    assert performance.sharpe(returns, 252.0) == pytest.approx(expected)
    assert performance.volatility(returns, 252.0) == pytest.approx(returns.std(ddof=1) * math.sqrt(252))
    assert math.isnan(performance.sharpe(np.full(5, 0.01), 252.0))
    assert math.isnan(performance.sharpe(np.array([0.1]), 252.0))


def test_sortino_averages_over_all_bars() -> None:
    returns = np.array([0.02, -0.01, 0.03, -0.02])
    down = math.sqrt((0.01**2 + 0.02**2) / 4)
    assert performance.sortino(returns, 12.0) == pytest.approx(returns.mean() / down * math.sqrt(12))


def test_growth_uses_calendar_days() -> None:
    assert performance.cagr(np.array([0.21]), 2 * 365.25) == pytest.approx(0.1)
    assert performance.cagr(np.array([-1.0]), 365.25) == -1.0


def test_trades() -> None:
    pnl = np.array([2.0, -1.0, 0.0, 3.0])
    assert performance.profit_factor(pnl) == 5.0
    assert performance.win_rate(pnl) == 0.5
    assert math.isnan(performance.profit_factor(np.array([1.0])))


def test_moments_of_a_known_sample() -> None:
    sample = np.array([0.0, 0.0, 0.0, 1.0])
    assert performance.skewness(sample) == pytest.approx(2 / math.sqrt(3))
    assert performance.kurtosis(sample) == pytest.approx(7 / 3)


def test_drawdown_counts_the_starting_capital_and_days() -> None:
    ts = np.array([0, 1, 5, 9, 12]) * 86_400_000_000
    fall = drawdown.deepest(np.array([90.0, 80.0, 95.0, 100.0, 99.0]), ts, 100.0)
    assert fall.depth == pytest.approx(0.2)
    assert (fall.trough, fall.recovered, fall.days) == (1, 3, 9.0)
    never = drawdown.deepest(np.array([100.0, 120.0, 60.0, 70.0, 80.0]), ts, 100.0)
    assert (never.depth, never.recovered, never.days) == (0.5, None, 11.0)


def test_months_and_years_compound() -> None:
    returns = np.array([0.5, 0.1, 0.1, -0.5])
    assert [(y, m) for y, m, _ in calendar.by_month(returns, DAYS)] == [(2023, 12), (2024, 1), (2024, 2)]
    years = dict(calendar.by_year(returns, DAYS))
    assert years[2023] == pytest.approx(0.5)
    assert years[2024] == pytest.approx(1.1 * 1.1 * 0.5 - 1)
    assert calendar.by_month(np.zeros(0), DAYS[:0]) == []


def test_relative_to_a_benchmark() -> None:
    rng = np.random.default_rng(5)
    market = rng.normal(0.0005, 0.01, 500)
    mine = 0.0002 + 1.5 * market
    assert relative.beta(mine, market) == pytest.approx(1.5)
    assert relative.alpha(mine, market, 252.0) == pytest.approx(0.0002 * 252)
    gap = mine - market
    assert relative.tracking_error(mine, market, 252.0) == pytest.approx(gap.std(ddof=1) * math.sqrt(252))
    assert relative.information_ratio(mine, market, 252.0) == pytest.approx(
        gap.mean() / gap.std(ddof=1) * math.sqrt(252)
    )
    assert relative.excess_return(mine, market, 252.0) == pytest.approx(gap.mean() * 252)
    assert math.isnan(relative.beta(mine, np.zeros(500)))


@pytest.mark.parametrize(
    ("frequency", "kind", "expected"),
    [("day", "XNYS", 252.0), ("day", "24/7", 365.0), ("hour", "XNYS", 1638.0), ("minute", "24/5", 374_400.0)],
)
def test_periods_of_a_year(frequency: str, kind: str, expected: float) -> None:
    assert calendar.periods_per_year(frequency, kind) == expected
