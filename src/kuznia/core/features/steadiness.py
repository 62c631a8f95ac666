"""How a feature behaves from year to year: how much of it is known, and how fast its ranks move."""

from __future__ import annotations

import numpy as np

from kuznia.core.typing import Bool, Float, Sessions


def coverage_by_period(
    values: Float, present: Bool, session: Sessions, period: str = "Y"
) -> dict[str, float]:
    """Known values over the cells with a bar, for each calendar year (``"Y"``) or month (``"M"``).

    Parameters
    ----------
    values : float64 (N, T)
        The feature.
    present : bool (N, T)
        Where the instrument has a bar.
    session : datetime64[D] (T,)
        Trading date of each bar, increasing.
    period : {"Y", "M"}

    Returns
    -------
    dict of str to float
        By period, in order; NaN for one without a bar.

    Examples
    --------
    >>> sessions = np.array(["2023-12-29", "2024-01-02"], dtype="datetime64[D]")
    >>> coverage_by_period(np.array([[np.nan, 1.0], [2.0, 3.0]]), np.ones((2, 2), dtype=bool), sessions)
    {'2023': 0.5, '2024': 1.0}
    """
    known = (~np.isnan(values) & present).sum(axis=0).astype(np.float64)
    return _ratios(known, present.sum(axis=0).astype(np.float64), session, period)


def turnover_by_period(ranks: Float, session: Sessions, period: str = "Y") -> dict[str, float]:
    """Mean change of rank from bar to bar, for each calendar year or month of the later bar.

    Parameters
    ----------
    ranks : float64 (N, T)
        0 to 1 at each bar; NaN where not known.
    session, period
        As in :func:`coverage_by_period`.

    Examples
    --------
    >>> sessions = np.array(["2023-12-28", "2023-12-29", "2024-01-02"], dtype="datetime64[D]")
    >>> turnover_by_period(np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 0.5]]), sessions)
    {'2023': 1.0, '2024': 0.25}
    """
    moves = np.abs(np.diff(ranks, axis=1, prepend=np.nan))
    there = ~np.isnan(moves)
    return _ratios(np.where(there, moves, 0.0).sum(axis=0), there.sum(axis=0).astype(float), session, period)


def _ratios(above: Float, below: Float, session: Sessions, period: str) -> dict[str, float]:
    if len(session) == 0:
        return {}
    periods = session.astype(f"datetime64[{period}]")
    starts = np.flatnonzero(np.r_[True, periods[1:] != periods[:-1]])
    total, count = np.add.reduceat(above, starts), np.add.reduceat(below, starts)
    return {
        str(periods[start]): float(a / b) if b else float("nan")
        for start, a, b in zip(starts, total, count, strict=True)
    }
