"""What was known when: the exact bitemporal as-of join.

A row says *event* (`ts`, what it is about) and *known time* (`available_at`). At a moment the truth
of an entity is the latest **event** among the rows known by then, and of that event the latest known
row. A plain as-of on known time is wrong as soon as an old period is revised after a newer one was
printed. One pass suffices: order by (max(event, known), event, known, ingestion), drop rows whose
event is older than the running maximum, then join as of that time. It runs on integer codes and
times, in the order that the rows came in wherever that is the order of use already.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import polars as pl

from kuznia.core.errors import FrameError
from kuznia.core.frames.names import spelled
from kuznia.core.typing import Codes, Float, Int, Microseconds

NONE = np.uint32(0xFFFFFFFF)
"""Stands for no row, and for no entity."""
MOMENT = pl.Datetime("us", "UTC")
DAY = 86_400_000_000


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
        Columns `by`, ``ts``, ``available_at`` and `values`, times of the type of `at`; of rows that are
        alike in all of these but `values` the last counts.
    by, values : sequence of str
        Entity columns, none for one entity; columns to bring over.
    at : str
        Column of moments; at a null one nothing is known.
    max_staleness : timedelta or None
        Age of the event (`at` − ``ts``) beyond which values are null; None means no limit.

    Returns
    -------
    DataFrame
        `left` with `values`.

    Examples
    --------
    >>> rows = pl.DataFrame({"series": ["CPI"] * 3, "ts": [1, 2, 1], "available_at": [3, 5, 9],
    ...                      "value": [100.0, 101.0, 100.5]})
    >>> left = pl.DataFrame({"series": ["CPI"] * 4, "at": [2, 3, 5, 9]})
    >>> asof_join(left, rows, by=["series"], at="at", values=["value"], max_staleness=None)["value"].to_list()
    [None, 100.0, 101.0, 101.0]
    """
    missing = [c for c in (*by, "ts", "available_at", *values) if c not in rows.columns]
    if missing:
        raise FrameError(f"The rows lack the columns {missing}.", "Give a frame with known times.")
    entities, wanted, count = _coded(rows, left, by)
    moments = left[at]
    if moments.null_count():
        wanted = np.where(moments.is_null(), NONE, wanted)
        moments = moments.fill_null(strategy="zero")
    index = known_rows(
        entities,
        _instants(rows["ts"], moments.dtype),
        _instants(rows["available_at"], moments.dtype),
        wanted,
        _instants(moments, moments.dtype),
        entity_count=count,
        max_age=None if max_staleness is None else _age(max_staleness, moments.dtype),
    )
    found = pl.Series(index)
    places = pl.select(pl.when(found != NONE).then(found)).to_series()
    return left.with_columns(rows[name].gather(places) for name in values)


def known_rows(
    entities: Codes,
    event: Microseconds,
    known: Microseconds,
    wanted: Codes,
    at: Microseconds,
    *,
    entity_count: int,
    max_age: int | None,
) -> Codes:
    """Which row was the truth of an entity at a moment.

    Parameters
    ----------
    entities : uint32 (R,)
        Code of each row's entity, from 0; `NONE` for a row of none.
    event, known : int64 (R,)
        What each row is about, and when it could first be known.
    wanted : uint32 (M,)
        Code of the entity that is asked about; `NONE` for one without rows.
    at : int64 (M,)
        The moments, in any order.
    entity_count : int
        Above every code.
    max_age : int or None
        Age of the event beyond which there is none; None means no limit.

    Returns
    -------
    uint32 (M,)
        Index of the row, `NONE` where nothing was known.
    """
    # Imported on first use: whoever reads the schema of a dataset must not load numba.
    from kuznia.core.frames._kernels import rows_at, truths

    truth = truths(entities, event, known, entity_count)
    return rows_at(*truth, wanted, at, -1 if max_age is None else max_age)


