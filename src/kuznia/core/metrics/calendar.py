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


SESSION_HOURS = 6.5
"""Hours of a regular session of the exchanges that trade shares."""


def periods_per_year(frequency: str, calendar: str) -> float:
    """Bars of a year of a calendar.

    Parameters
    ----------
    frequency : {"day", "hour", "minute"}
        Length of a bar.
    calendar : str
        ``"24/7"``, ``"24/5"``, or an exchange with sessions of 6.5 hours on 252 days.

    Examples
    --------
    >>> periods_per_year("day", "XNYS"), periods_per_year("hour", "24/7")
    (252.0, 8760.0)
    """
    days = {"24/7": 365.0, "24/5": 260.0}.get(calendar, 252.0)
    hours = 24.0 if calendar in ("24/7", "24/5") else SESSION_HOURS
    bars = {"day": 1.0, "hour": hours, "minute": hours * 60.0}
    return days * bars.get(frequency, 1.0)
