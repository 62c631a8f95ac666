"""Operators of the expression language beside Polars' own ``.over``, in CPU time, one run each.

Run it with ``python -m bench.expressions``. Both sides get complete values of 500 instruments over
2,520 days in the layout they like best: arrays here, one sorted long frame with a window there.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import polars as pl

from kuznia.core.expressions import check, evaluate
from kuznia.core.expressions.warm import warm
from kuznia.core.frames.panel import Panel

N, T = 500, 2520
X, Y = pl.col("close"), pl.col("volume")

PEERS = {
    "ts_mean(close, 60)": X.rolling_mean(60, min_samples=1).over("instrument"),
    "ts_std_dev(close, 60)": X.rolling_std(60, min_samples=2).over("instrument"),
    "ts_max(close, 60)": X.rolling_max(60, min_samples=1).over("instrument"),
    "ts_percentage(close, 60, 0.8)": X.rolling_quantile(0.8, "linear", 60, min_samples=1).over("instrument"),
    "ts_skewness(close, 60)": X.rolling_skew(60, bias=False, min_samples=3).over("instrument"),
    "ts_corr(close, volume, 60)": pl.rolling_corr(X, Y, window_size=60, min_samples=2).over("instrument"),
    "rank(close)": ((X.rank() - 1) / (pl.len() - 1)).over("ts"),
    "zscore(close)": ((X - X.mean()) / X.std()).over("ts"),
}


def cpu(work: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    """CPU seconds over all threads, and what was computed."""
    started = time.process_time()
    found = work()
    return time.process_time() - started, found


def main() -> None:
    rng = np.random.default_rng(0)
    close = 50 * np.exp(np.cumsum(rng.normal(0, 0.02, (N, T)), axis=1))
    volume = rng.lognormal(12, 1, (N, T))
    ts = np.arange(T, dtype=np.int64)
    names = tuple(f"I{n:03}" for n in range(N))
    panel = Panel(names, ts, ts.astype("M8[D]"), ts, {"close": close, "volume": volume})
    frame = pl.DataFrame(
        {
            "instrument": np.repeat(np.arange(N), T),
            "ts": np.tile(ts, N),
            "close": close.ravel(),
            "volume": volume.ravel(),
        }
    )
    warm()
    print(f"{'expression':<32}{'kuznia':>10}{'polars':>10}{'ratio':>8}  largest difference")
    for source, peer in PEERS.items():
        checked = check(source)
        mine, ours = cpu(lambda checked=checked: evaluate({"x": checked}, panel)["x"])
        theirs, other = cpu(lambda peer=peer: frame.select(peer).to_series().to_numpy().reshape(N, T))
        both = ~np.isnan(ours) & ~np.isnan(other)
        gap = float(np.abs(ours - other)[both].max())
        print(f"{source:<32}{mine:>9.3f}s{theirs:>9.3f}s{theirs / mine:>8.1f}  {gap:.1e}")


if __name__ == "__main__":
    main()
