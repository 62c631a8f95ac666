"""What a preview computes: a checked expression on a panel, summed up for a screen."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from kuznia.core.expressions import Checked
from kuznia.core.features import feature_values
from kuznia.core.frames.json_values import json_values
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Bool, Float
from kuznia.domains.expressions.schemas import (
    PreviewBin,
    PreviewCoverage,
    PreviewCrossSection,
    PreviewFacts,
    PreviewLine,
    PreviewPlace,
    PreviewValues,
)

POINTS = 800
"""Points of a line."""

STRETCHES = 120
"""Points of the coverage over time."""

BINS = 24


def preview_values(
    checked: Checked, panel: Panel, *, instruments: Sequence[str] | None, span: int, at: date | None
) -> PreviewValues:
    """Compute an expression on the newest bars of a panel.

    Parameters
    ----------
    checked : Checked
        The expression.
    panel : Panel
        At least its look-back longer than `span`, where the data has so much.
    instruments : sequence of str or None
        Whose lines to give; the first three when None. One that the panel lacks is left out.
    span : int
        Newest bars to show.
    at : date or None
        Session of the cross-section: the last one not after it, or the newest with a known value.
    """
    started = time.perf_counter()
    part = panel.between(max(0, panel.shape[1] - span - checked.lookback), panel.shape[1])
    shown = min(span, part.shape[1])
    whole = feature_values({"preview": checked}, part)["preview"]
    view = part.between(part.shape[1] - shown, part.shape[1])
    values = np.ascontiguousarray(whole[:, -shown:])
    present = ~np.isnan(view.fields["close"])
    lines = list(panel.instruments[:3] if instruments is None else instruments)
    rows = [view.instruments.index(one) for one in lines if one in view.instruments]
    return PreviewValues(
        lines=[_line(view, n, values[n]) for n in rows],
        cross_section=_cross_section(view, values, present, rows, at),
        coverage=_coverage(view, values, present),
        facts=_facts(values[present]),
        instruments=view.shape[0],
        bars=shown,
        work=work_of(checked, panel, span),
        seconds=time.perf_counter() - started,
    )


def work_of(checked: Checked, panel: Panel, span: int) -> float:
    """Operations of a preview: cells of the span and its look-back × cost."""
    bars = min(panel.shape[1], span + checked.lookback)
    return panel.shape[0] * bars * max(checked.cost, 1.0)


def thinned(values: Float, points: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Places to keep of a line: of each stretch its lowest and highest known value, and both ends.

    Examples
    --------
    >>> thinned(np.array([0.0, 5.0, 1.0, 1.0, np.nan, 1.0, -3.0, 2.0]), 4).tolist()
    [0, 1, 6, 7]
    """
    size = len(values)
    if size <= points:
        return np.arange(size)
    stretch = -(-size // max(1, points // 2))
    starts = np.arange(0, size, stretch)
    rows = np.full((len(starts), stretch), np.nan)
    rows.ravel()[:size] = values
    lowest = np.where(np.isnan(rows), np.inf, rows).argmin(axis=1)
    highest = np.where(np.isnan(rows), -np.inf, rows).argmax(axis=1)
    return np.unique(np.concatenate(([0, size - 1], starts + lowest, starts + highest)))


def _line(view: Panel, row: int, values: Float) -> PreviewLine:
    places = thinned(values, POINTS)
    return PreviewLine(
        instrument=view.instruments[row],
        ts=[_moment(one) for one in view.ts[places]],
        value=[json_values(one) for one in values[places]],
    )


def _cross_section(
    view: Panel, values: Float, present: Bool, rows: Sequence[int], at: date | None
) -> PreviewCrossSection | None:
    column = _column(view, values, at)
    if column is None:
        return None
    every = values[:, column]
    sorted_known = np.sort(every[~np.isnan(every)])
    bins = []
    if len(sorted_known):
        counts, edges = np.histogram(sorted_known, bins=min(BINS, max(1, len(np.unique(sorted_known)))))
        bins = [
            PreviewBin(low=float(low), high=float(high), count=int(count))
            for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
        ]
    return PreviewCrossSection(
        session=view.session[column].item(),
        ts=_moment(view.ts[column]),
        known=len(sorted_known),
        present=int(present[:, column].sum()),
        bins=bins,
        places=[_place(view.instruments[n], sorted_known, every[n]) for n in rows],
    )


def _column(view: Panel, values: Float, at: date | None) -> int | None:
    if at is not None:
        column = int(np.searchsorted(view.session, np.datetime64(at), side="right")) - 1
        return column if column >= 0 else None
    known = np.flatnonzero(~np.isnan(values).all(axis=0))
    return int(known[-1]) if len(known) else None


def _place(instrument: str, sorted_known: Float, value: float) -> PreviewPlace:
    if np.isnan(value):
        return PreviewPlace(instrument=instrument, value=None, rank=None)
    below = float(np.searchsorted(sorted_known, value, side="right"))
    return PreviewPlace(instrument=instrument, value=json_values(value), rank=below / len(sorted_known))


def _coverage(view: Panel, values: Float, present: Bool) -> PreviewCoverage:
    counted = (~np.isnan(values) & present).sum(axis=0)
    cells = present.sum(axis=0)
    starts = np.arange(0, len(cells), -(-len(cells) // STRETCHES))
    known, all_of = np.add.reduceat(counted, starts), np.add.reduceat(cells, starts)
    total = int(cells.sum())
    return PreviewCoverage(
        overall=float(counted.sum()) / total if total else None,
        ts=[_moment(one) for one in view.ts[starts]],
        share=[float(n) / float(m) if m else None for n, m in zip(known, all_of, strict=True)],
    )


def _facts(values: Float) -> PreviewFacts:
    known = values[~np.isnan(values)]
    some = len(known) > 0
    with np.errstate(all="ignore"):  # the square of a huge value may overflow; it is not known then
        return PreviewFacts(
            mean=json_values(known.mean()) if some else None,
            sd=json_values(known.std(ddof=1)) if len(known) > 1 else None,
            low=json_values(known.min()) if some else None,
            median=json_values(np.median(known)) if some else None,
            high=json_values(known.max()) if some else None,
            unknown=1.0 - len(known) / len(values) if len(values) else None,
            zero=float((known == 0.0).mean()) if some else None,
        )


def _moment(microseconds: Any) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(microseconds))
