"""Small worlds that every analysis is tried on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.market import Market
from kuznia.core.backtest.result import BacktestResult
from kuznia.core.backtest.settings import Settings
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Float

COSTLY = Settings(commission_bps=5.0, half_spread_bps=2.0, borrow_fee=0.02, cash_interest=0.01)


@dataclass(frozen=True)
class World:
    """Bars, weights of a monthly long-short strategy on them, and what else the account meets."""

    panel: Panel
    weights: Float
    market: Market

    def account(self, settings: Settings = COSTLY) -> BacktestResult:
        return simulate(self.panel, self.weights, settings, self.market)


def world(count: int = 12, bars: int = 504, *, seed: int = 1, short: bool = True) -> World:
    """Random walks with a common market, gaps, dividends; decisions every 21 bars."""
    rng = np.random.default_rng(seed)
    common = rng.normal(0.0004, 0.008, bars)
    close = 50.0 * np.exp(np.cumsum(common + rng.normal(0, 0.012, (count, bars)), axis=1))
    open_ = close * np.exp(rng.normal(0, 0.004, close.shape))
    gap = slice(bars // 3, bars // 3 + 30)
    if count > 1:
        close[1, gap] = open_[1, gap] = np.nan
    ts = np.arange(bars, dtype=np.int64) * 86_400_000_000
    days = ts.astype("datetime64[us]").astype("datetime64[D]")
    fields = {
        "open": open_,
        "close": close,
        "high": np.fmax(open_, close) * 1.003,
        "low": np.fmin(open_, close) * 0.997,
        "volume": rng.uniform(1e5, 1e6, close.shape),
    }
    panel = Panel(tuple(f"XTST:{n:02d}" for n in range(count)), ts, days, ts, fields)
    weights = np.full((bars, count), np.nan)
    for t in range(0, bars, 21):
        names = rng.permutation(count)
        weights[t] = 0.0
        weights[t, names[: max(1, count // 3)]] = 1.0 / max(1, count // 3)
        if short:
            weights[t, names[count // 3 : count // 3 + count // 6]] = -0.1
    dividends = np.zeros(weights.shape)
    dividends[40::63] = 0.3
    return World(panel, weights, Market(dividends=dividends, sectors=np.arange(count) % 4))


def one_name(close: list[float], weights: list[float], settings: Settings | None = None) -> BacktestResult:
    """One instrument whose opens are its closes."""
    ts = np.arange(len(close), dtype=np.int64) * 86_400_000_000
    prices = np.array([close])
    days = ts.astype("datetime64[us]").astype("datetime64[D]")
    panel = Panel(("XTST:A",), ts, days, ts, {"open": prices, "close": prices})
    return simulate(panel, np.array(weights)[:, None], settings or Settings())
