"""Money that comes and goes: time-weighted and money-weighted returns."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kuznia.core.metrics.cashflows import money_weighted_return, time_weighted_returns

YEAR = 365.25 * 86_400_000_000


def test_deposits_do_not_change_the_time_weighted_return() -> None:
    rng = np.random.default_rng(1)
    returns, deposits = rng.normal(0.001, 0.01, 50), rng.normal(0.0, 5.0, 50)
    worth, value = np.empty(50), 100.0
    for t in range(50):
        value = (value + deposits[t]) * (1 + returns[t])
        worth[t] = value
    np.testing.assert_allclose(time_weighted_returns(worth, deposits, 100.0), returns, atol=1e-12)


def test_what_is_lost_or_taken_out_returns_nothing() -> None:
    found = time_weighted_returns(np.array([0.0, 0.0]), np.array([0.0, 0.0]), 100.0)
    assert found.tolist() == [-1.0, 0.0]
    assert time_weighted_returns(np.array([0.0]), np.array([-100.0]), 100.0).tolist() == [0.0]


def test_without_deposits_both_are_the_yearly_growth() -> None:
    ts = (np.array([0.0, 0.5, 2.0]) * YEAR).astype(np.int64)
    assert money_weighted_return(121.0, np.zeros(3), ts, 100.0) == pytest.approx(0.1, abs=1e-9)
    assert money_weighted_return(100.0, np.zeros(3), ts, 100.0) == pytest.approx(0.0, abs=1e-12)
    assert money_weighted_return(25.0, np.zeros(3), ts, 100.0) == pytest.approx(-0.5, abs=1e-9)


def test_money_that_comes_before_a_loss_weighs_more() -> None:
    """Doubled, then halved with ten times the money: level in time, a loss in money."""
    ts = (np.array([0.0, 1.0, 2.0]) * YEAR).astype(np.int64)
    deposits = np.array([0.0, 1800.0, 0.0])
    worth = np.array([100.0, 200.0, 1000.0])
    rate = money_weighted_return(1000.0, deposits, ts, 100.0)
    assert rate < -0.4
    assert 100 * (1 + rate) ** 2 + 1800 * (1 + rate) == pytest.approx(1000.0)
    growth = np.prod(1 + time_weighted_returns(worth[1:], np.array([0.0, 1800.0]), 100.0))
    assert growth == pytest.approx(1.0)


def test_the_example_of_spreadsheets() -> None:
    """Microsoft's example of XIRR: 0.373362535 in years of 365 days."""
    days = np.array(["2008-01-01", "2008-03-01", "2008-10-30", "2009-02-15", "2009-04-01"], "datetime64[us]")
    paid = np.array([10_000.0, -2750.0, -4250.0, -3250.0, 0.0])
    rate = money_weighted_return(2750.0, paid, days.astype(np.int64), 0.0)
    assert (1 + rate) ** (365 / 365.25) - 1 == pytest.approx(0.373362535, abs=2e-9)


def test_no_rate_is_nan() -> None:
    ts = (np.array([0.0, 1.0]) * YEAR).astype(np.int64)
    assert math.isnan(money_weighted_return(-50.0, np.zeros(2), ts, 100.0))
    assert math.isnan(money_weighted_return(100.0, np.zeros(1), ts[:1], 100.0))
