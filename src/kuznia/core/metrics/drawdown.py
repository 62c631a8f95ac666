"""The deepest fall from a peak, and how long it took to come back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuznia.core.typing import Float, Microseconds

_DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest drawdown.

    Parameters
    ----------
    depth : float
        Fraction of the peak that was lost, never negative.
    peak, trough : int
        Rows of the peak and of the lowest point.
    recovered : int or None
        Row at which the peak was reached again; None if it never was.
    days : float
        Calendar days from the peak to the recovery, or to the end.
    """

    depth: float
    peak: int
    trough: int
    recovered: int | None
    days: float


def drawdowns(equity: Float, start: float) -> Float:
    """Fraction lost since the highest worth so far, the starting capital included.

    Examples
    --------
    >>> drawdowns(np.array([75.0, 120.0, 60.0]), 100.0).tolist()
    [0.25, 0.0, 0.5]
    """
    peaks = np.maximum(np.maximum.accumulate(equity), start)
    return np.asarray(1.0 - equity / peaks)


def deepest(equity: Float, ts: Microseconds, start: float) -> Drawdown:
    """The deepest drawdown of an equity curve whose starting capital was worth `start` at its first row.

    Examples
    --------
    >>> at = np.arange(4) * 86_400_000_000
    >>> deepest(np.array([100.0, 50.0, 80.0, 100.0]), at, 100.0)
    Drawdown(depth=0.5, peak=0, trough=1, recovered=3, days=3.0)
    """
    falls = drawdowns(equity, start)
    trough = int(np.argmax(falls))
    peaks = np.maximum(np.maximum.accumulate(equity), start)
    top = peaks[trough]
    at_top = np.flatnonzero(equity[: trough + 1] == top)
    peak = int(at_top[-1]) if len(at_top) else 0
    later = np.flatnonzero(equity[trough:] >= top)
    recovered = trough + int(later[0]) if len(later) else None
    last = recovered if recovered is not None else len(equity) - 1
    return Drawdown(float(falls[trough]), peak, trough, recovered, float(ts[last] - ts[peak]) / _DAY)
