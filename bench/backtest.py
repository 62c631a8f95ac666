"""The simulation beside a minimal kernel written by hand for one case: what does the generality cost?

The peer knows no missing prices, fees by share, dividends, borrow fees, orders or trades: it moves
holdings to their targets at the next open with a commission in basis points. Run it with
``python bench/backtest.py``.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numba import njit

from kuznia.core.backtest import _kernels as kernel
from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.settings import Settings
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Bool, Float

SIZES = ((1_260, 30), (5_040, 500), (100_000, 1))
REPEATS = 5


@njit(
    "float64[::1](float64[:, ::1], float64[:, ::1], float64[:, ::1], boolean[::1], float64, float64)",
    cache=True,
)
def by_hand(open_: Float, close: Float, weights: Float, rebalance: Bool, cash: float, rate: float) -> Float:
    """Equity of target weights with next-open fills."""
    length, count = close.shape
    equity = np.empty(length)
    held = np.zeros(count)
    target = np.zeros(count)
    pending = False
    for t in range(length):
        if pending:
            for n in range(count):
                delta = target[n] - held[n]
                cash -= delta * open_[t, n] + abs(delta) * open_[t, n] * rate
                held[n] = target[n]
            pending = False
        worth = cash
        for n in range(count):
            worth += held[n] * close[t, n]
        equity[t] = worth
        if rebalance[t]:
            for n in range(count):
                target[n] = weights[t, n] * worth / close[t, n]
            pending = True
    return equity


def best_of(work: Callable[[], object]) -> float:
    """Shortest of some runs, in seconds."""
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def case(length: int, count: int) -> tuple[Panel, Float]:
    rng = np.random.default_rng(1)
    close = 50.0 * np.exp(np.cumsum(rng.normal(0.0, 0.01, (length, count)), axis=0))
    open_ = close * np.exp(rng.normal(0.0, 0.003, close.shape))
    ts = np.arange(length, dtype=np.int64) * 86_400_000_000
    days = ts.astype("datetime64[us]").astype("datetime64[D]")
    fields = {"open": np.ascontiguousarray(open_.T), "close": np.ascontiguousarray(close.T)}
    panel = Panel(tuple(f"XTST:{n:04d}" for n in range(count)), ts, days, ts, fields)
    weights = rng.random((length, count))
    weights *= 0.9 / weights.sum(axis=1, keepdims=True)
    return panel, np.where((np.arange(length) % 5 == 0)[:, None], weights, np.nan)


def measure(length: int, count: int) -> str:
    """One line of the table; both must give the same equity."""
    panel, weights = case(length, count)
    account = Settings(commission_bps=10.0)
    open_, close = (np.ascontiguousarray(panel.fields[name].T) for name in ("open", "close"))
    rebalance = ~np.isnan(weights[:, 0])
    wanted = np.where(rebalance[:, None], weights, 0.0)
    none, days, settings = np.zeros_like(close), np.ones(length), account.vector()
    peer = best_of(lambda: by_hand(open_, close, wanted, rebalance, 100_000.0, 0.001))
    ours = best_of(lambda: kernel.run(open_, close, none, wanted, rebalance, days, settings))
    whole = best_of(lambda: simulate(panel, weights, account))
    same = by_hand(open_, close, wanted, rebalance, 100_000.0, 0.001)
    np.testing.assert_allclose(simulate(panel, weights, account).equity, same, rtol=1e-9)
    times = f"{peer * 1e3:>8.2f}ms {ours * 1e3:>8.2f}ms {ours / peer:>6.1f} {whole * 1e3:>8.1f}ms"
    return f"{length:>8} {count:>6} {times}"


def main() -> None:
    print(f"{'bars':>8} {'names':>6} {'by hand':>10} {'kernel':>10} {'ratio':>6} {'whole':>10}")
    for length, count in SIZES:
        print(measure(length, count))


if __name__ == "__main__":
    main()
