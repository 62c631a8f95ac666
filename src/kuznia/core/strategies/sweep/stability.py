"""How a statistic changes from one combination to its neighbours: a plateau, or a lucky point?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from kuznia.core.backtest.sweep.outcome import STATISTICS
from kuznia.core.errors import StrategyError
from kuznia.core.strategies.sweep.spec import SweepSpec, Value
from kuznia.core.typing import Float

Aggregate = Literal["mean", "median", "max", "min"]
_AGGREGATES: dict[str, Callable[[Float], float]] = {
    "mean": np.nanmean,
    "median": np.nanmedian,
    "max": np.nanmax,
    "min": np.nanmin,
}


@dataclass(frozen=True, slots=True)
class Stability:
    """A surface of one statistic over two parameters.

    Parameters
    ----------
    x, y, metric : str
        Parameters along the columns and rows, and the statistic.
    xs, ys : tuple of number
        Their values, rising.
    surface : float64 (Y, X)
        The statistic; NaN where no combination is.
    neighbourhood : float64 (Y, X)
        Mean of a point and the up to eight around it.
    plateau : float64 (Y, X)
        Share of its neighbours whose value is within the tolerance of its own.
    tolerance : float
        How far a neighbour may be away.
    """

    x: str
    y: str
    metric: str
    xs: tuple[Value, ...]
    ys: tuple[Value, ...]
    surface: Float
    neighbourhood: Float
    plateau: Float
    tolerance: float

    def at(self, x: Value, y: Value) -> tuple[float, float, float]:
        """A point's own value, the mean of its neighbourhood, and its plateau score."""
        row, column = self.ys.index(y), self.xs.index(x)
        return (
            float(self.surface[row, column]),
            float(self.neighbourhood[row, column]),
            float(self.plateau[row, column]),
        )


def stability(
    spec: SweepSpec,
    combinations: pl.DataFrame,
    statistics: pl.DataFrame,
    x: str,
    y: str,
    metric: str,
    *,
    fixed: dict[str, Value] | None = None,
    aggregate: Aggregate = "mean",
    tolerance: float | None = None,
) -> Stability:
    """The surface of a statistic over two parameters. O(combinations).

    Parameters
    ----------
    spec, combinations, statistics
        Of a sweep's result.
    x, y : str
        Two parameters.
    metric : str
        One of the statistics.
    fixed : dict, optional
        Values of other parameters; those that are not fixed are aggregated.
    aggregate : {"mean", "median", "max", "min"}
        How.
    tolerance : float, optional
        How far a neighbour's value may be from a point's own; by default a quarter of the standard
        deviation over all combinations.

    Examples
    --------
    >>> spec = SweepSpec({"kind": "rule", "entries": "ts_mean(close, $fast) > ts_mean(close, $slow)"},
    ...                  {"fast": (5, 10), "slow": (20, 30)})
    >>> frame = pl.DataFrame({"fast": [5, 5, 10, 10], "slow": [20, 30, 20, 30]})
    >>> ratios = pl.DataFrame({"sharpe": [0.5, 0.6, 0.4, 0.5]})
    >>> found = stability(spec, frame, ratios, "fast", "slow", "sharpe", tolerance=0.1)
    >>> found.surface.tolist(), found.at(5, 30)[2]
    ([[0.5, 0.4], [0.6, 0.5]], 0.6666666666666666)
    """
    others = sorted({x, y, *(fixed or {})} - set(spec.parameters))
    if others or x == y:
        raise StrategyError(
            f"{(others or [x])[0]!r} cannot be an axis or fixed.", f"Use two of {list(spec.parameters)}."
        )
    if metric not in STATISTICS or metric not in statistics.columns:
        raise StrategyError(f"There is no statistic {metric!r}.", f"Use one of {list(STATISTICS)}.")
    if aggregate not in _AGGREGATES:
        raise StrategyError(f"aggregate is {aggregate!r}.", f"Use one of {sorted(_AGGREGATES)}.")
    values = statistics[metric].to_numpy()
    kept = ~np.isnan(values)
    for name, value in (fixed or {}).items():
        kept &= combinations[name].to_numpy() == value
    xs, ys = (tuple(sorted(spec.parameters[name])) for name in (x, y))
    surface = np.full((len(ys), len(xs)), np.nan)
    columns = np.searchsorted(xs, combinations[x].to_numpy()[kept])
    rows = np.searchsorted(ys, combinations[y].to_numpy()[kept])
    order = np.argsort(rows * len(xs) + columns, kind="stable")
    cells, starts = np.unique((rows * len(xs) + columns)[order], return_index=True)
    for cell, part in zip(cells, np.split(values[kept][order], starts[1:]), strict=False):
        surface.flat[cell] = _AGGREGATES[aggregate](part)
    if tolerance is None:
        tolerance = 0.25 * float(np.std(values[kept])) if kept.any() else float("nan")
    return Stability(x, y, metric, xs, ys, surface, *_around(surface, tolerance), tolerance)


def _around(surface: Float, tolerance: float) -> tuple[Float, Float]:
    """Mean of each neighbourhood, and the share of neighbours within the tolerance; NaN without any."""
    framed = np.pad(surface, 1, constant_values=np.nan)
    height, width = surface.shape
    shifts = [
        framed[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width]
        for dy in (-1, 0, 1)
        for dx in (-1, 0, 1)
        if dy or dx
    ]
    near = np.stack(shifts)
    known = ~np.isnan(near)
    count = known.sum(axis=0)
    own = ~np.isnan(surface)
    with np.errstate(all="ignore"):
        mean = (np.where(known, near, 0.0).sum(axis=0) + np.where(own, surface, 0.0)) / (count + own)
        close = (np.abs(near - surface) <= tolerance * (1.0 + 1e-9)).sum(axis=0) / count
    return np.where(own, mean, np.nan), np.where(own & (count > 0), close, np.nan)
