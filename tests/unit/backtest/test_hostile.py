"""Input that nobody should give: right numbers or an error that says where and how to mend it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.market import Market
from kuznia.core.backtest.result import BacktestResult, filled_forward
from kuznia.core.backtest.settings import Settings
from kuznia.core.errors import BacktestError, CoreError, FrameError
from kuznia.core.typing import Float
from tests.support.paths import panel_of, random_market, random_panel, random_weights

WILD = st.sampled_from(
    [0.0, 1e-300, 1e-9, 1e-3, 0.5, 1.0, 3.0, 100.0, 1e9, 1e18, 1e300, np.inf, np.nan, -1.0]
)
GIVEN: dict[str, Any] = {
    "initial_cash": WILD,
    "commission_bps": WILD,
    "commission_per_share": WILD,
    "commission_per_order": WILD,
    "commission_minimum": WILD,
    "commission_maximum_bps": WILD,
    "half_spread_bps": WILD,
    "slippage_coefficient": WILD,
    "slippage": st.sampled_from(["fixed", "volatility", "volume_share", "square_root"]),
    "participation": WILD,
    "lot": st.sampled_from([0.0, 1e-6, 1.0, 1e12]),
    "tick": st.sampled_from([0.0, 1e-6, 1.0, 1e12]),
    "delay": st.sampled_from([0, 1, 3, 10_000]),
    "stale_bars": st.sampled_from([1, 3, 10**9]),
    "cash_interest": WILD,
    "debit_interest": WILD,
    "borrow_fee": WILD,
    "leverage": WILD,
    "maintenance": WILD,
    "limit_gross": WILD,
    "limit_net": WILD,
    "limit_name": WILD,
    "limit_loss": WILD,
    "fill": st.sampled_from(["next_open", "next_close", "same_close"]),
    "size_at": st.sampled_from(["decision", "fill"]),
}


def holds(result: BacktestResult) -> None:
    """Worth is cash and positions at their marks, flows add up to the cash, and all of it is a number."""
    marks = filled_forward(result.panel.fields["close"].T)
    fx = 1.0 if result.market.fx is None else result.market.fx
    held = result.positions
    values = np.where(held != 0, held * marks * fx, 0.0)
    scale = 1.0 + np.abs(values).sum(axis=1) + np.abs(result.cash)
    assert np.isfinite(result.equity).all() and np.isfinite(result.cash).all()
    assert np.all(np.abs(result.equity - result.cash - values.sum(axis=1)) <= 1e-9 * scale)
    assert np.isfinite(result.returns).all() and result.trades.height <= result.orders.height


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    change=st.lists(st.sampled_from(sorted(GIVEN)), max_size=5, unique=True).flatmap(
        lambda names: st.fixed_dictionaries({name: GIVEN[name] for name in names})
    ),
    seed=st.integers(0, 1000),
    length=st.integers(1, 25),
    count=st.integers(1, 4),
    gaps=st.sampled_from([0.0, 0.5, 1.0]),
    gross=st.sampled_from([0.0, 1.0, 40.0, 1e12, 1e308]),
    beside=st.booleans(),
)
def test_any_settings_give_numbers_that_add_up_or_an_error(
    change: dict[str, Any], seed: int, length: int, count: int, gaps: float, gross: float, beside: bool
) -> None:
    panel = random_panel(seed, length, count, gaps=gaps)
    weights = random_weights(seed, length, count, every=2) * gross
    market = random_market(seed, length, count) if beside else None
    try:
        result = simulate(panel, weights, Settings(**change), market)
    except BacktestError as error:
        assert error.what and error.remedy
        return
    holds(result)


def doubling(length: int) -> Float:
    return np.asarray(10.0 * 2.0 ** np.arange(float(length))[:, None])


@pytest.mark.parametrize("credit", [{}, {"leverage": 3.0, "maintenance": 0.3}, {"limit_loss": 0.5}])
def test_a_ruined_account_is_counted_to_the_end(credit: dict[str, Any]) -> None:
    rises = panel_of(doubling(12), doubling(12))
    weights = np.where(np.arange(12)[:, None] % 2 == 0, -1.0, np.nan)
    result = simulate(rises, weights, Settings(**credit))
    assert result.equity[-1] < 0
    holds(result)


def test_withdrawals_and_dividends_beyond_everything_are_counted() -> None:
    panel = random_panel(1, 20, 2)
    weights = np.where(np.arange(20)[:, None] % 3 == 0, [[0.5, 0.5]], np.nan)
    flows = np.zeros(20)
    flows[5], flows[15] = -1e6, 3e6
    result = simulate(panel, weights, Settings(cash_interest=0.1), Market(cash_flows=flows))
    assert result.equity[6] < 0 < result.equity[-1]
    holds(result)
    holds(simulate(panel, weights, None, Market(dividends=np.full((20, 2), 1e4))))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"delay": "1"}, "delay"),
        ({"delay": None}, "delay"),
        ({"initial_cash": True}, "initial_cash"),
        ({"commission_tiers": 3}, "commission_tiers"),
        ({"commission_tiers": [[1.0]]}, "commission_tiers"),
        ({"commission_tiers": ((1_000.0, 10.0),)}, "first tier"),
        ({"slippage": "fixed", "slippage_coefficient": 10_000.0}, "slippage_coefficient"),
        ({"borrow_fee": -0.02}, "borrow_fee"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_settings_that_mean_nothing_are_refused(change: dict[str, Any], what: str) -> None:
    with pytest.raises(BacktestError, match=what):
        Settings.from_spec(change)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("close", 0.0, "close of 0"), ("open", -3.0, "open of -3"), ("close", np.inf, "close of inf")],
)
def test_wrong_prices_are_named_with_instrument_and_time(field: str, value: float, said: str) -> None:
    panel = random_panel(1, 10, 2)
    wrong = panel.fields[field].copy()
    wrong[1, 4] = value
    with pytest.raises(BacktestError, match=rf"XTST:B has an? {said} at 2024-01-05T21:00:00Z") as found:
        simulate(replace(panel, fields={**panel.fields, field: wrong}), np.full((10, 2), 0.5))
    assert found.value.remedy


@pytest.mark.parametrize("ts", [[0, 2, 1], [0, 1, 1]])
def test_times_must_rise(ts: list[int]) -> None:
    panel = random_panel(1, 3, 1)
    with pytest.raises(FrameError, match="column 2"):
        replace(panel, ts=np.array(ts, dtype=np.int64))


def test_numbers_beyond_all_others_are_refused_by_name() -> None:
    panel = random_panel(1, 10, 2)
    with pytest.raises(BacktestError, match=r"worth at 2024-01-02T21:00:00Z .* after an order of XTST:A"):
        simulate(panel, np.full((10, 2), 1e308))
    tiny = panel_of(panel.fields["open"].T * 1e-310, panel.fields["close"].T * 1e-310)
    with pytest.raises(CoreError, match="beyond what a number can hold"):
        simulate(tiny, np.full((10, 2), 0.5))


@pytest.mark.parametrize("codes", [[0.0, np.nan], [0, 10**12], [0.5, 1.0], [0, -2]])
def test_sectors_are_small_whole_numbers(codes: list[float]) -> None:
    with pytest.raises(BacktestError, match=r"sectors is .* for XTST"):
        simulate(
            random_panel(1, 5, 2),
            np.full((5, 2), 0.5),
            Settings(limit_sector=0.3),
            Market(sectors=np.array(codes)),
        )
