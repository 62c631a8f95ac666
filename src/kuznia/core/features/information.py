"""The information coefficient of a feature over time: its mean and error, by month and by year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuznia.core.features.statistics import Ranked, paired_correlations
from kuznia.core.metrics.paired import newey_west_error
from kuznia.core.typing import Float, Sessions

HORIZONS = (1, 2, 5, 10, 21, 63)
"""Bars of the forward returns over which a coefficient's decay is told."""


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Information coefficients of one feature at each bar.

    Parameters
    ----------
    ic, rank_ic : float64 (T,)
        Correlation with the label across instruments, of values and of ranks; NaN where too few
        instruments have both.
    """

    ic: Float
    rank_ic: Float


@dataclass(frozen=True, slots=True)
class Mean:
    """Means of information coefficients over a span, with their standard errors.

    Parameters
    ----------
    ic, ic_error, rank_ic, rank_ic_error : float
        NaN without a bar; the errors are Newey and West's.
    bars : int
        Bars with enough instruments.
    """

    ic: float
    ic_error: float
    rank_ic: float
    rank_ic_error: float
    bars: int


def coefficients(values: Ranked, label: Ranked) -> Coefficients:
    """Correlations of a feature with a label at each bar."""
    ic, rank_ic = paired_correlations(values, label)
    return Coefficients(ic, rank_ic)


def mean_of(found: Coefficients, lags: int) -> Mean:
    """Mean coefficients; neighbouring labels overlap over `lags` bars.

    Examples
    --------
    >>> series = np.array([0.1, -0.1, np.nan, 0.1, -0.1])
    >>> mean_of(Coefficients(series, series), 0)
    Mean(ic=0.0, ic_error=0.05, rank_ic=0.0, rank_ic_error=0.05, bars=4)
    """
    ic, rank_ic = found.ic[~np.isnan(found.ic)], found.rank_ic[~np.isnan(found.rank_ic)]
    return Mean(
        _mean(ic), newey_west_error(ic, lags), _mean(rank_ic), newey_west_error(rank_ic, lags), len(rank_ic)
    )


def by_period(found: Coefficients, session: Sessions, lags: int, period: str = "Y") -> list[tuple[str, Mean]]:
    """Mean coefficients of each calendar year (``"Y"``) or month (``"M"``), in order.

    Parameters
    ----------
    found : Coefficients
        At each bar.
    session : datetime64[D] (T,)
        Trading date of each bar, increasing.
    lags : int
        As in :func:`mean_of`.
    period : {"Y", "M"}

    Examples
    --------
    >>> sessions = np.array(["2023-12-29", "2024-01-02", "2024-01-03"], dtype="datetime64[D]")
    >>> found = Coefficients(np.array([0.2, 0.1, 0.3]), np.array([0.2, 0.1, 0.3]))
    >>> [(label, one.rank_ic, one.bars) for label, one in by_period(found, sessions, 0)]
    [('2023', 0.2, 1), ('2024', 0.2, 2)]
    """
    if len(session) == 0:
        return []
    periods = session.astype(f"datetime64[{period}]")
    starts = np.flatnonzero(np.r_[True, periods[1:] != periods[:-1]])
    told = []
    for start, stop in zip(starts, np.r_[starts[1:], len(session)], strict=True):
        cut = Coefficients(found.ic[start:stop], found.rank_ic[start:stop])
        told.append((str(periods[start]), mean_of(cut, lags)))
    return told


def same_sign(means: list[tuple[str, Mean]]) -> float:
    """Share of the periods whose mean rank coefficient has the sign of the most; NaN without any.

    Examples
    --------
    >>> one, two = Mean(0.1, 0.0, 0.1, 0.0, 9), Mean(-0.1, 0.0, -0.1, 0.0, 9)
    >>> same_sign([("2022", one), ("2023", one), ("2024", two), ("2025", one)])
    0.75
    """
    signs = np.sign([mean.rank_ic for _, mean in means if mean.bars])
    if signs.size == 0:
        return float("nan")
    return float(max((signs > 0).sum(), (signs < 0).sum()) / signs.size)


def _mean(values: Float) -> float:
    return float(values.mean()) if len(values) else float("nan")
