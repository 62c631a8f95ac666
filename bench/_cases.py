"""Markets, signals and weights of the measurements and cross-checks: plain arrays, the same for everyone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench import _hand as hand
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Float

DAY = 86_400_000_000
CASH = 100_000.0


@dataclass(frozen=True)
class Bars:
    """Prices ``(T, N)`` and the microseconds of their closes."""

    ts: np.ndarray
    open: Float
    high: Float
    low: Float
    close: Float
    volume: Float

    def panel(self) -> Panel:
        """The same as the library's own value."""
        names = ("open", "high", "low", "close", "volume")
        fields = {name: np.ascontiguousarray(getattr(self, name).T) for name in names}
        days = self.ts.astype("datetime64[us]").astype("datetime64[D]")
        instruments = tuple(f"XTST:{n:04d}" for n in range(self.close.shape[1]))
        return Panel(instruments, self.ts, days, self.ts, fields)

    def arrays(self) -> dict[str, np.ndarray]:
        """What a peer gets."""
        names = ("ts", "open", "high", "low", "close", "volume")
        return {name: getattr(self, name) for name in names}


def bars(length: int, count: int = 1, *, seed: int = 1, volatility: float = 0.01, step: int = DAY) -> Bars:
    """Random walks with a drift of nothing: opens apart from the close before, highs and lows beyond both."""
    rng = np.random.default_rng(seed)
    close = 50.0 * np.exp(np.cumsum(rng.normal(0.0, volatility, (length, count)), axis=0))
    gap = np.exp(rng.normal(0.0, 0.3 * volatility, close.shape))
    open_ = np.concatenate([close[:1], close[:-1]]) * gap
    reach = np.abs(rng.normal(0.0, 0.5 * volatility, (2, *close.shape)))
    high = np.maximum(open_, close) * np.exp(reach[0])
    low = np.minimum(open_, close) * np.exp(-reach[1])
    volume = np.round(rng.lognormal(14.0, 0.5, close.shape))
    ts = 1_262_304_000_000_000 + np.arange(length, dtype=np.int64) * step
    return Bars(ts, open_, high, low, close, volume)


def crosses(given: Bars, fast: int, slow: int) -> tuple[np.ndarray, np.ndarray]:
    """Entries and exits of two averages of the first instrument's close."""
    return hand.sma_cross(np.ascontiguousarray(given.close[:, 0]), fast, slow)


def target(entries: np.ndarray, exits: np.ndarray, weight: float = 1.0) -> Float:
    """The same decisions as target weights ``(T, 1)``."""
    found = np.full((len(entries), 1), np.nan)
    found[np.flatnonzero(exits)] = 0.0
    found[np.flatnonzero(entries)] = weight
    return found


def monthly(given: Bars, names: int, *, every: int = 21, seed: int = 2, invested: float = 0.95) -> Float:
    """Every so many bars equal weights of some names, chosen by lot; NaN between."""
    rng = np.random.default_rng(seed)
    length, count = given.close.shape
    weights = np.full((length, count), np.nan)
    for t in range(every - 1, length - 1, every):
        weights[t] = 0.0
        weights[t, rng.choice(count, names, replace=False)] = invested / names
    return weights


def daily(given: Bars, *, seed: int = 3, invested: float = 0.9) -> Float:
    """New weights of every instrument at every bar but the last."""
    weights = np.random.default_rng(seed).random(given.close.shape)
    weights *= invested / weights.sum(axis=1, keepdims=True)
    weights[-1] = np.nan
    return weights


def pairs(count: int, *, fastest: int = 5, step: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """The windows, and ``count`` pairs of their places with the first below the second."""
    size = int(np.ceil((1 + np.sqrt(1 + 8 * count)) / 2))
    windows = fastest + step * np.arange(size, dtype=np.int64)
    places = np.array([(i, j) for j in range(size) for i in range(j)], dtype=np.int64)[:count]
    return windows, np.ascontiguousarray(places)
