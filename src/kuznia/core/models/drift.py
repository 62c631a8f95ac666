"""Whether a model still meets what it was trained on: its inputs and scores lately against before.

The figures are those of :mod:`kuznia.core.features.drift`: the population stability index over deciles
of the earlier values, and the two-sample statistic of Kolmogorov and Smirnov. Scores of both spans come
from one fitted model, so that they differ by their inputs alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kuznia.core.features.drift import BINS, drift
from kuznia.core.typing import Bool, Float, Int


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    """One input, recent values against earlier ones.

    Parameters
    ----------
    name : str
        Of the column.
    psi, ks : float
        See :class:`kuznia.core.features.drift.Drift`; NaN with too few values on a side.
    missing_before, missing_after : float
        Shares of values that are not known.
    shares : tuple of float
        Of the recent known values, in each decile of the earlier ones; a tenth each without drift.
    """

    name: str
    psi: float
    ks: float
    missing_before: float
    missing_after: float
    shares: tuple[float, ...]


def column_drift(names: Sequence[str], before: Float, after: Float) -> tuple[ColumnDrift, ...]:
    """Compare every column of two sets of rows.

    Parameters
    ----------
    names : sequence of str
        Of the ``F`` columns.
    before, after : float64 (R, F), float64 (Q, F)
        NaN where not known.

    Returns
    -------
    tuple of ColumnDrift
        In the order of `names`.

    Examples
    --------
    >>> rows = np.arange(1000.0).reshape(-1, 1)
    >>> (found,) = column_drift(["a"], rows, np.where(rows < 500, np.nan, rows))
    >>> found.missing_after, round(found.ks, 6), found.shares[:2]
    (0.5, 0.5, (0.0, 0.0))
    """
    lost_before, lost_after = _missing(before), _missing(after)
    edges = _deciles(before)
    found = []
    for n, name in enumerate(names):
        both = drift(before[:, n], after[:, n])
        shares = _shares(after[:, n], edges[:, n])
        found.append(
            ColumnDrift(name, both.psi, both.ks, float(lost_before[n]), float(lost_after[n]), shares)
        )
    return tuple(found)


def spans(before: Int, after: Int, trained: int, recent: int, most: int = 100_000) -> tuple[Bool, Bool]:
    """Which rows are the reference, and which are recent.

    Parameters
    ----------
    before : int64 (R,)
        Times of the rows that a model was trained on.
    after : int64 (Q,)
        Times of the newest rows.
    trained : int
        Last time that training could read: rows up to it are the reference, unless they are recent.
    recent : int
        Newest bars of `after` that are compared.
    most : int
        Rows of the reference; with more, whole bars at equal distances are taken.

    Returns
    -------
    bool (R,), bool (Q,)

    Examples
    --------
    >>> reference, recent = spans(np.arange(8), np.arange(10), trained=5, recent=2)
    >>> np.flatnonzero(reference).tolist(), np.flatnonzero(recent).tolist()
    ([0, 1, 2, 3, 4, 5], [8, 9])
    """
    newest = np.unique(after)[-recent:]
    first = int(newest[0]) if len(newest) else trained + 1
    old = np.unique(before[(before <= trained) & (before < first)])
    rows = int(np.isin(before, old).sum())
    return np.isin(before, old[:: max(1, -(-rows // most))]), np.isin(after, newest)


def _missing(values: Float) -> Float:
    shares: Float = np.isnan(values).mean(axis=0) if len(values) else np.full(values.shape[1], np.nan)
    return shares


def _deciles(values: Float) -> Float:
    """Inner edges of the tenths of each column's known values, (9, F); NaN for a column without any."""
    edges = np.full((BINS - 1, values.shape[1]), np.nan)
    known = ~np.isnan(values).all(axis=0) if len(values) else np.zeros(values.shape[1], dtype=bool)
    if known.any():
        edges[:, known] = np.nanquantile(values[:, known], np.arange(1, BINS) / BINS, axis=0)
    return edges


def _shares(values: Float, edges: Float) -> tuple[float, ...]:
    known = values[~np.isnan(values)]
    if not known.size or np.isnan(edges).any():
        return ()
    counts = np.bincount(np.searchsorted(edges, known, side="left"), minlength=BINS)
    return tuple((counts / known.size).tolist())
