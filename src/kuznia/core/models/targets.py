"""What a learner is fitted to: grades, classes or numbers made of the forward return."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from kuznia.core.frames.panel import Panel
from kuznia.core.models.barriers import triple_barrier
from kuznia.core.models.ensembling import average_ranks, unit_ranks_by_bar
from kuznia.core.models.spec import Label
from kuznia.core.models.splits import label_end
from kuznia.core.typing import Float, Int

VOLATILITY_BARS = 20


def forward_returns(panel: Panel, label: Label) -> Float:
    """Return from the next bar's open over the label's horizon, (N, T).

    Parameters
    ----------
    panel : Panel
        With the field ``open``.
    label : Label
        Gives the horizon.

    Returns
    -------
    float64 (N, T)
        ``open[t + 1 + horizon] / open[t + 1] − 1``; NaN in the last ``horizon + 1`` columns and
        where a price is missing. It looks ahead on purpose and may only be learned from.
    """
    opens = panel.fields["open"]
    forward = np.full(opens.shape, np.nan)
    reach = label.horizon + 1
    if opens.shape[1] > reach:
        forward[:, :-reach] = opens[:, reach:] / opens[:, 1 : opens.shape[1] - label.horizon] - 1.0
    return forward


def volatility(panel: Panel) -> Float:
    """Standard deviation of the newest close-to-close returns, known at each bar, (N, T).

    Of :data:`VOLATILITY_BARS` returns; NaN while there are fewer.
    """
    close = panel.fields["close"]
    returns = np.full(close.shape, np.nan)
    returns[:, 1:] = close[:, 1:] / close[:, :-1] - 1.0
    out = np.full(close.shape, np.nan)
    if close.shape[1] > VOLATILITY_BARS:
        windows = np.lib.stride_tricks.sliding_window_view(returns[:, 1:], VOLATILITY_BARS, axis=1)
        out[:, VOLATILITY_BARS:] = windows.std(axis=2, ddof=1)
    return out


def outcomes(panel: Panel, label: Label) -> tuple[Float, Int]:
    """What each cell will have turned into, and the last bar that saying so reads.

    Parameters
    ----------
    panel : Panel
        With the fields ``open`` and ``close``, and for ``barrier`` and ``meta`` also ``high`` and ``low``.
    label : Label
        Which target.

    Returns
    -------
    float64 (N, T), int64 (N, T)
        Forward return (of ``meta`` to the first barrier), scaled return or class, NaN where it is not
        known; and the end of the label. It looks ahead on purpose and may only be learned from.
    """
    end = np.broadcast_to(label_end(0, label.horizon) + np.arange(len(panel.ts)), panel.shape)
    if label.target in ("barrier", "meta"):
        fields = panel.fields
        distance = label.barrier * volatility(panel) * np.sqrt(label.horizon)
        found = triple_barrier(
            *(fields[name] for name in ("open", "high", "low", "close")),
            up=distance,
            down=np.minimum(distance, 0.99),
            horizon=label.horizon,
        )
        read = np.where(found.end >= 0, found.end, end)
        return (found.forward if label.target == "meta" else found.outcome + 1.0), read
    forward = forward_returns(panel, label)
    if label.target == "scaled":
        forward = forward / (volatility(panel) * np.sqrt(label.horizon))
        forward[~np.isfinite(forward)] = np.nan
    return forward, np.ascontiguousarray(end)


def target_of(outcome: Float, bar: Int, label: Label) -> Float:
    """What training rows are to say.

    Parameters
    ----------
    outcome : float64 (R,)
        Known outcomes; grades, ranks and excesses are taken among these rows of each bar alone.
    bar : int64 (R,)
        Bars, sorted.
    label : Label
        Which target.

    Returns
    -------
    float64 (R,)

    Examples
    --------
    >>> bar, forward = np.array([1, 1, 1]), np.array([0.02, -0.01, 0.05])
    >>> target_of(forward, bar, Label(target="excess")).round(3).tolist()
    [0.0, -0.03, 0.03]
    >>> target_of(forward, bar, Label(target="rank")).tolist()
    [0.0, -0.5, 0.5]
    """
    if label.target == "grade":
        return grade(outcome, bar, label.grades).astype(np.float64)
    if label.target == "rank":
        return unit_ranks_by_bar(outcome[:, None], bar)[:, 0] - 0.5
    if label.target == "excess":
        sizes = group_sizes(bar)
        means = np.add.reduceat(outcome, np.cumsum(sizes) - sizes) / sizes
        return np.asarray(outcome - np.repeat(means, sizes))
    return outcome


def grade(forward: Float, bar: Int, grades: int) -> Int:
    """Cut the returns of each bar into equal grades across instruments, 0 the lowest.

    Parameters
    ----------
    forward : float64 (R,)
        Known returns.
    bar : int64 (R,)
        Bars, sorted.
    grades : int
        Number of grades.

    Returns
    -------
    int64 (R,)

    Examples
    --------
    >>> grade(np.array([0.3, -0.1, 0.0, 0.2, 5.0]), np.array([1, 1, 1, 1, 2]), 2).tolist()
    [1, 0, 0, 1, 1]
    """
    rank, count = average_ranks(forward, bar)
    return np.minimum((rank - 0.5) * grades / count, grades - 1).astype(np.int64)


def group_sizes(bar: Int) -> Int:
    """Rows of each bar in order, which is how a ranker is told its groups."""
    return np.array([end - start for start, end in _groups(bar)], dtype=np.int64)


def _groups(bar: Int) -> list[tuple[int, int]]:
    edges = [0, *(np.flatnonzero(np.diff(bar)) + 1).tolist(), len(bar)]
    return list(pairwise(edges)) if len(bar) else []
