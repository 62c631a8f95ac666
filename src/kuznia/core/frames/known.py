"""What was known when: the exact bitemporal as-of join.

A row says *event* (`ts`, what it is about) and *known time* (`available_at`). At a moment the truth
of an entity is the latest **event** among the rows known by then, and of that event the latest known
row. A plain as-of on known time is wrong as soon as an old period is revised after a newer one was
printed. One pass suffices: order by (max(event, known), event, known, ingestion), drop rows whose
event is older than the running maximum, then join as of that time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import polars as pl

from kuznia.core.errors import FrameError
from kuznia.core.typing import Float, Microseconds

VALID_FROM = "valid_from"


def asof_rows(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Rows that are ever the truth of their entity, with ``valid_from``, ready for a backward join.

    Parameters
    ----------
    rows : DataFrame
        Columns `by`, ``ts`` and ``available_at``; later rows of equal times win.
    by : sequence of str
        Columns that name the entity.

    Returns
    -------
    DataFrame
        At most one row for each entity and ``valid_from``, sorted by both.

    Examples
    --------
    >>> rows = pl.DataFrame({"series": ["CPI"] * 3, "ts": [1, 2, 1], "available_at": [3, 5, 9],
    ...                      "value": [100.0, 101.0, 100.5]})
    >>> asof_rows(rows, ["series"])["value"].to_list()
    [100.0, 101.0]
    """
    missing = [c for c in (*by, "ts", "available_at") if c not in rows.columns]
    if missing:
        raise FrameError(f"The rows lack the columns {missing}.", "Give a frame with known times.")
    running = pl.col("ts").cum_max()
    return (
        rows.with_columns(pl.max_horizontal("ts", "available_at").alias(VALID_FROM))
        .sort([*by, VALID_FROM, "ts", "available_at"], maintain_order=True)
        .filter(pl.col("ts") == (running.over(list(by)) if by else running))
        .unique([*by, VALID_FROM], keep="last", maintain_order=True)
    )


def asof_join(
    left: pl.DataFrame,
    rows: pl.DataFrame,
    *,
    by: Sequence[str],
    at: str,
    values: Sequence[str],
    max_staleness: timedelta | None,
) -> pl.DataFrame:
    """Give each row of `left` the values that were known at its time `at`.

    Parameters
    ----------
    left : DataFrame
        Entity rows: columns `by` and `at`. Its order and all its rows are kept.
    rows : DataFrame
        Columns `by`, ``ts``, ``available_at`` and `values`, times of the type of `at`.
    by, values : sequence of str
        Entity columns; columns to bring over.
    at : str
        Column of moments.
    max_staleness : timedelta or None
        Age of the event (`at` − ``ts``) beyond which values are null; None means no limit.

    Returns
    -------
    DataFrame
        `left` with `values`.
    """
    truth = asof_rows(rows.select(*by, "ts", "available_at", *values), by)
    truth = truth.select(*by, VALID_FROM, pl.col("ts").alias("__event"), *values).sort(VALID_FROM)
    joined = (
        left.with_row_index("__row")
        .sort(at, maintain_order=True)
        .join_asof(
            truth,
            left_on=at,
            right_on=VALID_FROM,
            by=list(by) or None,
            strategy="backward",
            check_sortedness=False,
        )
        .sort("__row")
    )
    if max_staleness is not None:
        fresh = pl.col(at) - pl.col("__event") <= max_staleness
        joined = joined.with_columns(pl.when(fresh).then(pl.col(name)).alias(name) for name in values)
    return joined.select(*left.columns, *values)


