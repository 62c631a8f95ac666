"""One bar, one rule: what fills, where, and what is said of what does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kuznia.core.backtest.market import Market
from kuznia.core.backtest.orders.engine import order_conventions, simulate_orders
from kuznia.core.backtest.orders.plan import Order, Orders
from kuznia.core.backtest.orders.signals import from_signals
from kuznia.core.backtest.orders.sizing import Sizing
from kuznia.core.backtest.result import BacktestResult
from kuznia.core.backtest.settings import Settings
from kuznia.core.errors import BacktestError
from kuznia.core.frames.panel import Panel

NONE = np.nan
A = "XTST:A"
FREE = Settings(initial_cash=10_000.0)


def bars(*rows: tuple[float, float, float, float], volume: float = 1e6, sessions: int = 1) -> Panel:
    """One instrument; each row is open, high, low, close."""
    length = len(rows)
    days = np.datetime64("2024-01-01") + np.arange(length) // sessions
    ts = np.arange(length) * 3_600_000_000 + np.int64(1_704_100_000_000_000)
    fields = dict(zip(("open", "high", "low", "close"), np.array(rows).T[:, None, :], strict=True))
    fields = {name: np.ascontiguousarray(values) for name, values in fields.items()}
    return Panel((A,), ts, days, ts, fields | {"volume": np.full((1, length), volume)})


FLAT = (10.0, 10.0, 10.0, 10.0)


def traded(panel: Panel, *orders: Order, account: Settings = FREE) -> BacktestResult:
    return simulate_orders(panel, Orders.of(panel, orders), account)


def fills(result: BacktestResult) -> list[tuple[int, float, float]]:
    """Row, shares and price of each fill."""
    rows = result.orders.filter(result.orders["done"] != 0)
    return list(zip(rows["filled"], rows["done"], rows["price"], strict=True))


def buy(t: int, quantity: float = 10.0, **rest: Any) -> Order:
    return Order(A, t, quantity, **rest)


@pytest.mark.parametrize(
    ("order", "bar", "price"),
    [
        ({}, (10.5, 11, 10, 10.2), 10.5),
        ({"at": "close"}, (10.5, 11, 10, 10.2), 10.2),
        ({"kind": "limit", "limit": 9.5}, (10, 11, 9.4, 10), 9.5),
        ({"kind": "limit", "limit": 9.5}, (10, 11, 9.5, 10), NONE),
        ({"kind": "limit", "limit": 9.5}, (9, 11, 8.9, 10), 9.0),
        ({"kind": "limit", "limit": 9.5, "at": "open"}, (9.6, 11, 9, 9), NONE),
        ({"kind": "limit", "limit": 9.5, "at": "close"}, (9.6, 11, 9, 9.2), 9.2),
        ({"kind": "stop", "stop": 11}, (10, 11, 9.4, 10), 11.0),
        ({"kind": "stop", "stop": 11}, (10, 10.9, 9.4, 10), NONE),
        ({"kind": "stop", "stop": 11}, (11.5, 12, 9.4, 10), 11.5),
        ({"kind": "stop", "stop": 11, "at": "close"}, (10, 12, 9.4, 11.2), 11.2),
        ({"kind": "stop_limit", "stop": 11, "limit": 11.2}, (10, 12, 9.4, 10), 11.0),
        ({"kind": "stop_limit", "stop": 11, "limit": 11}, (10, 12, 9.4, 10), NONE),
        ({"kind": "stop_limit", "stop": 11, "limit": 11.2}, (11.5, 12, 11.1, 12), 11.2),
        ({"kind": "trailing", "trail": 0.1}, (10, 10.9, 9.4, 10), NONE),
        ({"kind": "trailing", "trail": 0.1}, (10, 11.1, 9.4, 10), 11.0),
    ],
)
def test_where_a_buy_fills_and_a_sale_mirrors_it(
    order: dict[str, Any], bar: tuple[float, float, float, float], price: float
) -> None:
    result = traded(bars(FLAT, bar), buy(0, **order))
    if np.isnan(price):
        assert result.orders["status"].to_list() == ["expired"]
    else:
        assert fills(result) == [(1, 10.0, pytest.approx(price))]
    # Prices mirrored at 10: high and low change places, a sale fills where the buy did.
    o, h, low, c = (20 - x for x in bar)
    mirrored = {k: 20 - v if k in ("limit", "stop") else v for k, v in order.items()}
    other = traded(bars(FLAT, (o, low, h, c)), buy(0, -10.0, **mirrored))
    expected = [(1, -10.0, pytest.approx(20 - price))] if not np.isnan(price) else []
    assert fills(other) == expected


def test_a_stop_limit_triggered_inside_a_bar_rests_from_the_next() -> None:
    order = buy(0, kind="stop_limit", stop=11, limit=10.5, tif="gtc")
    assert fills(traded(bars(FLAT, (10, 12, 9, 11), (11, 12, 10.4, 11)), order)) == [(2, 10.0, 10.5)]


def test_a_bracket_fills_one_child_and_cancels_the_other() -> None:
    panel = bars(FLAT, (10, 10.4, 9.8, 10), (10, 11.2, 9.9, 11), FLAT)
    stop = Order(A, 0, kind="stop", stop=9.5, tif="gtc", parent=0, group=1)
    target = Order(A, 0, kind="limit", limit=11.0, tif="gtc", parent=0, group=1)
    result = traded(panel, buy(0), stop, target)
    assert fills(result) == [(1, 10.0, 10.0), (2, -10.0, 11.0)]
    assert result.orders["status"].to_list() == ["filled", "filled", "cancelled"]
    assert result.trades["reason"].to_list() == ["target"]


def test_children_end_with_the_position_that_they_protect() -> None:
    stop = Order(A, 0, kind="stop", stop=9.5, tif="gtc", parent=0)
    result = traded(bars(*[FLAT] * 4), buy(0), stop, buy(1, -10.0))
    assert result.orders["status"].to_list() == ["filled", "filled", "cancelled"]


def test_the_stop_comes_before_the_target_inside_one_bar() -> None:
    panel = bars(FLAT, FLAT, (10, 11.5, 9.4, 11))
    plan = from_signals(panel, *marks(3, 0), stop_loss=0.05, take_profit=0.1)
    result = simulate_orders(panel, plan, FREE)
    assert (result.trades["exit"][0], result.trades["reason"][0]) == (9.5, "stop")


def marks(length: int, *rows: int, leave: int | None = None) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    entries, exits = np.zeros((length, 1), dtype=bool), np.zeros((length, 1), dtype=bool)
    entries[list(rows)] = True
    if leave is not None:
        exits[leave] = True
    return entries, exits


@pytest.mark.parametrize(
    ("limit", "stop", "bar", "exit_", "reason"),
    [
        # Entered at the open: stop and target both live in the bar.
        (None, None, (10, 11.5, 9.8, 11), 11.0, "target"),
        (None, None, (10, 11.5, 9.4, 11), 9.5, "stop"),
        # Entered inside the bar: the stop may fill in it, the target not.
        (9.8, None, (10, 11.5, 9.7, 11), None, None),
        (9.8, None, (10, 11.5, 9.2, 11), 9.31, "stop"),
        (None, 10.2, (10, 11.5, 9.8, 11), None, None),
        (None, 10.2, (10, 11.5, 9.6, 11), 9.69, "stop"),
    ],
)
def test_the_bar_of_an_entry(
    limit: float | None, stop: float | None, bar: Any, exit_: float | None, reason: str | None
) -> None:
    panel = bars(FLAT, bar, (11.0, 11.0, 11.0, 11.0))
    plan = from_signals(
        panel,
        *marks(3, 0),
        stop_loss=0.05,
        take_profit=0.1,
        limit=None if limit is None else np.array([[limit]]),
        stop=None if stop is None else np.array([[stop]]),
    )
    trades = simulate_orders(panel, plan, FREE).trades
    assert trades["opened"][0] == 1
    if exit_ is None:
        assert trades["closed"][0] == 2
    else:
        assert trades["exit"][0] == pytest.approx(exit_)
        assert (trades["reason"][0], trades["closed"][0]) == (reason, 1)


def test_a_protective_stop_fills_at_the_open_when_gapped() -> None:
    panel = bars(FLAT, FLAT, (9.0, 9.2, 8.5, 9.1))
    result = simulate_orders(panel, from_signals(panel, *marks(3, 0), stop_loss=0.05), FREE)
    assert (result.trades["exit"][0], result.trades["reason"][0]) == (9.0, "stop")
    # The entry itself gaps under an absolute stop: out at once, at the same price.
    low = bars(FLAT, (9.0, 9.2, 8.5, 9.1))
    child = Order(A, 0, kind="stop", stop=9.5, tif="gtc", parent=0)
    assert fills(traded(low, buy(0), child)) == [(1, 10.0, 9.0), (1, -10.0, 9.0)]


def test_a_trailing_stop_knows_extremes_up_to_the_bar_before() -> None:
    # The high of 12 at row 2 would put the stop to 10.8, which the same bar's low of 10 does not meet yet.
    panel = bars(FLAT, (10, 10, 9.5, 10), (10, 12, 10, 11), (11, 11.5, 10.5, 11))
    result = simulate_orders(panel, from_signals(panel, *marks(4, 0), trailing=0.1), FREE)
    assert (result.trades["closed"][0], result.trades["reason"][0]) == (3, "trailing")
    assert result.trades["exit"][0] == pytest.approx(10.8)


def test_of_a_stop_and_a_trailing_stop_the_nearer_fills() -> None:
    panel = bars(FLAT, FLAT, (10, 12, 10, 12), (12, 12, 9, 9))
    plan = from_signals(panel, *marks(4, 0), stop_loss=0.05, trailing=0.1)
    assert simulate_orders(panel, plan, FREE).trades["exit"].to_list() == [pytest.approx(10.8)]


def test_a_group_without_a_parent_cancels() -> None:
    panel = bars(FLAT, (10, 11, 9.9, 11), (11, 11, 8, 8))
    up = buy(0, kind="stop", stop=10.5, tif="gtc", group=3)
    down = buy(0, -10.0, kind="stop", stop=9.0, tif="gtc", group=3)
    result = traded(panel, up, down)
    assert fills(result) == [(1, 10.0, 10.5)]
    assert result.orders["status"].to_list() == ["filled", "cancelled"]


def test_day_orders_end_with_their_session_and_gtc_by_cancellation() -> None:
    panel = bars(*[FLAT] * 6, sessions=2)
    day = buy(0, kind="limit", limit=5.0)
    lasting = buy(0, kind="limit", limit=5.0, tif="gtc", cancel=3)
    always = buy(0, kind="limit", limit=5.0, tif="gtc")
    orders = traded(panel, day, lasting, always).orders
    assert orders["status"].to_list() == ["expired", "cancelled", "working"]
    assert orders["filled"].to_list() == [1, 3, 5]


def test_a_halt_leaves_a_day_order_unfilled_and_lets_a_lasting_one_wait() -> None:
    gap = (NONE, NONE, NONE, NONE)
    result = traded(bars(FLAT, gap, (12, 12, 12, 12)), buy(0), buy(0, tif="gtc"))
    assert result.orders["status"].to_list() == ["unfilled_no_price", "filled"]
    assert fills(result) == [(2, 10.0, 12.0)]


def test_volume_leaves_a_rest_that_is_carried_or_cancelled() -> None:
    panel = bars(*[FLAT] * 4, volume=40.0)
    account = Settings(initial_cash=10_000.0, participation=0.1)
    result = traded(panel, buy(0, tif="gtc"), account=account)
    assert [row[:2] for row in fills(result)] == [(1, 4.0), (2, 4.0), (3, 2.0)]
    assert result.orders["status"].to_list() == ["partial", "partial", "filled"]
    assert traded(panel, buy(0), account=account).orders["status"].to_list() == ["partial", "expired"]
    cancel = Settings(initial_cash=10_000.0, participation=0.1, rest="cancel")
    result = traded(panel, buy(0, tif="gtc"), account=cancel)
    assert result.orders["status"].to_list() == ["partial", "cancelled"]
    assert result.orders["asked"].to_list() == [10.0, 6.0]


def test_two_orders_share_the_volume_of_a_bar() -> None:
    account = Settings(initial_cash=10_000.0, participation=0.1)
    result = traded(bars(*[FLAT] * 2, volume=100.0), buy(0, 8.0), buy(0, 8.0), account=account)
    assert [row[1] for row in fills(result)] == [8.0, 2.0]


def test_what_reduces_only_never_turns_a_position() -> None:
    result = traded(
        bars(*[FLAT] * 4), buy(0), buy(1, -25.0, reduce_only=True), buy(2, -5.0, reduce_only=True)
    )
    assert [row[1] for row in fills(result)] == [10.0, -10.0]
    assert result.orders["status"].to_list() == ["filled", "filled", "cancelled"]


def test_buys_share_one_scale_and_covers_are_whole() -> None:
    prices = np.full((2, 3), 10.0)
    days = np.datetime64("2024-01-01") + np.arange(3)
    ts = np.arange(3) * 86_400_000_000
    panel = Panel((A, "XTST:B"), ts, days, ts, dict.fromkeys(("open", "high", "low", "close"), prices))
    account = Settings(initial_cash=1_000.0, commission_bps=100.0)
    whole = [Order(A, 0, 1.0, sizing="fraction"), Order("XTST:B", 0, 1.0, sizing="fraction")]
    result = simulate_orders(panel, Orders.of(panel, whole), account)
    assert result.orders["done"].to_list() == pytest.approx([1_000 / 20.2] * 2)
    assert result.cash[1] == pytest.approx(0.0, abs=1e-9)
    assert set(result.orders["status"]) == {"scaled"}
    short = [Order(A, 0, -50.0), Order(A, 1, 50.0), Order("XTST:B", 1, 200.0)]
    result = simulate_orders(panel, Orders.of(panel, short), account)
    assert result.orders["status"].to_list() == ["filled", "filled", "scaled"]
    assert result.cash[2] == pytest.approx(0.0, abs=1e-9)


def test_leverage_margin_and_lots() -> None:
    credit = Settings(initial_cash=1_000.0, leverage=2.0, maintenance=0.4)
    result = traded(bars(FLAT, FLAT, (6, 6, 6, 6), (6, 6, 6, 6)), buy(0, 300.0), account=credit)
    assert [row[:2] for row in fills(result)] == [(1, 200.0), (3, pytest.approx(-200 + 400 / 6))]
    assert result.orders["status"].to_list() == ["scaled", "margin"]
    lots = Settings(initial_cash=10_000.0, lot=4.0)
    result = traded(bars(*[FLAT] * 3), buy(0, 10.0), buy(0, 3.0), account=lots)
    assert result.orders["done"].to_list() == [8.0, 0.0]
    assert result.orders["status"].to_list() == ["filled", "unfilled_lot"]


def test_a_limit_pays_commission_alone() -> None:
    account = Settings(commission_bps=10.0, half_spread_bps=5.0, slippage="fixed", slippage_coefficient=5.0)
    panel = bars(FLAT, (10, 11, 9, 10))
    orders = traded(panel, buy(0), buy(0, kind="limit", limit=9.5), account=account).orders
    assert orders["commission"].to_list() == pytest.approx([0.1, 0.095])
    assert orders["spread"].to_list() == pytest.approx([0.05, 0.0])
    assert orders["slippage"].to_list() == pytest.approx([0.05, 0.0])


def test_the_end_of_a_listing_ends_its_orders() -> None:
    gap = (NONE, NONE, NONE, NONE)
    panel = bars(FLAT, FLAT, gap, gap, gap)
    plan = from_signals(panel, *marks(5, 0), stop_loss=0.05)
    market = Market(delisting_return=np.array([-0.5]))
    result = simulate_orders(panel, plan, Settings(initial_cash=1_000.0, stale_bars=2), market)
    assert result.orders["status"].to_list() == ["filled", "delisted", "cancelled"]
    assert result.equity[-1] == 500.0
    assert result.trades["reason"].to_list() == ["delisted"]


def test_positions_are_left_after_so_many_bars_and_entered_anew_by_the_rules() -> None:
    panel = bars(*[FLAT] * 12)
    every = np.ones((12, 1), dtype=bool)
    result = simulate_orders(panel, from_signals(panel, every, ~every, max_bars=3), FREE)
    assert result.trades["bars"].to_list()[:2] == [3, 3]
    assert result.trades["opened"].to_list() == [1, 5, 9]
    rested = from_signals(panel, every, ~every, max_bars=3, cooldown=2)
    assert simulate_orders(panel, rested, FREE).trades["opened"].to_list() == [1, 7]
    once = from_signals(panel, every, ~every, max_bars=3, reentry="new_signal")
    assert simulate_orders(panel, once, FREE).trades["opened"].to_list() == [1]


def test_a_turn_closes_and_opens_at_one_bar() -> None:
    panel = bars(*[FLAT] * 6)
    entries, exits = marks(6, 0, leave=3)
    result = simulate_orders(panel, from_signals(panel, entries, exits, side="both"), FREE)
    assert result.trades["side"].to_list() == [1, -1]
    assert result.trades["opened"].to_list() == [1, 4]


@pytest.mark.parametrize(
    ("sizing", "shares"),
    [
        (Sizing("units", 7), 7.0),
        (Sizing("value", 700), 70.0),
        (Sizing("fraction", 0.25), 250.0),
        (Sizing("risk_per_trade", 0.01), 200.0),
        (Sizing("risk_per_trade", 0.01, cap=0.1), 100.0),
    ],
)
def test_sizes(sizing: Sizing, shares: float) -> None:
    panel = bars(*[FLAT] * 3)
    plan = from_signals(panel, *marks(3, 0), sizing=sizing, stop_loss=0.05)
    result = simulate_orders(panel, plan, FREE)
    assert result.orders["done"][0] == pytest.approx(shares)


def test_volatility_and_kelly_look_back_only() -> None:
    closes = [10.0, 11.0, 10.0, 11.0, 12.0]
    panel = bars(*[(c, c, c, c) for c in closes])
    moves = np.diff(closes[:4]) / closes[:3]
    spread, mean = moves.std(ddof=1), moves.mean()
    for sizing, fraction in (
        (Sizing("volatility_target", 0.1, window=3, periods_per_year=4), 0.1 / (2 * spread)),
        (Sizing("kelly", 0.5, window=3, cap=5), 0.5 * mean / spread**2),
    ):
        result = simulate_orders(panel, from_signals(panel, *marks(5, 3), sizing=sizing), FREE)
        assert result.orders["asked"][0] == pytest.approx(fraction * 10_000 / 11)
    early = simulate_orders(panel, from_signals(panel, *marks(5, 1), sizing=Sizing("kelly", window=3)), FREE)
    assert early.orders["status"].to_list() == ["rejected"]


def late() -> Panel:
    return bars((NONE,) * 4, FLAT, FLAT)


@pytest.mark.parametrize(
    ("orders", "message"),
    [
        ([Order("XTST:Z", 1, 1.0)], "XTST:Z of an order decided at 2024-01-01T10:06:40Z is unknown"),
        ([buy(0)], "XTST:A: order 0, decided at 2024-01-01T09:06:40Z, is decided before the instrument is"),
        ([buy(3)], "order 0, decided at row 3, is decided outside the bars"),
        ([buy(1, kind="limit")], "has a wrong limit. Give a positive number"),
        ([buy(1, kind="stop", stop=-1.0)], "has a wrong stop"),
        ([buy(1, kind="trailing", trail=1.5)], "trails by 1 or more"),
        ([buy(1, NONE)], "has no quantity"),
        ([buy(1), buy(1, NONE, parent=0)], "is a market order in a bracket"),
        ([buy(1), buy(1, 5.0, kind="limit", limit=11, parent=0)], "adds to its parent"),
        ([buy(1, kind="limit", limit=0.1, unit="fraction")], "has distances without a parent"),
        ([buy(1, group=1), buy(2, group=1)], "is in a group of another bar"),
    ],
)
def test_a_bad_order_is_named(orders: list[Order], message: str) -> None:
    with pytest.raises(BacktestError, match=message):
        traded(late(), *orders)


def test_bad_prices_signals_and_settings_are_named() -> None:
    with pytest.raises(BacktestError, match="XTST:A has a high below its other prices at 2024-01-01T10:06"):
        traded(bars(FLAT, (10, 9, 8, 9)), buy(0))
    with pytest.raises(BacktestError, match="Orders know no limit_gross"):
        traded(bars(FLAT), buy(0), account=Settings(limit_gross=1.0))
    panel = bars(FLAT, FLAT)
    for options, message in (
        ({"stop_loss": -0.1}, "stop_loss is -0.1"),
        ({"stop_loss": np.array([[1.0], [-1.0]])}, "stop_loss of XTST:A is -1 at 2024-01-01T10:06:40Z"),
        ({"sizing": Sizing("risk_per_trade", 0.1)}, "no stop to count from"),
        ({"side": "up"}, "side is 'up'"),
        ({"max_bars": 0}, "max_bars is 0"),
    ):
        with pytest.raises(BacktestError, match=message):
            from_signals(panel, *marks(2, 0), **options)
    with pytest.raises(BacktestError, match="entries have shape"):
        from_signals(panel, np.ones((3, 1), dtype=bool), np.ones((2, 1), dtype=bool))


def test_conventions_are_sentences() -> None:
    lines = {line["key"]: line["text"] for line in order_conventions(Settings(rest="cancel"))}
    assert "touch does not fill" in lines["limit"].replace("A ", "")
    assert "cancelled" in lines["rest"]
