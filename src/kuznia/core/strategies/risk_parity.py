"""Risk parity: weights at which every instrument contributes the same risk."""

from __future__ import annotations

import numpy as np

from kuznia.core.errors import StrategyError
from kuznia.core.frames.panel import Panel
from kuznia.core.strategies import _kernels as kernel
from kuznia.core.strategies import construction
from kuznia.core.strategies.calendar import decisions
from kuznia.core.strategies.spec import RiskParity
from kuznia.core.typing import Float

TOLERANCE = 1e-10
STEPS = 10_000


def equal_risk_weights(covariances: Float) -> Float:
    """Long-only weights of a covariance at which all contribute the same risk; they sum to 1. (N,)

    Maillard, Roncalli and Teiletche 2010, solved by cyclical coordinate descent.

    Parameters
    ----------
    covariances : float64 (N, N)
        Symmetric, with a diagonal above zero.

    Examples
    --------
    Two instruments are weighted by one over their volatility, whatever their correlation:

    >>> equal_risk_weights(np.array([[0.04, 0.01], [0.01, 0.01]])).round(9).tolist()
    [0.333333333, 0.666666667]
    """
    if covariances.ndim != 2 or covariances.shape[0] != covariances.shape[1]:
        raise StrategyError(f"The covariance has shape {covariances.shape}.", "Give a square one.")
    if not (np.diag(covariances) > 0).all() or not np.isfinite(covariances).all():
        raise StrategyError("A variance of the covariance is not above zero.", "Leave that instrument out.")
    return kernel.equal_risk(np.ascontiguousarray(covariances, dtype=np.float64), TOLERANCE, STEPS)


def risk_contributions(weights: Float, covariances: Float) -> Float:
    """Parts of the portfolio's variance that come from each instrument; they sum to 1. (N,)"""
    marginal = (covariances * weights).sum(axis=1)
    return np.asarray(weights * marginal / float((weights * marginal).sum()))


def risk_parity_weights(strategy: RiskParity, panel: Panel, start: int) -> Float:
    """Weights of every decision; NaN between them. (T, N)"""
    count, length = panel.shape
    close = panel.fields["close"]
    weights = np.full((length, count), np.nan)
    for t in np.flatnonzero(decisions(panel.session, strategy.rebalance)):
        if t < max(start, strategy.window):
            continue
        window = close[:, t - strategy.window : t + 1].T.copy()
        moves = window[1:] / window[:-1] - 1.0
        usable = np.flatnonzero(~np.isnan(moves).any(axis=0) & (moves != moves[:1]).any(axis=0))
        if len(usable) == 0:
            continue
        if len(usable) >= strategy.window and strategy.shrinkage == 0.0:
            raise StrategyError(
                f"A covariance of {len(usable)} instruments from {strategy.window} bars is singular.",
                "Use a longer window, or some shrinkage.",
                "window",
            )
        covariances = kernel.covariance(np.ascontiguousarray(moves[:, usable]))
        own = np.diag(np.diag(covariances))
        covariances = covariances * (1.0 - strategy.shrinkage) + own * strategy.shrinkage
        row = np.zeros(count)
        row[usable] = strategy.gross * equal_risk_weights(covariances)
        weights[t] = construction.truncated(row, strategy.truncation)
    return construction.finished(weights, panel, strategy)
