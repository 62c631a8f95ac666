"""Compile every kernel ahead of its first use, at install: ``python -m kuznia.worker.warm``."""

import pkgutil
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module

import numpy as np

import kuznia.core
from kuznia.core.backtest.engine import simulate
from kuznia.core.expressions.warm import warm as warm_expressions
from kuznia.core.frames.panel import Panel

LANGUAGE = "kuznia.core.expressions."
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


def warm_language() -> None:
    """What expressions compute with, which is half of all."""
    _import_kernels(of_language=True)
    warm_expressions()


def warm_rest() -> None:
    """What everything else computes with."""
    _import_kernels(of_language=False)
    warm_backtest()


def _import_kernels(*, of_language: bool) -> None:
    """Import modules of kernels: their signatures are written down, so that they compile then."""
    for module in pkgutil.walk_packages(kuznia.core.__path__, "kuznia.core."):
        if module.name.endswith("_kernels") and module.name.startswith(LANGUAGE) == of_language:
            import_module(module.name)


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as pool:
        for one in [pool.submit(warm) for warm in (warm_language, warm_rest)]:
            one.result()
