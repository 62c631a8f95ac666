"""Triple-barrier labels and meta-labels: what became of a position entered at the next open.

Whichever is met first within the horizon gives the class: the upper barrier 1, the lower −1, neither 0.
A bar that meets both counts as the lower one, as a stop fills before a target inside one bar. López de
Prado, Advances in Financial Machine Learning (2018), chapter 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuznia.core.errors import ModelError
from kuznia.core.typing import Float, Int


@dataclass(frozen=True, slots=True)
class BarrierLabels:
    """Classes and the intervals that they were read from.

    Parameters
    ----------
    outcome : float64 (N, T)
        1, −1 or 0; NaN where the data ends first or a price is missing.
    end : int64 (N, T)
        Bar of the touch, or the last bar of the horizon; −1 where the outcome is not known.
    forward : float64 (N, T)
        Return from the entry to the barrier, or to the close of the last bar.
    """

    outcome: Float
    end: Int
    forward: Float


def triple_barrier(
    open_: Float, high: Float, low: Float, close: Float, *, up: Float, down: Float, horizon: int
) -> BarrierLabels:
    """Label every bar by the first barrier that a position entered at the next open meets.

    Parameters
    ----------
    open_, high, low, close : float64 (N, T)
        Prices.
    up, down : float64 (N, T)
        Distances of the barriers as positive fractions of the entry, as known at the bar; for instance
        a multiple of realised volatility. Infinity is no barrier.
    horizon : int
        Bars held at most, the entry's bar included.

    Returns
    -------
    BarrierLabels

    Notes
    -----
    A class is known only once a barrier was met or the horizon is over, so that the newest bars may have
    one while their neighbours do not. It looks ahead on purpose and may only be learned from. A bar that
    opens beyond a barrier meets that one. Cost: ``horizon`` passes over the arrays.

    Examples
    --------
    >>> flat = np.full((1, 5), 100.0)
    >>> high = np.array([[100.0, 100, 103, 100, 100]])
    >>> found = triple_barrier(flat, high, flat, flat, up=flat * 0 + 0.02, down=flat * 0 + 0.02, horizon=2)
    >>> found.outcome.tolist(), found.end.tolist()
    ([[1.0, 1.0, 0.0, nan, nan]], [[2, 2, 4, -1, -1]])
    """
    if horizon < 1:
        raise ModelError(f"The horizon is {horizon}.", "Hold one bar or more.")
    if np.nanmin(up, initial=np.inf) <= 0 or np.nanmin(down, initial=np.inf) <= 0:
        raise ModelError("A barrier has no distance.", "Give positive fractions of the entry.")
    entry = _ahead(open_, 1)
    ceiling, floor = entry * (1.0 + up), entry * (1.0 - down)
    outcome, forward = np.full(entry.shape, np.nan), np.full(entry.shape, np.nan)
    end = np.full(entry.shape, -1, dtype=np.int64)
    bars = np.arange(entry.shape[1])
    open_now = ~np.isnan(ceiling) & ~np.isnan(floor)
    for held in range(1, horizon + 1):
        opened, top, bottom = _ahead(open_, held), _ahead(high, held), _ahead(low, held)
        open_now &= ~(np.isnan(opened) | np.isnan(top) | np.isnan(bottom))
        below = open_now & ((opened <= floor) | (bottom <= floor)) & ~(opened >= ceiling)
        above = open_now & ~below & ((opened >= ceiling) | (top >= ceiling))
        for met, value, barrier in ((below, -1.0, floor), (above, 1.0, ceiling)):
            outcome[met] = value
            forward[met] = (barrier / entry - 1.0)[met]
            end[met] = np.broadcast_to(bars + held, entry.shape)[met]
        open_now &= ~(below | above)
    last = _ahead(close, horizon)
    over = open_now & ~np.isnan(last)
    outcome[over], forward[over] = 0.0, (last / entry - 1.0)[over]
    end[over] = np.broadcast_to(bars + horizon, entry.shape)[over]
    return BarrierLabels(outcome, end, forward)


def meta_labels(side: Float, labels: BarrierLabels) -> Float:
    """Whether following another rule's side would have paid: 1 if so, 0 if not.

    Parameters
    ----------
    side : float64 (N, T)
        1 long, −1 short, 0 or NaN no position, as decided at each bar.
    labels : BarrierLabels
        Of the same prices.

    Returns
    -------
    float64 (N, T)
        NaN where there is no side or no outcome.

    Examples
    --------
    >>> labels = BarrierLabels(np.array([[1.0, -1.0, 0.0]]), np.array([[1, 2, 4]]),
    ...                        np.array([[0.02, -0.02, 0.001]]))
    >>> meta_labels(np.array([[1.0, 1.0, -1.0]]), labels).tolist()
    [[1.0, 0.0, 0.0]]
    """
    known = ~np.isnan(labels.outcome) & ~np.isnan(side) & (side != 0)
    return np.where(known, (side * labels.forward > 0).astype(np.float64), np.nan)


def _ahead(values: Float, bars: int) -> Float:
    out = np.full(values.shape, np.nan)
    out[:, : values.shape[1] - bars] = values[:, bars:]
    return out
