"""Returns by month and by year."""

from __future__ import annotations

import numpy as np

from kuznia.core.typing import Float, Sessions


def by_month(returns: Float, sessions: Sessions) -> list[tuple[int, int, float]]:
    """Compound return of each month that has bars, as (year, month, return).

    Examples
    --------
    >>> days = np.array(["2024-01-30", "2024-01-31", "2024-02-01"], dtype="datetime64[D]")
    >>> [(y, m, round(r, 4)) for y, m, r in by_month(np.array([0.1, 0.1, -0.5]), days)]
    [(2024, 1, 0.21), (2024, 2, -0.5)]
    """
    months = sessions.astype("datetime64[M]")
    found, compound = _compound(returns, months)
    return [
        (int(month) // 12 + 1970, int(month) % 12 + 1, float(value))
        for month, value in zip(found.astype(np.int64), compound, strict=True)
    ]


def by_year(returns: Float, sessions: Sessions) -> list[tuple[int, float]]:
    """Compound return of each year that has bars, as (year, return)."""
    found, compound = _compound(returns, sessions.astype("datetime64[Y]"))
    return [
        (int(year) + 1970, float(value)) for year, value in zip(found.astype(np.int64), compound, strict=True)
    ]


def _compound(returns: Float, periods: Sessions) -> tuple[Sessions, Float]:
    if len(returns) == 0:
        return periods, returns
    starts = np.flatnonzero(np.concatenate(([True], periods[1:] != periods[:-1])))
    return periods[starts], np.multiply.reduceat(1.0 + returns, starts) - 1.0
