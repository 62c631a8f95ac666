"""Returns of an account that money is paid into and taken from.

The time-weighted return says how well the money was managed, whenever it came; the money-weighted
return says what the owner's money earned. Law of the arrays: a deposit (a withdrawal is negative) comes
before anything happens in its bar; the worth is taken after the bar.
"""

from __future__ import annotations

import numpy as np

from kuznia.core.typing import Float, Microseconds

_YEAR = 365.25 * 86_400_000_000


def time_weighted_returns(worth: Float, deposits: Float, start: float) -> Float:
    """Return of each bar on the worth before it and the bar's deposit; 0 once nothing is left. (T,)

    Parameters
    ----------
    worth : float64 (T,)
        After each bar.
    deposits : float64 (T,)
        Paid in before each bar, negative when taken out.
    start : float
        Worth before the first bar and its deposit.

    Examples
    --------
    >>> time_weighted_returns(np.array([110.0, 231.0]), np.array([0.0, 100.0]), 100.0).round(10).tolist()
    [0.1, 0.1]
    """
    before = np.concatenate(([start], worth[:-1])) + deposits
    return np.asarray(np.where(before > 0, worth / np.where(before > 0, before, 1.0) - 1.0, 0.0))


def money_weighted_return(worth: float, deposits: Float, ts: Microseconds, start: float) -> float:
    """Yearly rate at which start and deposits would have grown to the final worth.

    Parameters
    ----------
    worth : float
        At the last time.
    deposits : float64 (T,)
        Paid in, negative when taken out.
    ts : int64 (T,)
        Times of the deposits, microseconds UTC; `start` was there at the first, `worth` at the last.
    start : float
        Worth before the first deposit.

    Returns
    -------
    float
        Compound, by years of 365.25 days; of several solutions the one nearest to zero, NaN when there
        is none. This is XIRR but for the length of the year.

    Examples
    --------
    A year at 10 %, with as much again for its second half:

    >>> at = (np.array([0.0, 182.625, 365.25]) * 86_400_000_000).astype(np.int64)
    >>> round(money_weighted_return(110.0 + 100 * 1.1**0.5, np.array([0.0, 100.0, 0.0]), at, 100.0), 9)
    0.1
    """
    if len(ts) < 2:
        return float("nan")
    paid = deposits.astype(np.float64).copy()
    paid[0] += start
    used = np.flatnonzero(paid)
    amounts, years = paid[used], (ts[-1] - ts[used]) / _YEAR
    span = float(ts[-1] - ts[0]) / _YEAR
    rates = np.sort(np.concatenate((np.linspace(-12.0, 12.0, 481) / max(span, 1e-9), [0.0])))
    gaps = np.exp(np.clip(np.outer(rates, years), -700, 700)) @ amounts - worth
    exact = rates[np.abs(gaps) <= 1e-14 * np.abs(amounts).sum()]
    turns = np.flatnonzero(gaps[:-1] * gaps[1:] < 0)
    found = [_root(rates[k], rates[k + 1], amounts, years, worth) for k in turns] + exact.tolist()
    return float(np.expm1(min(found, key=abs))) if found else float("nan")


def _root(low: float, high: float, amounts: Float, years: Float, worth: float) -> float:
    """Where the grown amounts meet the worth, by halving."""

    def gap(rate: float) -> float:
        return float(np.exp(rate * years) @ amounts) - worth

    sign = gap(low)
    for _ in range(80):
        middle = 0.5 * (low + high)
        if gap(middle) * sign > 0:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
