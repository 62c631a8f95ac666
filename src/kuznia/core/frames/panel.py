"""The panel: fields of many instruments on one time axis, as known at each decision.

Law of the panel: the cell ``field[n, t]`` holds what was known at ``decision[t]``. A value that
arrived later is NaN at ``t``, so nothing computed from columns ``0..t`` can see the future.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kuznia.core.errors import FrameError
from kuznia.core.frames.events import EventHistory, event_histories
from kuznia.core.frames.known import SeriesHistory, known_cells, series_histories
from kuznia.core.frames.names import FUNDAMENTALS, MEMBERSHIP, spelled
from kuznia.core.typing import Float, Int, Microseconds, Sessions

KEYS = ("instrument", "ts", "session", "available_at")
"""Columns that say what a row is of, its bar, and when it was known."""

PRICE_FIELDS = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True)
class Panel:
    """Aligned arrays of ``N`` instruments over ``T`` bars.

    Parameters
    ----------
    instruments : tuple of str
        Keys, sorted, length ``N``.
    ts : int64 (T,)
        Close of each bar, microseconds UTC, strictly increasing.
    session : datetime64[D] (T,)
        Trading date of each bar.
    decision : int64 (T,)
        Time at which column ``t`` may be used, microseconds UTC; never before ``ts``.
    fields : mapping of str to float64 (N, T)
        C-contiguous values; NaN where nothing was known.
    groups : mapping of str to int64 (N, T)
        Group codes (sector, ...); −1 where unknown.
    series : mapping of str to float64 (T,)
        Values that belong to no instrument (macro), as known at ``decision``.
    histories : mapping of str to SeriesHistory
        Prints and revisions behind `series`, for operators that run in a series' own periods.
    events : mapping of str to EventHistory
        Events by dotted name (``news.headline``), in the order of `instruments`.
    """

    instruments: tuple[str, ...]
    ts: Microseconds
    session: Sessions
    decision: Microseconds
    fields: Mapping[str, Float]
    groups: Mapping[str, Int] = field(default_factory=dict)
    series: Mapping[str, Float] = field(default_factory=dict)
    histories: Mapping[str, SeriesHistory] = field(default_factory=dict)
    events: Mapping[str, EventHistory] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shape = (len(self.instruments), len(self.ts))
        if np.any(np.diff(self.ts) <= 0):
            at = int(np.flatnonzero(np.diff(self.ts) <= 0)[0]) + 1
            raise FrameError(f"Time does not increase at column {at}.", "Sort the bars and drop repeats.")
        if np.any(self.decision < self.ts):
            raise FrameError("A decision lies before its bar's close.", "Use a decision lag of zero or more.")
        for name, values in (*self.fields.items(), *self.groups.items()):
            if values.shape != shape:
                raise FrameError(f"Field {name!r} has shape {values.shape}, not {shape}.", "Align it first.")
        for name, values in self.series.items():
            if values.shape != shape[1:]:
                raise FrameError(
                    f"Series {name!r} has shape {values.shape}, not {shape[1:]}.", "Align it first."
                )
        for name, events in self.events.items():
            if len(events.starts) != shape[0] + 1:
                raise FrameError(f"Events {name!r} are of other instruments.", "Lay them out anew.")

    @property
    def shape(self) -> tuple[int, int]:
        """``(N, T)``."""
        return len(self.instruments), len(self.ts)

    def between(self, start: int, stop: int) -> Panel:
        """Columns ``start`` to ``stop`` (excluded)."""
        cut = slice(start, stop)
        return Panel(
            self.instruments,
            self.ts[cut],
            self.session[cut],
            self.decision[cut],
            {name: np.ascontiguousarray(values[:, cut]) for name, values in self.fields.items()},
            {name: np.ascontiguousarray(values[:, cut]) for name, values in self.groups.items()},
            {name: values[cut] for name, values in self.series.items()},
            self.histories,
            self.events,
        )

    def until(self, t: int) -> Panel:
        """The panel cut after the first ``t`` columns: what the world looked like then."""
        return self.between(0, t)

    def with_series(
        self, rows: pl.DataFrame, *, max_staleness_days: Mapping[str, float] | float | None = None
    ) -> Panel:
        """The panel with macro series as known at each decision.

        Parameters
        ----------
        rows : DataFrame
            Frame of kind ``series``: ``series``, ``ts``, ``value``, ``available_at``.
        max_staleness_days : mapping of str to float, float or None
            Age of a series' newest period beyond which it is not known.

        Returns
        -------
        Panel
            The same bars; `series` and `histories` hold the new series too.
        """
        histories = series_histories(rows, max_staleness_days=max_staleness_days)
        seen = {name: history.last(self.decision, 1)[:, 0].copy() for name, history in histories.items()}
        return replace(self, series={**self.series, **seen}, histories={**self.histories, **histories})

    def with_events(self, rows: pl.DataFrame, source: str, measures: Sequence[str] = ()) -> Panel:
        """The panel with the events of one source.

        Parameters
        ----------
        rows : DataFrame
            Frame of kind ``events`` with numeric columns `measures`.
        source : str
            What the names begin with, for example ``news``.
        measures : sequence of str
            Columns that become ``<source>.<measure>``.

        Returns
        -------
        Panel
            The same bars; `events` holds ``<source>.headline``, 1 for each event, and each measure.
        """
        found = event_histories(rows, self.instruments, source, measures)
        return replace(self, events={**self.events, **found})

    def with_groups(self, rows: pl.DataFrame) -> Panel:
        """The panel with a group for each classification scheme, as known at each decision.

        Codes are positions in the sorted labels of the frame, so they carry no order in time;
        an instrument without a known label has −1.

        Parameters
        ----------
        rows : DataFrame
            Frame of kind ``classification``: ``instrument``, ``scheme``, ``label``, ``ts``, ``available_at``.

        Returns
        -------
        Panel
            The same bars; `groups` holds one entry for each scheme.
        """
        groups = dict(self.groups)
        for (scheme,), part in rows.group_by("scheme", maintain_order=True):
            labels = part["label"].drop_nulls().unique().sort()
            codes = labels.search_sorted(part["label"]).cast(pl.Int64).to_numpy()
            known = known_cells(part, self.instruments, self.decision)
            groups[spelled(str(scheme))] = _cells(np.where(part["label"].is_null(), -1, codes), known, -1)
        return replace(self, groups=groups)

    def with_fundamentals(self, rows: pl.DataFrame, *, max_staleness_days: float | None = None) -> Panel:
        """The panel with a field for each item of fundamentals, as known at each decision.

        Parameters
        ----------
        rows : DataFrame
            Frame of kind ``fundamentals``, amounts for one share in the units of the bars already
            (`kuznia.core.frames.adjust.in_bar_units`).
        max_staleness_days : float or None
            Age of an item's newest period beyond which it is not known.

        Returns
        -------
        Panel
            The same bars; `fields` holds ``fundamentals.<item>`` for each item.

        Examples
        --------
        >>> from datetime import UTC, date, datetime
        >>> at = datetime(2024, 1, 2, 21, tzinfo=UTC)
        >>> bars = pl.DataFrame({"instrument": ["XNAS:A"], "ts": [at], "session": [date(2024, 1, 2)],
        ...                      "available_at": [at], "close": [10.0]})
        >>> rows = pl.DataFrame({"instrument": ["XNAS:A"], "field": ["eps"], "ts": [at], "value": [2.0],
        ...                      "available_at": [at], "share_basis": [None]})
        >>> panel = panel_from_bars(bars, fields=("close",)).with_fundamentals(rows)
        >>> panel.fields["fundamentals.eps"].tolist()
        [[2.0]]
        """
        fields = dict(self.fields)
        for (item,), part in rows.group_by("field", maintain_order=True):
            known = known_cells(part, self.instruments, self.decision, max_staleness_days=max_staleness_days)
            values = part["value"].cast(pl.Float64).fill_null(np.nan).to_numpy()
            fields[FUNDAMENTALS + spelled(str(item))] = _cells(values, known, np.nan)
        return replace(self, fields=fields)

    def with_membership(self, rows: pl.DataFrame) -> Panel:
        """The panel with a field for each index: 1 for its members as known at each decision, else 0.

        Parameters
        ----------
        rows : DataFrame
            Frame of kind ``membership``: what ends is a row of its own, known when the end was.

        Returns
        -------
        Panel
            The same bars; `fields` holds ``membership.<index>``, NaN before anything was known of the
            index; an instrument that the index never named is no member.
        """
        fields = dict(self.fields)
        for (index,), part in rows.group_by("index", maintain_order=True):
            known = known_cells(part, self.instruments, self.decision)
            member = _cells(part["member"].cast(pl.Float64).to_numpy(), known, 0.0)
            first = part.select(pl.max_horizontal("ts", "available_at").dt.epoch("us").min()).item()
            member[:, self.decision < first] = np.nan
            fields[MEMBERSHIP + spelled(str(index))] = member
        return replace(self, fields=fields)


def _cells(values: NDArray[Any], known: Int, otherwise: float) -> NDArray[Any]:
    """The value of the known row of each cell. (N, T)"""
    if len(values) == 0:
        return np.full(known.shape, otherwise, dtype=values.dtype)
    return np.where(known >= 0, values[known], np.asarray(otherwise, dtype=values.dtype))


def panel_from_bars(
    bars: pl.DataFrame, *, fields: tuple[str, ...] = PRICE_FIELDS, decision_lag_minutes: int = 30
) -> Panel:
    """Pivot a bars frame into a panel.

    Parameters
    ----------
    bars : DataFrame
        Columns ``instrument``, ``ts`` (bar close, UTC), ``session``, ``available_at`` and `fields`;
        several rows of one ``(instrument, ts)`` are revisions, told apart by ``available_at``.
    fields : tuple of str
        Columns to pivot.
    decision_lag_minutes : int
        Minutes from a bar's close to its decision; a row known later than that is NaN.

    Returns
    -------
    Panel
        ``N`` sorted instruments over every distinct ``ts`` of the frame.

    Examples
    --------
    >>> from datetime import UTC, date, datetime
    >>> at = datetime(2024, 1, 2, 21, tzinfo=UTC)
    >>> frame = pl.DataFrame({"instrument": ["XNAS:A"], "ts": [at], "session": [date(2024, 1, 2)],
    ...                       "available_at": [at], "close": [10.0]})
    >>> panel_from_bars(frame, fields=("close",)).fields["close"].tolist()
    [[10.0]]
    """
    missing = [c for c in (*KEYS, *fields) if c not in bars.columns]
    if missing:
        raise FrameError(f"The bars lack the columns {missing}.", "Give a frame of kind 'bars'.")
    lag = np.int64(decision_lag_minutes) * 60_000_000
    grid = bars.group_by("ts").agg(pl.col("session").max()).sort("ts")
    instruments = bars["instrument"].unique().sort()
    known = (
        bars.filter(pl.col("available_at").dt.epoch("us") <= pl.col("ts").dt.epoch("us") + int(lag))
        .sort("instrument", "ts", "available_at")
        .unique(["instrument", "ts"], keep="last", maintain_order=True)
    )
    ts = grid["ts"].dt.epoch("us").to_numpy().astype(np.int64)
    rows = instruments.search_sorted(known["instrument"]).to_numpy()
    columns = np.searchsorted(ts, known["ts"].dt.epoch("us").to_numpy())
    arrays = {}
    for name in fields:
        values = np.full((len(instruments), len(ts)), np.nan)
        values[rows, columns] = known[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
        arrays[name] = values
    session = grid["session"].to_numpy().astype("datetime64[D]")
    return Panel(tuple(instruments), ts, session, ts + lag, arrays)
