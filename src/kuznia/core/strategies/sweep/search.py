"""Which combinations of a sweep are tried."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
import polars as pl

from kuznia.core.errors import StrategyError
from kuznia.core.strategies.sweep.spec import MAX_COMBINATIONS, SweepSpec, Value
from kuznia.core.strategies.sweep.where import holds
from kuznia.core.typing import Int

MAX_GRID = 1_000_000
"""Points of a grid whose condition is looked at one by one."""
MAX_DRAWN = 2**62
"""Points of a grid that combinations can be drawn from."""
CHUNK = 65_536
"""Points that are looked at together."""
DRAWS = 64
"""Chunks that are drawn from a large grid before those that satisfy its condition count as all."""


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
    return [values_at(spec, row) for row in places.tolist()]


def chosen_places(spec: SweepSpec, most: int = MAX_COMBINATIONS) -> Int:
    """The combinations as places in each parameter's values, without the rest of the grid. (K, P)

    Raises
    ------
    StrategyError
        No combination satisfies the condition, or more than `most` do.
    """
    if spec.search == "optuna":
        raise StrategyError(
            "What a search by Optuna tries is known only as results come in.",
            "Use grid or random, or run it.",
        )
    size = grid_size(spec)
    if spec.search == "random" and spec.count is not None:
        found = _drawn(spec, spec.count)
        if len(found) > most:
            raise StrategyError(
                f"A count of {len(found):,} is over the limit of {most:,}.", "Lower count, or drop values."
            )
        return _places(spec, found)
    if spec.where is None and size > most:
        raise _too_many(f"{size:,} combinations are", most)
    kept: list[Int] = []
    for part in valid_numbers(spec):
        kept.append(part)
        if sum(map(len, kept)) > most:
            raise _too_many("The combinations are", most)
    return _places(spec, np.concatenate(kept))


def grid_places(spec: SweepSpec) -> Int:
    """Every point of the grid that satisfies the condition, as places in each parameter's values."""
    return _places(spec, np.concatenate(list(valid_numbers(spec))))


def grid_size(spec: SweepSpec) -> int:
    """Points of the grid, whether they satisfy the condition or not."""
    return math.prod(len(values) for values in spec.parameters.values())


def valid_count(spec: SweepSpec, enough: int) -> int:
    """How many points satisfy the condition, counted up to `enough` at least. O(CHUNK) memory.

    Examples
    --------
    >>> spec = SweepSpec({"kind": "rule", "entries": "ts_mean(close, $fast) > ts_mean(close, $slow)"},
    ...                  {"fast": (5, 10), "slow": (10, 50)}, where="fast < slow")
    >>> valid_count(spec, 100)
    3
    """
    if spec.where is None:
        return grid_size(spec)
    count = 0
    for part in valid_numbers(spec):
        count += len(part)
        if count >= enough:
            break
    return count


def valid_numbers(spec: SweepSpec) -> Iterator[Int]:
    """Numbers of the points that satisfy the condition, in the order of the grid, chunk by chunk.

    Raises
    ------
    StrategyError
        The grid is too large to be looked at, or no point satisfies the condition.
    """
    size = grid_size(spec)
    if size > MAX_GRID:
        raise StrategyError(
            f"The grid has {size:,} points, over the limit of {MAX_GRID:,}.",
            "Give fewer values of each parameter, or search at random.",
        )
    found = False
    for begin in range(0, size, CHUNK):
        part = _satisfying(spec, np.arange(begin, min(begin + CHUNK, size), dtype=np.int64))
        found |= len(part) > 0
        yield part
    if not found:
        raise _none(spec)


def valid_chunks(spec: SweepSpec) -> Iterator[Int]:
    """The points of `valid_numbers` as places in each parameter's values."""
    return (_places(spec, part) for part in valid_numbers(spec))


def covering(spec: SweepSpec, chunks: Iterable[Int]) -> list[tuple[str, Int]]:
    """For each value of each parameter the first combination that has it.

    Parameters
    ----------
    chunks : iterable of int64 (K, P)
        Combinations as places.

    Returns
    -------
    list of (parameter, int64 (P,))
        In the order of the parameters and of their values; a value that no combination has is left out.
    """
    first: list[dict[int, Int]] = [{} for _ in spec.parameters]
    for places in chunks:
        for at, seen in enumerate(first):
            values, rows = np.unique(places[:, at], return_index=True)
            for value, row in zip(values.tolist(), rows.tolist(), strict=True):
                seen.setdefault(value, places[row])
    names = list(spec.parameters)
    return [(names[at], seen[value]) for at, seen in enumerate(first) for value in sorted(seen)]


def _drawn(spec: SweepSpec, count: int) -> Int:
    """Numbers of up to `count` different points, drawn evenly from those that satisfy the condition."""
    rng, size = np.random.default_rng(spec.seed), grid_size(spec)
    if size <= MAX_GRID:
        valid = np.concatenate(list(valid_numbers(spec)))
        if count < len(valid):
            valid = valid[np.sort(rng.choice(len(valid), count, replace=False))]
        return valid
    if size > MAX_DRAWN:
        raise StrategyError(f"The grid has {size:,} points.", "Give fewer values of each parameter.")
    found: dict[int, None] = {}
    for _ in range(DRAWS):
        found.update(dict.fromkeys(_satisfying(spec, rng.integers(0, size, CHUNK)).tolist()))
        if len(found) >= count:
            break
    if not found:
        raise _none(spec)
    return np.sort(np.array(list(found)[:count], dtype=np.int64))


def _satisfying(spec: SweepSpec, numbers: Int) -> Int:
    """Those of some points of the grid that satisfy the condition."""
    if spec.where is None:
        return numbers
    places = _places(spec, numbers)
    columns = {
        name: np.asarray(values, dtype=np.float64)[places[:, at]]
        for at, (name, values) in enumerate(spec.parameters.items())
    }
    return numbers[holds(spec.where, columns)]


def _places(spec: SweepSpec, numbers: Int) -> Int:
    """Points of the grid by number, the last parameter fastest, as places in each parameter's values."""
    lengths = [len(values) for values in spec.parameters.values()]
    return np.stack(np.unravel_index(numbers, lengths), axis=1).astype(np.int64)


def _none(spec: SweepSpec) -> StrategyError:
    return StrategyError(
        f"No combination satisfies {spec.where!r}.", "Widen the parameters or the condition."
    )


def _too_many(what: str, most: int) -> StrategyError:
    return StrategyError(
        f"{what} over the limit of {most:,}.", "Give fewer values, or search at random with a count."
    )


def values_at(spec: SweepSpec, row: list[int]) -> dict[str, Value]:
    """A combination from its places in each parameter's values."""
    return {name: values[place] for (name, values), place in zip(spec.parameters.items(), row, strict=True)}


def frame_of(spec: SweepSpec, places: Int) -> pl.DataFrame:
    """One column for each parameter, one row for each combination."""
    return pl.DataFrame(
        {
            name: pl.Series(name, np.asarray(values)[places[:, at]])
            for at, (name, values) in enumerate(spec.parameters.items())
        }
    )
