"""A measure over two parameters: cells, what stands around them, and which combination each one shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kuznia.domains.sweeps.schemas import NUMBER

if TYPE_CHECKING:
    import polars as pl

Grid = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

LESS_IS_BETTER = frozenset({"volatility", "max_drawdown", "turnover", "costs", "cost_per_year", "kurtosis"})


@dataclass(frozen=True, slots=True)
class Surface:
    """Cells in rows of `y` and columns of `x`; NaN and 0 where nothing was tried."""

    x: list[float]
    y: list[float]
    values: Grid
    points: np.ndarray[tuple[int, ...], np.dtype[np.int64]]


def surface(points: pl.DataFrame, x: str, y: str | None, metric: str, over: str) -> Surface:
    """Put combinations into cells.

    Parameters
    ----------
    points : DataFrame
        Numbers, the parameters, and the metric.
    over : {"best", "mean", "worst"}
        What a cell shows of several combinations, which differ in other parameters.
    """
    xs, column = np.unique(points[x].cast(float).to_numpy(), return_inverse=True)
    one = np.zeros(points.height)
    ys, row = np.unique(points[y].cast(float).to_numpy() if y else one, return_inverse=True)
    values = points[metric].cast(float).fill_null(np.nan).to_numpy()
    worth = -values if metric in LESS_IS_BETTER else values
    # What has no value sorts last.
    order = np.argsort(worth if over == "worst" else -worth, kind="stable")
    cell = (row * len(xs) + column)[order]
    places, first = np.unique(cell, return_index=True)
    shown: Grid = np.full(len(xs) * len(ys), np.nan)
    numbers = np.zeros(len(xs) * len(ys), dtype=np.int64)
    chosen = order[first]
    shown[places] = values[chosen]
    numbers[places] = points[NUMBER].to_numpy()[chosen]
    if over == "mean":
        shown = _means(cell, values[order], len(shown))
    shape = (len(ys), len(xs))
    return Surface(xs.tolist(), ys.tolist() if y else [], shown.reshape(shape), numbers.reshape(shape))


def _means(cell: Any, values: Grid, size: int) -> Grid:
    known = ~np.isnan(values)
    count = np.bincount(cell[known], minlength=size)
    total = np.bincount(cell[known], weights=values[known], minlength=size)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def neighbours(values: Grid) -> Grid:
    """Mean of the up to eight cells around each one, the own left out; NaN where it was not tried itself.

    >>> neighbours(np.array([[1.0, 2.0, 6.0]])).tolist()
    [[2.0, 3.5, 2.0]]
    """
    rows, columns = values.shape
    padded = np.pad(values, 1, constant_values=np.nan)
    total, count = np.zeros(values.shape), np.zeros(values.shape)
    for down in range(3):
        for right in range(3):
            if (down, right) == (1, 1):
                continue
            part = padded[down : down + rows, right : right + columns]
            known = ~np.isnan(part)
            total += np.where(known, part, 0.0)
            count += known
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return np.asarray(np.where(np.isnan(values), np.nan, mean))


def around(points: pl.DataFrame, names: list[str], place: int, metric: str) -> tuple[float, int]:
    """Mean of the combinations that are one step away in every parameter at most, and how many they are."""
    near = np.ones(points.height, dtype=bool)
    for name in names:
        _, step = np.unique(points[name].cast(float).to_numpy(), return_inverse=True)
        near &= np.abs(step - step[place]) <= 1
    near[place] = False
    found = points[metric].cast(float).fill_null(np.nan).to_numpy()[near]
    found = found[~np.isnan(found)]
    return (float(found.mean()) if len(found) else float("nan")), len(found)
