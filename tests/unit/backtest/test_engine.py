"""A hand-computed example, and the laws of the account."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuznia.core.backtest.benchmarks import buy_and_hold, equal_weighted
from kuznia.core.backtest.conventions import conventions
from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.market import Market
from kuznia.core.backtest.result import BacktestResult
from kuznia.core.backtest.settings import Settings
from kuznia.core.errors import BacktestError
from tests.support.paths import panel_of, random_panel, random_weights

NOTHING = np.nan


def test_two_instruments_by_hand() -> None:
    """Long one and short the other, 10 bps commission and 5 bps half spread, then both closed."""
    open_ = np.array([[10.0, 20.0], [11.0, 20.0], [12.0, 22.0], [12.5, 21.0]])
    close = np.array([[10.0, 20.0], [11.5, 21.0], [12.0, 21.5], [13.0, 20.0]])
    weights = np.array([[0.5, -0.5], [NOTHING, NOTHING], [0.0, 0.0], [NOTHING, NOTHING]])
    account = Settings(initial_cash=1_000.0, commission_bps=10.0, half_spread_bps=5.0)
    result = simulate(panel_of(open_, close), weights, account)
    # Decided at 10 and 20 with 1000: +50 and -25 shares, filled at 11 and 20.
    costs = (50 * 11.0 + 25 * 20.0) * 0.0015
    cash = 1_000.0 - 50 * 11.0 + 25 * 20.0 - costs
    assert result.positions[1].tolist() == [50.0, -25.0]
    assert result.cash[1] == pytest.approx(cash)
    assert result.equity[1] == pytest.approx(cash + 50 * 11.5 - 25 * 21.0)
    # Closed at 12.5 and 21.
    later = (50 * 12.5 + 25 * 21.0) * 0.0015
    assert result.equity[3] == pytest.approx(cash + 50 * 12.5 - 25 * 21.0 - later)
    assert result.positions[3].tolist() == [0.0, 0.0]
    assert result.costs == pytest.approx(
        {"commission": (costs + later) / 1.5, "spread": (costs + later) / 3, "slippage": 0.0, "borrow": 0.0}
    )
    first, second = result.trades.iter_rows(named=True)
    assert (first["instrument"], first["side"], first["opened"], first["closed"]) == ("XTST:A", 1, 1, 3)
    assert (first["reason"], second["reason"], second["side"]) == ("exited", "exited", -1)
    assert first["pnl"] == pytest.approx(50 * 1.5 - 50 * (11.0 + 12.5) * 0.0015)
    # Between the fills the low of A was 11 * 0.99 (its open is the low) and its high 12 * 1.01.
    assert first["mae"] == pytest.approx(1 - 0.99)
    assert first["mfe"] == pytest.approx(12.5 / 11.0 - 1)


def test_a_fully_invested_account_leaves_room_for_its_fees() -> None:
    flat = np.full((3, 2), 10.0)
    weights = np.array([[0.5, 0.5], [NOTHING] * 2, [NOTHING] * 2])
    result = simulate(panel_of(flat, flat), weights, Settings(commission_bps=100.0))
    assert result.cash[1] == pytest.approx(0.0, abs=1e-9)
    assert result.positions[1].tolist() == pytest.approx([100_000 / 2.02 / 10] * 2)
    assert set(result.orders["status"]) == {"scaled"}


def test_a_missing_price_leaves_the_order_unfilled() -> None:
    open_ = np.array([[10.0], [NOTHING], [11.0]])
    close = np.array([[10.0], [NOTHING], [11.0]])
    weights = np.array([[1.0], [NOTHING], [NOTHING]])
    result = simulate(panel_of(open_, close), weights)
    assert result.orders["status"].to_list() == ["unfilled_no_price"]
    assert result.positions[:, 0].tolist() == [0.0, 0.0, 0.0]
    assert result.equity.tolist() == [100_000.0] * 3


def test_what_has_no_price_any_more_is_liquidated_at_its_last() -> None:
    prices = np.array([[10.0, 10.0]] * 2 + [[NOTHING, 10.0]] * 4)
    weights = np.full((6, 2), NOTHING)
    weights[0] = [0.5, 0.5]
    result = simulate(panel_of(prices, prices), weights, Settings(stale_bars=3))
    assert result.positions[:, 0].tolist() == [0.0, 5_000.0, 5_000.0, 5_000.0, 0.0, 0.0]
    assert result.orders["status"].to_list()[-1] == "liquidated"
    assert result.trades.filter(pl.col("reason") == "delisted")["exit"].to_list() == [10.0]


def test_dividends_are_paid_to_longs_and_by_shorts() -> None:
    flat = np.full((4, 2), 10.0)
    weights = np.full((4, 2), NOTHING)
    weights[0] = [0.5, -0.3]
    dividends = np.zeros((4, 2))
    dividends[1] = 1.0  # ex-date is the day of the fill: who buys at its open has no right
    dividends[2] = 0.1
    result = simulate(panel_of(flat, flat), weights, Settings(initial_cash=1_000.0), Market(dividends))
    assert result.flows["dividends"].tolist() == pytest.approx([0.0, 0.0, 50 * 0.1 - 30 * 0.1, 0.0])


def test_borrow_and_interest_are_actual_over_360() -> None:
    flat = np.full((3, 1), 10.0)
    weights = np.array([[-1.0], [NOTHING], [NOTHING]])
    account = Settings(initial_cash=1_000.0, borrow_fee=0.36, cash_interest=0.036)
    result = simulate(panel_of(flat, flat), weights, account)
    assert result.flows["borrow"].tolist() == pytest.approx([0.0, 0.0, 1_000 * 0.36 / 360])
    assert result.flows["interest"][1] == pytest.approx(1_000 * 0.036 / 360)


RUIN = np.array([[10.0], [20.0], [40.0], [80.0], [80.0], [90.0]])


def ruined(rows: list[int], **change: Any) -> BacktestResult:
    weights = np.full((6, 1), NOTHING)
    weights[rows] = -1.0
    return simulate(panel_of(RUIN, RUIN), weights, Settings(initial_cash=100.0, **change))


# The second and third are other loops than the first: with limits and with every friction.
@pytest.mark.parametrize("change", [{}, {"limit_name": 9.0}, {"tick": 1e-300}, {"maintenance": 0.01}])
@pytest.mark.parametrize("rows", [[0], [0, 2], [0, 2, 3]])
def test_a_ruined_account_closes_everything(rows: list[int], change: dict[str, Any]) -> None:
    """10 short at 20 with 100 of cash: - 100 at 40, so all is bought back at 80, whatever the cash."""
    result = ruined(rows, **change)
    assert result.equity.tolist() == [100.0, 100.0, -100.0, -500.0, -500.0, -500.0]
    assert result.orders["status"].to_list()[:2] == ["filled", "margin"]
    assert not result.positions[3:].any()
    assert result.trades["reason"].to_list() == ["margin"]


@pytest.mark.parametrize("fill", ["next_open", "next_close", "same_close"])
@pytest.mark.parametrize(
    "change", [{"size_at": "fill"}, {"delay": 3}, {"limit_loss": 0.9}, {"leverage": 2.0}]
)
def test_no_ruined_account_keeps_a_short(fill: str, change: dict[str, Any]) -> None:
    result = ruined([0, 2], fill=fill, **change)
    assert result.equity[-1] >= 0 or not result.positions[-1].any()


@pytest.mark.parametrize("change", [{}, {"limit_name": 9.0}, {"tick": 1e-300}])
def test_a_decision_at_a_ruined_close_opens_nothing_though_the_price_comes_back(
    change: dict[str, Any],
) -> None:
    """10 short at 10 with 100 of cash: − 100 at the close of 30, but 150 at the next open of 5."""
    open_ = np.array([[10.0], [10.0], [30.0], [5.0], [5.0]])
    close = np.array([[10.0], [10.0], [30.0], [5.0], [5.0]])
    weights = np.full((5, 1), NOTHING)
    weights[[0, 2]] = -1.0
    account = Settings(initial_cash=100.0, size_at="fill", **change)
    result = simulate(panel_of(open_, close), weights, account)
    assert result.equity.tolist() == [100.0, 100.0, -100.0, 150.0, 150.0]
    assert not result.positions[3:].any()
    assert result.orders["status"].to_list()[:2] == ["filled", "margin"]


def test_what_rests_does_not_survive_a_margin_cut() -> None:
    """5 of 20 are sold short in each bar until the close of 20 leaves 50 for a gross value of 300."""
    open_ = np.array([[10.0], [10.0], [10.0], [10.0], [20.0], [20.0], [20.0]])
    close = np.array([[10.0], [10.0], [10.0], [20.0], [20.0], [20.0], [20.0]])
    volume = np.array([[50.0]] * 4 + [[1e6]] * 3)
    weights = np.full((7, 1), NOTHING)
    weights[0] = -1.0
    account = Settings(initial_cash=200.0, leverage=1.0, maintenance=0.9, participation=0.1)
    found = simulate(panel_of(open_, close, volume=volume), weights, account)
    assert found.orders["status"].to_list() == ["partial", "partial", "partial", "margin"]
    assert found.positions[:, 0].tolist() == pytest.approx([0, -5, -10, -15, -2.5, -2.5, -2.5])


def test_nothing_wanted_of_what_has_no_price_is_no_order() -> None:
    prices = RUIN.repeat(2, axis=1)
    prices[:, 1] = 10.0, np.nan, np.nan, 10.0, 10.0, 10.0
    weights = np.full((6, 2), NOTHING)
    weights[:2] = [-1.0, 0.5]
    found = simulate(panel_of(prices, prices), weights, Settings(initial_cash=100.0, delay=2))
    assert (found.orders["asked"] != 0).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda p, w: (panel_of(np.array([[0.0]]), np.array([[1.0]])), np.array([[1.0]])),
            "XTST:A has a open of 0",
        ),
        (lambda p, w: (p, w[:, :1]), "Weights have shape"),
        (lambda p, w: (p, np.where(np.arange(2) == 0, np.nan, w)), "XTST:A has no weight at 2024-01-01"),
        (lambda p, w: (p, np.where(np.arange(2) == 1, np.inf, w)), "XTST:B has an infinite weight"),
    ],
)
def test_bad_input_is_named(change, message: str) -> None:  # type: ignore[no-untyped-def]
    panel, weights = change(random_panel(1, 5, 2), np.full((5, 2), 0.5))
    with pytest.raises(BacktestError, match=message):
        simulate(panel, weights)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), gross=st.sampled_from([0.6, 1.0, 2.0]), gaps=st.sampled_from([0.0, 0.2]))
def test_accounting_identity(seed: int, gross: float, gaps: float) -> None:
    """Equity is cash and marks; cash moves by fills, costs, dividends; trades sum to what was earned."""
    panel = random_panel(seed, 40, 4, gaps=gaps)
    weights = random_weights(seed, 40, 4, gross=gross)
    account = Settings(commission_bps=8.0, half_spread_bps=3.0, borrow_fee=0.02, cash_interest=0.01)
    dividends = np.random.default_rng(seed).random((40, 4)) * 0.05
    result = simulate(panel, weights, account, Market(dividends))
    close = pl.DataFrame(panel.fields["close"].T).fill_nan(None).fill_null(strategy="forward").fill_null(0.0)
    marked = result.cash + (result.positions * close.to_numpy()).sum(axis=1)
    np.testing.assert_allclose(result.equity, marked, rtol=1e-12)
    flows = result.flows
    fills = np.zeros(40)
    moved = result.orders.filter(pl.col("done") != 0)
    np.add.at(fills, moved["filled"].to_numpy(), (moved["done"] * moved["price"]).to_numpy())
    change = (
        flows["interest"]
        + flows["dividends"]
        - flows["borrow"]
        - flows["commission"]
        - flows["spread"]
        - fills
    )
    np.testing.assert_allclose(result.cash, account.initial_cash + np.cumsum(change), rtol=1e-9, atol=1e-6)
    earned = result.trades["pnl"].sum() + sum(float(flows[k].sum()) for k in ("dividends", "interest"))
    earned -= float(flows["borrow"].sum())
    assert result.equity[-1] - account.initial_cash == pytest.approx(earned, rel=1e-7, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), cut=st.integers(3, 38), fill=st.sampled_from(["next_open", "same_close"]))
def test_prefix_law(seed: int, cut: int, fill: str) -> None:
    """What comes later changes nothing before it."""
    panel = random_panel(seed, 40, 3, gaps=0.1)
    weights = random_weights(seed, 40, 3)
    account = Settings(fill=fill, commission_bps=5.0, stale_bars=2)  # type: ignore[arg-type]
    whole, part = simulate(panel, weights, account), simulate(panel.until(cut), weights[:cut], account)
    np.testing.assert_array_equal(whole.equity[:cut], part.equity)
    np.testing.assert_array_equal(whole.positions[:cut], part.positions)


def test_no_trade_before_its_decision() -> None:
    panel, weights = random_panel(3, 30, 3), random_weights(3, 30, 3)
    weights[:10] = np.nan
    result = simulate(panel, weights)
    assert (result.positions[:13] == 0).all()
    assert (result.orders["filled"] == result.orders["decided"] + 1).all()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), factor=st.sampled_from([0.5, 2.0, 1024.0]))
def test_scaling_and_time_shift(seed: int, factor: float) -> None:
    """More cash, or other dates, give the same returns."""
    panel, weights = random_panel(seed, 30, 3), random_weights(seed, 30, 3)
    base = simulate(panel, weights, Settings(commission_bps=5.0))
    more = simulate(panel, weights, Settings(initial_cash=100_000.0 * factor, commission_bps=5.0))
    np.testing.assert_allclose(more.equity, base.equity * factor, rtol=1e-12)
    later = panel_of(panel.fields["open"].T, panel.fields["close"].T, first_day="2025-03-03")
    np.testing.assert_array_equal(simulate(later, weights, Settings(commission_bps=5.0)).equity, base.equity)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_long_and_short_mirror_each_other(seed: int) -> None:
    """One decision without costs: the short earns what the long loses."""
    panel = random_panel(seed, 20, 3)
    weights = random_weights(seed, 20, 3, every=100, gross=0.9)
    long, short = simulate(panel, weights), simulate(panel, -weights)
    np.testing.assert_allclose(long.equity - 100_000.0, 100_000.0 - short.equity, atol=1e-7)


def test_equal_results_have_equal_digests() -> None:
    panel, weights = random_panel(5, 60, 4), random_weights(5, 60, 4)
    first, second = (simulate(panel, weights, Settings(commission_bps=c)) for c in (5.0, 5.0))
    other = simulate(panel, weights, Settings(commission_bps=5.1))
    assert first.digest() == second.digest() != other.digest()


def test_benchmarks_come_from_the_same_engine() -> None:
    panel = random_panel(8, 50, 4)
    first = np.zeros(50, dtype=bool)
    first[0] = True
    equal = equal_weighted(panel, first, Settings())
    assert equal.trades.height == 4
    held = buy_and_hold(panel, "XTST:B", Settings())
    assert set(held.trades["instrument"]) == {"XTST:B"}
    with pytest.raises(BacktestError, match="XTST:Z"):
        buy_and_hold(panel, "XTST:Z", Settings())


def test_conventions_say_what_is_optimistic() -> None:
    lines = {line["key"]: line["text"] for line in conventions(Settings(fill="same_close"), dividends=False)}
    assert "optimistic" in lines["fill"]
    assert "price return" in lines["dividends"]
    with pytest.raises(BacktestError, match="Unknown settings"):
        Settings.from_spec({"comission_bps": 1.0})
    assert Settings.from_spec(Settings(commission_bps=3.0).to_spec()) == Settings(commission_bps=3.0)
