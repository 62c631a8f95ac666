"""Which combinations of a sweep are tried."""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from kuznia.core.errors import StrategyError
from kuznia.core.strategies.sweep.spec import MAX_COMBINATIONS, SweepSpec, Value
from kuznia.core.strategies.sweep.where import holds
from kuznia.core.typing import Int

MAX_GRID = 10_000_000
"""Points of a grid before its condition is looked at."""


def combinations(spec: SweepSpec) -> list[dict[str, Value]]:
    """The combinations of a grid or random sweep, in the order of the grid, last parameter fastest.

    Parameters
    ----------
    spec : SweepSpec
        With ``search`` ``"grid"`` or ``"random"``; Optuna chooses only as results come in.

    Returns
    -------
    list of dict

    Raises
    ------
    StrategyError
        No combination satisfies the condition, or too many do.

    Examples
    --------
    >>> spec = SweepSpec({"kind": "rule", "entries": "ts_mean(close, $fast) > ts_mean(close, $slow)"},
    ...                  {"fast": (5, 10), "slow": (10, 50)}, where="fast < slow")
    >>> combinations(spec)
    [{'fast': 5, 'slow': 10}, {'fast': 5, 'slow': 50}, {'fast': 10, 'slow': 50}]
    """
    places = chosen_places(spec)
    return [
        {name: values[place] for (name, values), place in zip(spec.parameters.items(), row, strict=True)}
        for row in places.tolist()
    ]


def chosen_places(spec: SweepSpec) -> Int:
    """The combinations as places in each parameter's values. (K, P)"""
    if spec.search == "optuna":
        raise StrategyError(
            "What a search by Optuna tries is known only as results come in.",
            "Use grid or random, or run it.",
        )
    valid = grid_places(spec)
    if spec.search == "random" and spec.count is not None and spec.count < len(valid):
        drawn = np.random.default_rng(spec.seed).choice(len(valid), spec.count, replace=False)
        valid = valid[np.sort(drawn)]
    if len(valid) > MAX_COMBINATIONS:
        raise StrategyError(
            f"{len(valid):,} combinations are over the limit of {MAX_COMBINATIONS:,}.",
            "Give fewer values, or search at random with a count.",
        )
    return valid


def grid_places(spec: SweepSpec) -> Int:
    """Every point of the grid that satisfies the condition, as places in each parameter's values."""
    lengths = [len(values) for values in spec.parameters.values()]
    if math.prod(lengths) > MAX_GRID:
        raise StrategyError(
            f"The grid has {math.prod(lengths):,} points, over the limit of {MAX_GRID:,}.",
            "Give fewer values of each parameter.",
        )
    places = np.stack(np.unravel_index(np.arange(math.prod(lengths)), lengths), axis=1).astype(np.int64)
    if spec.where is None:
        return places
    columns = {
        name: np.asarray(values, dtype=np.float64)[places[:, at]]
        for at, (name, values) in enumerate(spec.parameters.items())
    }
    kept = places[holds(spec.where, columns)]
    if len(kept) == 0:
        raise StrategyError(
            f"No combination satisfies {spec.where!r}.", "Widen the parameters or the condition."
        )
    return np.ascontiguousarray(kept)


def frame_of(spec: SweepSpec, places: Int) -> pl.DataFrame:
    """One column for each parameter, one row for each combination."""
    return pl.DataFrame(
        {
            name: pl.Series(name, np.asarray(values)[places[:, at]])
            for at, (name, values) in enumerate(spec.parameters.items())
        }
    )
