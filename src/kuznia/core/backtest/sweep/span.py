"""The bars that every combination of a sweep is judged on, and how they are cut into blocks and months."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuznia.core.errors import BacktestError
from kuznia.core.typing import Int, Microseconds, Sessions

BLOCKS = 16
"""Blocks whose sums and squares each combination keeps."""

_YEAR = 365.25 * 86_400_000_000


@dataclass(frozen=True, slots=True)
class Span:
    """Bars from the first decision on.

    Parameters
    ----------
    ts : int64 (T,)
        Close of each bar, microseconds UTC.
    session : datetime64[D] (T,)
        Trading dates.
    periods_per_year : float
        Bars of a year, from the calendar.
    bounds : int64 (B + 1,)
        Cuts of the returns ``1 .. T - 1``: block ``b`` holds the rows ``bounds[b] <= t < bounds[b + 1]``.

    Examples
    --------
    >>> ts = np.arange(33) * 86_400_000_000
    >>> span = span_of(ts, ts.astype("M8[us]").astype("M8[D]"), 252.0)
    >>> span.bounds.tolist()[:3], span.bounds.tolist()[-1], span.months.astype(str).tolist()
    ([1, 3, 5], 33, ['1970-01', '1970-02'])
    """

    ts: Microseconds
    session: Sessions
    periods_per_year: float
    bounds: Int

    @property
    def length(self) -> int:
        """Bars, the first one without a return."""
        return len(self.ts)

    @property
    def years(self) -> float:
        """Calendar years from the first decision to the last mark."""
        return float(self.ts[-1] - self.ts[0]) / _YEAR

    @property
    def month_ends(self) -> Int:
        """Last row of each month that has returns."""
        month = self.session[1:].astype("datetime64[M]")
        last = np.flatnonzero(np.append(month[1:] != month[:-1], True))
        return np.ascontiguousarray(last + 1, dtype=np.int64)

    @property
    def months(self) -> Sessions:
        """The months that have returns, ``datetime64[M]``."""
        return np.asarray(self.session[self.month_ends].astype("datetime64[M]"))


def span_of(ts: Microseconds, session: Sessions, periods_per_year: float, bounds: Int | None = None) -> Span:
    """The span of these bars, cut into `BLOCKS` blocks of equal length (one bar more or less).

    Raises
    ------
    BacktestError
        There are fewer bars than blocks need.
    """
    if len(ts) <= BLOCKS:
        raise BacktestError(
            f"Only {len(ts)} bars are left after the first decision.",
            f"A sweep needs more than {BLOCKS}: choose a longer span or shorter windows.",
        )
    if bounds is None:
        bounds = 1 + np.arange(BLOCKS + 1, dtype=np.int64) * (len(ts) - 1) // BLOCKS
    return Span(ts, session, float(periods_per_year), np.ascontiguousarray(bounds, dtype=np.int64))
