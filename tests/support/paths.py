"""Panels of made-up prices for tests of simulations."""

from __future__ import annotations

import numpy as np

from kuznia.core.backtest.market import Market
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Float

DAY = 86_400_000_000


def panel_of(
    open_: Float,
    close: Float,
    *,
    first_day: str = "2024-01-01",
    volume: Float | None = None,
    names: tuple[str, ...] | None = None,
) -> Panel:
    """A daily panel of ``(T, N)`` opens and closes; highs and lows reach a little further."""
    length, count = close.shape
    session = np.datetime64(first_day) + np.arange(length)
    ts = session.astype("datetime64[us]").astype(np.int64) + 21 * 3600 * 1_000_000
    fields = {
        "open": open_,
        "close": close,
        "high": np.fmax(open_, close) * 1.01,
        "low": np.fmin(open_, close) * 0.99,
        "volume": np.full_like(close, 1e6) if volume is None else volume,
    }
    return Panel(
        names or tuple(f"XTST:{chr(65 + n)}" for n in range(count)),
        ts,
        session.astype("datetime64[D]"),
        ts + 30 * 60_000_000,
        {name: np.ascontiguousarray(values.T) for name, values in fields.items()},
    )


def random_panel(seed: int, length: int, count: int, *, gaps: float = 0.0) -> Panel:
    """Random walks, with a share of missing bars."""
    rng = np.random.default_rng(seed)
    close = 50.0 * np.exp(np.cumsum(rng.normal(0, 0.02, (length, count)), axis=0))
    open_ = close * np.exp(rng.normal(0, 0.005, close.shape))
    holes = rng.random(close.shape) < gaps
    volume = np.where(rng.random(close.shape) < gaps / 2, 0.0, np.round(rng.lognormal(8.0, 1.5, close.shape)))
    volume = np.where(holes, np.nan, volume)
    return panel_of(np.where(holes, np.nan, open_), np.where(holes, np.nan, close), volume=volume)


def random_weights(seed: int, length: int, count: int, *, every: int = 3, gross: float = 1.0) -> Float:
    """Long and short weights at every so many rows, NaN elsewhere."""
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=(length, count))
    weights *= gross / np.abs(weights).sum(axis=1, keepdims=True)
    weights[rng.random(weights.shape) < 0.2] = 0.0
    return np.where((np.arange(length) % every == 0)[:, None], weights, np.nan)


def random_market(seed: int, length: int, count: int) -> Market:
    """Dividends, deposits, fees, rates of exchange, sectors and returns of those that end."""
    rng = np.random.default_rng(seed)
    return Market(
        dividends=np.where(rng.random((length, count)) < 0.2, rng.random((length, count)) * 0.3, 0.0),
        cash_flows=np.where(rng.random(length) < 0.2, rng.normal(0.0, 300.0, length), 0.0),
        borrow_fee=np.where(rng.random(count) < 0.5, rng.random(count) * 0.2, np.nan),
        fx=np.exp(np.cumsum(rng.normal(0.0, 0.01, (length, count)), axis=0)),
        sectors=rng.integers(-1, 2, count),
        delisting_return=np.where(rng.random(count) < 0.5, -rng.random(count), np.nan),
    )
