"""Round trips: first in, first out, their excursions over the bars that were held, and why they ended."""

from __future__ import annotations

import time

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.settings import Settings
from tests.support.paths import panel_of, random_panel, random_weights


def test_lots_are_closed_first_in_first_out() -> None:
    prices = np.array([[10.0], [10.0], [12.0], [15.0], [15.0], [15.0]])
    weights = np.array([[0.1], [0.4], [0.2], [0.0], [np.nan], [np.nan]])
    account = Settings(initial_cash=1_000.0, size_at="fill", commission_bps=100.0)
    trades = simulate(panel_of(prices, prices), weights, account).trades
    assert trades["entry"].to_list()[:2] == [10.0, 12.0]
    assert trades["closed"].to_list()[0] == 3
    assert trades["quantity"][0] == 10.0
    assert abs(trades["pnl"][0] - (10 * 5.0 - 10 * (10.0 + 15.0) * 0.01)) < 1e-9
    assert set(trades["reason"]) == {"reduced", "exited"}


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    fill=st.sampled_from(["next_open", "next_close", "same_close"]),
    length=st.sampled_from([50, 400]),
)
def test_excursions_cover_the_bars_held_from_open_to_close(seed: int, fill: str, length: int) -> None:
    """Few orders and many, which are read by blocks, give what a look at each bar gives."""
    panel = random_panel(seed, length, 2, gaps=0.05)
    result = simulate(panel, random_weights(seed, length, 2, every=2), Settings(fill=fill))  # type: ignore[arg-type]
    fields = {name: panel.fields[name].tolist() for name in ("open", "high", "low", "close")}
    for trade in result.trades.iter_rows(named=True):
        n = panel.instruments.index(trade["instrument"])
        first = trade["opened"] + (trade["entry"] != fields["open"][n][trade["opened"]])
        whole = trade["reason"] == "open" or trade["exit"] == fields["close"][n][trade["closed"]]
        rows = range(first, trade["closed"] + whole)
        ends = [trade["entry"], trade["exit"]]
        best = max(ends + [fields["high"][n][t] for t in rows if fields["high"][n][t] > 0])
        worst = min(ends + [fields["low"][n][t] for t in rows if fields["low"][n][t] > 0])
        up, down = best / trade["entry"] - 1, 1 - worst / trade["entry"]
        against, gained = (down, up) if trade["side"] > 0 else (up, down)
        np.testing.assert_allclose([trade["mae"], trade["mfe"]], [against, gained], atol=1e-12)


def test_many_lots_of_one_holding_take_no_square_of_time() -> None:
    """Something bought a little at each of 20,000 bars: 10,000 bars of each lot would be 200 million."""
    length = 20_000
    prices = np.full((length, 1), 10.0)
    weights = np.linspace(1e-5, 0.9, length)[:, None]
    result = simulate(panel_of(prices, prices), weights)
    started = time.process_time()
    assert result.trades.height > 19_000
    assert time.process_time() - started < 1.0
