"""What doing nothing clever would have earned, simulated by the same engine."""

from __future__ import annotations

import numpy as np

from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.market import Market
from kuznia.core.backtest.result import BacktestResult
from kuznia.core.backtest.settings import Settings
from kuznia.core.errors import BacktestError
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Bool, Float


def equal_weights(panel: Panel, rebalance: Bool) -> Float:
    """Equal weights of every instrument that has a close, at the rows of `rebalance`; NaN elsewhere.

    Returns
    -------
    float64 (T, N)
    """
    known = ~np.isnan(panel.fields["close"].T)
    count = known.sum(axis=1, keepdims=True)
    weights = np.where(known, 1.0 / np.maximum(count, 1), 0.0)
    return np.where(rebalance[:, None], weights, np.nan)


def equal_weighted(
    panel: Panel, rebalance: Bool, settings: Settings, market: Market | None = None
) -> BacktestResult:
    """Hold the whole universe in equal parts, set back to equal at the rows of `rebalance`."""
    return simulate(panel, equal_weights(panel, rebalance), settings, market)


def buy_and_hold(
    panel: Panel, instrument: str, settings: Settings, market: Market | None = None
) -> BacktestResult:
    """Put everything into one instrument at the first decision and leave it there.

    Dividends: the cash they bring is not invested again, and the result says so by its cash.
    """
    if instrument not in panel.instruments:
        raise BacktestError(f"{instrument} is not in the panel.", "Name an instrument that has bars.")
    n = panel.instruments.index(instrument)
    weights = np.full((panel.shape[1], panel.shape[0]), np.nan)
    known = np.flatnonzero(~np.isnan(panel.fields["close"][n]))
    if len(known) == 0:
        raise BacktestError(f"{instrument} has no close in the span.", "Choose another span or benchmark.")
    weights[known[0]] = 0.0
    weights[known[0], n] = 1.0
    return simulate(panel, weights, settings, market)
