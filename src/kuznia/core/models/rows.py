"""Training rows: a features frame and a price panel, aligned into arrays ordered by time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl
from scipy.stats import rankdata

from kuznia.core.errors import ModelError
from kuznia.core.frames.panel import Panel
from kuznia.core.models.spec import Label
from kuznia.core.typing import Float, Int

KEYS = ("instrument", "ts", "session", "available_at")


@dataclass(frozen=True, slots=True)
class Rows:
    """``R`` rows of one instrument at one bar each, sorted by bar, then instrument.

    Parameters
    ----------
    keys : DataFrame
        ``instrument``, ``ts``, ``session`` and ``available_at`` of each row.
    features : tuple of str
        Names of the ``F`` columns of `x`.
    x : float64 (R, F)
        Feature values; NaN where not known.
    bar : int64 (R,)
        Number of the row's bar on the panel's time axis.
    row : int64 (R,)
        Number of the row's instrument in the panel.
    forward : float64 (R,)
        Forward return of the label; NaN where it is not known yet. Never an input of a score.
    bars : int
        Length of the time axis.
    """

    keys: pl.DataFrame
    features: tuple[str, ...]
    x: Float
    bar: Int
    row: Int
    forward: Float
    bars: int


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


def align(features: pl.DataFrame, panel: Panel, label: Label) -> Rows:
    """Join a features frame with the forward returns of the panel it was computed from.

    Parameters
    ----------
    features : DataFrame
        Columns ``instrument``, ``ts``, ``session``, ``available_at`` and one per feature. Rows
        without any known feature are left out.
    panel : Panel
        Prices of the same instruments on the same time axis.
    label : Label
        What is to be learned.

    Returns
    -------
    Rows
    """
    missing = [name for name in KEYS if name not in features.columns]
    if missing:
        raise ModelError(f"The features lack the columns {missing}.", "Give a frame of feature values.")
    names = tuple(name for name in features.columns if name not in KEYS)
    if not names:
        raise ModelError("The frame has no feature.", "Choose a feature set with one or more features.")
    frame = features.sort("ts", "instrument")
    x = np.ascontiguousarray(frame.select(names).cast(pl.Float64).fill_null(np.nan).to_numpy())
    x[~np.isfinite(x)] = np.nan
    known = ~np.isnan(x).all(axis=1)
    frame, x = frame.filter(known), x[known]
    bar, row = _places(frame, panel)
    forward = forward_returns(panel, label)[row, bar]
    return Rows(frame.select(KEYS), names, x, bar, row, forward, len(panel.ts))


def _places(frame: pl.DataFrame, panel: Panel) -> tuple[Int, Int]:
    """Panel column and panel row of each row of the frame."""
    if frame.is_empty():
        raise ModelError("No row has a known feature.", "Widen the span or shorten the look-back.")
    at = frame["ts"].dt.epoch("us").to_numpy().astype(np.int64)
    bar = np.searchsorted(panel.ts, at).astype(np.int64)
    found = panel.ts[np.minimum(bar, len(panel.ts) - 1)] == at
    if not found.all():
        wrong = frame["ts"][int(np.flatnonzero(~found)[0])]
        raise ModelError(
            f"Features at {wrong} meet no bar.", "Compute them from the bars that are trained on."
        )
    order = {name: n for n, name in enumerate(panel.instruments)}
    strangers = set(frame["instrument"].unique()) - order.keys()
    if strangers:
        raise ModelError(f"No prices of {min(strangers)}.", "Train on bars that hold every instrument.")
    row = frame["instrument"].replace_strict(order, return_dtype=pl.Int64).to_numpy()
    return bar, row.astype(np.int64)


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
    result = np.zeros(len(forward), dtype=np.int64)
    for start, end in _groups(bar):
        ranks = rankdata(forward[start:end], method="average") - 0.5
        result[start:end] = np.minimum(ranks * grades / (end - start), grades - 1).astype(np.int64)
    return result


def group_sizes(bar: Int) -> Int:
    """Rows of each bar in order, which is how a ranker is told its groups."""
    return np.array([end - start for start, end in _groups(bar)], dtype=np.int64)


def _groups(bar: Int) -> list[tuple[int, int]]:
    edges = [0, *(np.flatnonzero(np.diff(bar)) + 1).tolist(), len(bar)]
    return list(pairwise(edges)) if len(bar) else []
