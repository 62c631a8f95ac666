"""Falls from a peak: how deep, how long, how much on the whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuznia.core.metrics.performance import expected_shortfall
from kuznia.core.typing import Float, Microseconds

_DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Drawdown:
    """One fall from a peak and its way back.

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


def table(equity: Float, ts: Microseconds, start: float, count: int = 10) -> list[Drawdown]:
    """The deepest drawdowns that do not overlap: each lasts from a peak to the recovery of that peak.

    Parameters
    ----------
    equity : float64 (T,)
        Worth after each bar, or an index of time-weighted returns.
    ts : int64 (T,)
        Close of each bar, microseconds UTC.
    start : float
        Worth at the first row's time, before anything was traded.
    count : int
        How many at most.

    Returns
    -------
    list of Drawdown
        The deepest first; equal ones by time.

    Examples
    --------
    >>> at = np.arange(6) * 86_400_000_000
    >>> found = table(np.array([100.0, 80.0, 100.0, 110.0, 55.0, 66.0]), at, 100.0)
    >>> [(one.depth, one.peak, one.trough, one.recovered, one.days) for one in found]
    [(0.5, 3, 4, None, 2.0), (0.19999999999999996, 0, 1, 2, 2.0)]
    """
    falls = drawdowns(equity, start)
    under = np.concatenate(([False], falls > 0, [False]))
    first = np.flatnonzero(under[1:] & ~under[:-1])
    after = np.flatnonzero(under[:-1] & ~under[1:])
    if len(first) == 0:
        return []
    depths = np.maximum.reduceat(np.append(falls, 0.0), np.column_stack((first, after)).ravel())[::2]
    found = []
    for k in np.argsort(-depths, kind="stable")[:count]:
        peak = max(int(first[k]) - 1, 0)
        trough = int(first[k] + np.argmax(falls[first[k] : after[k]]))
        recovered = int(after[k]) if after[k] < len(equity) else None
        last = recovered if recovered is not None else len(equity) - 1
        found.append(Drawdown(float(depths[k]), peak, trough, recovered, float(ts[last] - ts[peak]) / _DAY))
    return found


def ulcer(equity: Float, start: float) -> float:
    """Root mean square of the drawdowns of all bars (Martin and McCann 1989), a fraction.

    Examples
    --------
    >>> ulcer(np.array([100.0, 50.0, 50.0, 100.0]), 100.0) == 0.125**0.5
    True
    """
    return float(np.sqrt(np.mean(drawdowns(equity, start) ** 2))) if len(equity) else float("nan")


def martin(growth: float, ulcer_index: float) -> float:
    """Annual growth over the Ulcer index (Martin and McCann 1989); NaN without a drawdown."""
    return growth / ulcer_index if ulcer_index > 0 else float("nan")


def drawdown_at_risk(equity: Float, start: float, level: float = 0.05) -> float:
    """Mean of the worst share `level` of all bars' drawdowns (Chekhlov, Uryasev and Zabarankin 2005)."""
    return expected_shortfall(-drawdowns(equity, start), level)
