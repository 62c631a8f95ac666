"""Panels of made-up prices for tests of simulations."""

from __future__ import annotations

import numpy as np

from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Float

DAY = 86_400_000_000


def panel_of(open_: Float, close: Float, *, first_day: str = "2024-01-01") -> Panel:
    """A daily panel of ``(T, N)`` opens and closes; highs and lows reach a little further."""
    length, count = close.shape
    session = np.datetime64(first_day) + np.arange(length)
    ts = session.astype("datetime64[us]").astype(np.int64) + 21 * 3600 * 1_000_000
    fields = {
        "open": open_,
        "close": close,
        "high": np.fmax(open_, close) * 1.01,
        "low": np.fmin(open_, close) * 0.99,
        "volume": np.full_like(close, 1e6),
    }
    return Panel(
        tuple(f"XTST:{chr(65 + n)}" for n in range(count)),
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
    return panel_of(np.where(holes, np.nan, open_), np.where(holes, np.nan, close))


def random_weights(seed: int, length: int, count: int, *, every: int = 3, gross: float = 1.0) -> Float:
    """Long and short weights at every so many rows, NaN elsewhere."""
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=(length, count))
    weights *= gross / np.abs(weights).sum(axis=1, keepdims=True)
    weights[rng.random(weights.shape) < 0.2] = 0.0
    return np.where((np.arange(length) % every == 0)[:, None], weights, np.nan)
