"""Several bars of each feature in one row, so that a learner may read what went before."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from kuznia.core.frames.panel import KEYS


def with_history(features: pl.DataFrame, bars: int) -> pl.DataFrame:
    """Put the values of an instrument's earlier bars beside those of each bar.

    Parameters
    ----------
    features : DataFrame
        Column ``instrument``, ``ts``, and one per feature.
    bars : int
        Bars of each feature in a row, its own included; with 1 the frame stays as it is.

    Returns
    -------
    DataFrame
        The columns of the frame, then ``a@1`` for each feature ``a`` a bar earlier, and so on; null where
        the instrument has no such bar. Rows are sorted by instrument and time.

    Examples
    --------
    >>> frame = pl.DataFrame({"instrument": ["x", "x", "y"], "ts": [1, 2, 2], "a": [0.1, 0.2, 0.3]})
    >>> with_history(frame, 2)["a@1"].to_list()
    [None, 0.1, None]
    """
    if bars == 1:
        return features
    frame = features.sort("instrument", "ts")
    names = [name for name in frame.columns if name not in KEYS]
    return frame.with_columns(
        pl.col(name).shift(back).over("instrument").alias(earlier(name, back))
        for back in range(1, bars)
        for name in names
    )


def earlier(name: str, back: int) -> str:
    """Name of a feature so many bars earlier."""
    return f"{name}@{back}" if back else name


def feature_of(name: str) -> str:
    """Name of the feature of a column, whichever bar it is of.

    Examples
    --------
    >>> feature_of("momentum@3"), feature_of("momentum")
    ('momentum', 'momentum')
    """
    return name.partition("@")[0]


def with_histories(names: Sequence[str], bars: int) -> tuple[str, ...]:
    """Columns that a model with so many bars reads, in order."""
    return tuple(earlier(name, back) for back in range(bars) for name in names)
