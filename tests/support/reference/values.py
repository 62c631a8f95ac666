"""What the reference computes with: lists of rows (instrument by time); not known is NaN."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

NAN = math.nan
Row = list[float]
Grid = list[Row]


def known(values: Sequence[float]) -> Row:
    return [v for v in values if v == v]


def finite(value: float | complex) -> float:
    return value if isinstance(value, int | float) and math.isfinite(value) else NAN


def guarded(function: Callable[..., Any], *arguments: Any) -> float:
    try:
        return float(finite(function(*arguments)))
    except (ValueError, ZeroDivisionError, OverflowError, IndexError):
        return NAN


def shape_of(arguments: Sequence[Any]) -> tuple[int, int]:
    grid = next(a for a in arguments if isinstance(a, list))
    return len(grid), len(grid[0])


def at(argument: Any, i: int, t: int) -> Any:
    return argument[i][t] if isinstance(argument, list) else argument


def by_cell(function: Callable[..., Any], arguments: Sequence[Any]) -> Grid:
    n, length = shape_of(arguments)
    return [[guarded(function, *(at(a, i, t) for a in arguments)) for t in range(length)] for i in range(n)]


def by_row(function: Callable[..., Row], arguments: Sequence[Any]) -> Grid:
    n, _ = shape_of(arguments)
    return [function(*(a[i] if isinstance(a, list) else a for a in arguments)) for i in range(n)]


def by_window(function: Callable[..., Any], arguments: Sequence[Any]) -> Grid:
    """Windows oldest first, shorter at the start; then the literals after the window's length."""
    n, length = shape_of(arguments)
    panels = [a for a in arguments if isinstance(a, list)]
    d, *literals = (a for a in arguments if not isinstance(a, list))
    cut = [[[p[i][max(0, t - int(d) + 1) : t + 1] for p in panels] for t in range(length)] for i in range(n)]
    return [[guarded(function, *cut[i][t], int(d), *literals) for t in range(length)] for i in range(n)]


def by_column(function: Callable[..., Row], arguments: Sequence[Any]) -> Grid:
    n, length = shape_of(arguments)
    columns = [
        function(*([row[t] for row in a] if isinstance(a, list) else a for a in arguments))
        for t in range(length)
    ]
    return [[finite(columns[t][i]) for t in range(length)] for i in range(n)]


def unknown(*values: float) -> bool:
    return any(v != v for v in values)
