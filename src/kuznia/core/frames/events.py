"""Events of each instrument (headlines, scores, filings): any number of them between two decisions.

An event counts from its known time, ``max(ts, available_at)``: never before it could have been read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from kuznia.core.errors import FrameError
from kuznia.core.typing import Float, Int, Microseconds

HEADLINE = "headline"
"""The measure that every event has, with the value 1."""


@dataclass(frozen=True, slots=True)
class PlacedEvents:
    """Events laid against the decisions of a panel.

    Parameters
    ----------
    edges : int64 (N, T)
        Place behind the last event of each instrument that was known at each decision.
    column : int64 (E,)
        The first column whose decision knew each event; ``T`` for later ones.
    values : float64 (E,)
        As in the history.
    """

    edges: Int
    column: Int
    values: Float


@dataclass(frozen=True, slots=True)
class EventHistory:
    """One measure of the events of all instruments of a panel.

    Parameters
    ----------
    starts : int64 (N + 1,)
        Events of instrument ``n`` are ``starts[n]`` to ``starts[n + 1]`` (excluded).
    known : int64 (E,)
        Known time of each event, microseconds UTC, not decreasing inside an instrument.
    values : float64 (E,)
        Its measure; NaN where it has none.
    """

    starts: Int
    known: Microseconds
    values: Float

    def __post_init__(self) -> None:
        count = len(self.known)
        if len(self.values) != count or self.starts[0] != 0 or self.starts[-1] != count:
            raise FrameError("The events' arrays do not fit together.", "Give one start for each instrument.")
        falls = np.flatnonzero(np.diff(self.known) < 0) + 1
        late = np.setdiff1d(falls, self.starts)
        if len(late):
            raise FrameError(f"Known times decrease at event {late[0]}.", "Sort the events of an instrument.")

    def placed(self, decision: Microseconds) -> PlacedEvents:
        """Lay the events against decisions.

        Parameters
        ----------
        decision : int64 (T,)
            Strictly increasing.

        Returns
        -------
        PlacedEvents

        Examples
        --------
        >>> history = EventHistory(np.array([0, 3]), np.array([5, 10, 11]), np.ones(3))
        >>> placed = history.placed(np.array([10, 20]))
        >>> placed.edges.tolist(), placed.column.tolist()
        ([[2, 3]], [0, 0, 1])
        """
        edges = np.empty((len(self.starts) - 1, len(decision)), dtype=np.int64)
        for n, (first, stop) in enumerate(zip(self.starts[:-1], self.starts[1:], strict=True)):
            edges[n] = first + np.searchsorted(self.known[first:stop], decision, side="right")
        column = np.searchsorted(decision, self.known, side="left").astype(np.int64)
        return PlacedEvents(edges, column, self.values)


def event_histories(
    rows: pl.DataFrame, instruments: Sequence[str], source: str, measures: Sequence[str] = ()
) -> Mapping[str, EventHistory]:
    """Histories of a frame of kind ``events``: one of its headlines, one of each measure.

    Parameters
    ----------
    rows : DataFrame
        Columns ``instrument``, ``ts``, ``available_at`` and `measures`. Rows of other instruments are
        left out; rows of one known time keep their order.
    instruments : sequence of str
        Keys of the panel.
    source : str
        What the names begin with.
    measures : sequence of str
        Numeric columns.

    Returns
    -------
    mapping of str to EventHistory
        ``<source>.headline`` and ``<source>.<measure>``.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> rows = pl.DataFrame({"instrument": ["B", "A"], "ts": [datetime(2024, 1, 2, tzinfo=UTC)] * 2,
    ...                      "available_at": [datetime(2024, 1, 3, tzinfo=UTC)] * 2, "tone": [0.5, None]})
    >>> histories = event_histories(rows, ["A", "B"], "news", ["tone"])
    >>> histories["news.tone"].starts.tolist(), histories["news.tone"].values.tolist()
    ([0, 1, 2], [nan, 0.5])
    """
    needed = ("instrument", "ts", "available_at", *measures)
    missing = [name for name in needed if name not in rows.columns]
    if missing:
        raise FrameError(f"The events lack the columns {missing}.", "Give a frame of kind 'events'.")
    order = pl.DataFrame({"instrument": list(instruments)}, schema={"instrument": pl.String}).with_row_index(
        "place"
    )
    ordered = (
        rows.select(
            "instrument",
            pl.max_horizontal("ts", "available_at").dt.epoch("us").alias("known"),
            *(pl.col(name).cast(pl.Float64).fill_null(np.nan) for name in measures),
        )
        .join(order, on="instrument", how="inner", maintain_order="left")
        .sort("place", "known", maintain_order=True)
    )
    starts = ordered["place"].search_sorted(np.arange(len(instruments) + 1)).to_numpy().astype(np.int64)
    known = ordered["known"].to_numpy().astype(np.int64)
    columns = {HEADLINE: np.ones(len(known))} | {name: ordered[name].to_numpy().copy() for name in measures}
    return {f"{source}.{name}": EventHistory(starts, known, values) for name, values in columns.items()}
