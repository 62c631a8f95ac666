"""Markets in which nothing can be foretold, or one thing that was put there."""

from __future__ import annotations

import numpy as np

from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Float

CLOSE = 21 * 3_600_000_000
"""Of every day, UTC."""


def noise(rng: np.random.Generator, instruments: int, bars: int, *, drift: float = 0.0) -> Panel:
    """Bars without memory: one factor, calm and wild times, fat tails, sectors, a volume.

    Parameters
    ----------
    drift : float
        When above 0, a share of each night's return follows the last five days' returns from open to
        close, ranked across instruments: the next open foretells part of the night after it.
    """
    shape = (instruments, bars)
    wild = np.exp(0.5 * np.sin(np.arange(bars) / 25.0 + rng.uniform(0, 6)))
    shocks = rng.standard_t(5, shape) * wild
    beta = rng.uniform(0.3, 1.5, (instruments, 1))
    common = beta * rng.standard_normal(bars) * wild
    day = 0.01 * (shocks + 0.7 * common)
    night = 0.004 * rng.standard_normal(shape)
    if drift:
        night += 0.01 * drift * _foretold(day)
    steps = np.log1p(day) + np.log1p(night)
    closes = 50.0 * np.exp(np.cumsum(steps, axis=1))
    opens = closes / (1.0 + day)
    reach = np.abs(0.006 * rng.standard_normal((2, *shape)))
    fields = {
        "open": opens,
        "close": closes,
        "high": np.maximum(opens, closes) * (1.0 + reach[0]),
        "low": np.minimum(opens, closes) * (1.0 - reach[1]),
        "volume": rng.lognormal(13.0, 0.6, shape),
    }
    session = (np.datetime64("2020-01-01") + np.arange(bars)).astype("datetime64[D]")
    ts = session.astype("datetime64[us]").astype(np.int64) + CLOSE
    sectors = np.repeat(np.arange(instruments)[:, None] % 3, bars, axis=1).astype(np.int64)
    names = tuple(f"XNYS:N{n:03d}" for n in range(instruments))
    return Panel(names, ts, session, ts + 1_800_000_000, fields, {"sector": sectors})


def _foretold(day: Float) -> Float:
    """The mean of five days up to the one before yesterday, standardised across instruments."""
    total = np.cumsum(np.pad(day, ((0, 0), (5, 0))), axis=1)
    mean = total[:, 5:] - total[:, :-5]
    mean = (mean - mean.mean(axis=0)) / mean.std(axis=0)
    return np.pad(mean, ((0, 0), (2, 0)))[:, : day.shape[1]]
