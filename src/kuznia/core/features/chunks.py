"""Chunks of feature values: what is computed at once, kept, and found again by what it depends on.

A value depends on nothing later than its bar and on nothing more than its expression's look-back before
it, to the bit. So the values of a calendar year (or a month of finer bars) are the same whenever their
expression, the bars' files inside the year and its look-back, and the context known by then are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from kuznia.core.expressions import Checked
from kuznia.core.frames.digest import json_digest
from kuznia.core.typing import Microseconds

FORMAT = "kuznia-values/1"
"""Version of how a panel is made of rows and values of a panel; part of every key."""

Period = Literal["year", "month"]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Columns of a panel that are computed and kept together.

    Parameters
    ----------
    label : str
        ``2024``, or ``2024-03``.
    start, stop : int
        First column and the one after the last.
    """

    label: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Source:
    """A file of bars: its digest and the times of its first and last row, microseconds UTC."""

    digest: str
    first: int
    last: int


def chunks_of(ts: Microseconds, period: Period = "year") -> tuple[Chunk, ...]:
    """The calendar years or months (UTC) of a time axis, in order.

    Parameters
    ----------
    ts : int64 (T,)
        Close of each bar, microseconds UTC, strictly increasing.
    period : {"year", "month"}
        Years suit days, months suit minutes and hours.

    Examples
    --------
    >>> days = np.array(["2023-12-28", "2023-12-29", "2024-01-02"], dtype="datetime64[us]").astype(np.int64)
    >>> [(one.label, one.start, one.stop) for one in chunks_of(days)]
    [('2023', 0, 2), ('2024', 2, 3)]
    """
    if len(ts) == 0:
        return ()
    periods = ts.astype("datetime64[us]").astype("datetime64[Y]" if period == "year" else "datetime64[M]")
    starts = np.flatnonzero(np.r_[True, periods[1:] != periods[:-1]])
    stops = np.r_[starts[1:], len(ts)]
    return tuple(
        Chunk(str(periods[start]), int(start), int(stop)) for start, stop in zip(starts, stops, strict=True)
    )


def touched(sources: Sequence[Source], ts: Microseconds, chunk: Chunk, lookback: int) -> tuple[str, ...]:
    """Digests of the files whose rows may lie in a chunk or in the look-back before it, by time.

    Examples
    --------
    >>> files = [Source("a", 0, 9), Source("b", 10, 19), Source("c", 20, 29)]
    >>> ts = np.array([5, 15, 25, 26])
    >>> touched(files, ts, Chunk("x", 2, 4), 0), touched(files, ts, Chunk("x", 2, 4), 1)
    (('c',), ('b', 'c'))
    """
    first, last = int(ts[max(chunk.start - lookback, 0)]), int(ts[chunk.stop - 1])
    inside = [one for one in sources if one.first <= last and one.last >= first]
    return tuple(one.digest for one in sorted(inside, key=lambda one: (one.first, one.digest)))


def chunk_key(
    expression: Checked,
    sources: Sequence[str],
    *,
    label: str,
    universe: str,
    decision_lag_minutes: int,
    context: Mapping[str, Any],
) -> str:
    """Digest of all that the values of one expression in one chunk depend on.

    Parameters
    ----------
    expression : Checked
        Its digest holds the language's version and the canonical form.
    sources : sequence of str
        What :func:`touched` gave.
    label : str
        Of the chunk.
    universe : str
        Digest of the instruments.
    decision_lag_minutes : int
        From a bar's close to its decision.
    context : mapping
        Digests of what the expression reads beside bars, as known by the chunk's end; plain data.
    """
    return json_digest(
        {
            "format": FORMAT,
            "expression": expression.digest,
            "chunk": label,
            "bars": list(sources),
            "universe": universe,
            "decision_lag_minutes": decision_lag_minutes,
            "context": dict(context),
        }
    )
