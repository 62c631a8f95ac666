"""The expression language in slow, plain Python: what each function means, cell by cell.

The fast evaluator must agree. Written apart from it, on lists, without NumPy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.support.reference.cells import CELLS
from tests.support.reference.columns import COLUMNS, group_backfill
from tests.support.reference.composed import COLUMNS as COMPOSED_COLUMNS
from tests.support.reference.composed import ROWS
from tests.support.reference.events import EVENTS
from tests.support.reference.states import STATES
from tests.support.reference.values import Grid, by_cell, by_column, by_row, by_window
from tests.support.reference.windows import WINDOWS


def apply(name: str, arguments: Sequence[Any]) -> Grid:
    """The value of one function; panels are grids, literals numbers or text."""
    if name == "group_backfill":
        return group_backfill(*arguments)
    if name in CELLS:
        return by_cell(CELLS[name], arguments)
    if name in WINDOWS:
        return by_window(WINDOWS[name], arguments)
    for table in (STATES, ROWS):
        if name in table:
            return by_row(table[name], arguments)
    for table in (COLUMNS, COMPOSED_COLUMNS):
        if name in table:
            return by_column(table[name], arguments)
    raise KeyError(f"The reference has no function {name}.")


def of_events(
    name: str,
    known: Sequence[Sequence[int]],
    values: Sequence[Sequence[float]],
    at: Sequence[int],
    *literals: Any,
) -> Grid:
    """The value of a function over events, given each instrument's known times and values."""
    return [EVENTS[name](k, v, at, *literals) for k, v in zip(known, values, strict=True)]
