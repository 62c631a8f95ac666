"""Training rows: a features frame and a price panel, aligned into arrays ordered by time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from kuznia.core.errors import ModelError
from kuznia.core.frames.panel import KEYS, Panel
from kuznia.core.models.spec import Label
from kuznia.core.models.targets import forward_returns, outcomes
from kuznia.core.typing import Float, Int


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
    outcome : float64 (R,)
        What the target is made of, see :func:`kuznia.core.models.targets.outcomes`.
    end : int64 (R,)
        Last bar that the outcome reads.
    bars : int
        Length of the time axis.
    """

    keys: pl.DataFrame
    features: tuple[str, ...]
    x: Float
    bar: Int
    row: Int
    forward: Float
    outcome: Float
    end: Int
    bars: int


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
    x = np.array(frame.select(names).cast(pl.Float64).fill_null(np.nan).to_numpy(), order="C")
    x[~np.isfinite(x)] = np.nan
    known = ~np.isnan(x).all(axis=1)
    frame, x = frame.filter(known), x[known]
    bar, row = _places(frame, panel)
    forward = forward_returns(panel, label)[row, bar]
    outcomes_, end = outcomes(panel, label)
    outcome = outcomes_[row, bar]
    if label.side is not None:
        outcome = _paid(outcome, x, names, label.side)
    return Rows(frame.select(KEYS), names, x, bar, row, forward, outcome, end[row, bar], len(panel.ts))


def _paid(forward: Float, x: Float, names: Sequence[str], side: str) -> Float:
    """Meta-label of each row; NaN without a side, see :func:`kuznia.core.models.barriers.meta_labels`."""
    if side not in names:
        raise ModelError(f"The side {side!r} is no feature of the set.", f"Name one of {', '.join(names)}.")
    sign = np.sign(x[:, names.index(side)])
    known = ~np.isnan(forward) & ~np.isnan(sign) & (sign != 0)
    return np.where(known, (sign * forward > 0).astype(np.float64), np.nan)


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
