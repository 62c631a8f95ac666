"""Weights of training rows: labels that overlap share what they know, and old ones count less."""

from __future__ import annotations

import numpy as np

from kuznia.core.errors import ModelError
from kuznia.core.typing import Float, Int


def uniqueness(start: Int, end: Int) -> Float:
    """Mean share of each label in the bars that it reads.

    At each bar the labels that are alive share it equally; a label's uniqueness is the mean of its
    shares over its bars (López de Prado 2018, section 4.4).

    Parameters
    ----------
    start, end : int64 (R,)
        First and last bar of each label, both read.

    Returns
    -------
    float64 (R,)
        In (0, 1]; 1 where nothing overlaps.

    Notes
    -----
    Linear in rows and bars: labels alive at a bar are counted by a running sum of starts and ends.

    Examples
    --------
    >>> uniqueness(np.array([0, 1, 5]), np.array([2, 3, 6])).round(4).tolist()
    [0.6667, 0.6667, 1.0]
    """
    if not len(start):
        return np.zeros(0)
    if np.any(end < start):
        at = int(np.flatnonzero(end < start)[0])
        raise ModelError(f"Label {at} ends before it starts.", "Give the last bar that it reads.")
    first = int(start.min())
    edges = np.zeros(int(end.max()) - first + 2)
    np.add.at(edges, start - first, 1.0)
    np.add.at(edges, end - first + 1, -1.0)
    alive = np.cumsum(edges[:-1])
    shares = np.concatenate([[0.0], np.cumsum(1.0 / np.maximum(alive, 1.0))])
    spanned: Float = shares[end - first + 1] - shares[start - first]
    return spanned / (end - start + 1)


def time_decay(worth: Float, oldest: float) -> Float:
    """Weights that fall in a straight line over the cumulated worth of the rows, the newest being 1.

    Parameters
    ----------
    worth : float64 (R,)
        Uniqueness of each row, in time order: crowded times age more slowly than the clock.
    oldest : float
        Weight of the oldest row, 0 to 1; 1 is no decay. Below 0 the oldest share ``−oldest`` of the
        worth weighs nothing (López de Prado 2018, section 4.7).

    Returns
    -------
    float64 (R,)

    Examples
    --------
    >>> time_decay(np.ones(4), 0.5).tolist()
    [0.625, 0.75, 0.875, 1.0]
    >>> time_decay(np.ones(4), -0.5).tolist()
    [0.0, 0.0, 0.5, 1.0]
    """
    if not -1.0 < oldest <= 1.0:
        raise ModelError(f"The oldest row's weight is {oldest}.", "Give one above −1 and up to 1.")
    age = np.cumsum(worth)
    total = float(age[-1]) if len(age) else 1.0
    slope = (1.0 - oldest) / total if oldest >= 0 else 1.0 / ((oldest + 1.0) * total)
    weights: Float = np.maximum(1.0 - slope * (total - age), 0.0)
    return weights
