"""One return series that looks real, beside its market: fat tails, volatility in clusters, a beta."""

from __future__ import annotations

import numpy as np

from kuznia.core.typing import Float, Sessions


def real_looking(bars: int = 1500) -> tuple[Float, Float, Sessions]:
    """Returns of an account and of its market on weekdays from 2015, always the same."""
    rng = np.random.default_rng(2014)
    shocks = rng.standard_t(4, bars) / np.sqrt(2.0)
    variance = np.full(bars, 1e-4)
    for t in range(1, bars):
        variance[t] = 2e-6 + 0.09 * variance[t - 1] * shocks[t - 1] ** 2 + 0.89 * variance[t - 1]
    market = 0.0004 + np.sqrt(variance) * shocks
    own = 0.0001 + 0.8 * market + rng.normal(0, 0.006, bars)
    days = np.arange(np.datetime64("2015-01-01"), np.datetime64("2030-01-01"))
    return own, market, days[np.is_busday(days)][:bars]