def known_cells(
    rows: pl.DataFrame,
    instruments: Sequence[str],
    decision: Microseconds,
    *,
    max_staleness_days: float | None = None,
) -> Int:
    """Which row of each instrument was the truth at each decision.

    Parameters
    ----------
    rows : DataFrame
        Columns ``instrument``, ``ts``, ``available_at``.
    instruments : sequence of str
        ``N`` keys; rows of others are left out.
    decision : int64 (T,)
        Moments, microseconds UTC.
    max_staleness_days : float or None
        Age of the event beyond which nothing is known.

    Returns
    -------
    int64 (N, T)
        Index of the row, −1 where nothing was known.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> at = [datetime(2024, 1, n, tzinfo=UTC) for n in (1, 2)]
    >>> rows = pl.DataFrame({"instrument": ["B", "A"], "ts": at, "available_at": at})
    >>> known_cells(rows, ["A", "B"], rows["ts"].dt.epoch("us").to_numpy()).tolist()
    [[-1, 1], [0, 0]]
    """
    shape = (len(instruments), len(decision))
    place = pl.Series(instruments, dtype=pl.String)
    codes = rows["instrument"].cast(pl.Enum(place), strict=False).to_physical().cast(pl.UInt32)
    index = known_rows(
        codes.fill_null(NONE).to_numpy(),
        _instants(rows["ts"], MOMENT),
        _instants(rows["available_at"], MOMENT),
        np.repeat(np.arange(shape[0], dtype=np.uint32), shape[1]),
        np.tile(decision, shape[0]),
        entity_count=shape[0],
        max_age=None if max_staleness_days is None else int(max_staleness_days * DAY),
    )
    return np.where(index == NONE, -1, index.astype(np.int64)).reshape(shape)


def _coded(rows: pl.DataFrame, left: pl.DataFrame, by: Sequence[str]) -> tuple[Codes, Codes, int]:
    """Codes of entities, the same in both frames, and how many; `NONE` for one that has no rows."""
    if not by:
        return np.zeros(rows.height, dtype=np.uint32), np.zeros(left.height, dtype=np.uint32), 1
    if len(by) == 1 and rows.schema[by[0]] == pl.String:
        names = rows.select(pl.col(by).drop_nulls().unique())
        kind = pl.Enum(names.to_series())
        codes = [frame[by[0]].cast(kind, strict=False).to_physical() for frame in (rows, left)]
    else:
        names = rows.select(by).unique()
        coded = names.with_row_index("__code")
        codes = [
            frame.select(by).join(coded, on=by, how="left", maintain_order="left")["__code"]
            for frame in (rows, left)
        ]
    entities, wanted = (code.cast(pl.UInt32).fill_null(NONE).to_numpy() for code in codes)
    return entities, wanted, names.height


def _instants(column: pl.Series, dtype: pl.DataType) -> Microseconds:
    if column.null_count():
        raise FrameError(f"Column {column.name!r} holds nulls.", "Keep rows without a known time out.")
    return column.cast(dtype).to_physical().cast(pl.Int64).to_numpy()


def _age(limit: timedelta, dtype: pl.DataType) -> int:
    """A limit in the unit of the moments."""
    unit = dtype.time_unit if isinstance(dtype, pl.Datetime) else "us"
    return int(pl.Series([limit], dtype=pl.Duration(unit)).to_physical()[0])


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
        By name as expressions spell it, sorted.
    """
    ordered = rows.with_columns(
        pl.col("ts", "available_at").dt.epoch("us"), pl.col("value").cast(pl.Float64).fill_null(np.nan)
    ).sort("series", pl.max_horizontal("ts", "available_at"), "ts", "available_at", maintain_order=True)
    histories = {}
    for (name,), part in ordered.group_by("series", maintain_order=True):
        days = (
            max_staleness_days.get(str(name))
            if isinstance(max_staleness_days, Mapping)
            else max_staleness_days
        )
        histories[spelled(str(name))] = SeriesHistory(
            part["ts"].to_numpy(),
            part["available_at"].to_numpy(),
            part["value"].to_numpy(),
            None if days is None else int(days * DAY),
        )
    return histories