def asof_series(
    rows: pl.DataFrame, at: Microseconds, *, max_staleness_days: Mapping[str, float] | float | None = None
) -> dict[str, Float]:
    """Values of each series of a frame of kind ``series`` as known at each moment.

    Parameters
    ----------
    rows : DataFrame
        Columns ``series``, ``ts``, ``value``, ``available_at``.
    at : int64 (T,)
        Moments, microseconds UTC, not decreasing.
    max_staleness_days : mapping of str to float, float or None
        Age of the event beyond which a value is not known any more, for each series or for all.

    Returns
    -------
    dict of str to float64 (T,)
        NaN where nothing was known.
    """
    histories = series_histories(rows, max_staleness_days=max_staleness_days)
    return {name: history.last(at, 1)[:, 0].copy() for name, history in histories.items()}


@dataclass(frozen=True, slots=True)
class SeriesHistory:
    """Every print and revision of one series, so that any vintage can be seen again.

    Parameters
    ----------
    event, known : int64 (R,)
        Reference time and known time of each row, microseconds UTC, in order of use:
        sorted by (max(event, known), event, known, ingestion).
    value : float64 (R,)
        Values; NaN where the publisher withdrew one.
    max_staleness : int or None
        Microseconds of age of the newest event beyond which nothing is known.
    """

    event: Microseconds
    known: Microseconds
    value: Float
    max_staleness: int | None = field(default=None)

    def last(self, at: Microseconds, periods: int) -> Float:
        """The newest `periods` periods inside the vintage known at each moment.

        Parameters
        ----------
        at : int64 (T,)
            Moments, not decreasing.
        periods : int
            Number of periods, at least 1.

        Returns
        -------
        float64 (T, periods)
            Oldest first; NaN where the vintage is shorter, and everywhere once it is stale.

        Examples
        --------
        >>> history = SeriesHistory(np.array([1, 2, 1]), np.array([3, 5, 9]), np.array([100.0, 101.0, 100.5]))
        >>> history.last(np.array([4, 6, 9]), 2).tolist()
        [[nan, 100.0], [100.0, 101.0], [100.5, 101.0]]
        """
        out = np.full((len(at), periods), np.nan)
        ready = np.maximum(self.event, self.known)
        events: list[int] = []
        values: list[float] = []
        used = 0
        for row, moment in enumerate(at.tolist()):
            while used < len(ready) and ready[used] <= moment:
                _put(events, values, int(self.event[used]), float(self.value[used]))
                used += 1
            if not events or (self.max_staleness is not None and moment - events[-1] > self.max_staleness):
                continue
            newest = values[-periods:]
            out[row, periods - len(newest) :] = newest
        return out


def _put(events: list[int], values: list[float], event: int, value: float) -> None:
    place = bisect_left(events, event)
    if place < len(events) and events[place] == event:
        values[place] = value
        return
    events.insert(place, event)
    values.insert(place, value)


def series_histories(
    rows: pl.DataFrame, *, max_staleness_days: Mapping[str, float] | float | None = None
) -> dict[str, SeriesHistory]:
    """One :class:`SeriesHistory` for each series of a frame of kind ``series``.

    Parameters
    ----------
    rows : DataFrame
        Columns ``series``, ``ts``, ``value``, ``available_at``.
    max_staleness_days : mapping of str to float, float or None
        As in :func:`asof_series`.

    Returns
    -------
    dict of str to SeriesHistory
        By name, sorted.
    """
    ordered = (
        rows.with_columns(
            pl.col("ts", "available_at").dt.epoch("us"), pl.col("value").cast(pl.Float64).fill_null(np.nan)
        )
        .with_columns(pl.max_horizontal("ts", "available_at").alias(VALID_FROM))
        .sort("series", VALID_FROM, "ts", "available_at", maintain_order=True)
    )
    histories = {}
    for (name,), part in ordered.group_by("series", maintain_order=True):
        days = (
            max_staleness_days.get(str(name))
            if isinstance(max_staleness_days, Mapping)
            else max_staleness_days
        )
        histories[str(name)] = SeriesHistory(
            part["ts"].to_numpy(),
            part["available_at"].to_numpy(),
            part["value"].to_numpy(),
            None if days is None else int(days * 86_400_000_000),
        )
    return histories
