"""Compile every kernel ahead of its first use, at install: ``python -m kuznia.worker.warm``."""

from concurrent.futures import ProcessPoolExecutor

import numpy as np

from kuznia.core.backtest.engine import simulate
from kuznia.core.expressions.warm import warm as warm_expressions
from kuznia.core.frames.panel import Panel

BARS = 4
DAY = 86_400_000_000


def warm_backtest() -> None:
    """Simulate a few bars, which fills numba's cache on disk."""
    ts = np.arange(BARS, dtype=np.int64) * DAY
    prices = np.linspace(1.0, 2.0, 2 * BARS).reshape(2, BARS)
    sessions = ts.astype("M8[us]").astype("M8[D]")
    panel = Panel(("A", "B"), ts, sessions, ts, {"open": prices, "close": prices})
    weights = np.tile(np.array([[0.5, -0.5], [-0.5, 0.5]]), (BARS // 2, 1))
    simulate(panel, weights)


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as pool:
        for one in [pool.submit(warm) for warm in (warm_backtest, warm_expressions)]:
            one.result()
