"""Parts add up whatever the account meets: currencies, deposits, fees of instruments, dividends."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kuznia.core.backtest.analysis.attribution import attribution, ledger
from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.evaluation import summary
from kuznia.core.backtest.market import Market
from kuznia.core.backtest.orders.engine import simulate_orders
from kuznia.core.backtest.orders.signals import from_signals
from kuznia.core.backtest.orders.sizing import Sizing
from kuznia.core.backtest.result import BacktestResult
from kuznia.core.backtest.settings import Settings
from tests.support.accounts import COSTLY, world

NAN = float("nan")


def with_everything() -> BacktestResult:
    """Currencies, deposits, fees of instruments, dividends, a gap that ends a holding."""
    made = world()
    rng = np.random.default_rng(4)
    fx = np.exp(np.cumsum(rng.normal(0, 0.004, made.weights.shape), axis=0))
    deposits = np.zeros(len(made.weights))
    deposits[100] = 12_345.0
    fees = np.where(np.arange(12) % 3 == 0, 0.05, NAN)
    market = Market(
        made.market.dividends, cash_flows=deposits, borrow_fee=fees, fx=fx, sectors=made.market.sectors
    )
    return simulate(made.panel, made.weights, COSTLY, market)


def test_parts_are_the_account_with_currencies_deposits_and_own_fees() -> None:
    result = with_everything()
    found = attribution(result)
    earned = result.equity[-1] - result.settings.initial_cash - 12_345.0
    assert found.total == pytest.approx(earned)
    for parts in (found.instruments, found.sectors, found.sides):
        assert sum(one.pnl for one in parts) + found.cash == pytest.approx(earned, abs=1e-6)


def test_each_bar_adds_up() -> None:
    result = with_everything()
    book = ledger(result)
    deposits = result.market.cash_flows
    assert deposits is not None
    before = np.concatenate(([result.settings.initial_cash], result.equity[:-1]))
    earned = result.equity - before - deposits - result.flows["interest"]
    np.testing.assert_allclose(book.pnl.sum(axis=(0, 2)), earned, atol=1e-6)


def test_deposits_change_no_ratio() -> None:
    """Twice the money from the first bar on, in and out again: with costs in proportion, the same returns."""
    made = world(short=False)
    free = Settings(commission_bps=5.0)
    deposits = np.zeros(len(made.weights))
    deposits[0] = free.initial_cash
    other = simulate(made.panel, made.weights, free, Market(cash_flows=deposits))
    plain = simulate(made.panel, made.weights, free, Market())
    for name in ("total_return", "sharpe", "max_drawdown", "ulcer", "turnover", "cost_per_year"):
        assert summary(other, 252.0)[name] == pytest.approx(summary(plain, 252.0)[name], rel=1e-9), name


def test_orders_inside_bars_add_up_too() -> None:
    """Entries, stops and targets on both sides, some in one bar, with every kind of cost."""
    made = world(bars=300)
    shape = made.weights.shape
    draw = np.random.default_rng(8)
    long, short = draw.random(shape) < 0.05, draw.random(shape) < 0.05
    plan = from_signals(
        made.panel,
        long,
        draw.random(shape) < 0.02,
        side="both",
        short_entries=short & ~long,
        sizing=Sizing("fraction", 0.1),
        stop_loss=0.01,
        take_profit=0.02,
    )
    settings = replace(COSTLY, slippage="fixed", slippage_coefficient=3.0, leverage=2.0)
    result = simulate_orders(made.panel, plan, settings, made.market)
    found = attribution(result)
    assert result.trades.height > 200 and (result.trades["bars"] == 0).any()
    for parts in (found.instruments, found.sectors, found.sides):
        assert sum(one.pnl for one in parts) + found.cash == pytest.approx(found.total, abs=1e-6)
        assert sum(one.costs for one in parts) == pytest.approx(sum(result.costs.values()), abs=1e-6)
    trips = result.trades.with_columns(gross=result.trades["pnl"] + result.trades["costs"])
    for side, part in zip((1, -1), found.sides, strict=True):
        gross = trips.filter(trips["side"] == side)["gross"].sum()
        assert part.price == pytest.approx(gross, abs=1e-6)
