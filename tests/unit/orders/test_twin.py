"""The compiled order engine and its plain twin agree to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kuznia.core.backtest.market import Market
from kuznia.core.backtest.orders.engine import simulate_orders
from kuznia.core.backtest.orders.plan import Order, Orders
from kuznia.core.backtest.orders.signals import Signals, from_signals
from kuznia.core.backtest.orders.sizing import RULES, Sizing
from kuznia.core.backtest.settings import Settings
from kuznia.core.frames.panel import Panel
from tests.support.paths import random_panel
from tests.support.plain_orders import PlainOrders

accounts = st.builds(
    Settings,
    initial_cash=st.sampled_from([1_000.0, 100_000.0]),
    commission_bps=st.sampled_from([0.0, 7.5, 300.0]),
    commission_minimum=st.sampled_from([0.0, 3.0]),
    commission_tiers=st.sampled_from([(), ((5_000.0, 0.0),)]),
    half_spread_bps=st.sampled_from([0.0, 4.0]),
    fill=st.sampled_from(["next_open", "next_open", "next_close", "same_close"]),
    delay=st.sampled_from([1, 1, 3]),
    size_at=st.sampled_from(["decision", "fill"]),
    slippage=st.sampled_from(["none", "fixed", "volatility", "volume_share", "square_root"]),
    slippage_coefficient=st.sampled_from([0.0, 0.5]),
    impact_window=st.just(4),
    participation=st.sampled_from([None, None, 0.00002, 0.01]),
    rest=st.sampled_from(["carry", "cancel"]),
    lot=st.sampled_from([0.0, 0.0, 1.0]),
    tick=st.sampled_from([0.0, 0.05]),
    cash_interest=st.sampled_from([0.0, 0.03]),
    debit_interest=st.sampled_from([None, 0.08]),
    borrow_fee=st.sampled_from([0.0, 0.05]),
    leverage=st.sampled_from([None, None, 2.0]),
    maintenance=st.sampled_from([None, 0.4]),
    stale_bars=st.sampled_from([1, 3]),
    delisting=st.sampled_from(["last", "exchange"]),
)
common = {
    "seed": st.integers(0, 10_000),
    "length": st.integers(2, 40),
    "count": st.integers(1, 3),
    "gaps": st.sampled_from([0.0, 0.0, 0.15]),
    "facts": st.booleans(),
    "account": accounts,
}


def facts_of(seed: int, panel: Panel, given: bool) -> Market:
    if not given:
        return Market()
    count, length = panel.shape
    rng = np.random.default_rng(seed)
    return Market(
        dividends=rng.random((length, count)) * 0.2,
        cash_flows=np.where(rng.random(length) < 0.1, 50.0, 0.0),
        borrow_fee=np.where(rng.random(count) < 0.5, 0.2, np.nan),
        fx=np.exp(rng.normal(0, 0.02, (length, count))),
        delisting_return=np.where(rng.random(count) < 0.3, -0.5, np.nan),
    )


def random_orders(seed: int, panel: Panel) -> Orders:
    """Orders of every kind at prices near the close, in brackets and groups."""
    rng = np.random.default_rng(seed)
    count, length = panel.shape
    close = panel.fields["close"]
    rows: list[Order] = []
    pick = rng.choice
    for _ in range(int(rng.integers(1, 3 * length))):
        n, t = int(rng.integers(count)), int(rng.integers(length))
        if np.isnan(close[n, : t + 1]).all():
            continue
        price, name = float(close[n, t] if close[n, t] > 0 else 50.0), panel.instruments[n]
        sizing = str(pick(["units", "value", "fraction"]))
        amount = {"units": 10.0, "value": 400.0, "fraction": 0.4}[sizing] * rng.normal()
        given: dict[str, Any] = {
            "limit": price * float(rng.uniform(0.97, 1.03)),
            "stop": price * float(rng.uniform(0.97, 1.03)),
            "trail": float(rng.uniform(0.005, 0.05)),
            "tif": str(pick(["day", "gtc"])),
            "at": str(pick(["any", "any", "open", "close"])),
            "group": int(pick([-1, -1, 10 * t + n, 10 * t + n + 5])),
            "reduce_only": bool(rng.random() < 0.2),
            "cancel": int(pick([-1, -1, t, t + 2])),
        }
        kind: Any = str(pick(["market", "market", "limit", "stop", "stop_limit", "trailing"]))
        parent = len(rows)
        rows.append(Order(name, t, float(amount), kind, sizing, **given))  # type: ignore[arg-type]
        for _ in range(int(pick([0, 0, 2, 3]))):
            unit = str(pick(["fraction", "distance"]))
            far = 0.02 if unit == "fraction" else 0.02 * price
            child: Any = str(pick(["limit", "stop", "stop_limit", "trailing"]))
            part = float(-np.sign(amount) * 4.0) if sizing == "units" and rng.random() < 0.3 else np.nan
            group = 10_000 + parent if rng.random() < 0.8 else -1
            rows.append(
                Order(name, t, part, child, limit=far, stop=far, trail=far, unit=unit, tif="gtc",  # type: ignore[arg-type]
                      group=group, parent=parent)
            )  # fmt: skip
    return Orders.of(panel, rows)


def random_signals(seed: int, panel: Panel) -> Signals:
    """Entries and exits with any of the options."""
    rng = np.random.default_rng(seed)
    count, length = panel.shape
    shape = (length, count)
    close = np.nan_to_num(panel.fields["close"].T, nan=50.0)
    side: Any = rng.choice(["long", "short", "both"])
    own = side == "both" and rng.random() < 0.5

    def distance(present: float) -> Any:
        if rng.random() > present:
            return None
        if rng.random() < 0.5:
            return float(rng.uniform(0.005, 0.05))
        return np.where(rng.random(shape) < 0.05, np.nan, close * rng.uniform(0.005, 0.04, shape))

    stop_loss = distance(0.7)
    rules = list(RULES) if stop_loss is not None else [r for r in RULES if r != "risk_per_trade"]
    rule: Any = rng.choice(rules)
    amount = {"units": 7.0, "value": 600.0, "risk_per_trade": 0.01, "volatility_target": 0.2}.get(rule, 0.6)
    return from_signals(
        panel,
        rng.random(shape) < rng.choice([0.1, 0.5, 1.0]),
        rng.random(shape) < 0.15,
        side=side,
        short_entries=rng.random(shape) < 0.2 if own else None,
        short_exits=rng.random(shape) < 0.2 if own else None,
        sizing=Sizing(rule, amount, window=3, cap=1.5),
        stop_loss=stop_loss,
        take_profit=distance(0.6),
        trailing=distance(0.4),
        limit=close * rng.uniform(0.98, 1.01, shape) if rng.random() < 0.3 else None,
        stop=close * rng.uniform(0.99, 1.02, shape) if rng.random() < 0.3 else None,
        tif=str(rng.choice(["day", "gtc"])),  # type: ignore[arg-type]
        max_bars=int(rng.integers(1, 8)) if rng.random() < 0.4 else None,
        cooldown=int(rng.choice([0, 0, 3])),
        reentry=str(rng.choice(["any", "new_signal"])),  # type: ignore[arg-type]
        max_positions=int(rng.integers(1, 3)) if rng.random() < 0.4 else None,
        priority=rng.normal(size=shape) if rng.random() < 0.5 else None,
    )


def same(panel: Panel, plan: Orders | Signals, account: Settings, market: Market) -> None:
    fast = simulate_orders(panel, plan, account, market)
    slow = PlainOrders(panel, plan, account, market)
    orders = fast.orders
    assert orders["status"].to_list() == [row["status"] for row in slow.log]
    for name in orders.columns:
        want = [row[name] for row in slow.log]
        if orders[name].dtype.is_numeric():
            np.testing.assert_array_equal(orders[name].to_numpy(), np.array(want), err_msg=name)
        else:
            assert orders[name].to_list() == want
    np.testing.assert_array_equal(fast.equity, slow.equity)
    np.testing.assert_array_equal(fast.cash, slow.cashes)
    for name, values in slow.flows.items():
        np.testing.assert_array_equal(fast.flows[name], values, err_msg=name)


@settings(max_examples=150, deadline=None)
@given(**common)
def test_orders_equal_their_twin(
    seed: int, length: int, count: int, gaps: float, facts: bool, account: Settings
) -> None:
    panel = random_panel(seed, length, count, gaps=gaps)
    same(panel, random_orders(seed + 1, panel), account, facts_of(seed, panel, facts))


@settings(max_examples=150, deadline=None)
@given(**common)
def test_signals_equal_their_twin(
    seed: int, length: int, count: int, gaps: float, facts: bool, account: Settings
) -> None:
    panel = random_panel(seed, length, count, gaps=gaps)
    same(panel, random_signals(seed + 1, panel), account, facts_of(seed, panel, facts))
