"""The segment kernel means what the event engine means, and what a plain loop means."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.market import Market
from kuznia.core.backtest.settings import Settings
from kuznia.core.backtest.sweep.columns import COSTS, FALL, GROWTH, REFUSED, TRADED, TRADES
from kuznia.core.backtest.sweep.outcome import Outcome, statistics_of
from kuznia.core.backtest.sweep.path import path_of, reason_against
from kuznia.core.backtest.sweep.signals import AND, OR, Signals, crossing
from kuznia.core.backtest.sweep.span import Span, span_of
from kuznia.core.backtest.sweep.sweep import signal_sweep
from kuznia.core.errors import BacktestError
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Float, Int
from tests.support.paths import panel_of
from tests.support.plain_sweep import plain_sweep

WEIGHTS = [(1.0, 0.0), (0.4, 0.0), (0.0, 1.0), (-0.5, 0.0), (1.0, -0.5), (-0.3, 0.6), (1.7, 0.0)]

accounts = st.builds(
    Settings,
    initial_cash=st.sampled_from([1_000.0, 1e6]),
    commission_bps=st.sampled_from([0.0, 5.0, 100.0]),
    half_spread_bps=st.sampled_from([0.0, 3.0]),
    slippage=st.just("fixed"),
    slippage_coefficient=st.sampled_from([0.0, 4.0]),
    fill=st.sampled_from(["next_open", "next_close"]),
    size_at=st.sampled_from(["decision", "fill"]),
)


def market(seed: int, length: int, volatility: float, gap: float) -> tuple[Panel, Span]:
    rng = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, volatility, length)))
    open_ = close * np.exp(rng.normal(0.0, gap, length))
    panel = panel_of(open_[:, None], close[:, None])
    return panel, span_of(panel.ts, panel.session, 252.0)


def rows_and_pairs(seed: int, length: int, count: int = 6) -> tuple[Float, Int]:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(5, length))
    if seed % 2:
        rows = np.cumsum(rows, axis=1)
    rows[rng.random(rows.shape) < 0.02] = np.nan
    return rows, rng.integers(0, 5, (count, 2))


@settings(max_examples=120, deadline=None)
@given(
    seed=st.integers(0, 100_000),
    length=st.integers(17, 300),
    volatility=st.sampled_from([0.003, 0.02, 0.06]),
    gap=st.sampled_from([0.0, 0.004, 0.03]),
    weights=st.sampled_from(WEIGHTS),
    pays=st.booleans(),
    account=accounts,
    long=st.sampled_from([1, 1_000]),
)
def test_segments_equal_the_event_engine(
    seed: int,
    length: int,
    volatility: float,
    gap: float,
    weights: tuple[float, float],
    pays: bool,
    account: Settings,
    long: int,
) -> None:
    panel, span = market(seed, length, volatility, gap)
    rng = np.random.default_rng(seed + 1)
    dividends = np.where(rng.random(length) < 0.05, rng.random(length), 0.0) * pays
    rows, pairs = rows_and_pairs(seed, length)
    signals = crossing(rows, pairs)
    open_, close = panel.fields["open"][0], panel.fields["close"][0]
    weight, opposite = weights
    fast, refused = signal_sweep(
        path_of(open_, close, account, dividends, long=long),
        signals,
        span,
        account,
        weight=weight,
        opposite=opposite,
        threads=1,
    )
    slow = Outcome.empty(len(pairs), span)
    for k, bits in enumerate(signals.bits(0, len(pairs), 0)):
        if k in refused:
            assert weight < 0 or opposite < 0
            fast.sums[k] = slow.sums[k]
            continue
        decided = np.concatenate(([True], bits[1:] != bits[:-1]))
        wanted = np.where(decided, np.where(bits, weight, opposite), np.nan)[:, None]
        slow.put(k, simulate(panel, wanted, account, Market(dividends=dividends[:, None])), span)
    kept = np.setdiff1d(np.arange(len(pairs)), refused)
    unit = np.ones(fast.sums.shape[1])
    unit[COSTS] = account.initial_cash
    np.testing.assert_allclose(fast.sums[:, :10] / unit[:10], slow.sums[:, :10] / unit[:10], 1e-9, 1e-9)
    for name in ("block_sums", "block_squares", "block_growth", "monthly"):
        np.testing.assert_allclose(getattr(fast, name)[kept], getattr(slow, name)[kept], 1e-6, 1e-9)
    ours, theirs = statistics_of(fast, span), statistics_of(slow, span)
    for name in ("total_return", "sharpe", "max_drawdown", "exposure", "turnover", "cost_per_year"):
        np.testing.assert_allclose(ours[name][kept], theirs[name][kept], 1e-8, 1e-8, err_msg=name)


@pytest.mark.parametrize("weights", WEIGHTS[:5])
@pytest.mark.parametrize(("seed", "long"), [(0, 1_000), (1, 1), (2, 1_000), (3, 1)])
def test_segments_equal_the_plain_twin(seed: int, long: int, weights: tuple[float, float]) -> None:
    panel, span = market(seed, 260, 0.01, 0.004)
    rows, pairs = rows_and_pairs(seed, 260)
    signals = crossing(rows, pairs)
    account = Settings(initial_cash=500.0, commission_bps=7.0, half_spread_bps=1.0)
    open_, close = panel.fields["open"][0], panel.fields["close"][0]
    dividends = np.zeros(260)
    dividends[40::63] = 0.7
    path = path_of(open_, close, account, dividends, long=long)
    outcome, refused = signal_sweep(
        path, signals, span, account, weight=weights[0], opposite=weights[1], threads=1
    )
    assert len(refused) == 0
    for k, bits in enumerate(signals.bits(0, len(pairs), 0)):
        plain = plain_sweep(
            open_, close, dividends, bits, cash=500.0, cost=8e-4, weight=weights[0], opposite=weights[1]
        )
        curve = np.array([500.0, *plain.equity])
        fall = np.max(1.0 - curve / np.maximum.accumulate(curve))
        expected = [plain.equity[-1] / 500.0, fall, plain.opened, plain.traded, plain.costs]
        found = outcome.sums[k, [GROWTH, FALL, TRADES, TRADED, COSTS]]
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


def test_chunks_and_threads_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    panel, span = market(3, 700, 0.01, 0.003)
    rng = np.random.default_rng(3)
    signals = crossing(np.cumsum(rng.normal(size=(30, 700)), axis=1), rng.integers(0, 30, (500, 2)))
    account = Settings(commission_bps=5.0)
    path = path_of(panel.fields["open"][0], panel.fields["close"][0], account)
    whole, _ = signal_sweep(path, signals, span, account, threads=1)
    monkeypatch.setattr("kuznia.core.backtest.sweep.sweep.CHUNK", 7)
    seen: list[int] = []
    parts, _ = signal_sweep(path, signals, span, account, threads=2, progress=seen.append)
    for name in ("sums", "block_sums", "block_squares", "block_growth", "monthly"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(parts, name))
    assert seen == [*range(7, 500, 7), 500]


def test_long_rows_are_compared_in_tiles() -> None:
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(3, 9_001))
    rows[:, rng.integers(0, 9_001, 200)] = np.nan
    signals = Signals(
        rows,
        np.array([[0, 1], [1, 2]]),
        np.array([[1, 2], [0, 0]]),
        (">", ">="),
        entries=(0, 1, OR),
        exits=(0, 1, AND),
        known_entries=np.array([10, 4_200]),
        known_exits=np.array([0, 70]),
    )
    first = 133
    found = signals.bits(0, 2, first)
    for k in range(2):
        above, least = (rows[signals.left[k, a]] for a in (0, 1))
        one, two = above > rows[signals.right[k, 0]], least >= rows[signals.right[k, 1]]
        entries = (one | two) & (np.arange(9_001) >= [10, 4_200][k])
        exits = one & two & (np.arange(9_001) >= [0, 70][k])
        held, state = np.zeros(9_001, dtype=bool), False
        for t in range(9_001):
            state = (state or entries[t]) and not exits[t]
            held[t] = state
        np.testing.assert_array_equal(found[k], held[first:])


def test_ruin_is_left_to_the_event_engine() -> None:
    close = np.concatenate((np.full(5, 10.0), np.full(20, 40.0)))
    panel = panel_of(close[:, None], close[:, None])
    span = span_of(panel.ts, panel.session, 252.0)
    signals = crossing(np.stack([np.ones(25), np.zeros(25)]), np.array([[0, 1], [1, 0]]))
    outcome, refused = signal_sweep(
        path_of(close, close, Settings()), signals, span, Settings(), weight=-1.0, threads=1
    )
    assert refused.tolist() == [0]
    assert outcome.sums[:, REFUSED].tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"commission_minimum": 1.0}, "commission_minimum"),
        ({"cash_interest": 0.02}, "cash_interest"),
        ({"fill": "same_close"}, "same close"),
        ({"delay": 2}, "delay"),
        ({"lot": 1.0}, "lot"),
        ({"leverage": 2.0}, "leverage"),
        ({"slippage": "volatility", "slippage_coefficient": 0.1}, "slippage"),
    ],
)
def test_what_the_kernel_cannot_hold_is_said(changed: dict[str, object], reason: str) -> None:
    prices = np.array([10.0, 11.0, 12.0])
    assert reason in str(reason_against(prices, prices, Settings(**changed)))  # type: ignore[arg-type]
    with pytest.raises(BacktestError, match="event engine"):
        path_of(prices, prices, Settings(**changed))  # type: ignore[arg-type]


def test_gaps_and_bad_prices_are_said() -> None:
    prices = np.array([10.0, np.nan, 12.0])
    assert reason_against(prices, prices, Settings()) == "missing prices"
    assert "not positive" in str(reason_against(-np.ones(3), np.ones(3), Settings()))
    assert reason_against(np.ones(3), np.ones(3), Settings(borrow_fee=0.1)) is None
    assert reason_against(np.ones(3), np.ones(3), Settings(borrow_fee=0.1), -1.0) == "borrow_fee"


def test_shapes_that_do_not_fit_are_refused() -> None:
    rows = np.zeros((2, 40))
    with pytest.raises(BacktestError, match="row 2 of 2"):
        crossing(rows, np.array([[0, 2]]))
    with pytest.raises(BacktestError, match="two rows"):
        crossing(rows, np.array([0, 1]))
    with pytest.raises(BacktestError, match="signs"):
        Signals(rows, np.array([[0]]), np.array([[1]]), ("<",))  # type: ignore[arg-type]
    panel, span = market(1, 40, 0.01, 0.0)
    path = path_of(panel.fields["open"][0], panel.fields["close"][0], Settings())
    signals = crossing(rows[:, :30], np.array([[0, 1]]))
    with pytest.raises(BacktestError, match="rows that end"):
        signal_sweep(path, signals, span, Settings())
    with pytest.raises(BacktestError, match="opposite signs"):
        signal_sweep(path, crossing(rows, np.array([[0, 1]])), span, Settings(), weight=1.0, opposite=0.5)
    with pytest.raises(BacktestError, match="longer span"):
        span_of(panel.ts[:16], panel.session[:16], 252.0)
