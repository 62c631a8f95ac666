"""Functions of single cells on rows: one program, run for an instrument after another.

What NumPy computes an array at a time reads and writes memory for each step. Here a row's cells stay in the
processor's first cache from one step to the next, what is infinite becomes not known on the way, and the last
step writes where the result is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from kuznia.core.expressions.timeseries._block_kernels import compiled
from kuznia.core.typing import Float, Int

NAN = np.nan
_NAMES = (
    *("add", "subtract", "multiply", "divide", "max", "min"),
    *("less", "less_equal", "greater", "greater_equal", "equal", "not_equal"),
    *("negate", "inverse", "abs", "sqrt", "pasteurize", "not"),
    *("and", "or", "if_else"),
)
OPERATIONS: Mapping[str, int] = MappingProxyType({name: code for code, name in enumerate(_NAMES)})
"""Number of each operation, by the name of the function."""
COPY = OPERATIONS["pasteurize"]
_COMPARISONS, _ALONE, _LOGIC = OPERATIONS["less"], OPERATIONS["negate"], OPERATIONS["and"]


@compiled()
def _finite(v: float) -> float:
    return v if v - v == 0.0 else NAN


@compiled()
def _calculate(code: int, x: Float, y: Float, out: Float) -> None:
    if code == 0:
        for j in range(out.shape[0]):
            out[j] = _finite(x[j] + y[j])
    elif code == 1:
        for j in range(out.shape[0]):
            out[j] = _finite(x[j] - y[j])
    elif code == 2:
        for j in range(out.shape[0]):
            out[j] = _finite(x[j] * y[j])
    elif code == 3:
        for j in range(out.shape[0]):
            out[j] = _finite(x[j] / y[j])
    elif code == 4:
        for j in range(out.shape[0]):
            out[j] = _finite(x[j] if (x[j] >= y[j]) | (x[j] != x[j]) else y[j])
    else:
        for j in range(out.shape[0]):
            out[j] = _finite(x[j] if (x[j] <= y[j]) | (x[j] != x[j]) else y[j])


@compiled()
def _truth(true: bool, x: float, y: float) -> float:
    return (1.0 if true else 0.0) if (x == x) & (y == y) else NAN


@compiled()
def _compare(code: int, x: Float, y: Float, out: Float) -> None:
    if code == 6:
        for j in range(out.shape[0]):
            out[j] = _truth(x[j] < y[j], x[j], y[j])
    elif code == 7:
        for j in range(out.shape[0]):
            out[j] = _truth(x[j] <= y[j], x[j], y[j])
    elif code == 8:
        for j in range(out.shape[0]):
            out[j] = _truth(x[j] > y[j], x[j], y[j])
    elif code == 9:
        for j in range(out.shape[0]):
            out[j] = _truth(x[j] >= y[j], x[j], y[j])
    elif code == 10:
        for j in range(out.shape[0]):
            out[j] = _truth(x[j] == y[j], x[j], y[j])
    else:
        for j in range(out.shape[0]):
            out[j] = _truth(x[j] != y[j], x[j], y[j])


@compiled()
def _change(code: int, x: Float, out: Float) -> None:
    if code == 12:
        for j in range(out.shape[0]):
            out[j] = -x[j]
    elif code == 13:
        for j in range(out.shape[0]):
            out[j] = _finite(1.0 / x[j])
    elif code == 14:
        for j in range(out.shape[0]):
            out[j] = abs(x[j])
    elif code == 15:
        for j in range(out.shape[0]):
            out[j] = np.sqrt(x[j])
    elif code == 16:
        for j in range(out.shape[0]):
            out[j] = x[j]
    else:
        for j in range(out.shape[0]):
            out[j] = _truth(x[j] == 0.0, x[j], x[j])


@compiled()
def _decide(code: int, x: Float, y: Float, z: Float, out: Float) -> None:
    if code == 18:
        for j in range(out.shape[0]):
            out[j] = 0.0 if (x[j] == 0.0) | (y[j] == 0.0) else _truth(True, x[j], y[j])
    elif code == 19:
        for j in range(out.shape[0]):
            true = ((x[j] != 0.0) & (x[j] == x[j])) | ((y[j] != 0.0) & (y[j] == y[j]))
            out[j] = 1.0 if true else _truth(False, x[j], y[j])
    else:
        for j in range(out.shape[0]):
            chosen = y[j] if x[j] != 0.0 else z[j]
            out[j] = chosen if x[j] == x[j] else NAN


@compiled()
def _row(kept: Float, handed: Float, work: Float, row: int, at: int, i: int) -> Any:
    if row < kept.shape[0]:
        return kept[row, at + i]
    row -= kept.shape[0]
    return handed[row, at + i] if row < handed.shape[0] else work[row - handed.shape[0], i]


@compiled("void(i8[:, ::1], f8[:, :, ::1], f8[:, :, ::1], f8[:, :, ::1], i8, i8)")
def run(program: Int, kept: Float, handed: Float, work: Float, at: int, count: int) -> None:
    """Run a program on each instrument of a block.

    Parameters
    ----------
    program : int64 (steps, 5)
        Operation, row of the result, rows of three arguments.
    kept, handed : float64 (rows, N, T)
        The first rows, and those after them.
    work : float64 (rows, instruments of a block, T)
        The last rows; overwritten block by block.
    at, count : int
        First instrument of the block, and how many it has.
    """
    for i in range(count):
        for step in range(program.shape[0]):
            code = program[step, 0]
            out = _row(kept, handed, work, program[step, 1], at, i)
            x = _row(kept, handed, work, program[step, 2], at, i)
            y = _row(kept, handed, work, program[step, 3], at, i)
            if code < _COMPARISONS:
                _calculate(code, x, y, out)
            elif code < _ALONE:
                _compare(code, x, y, out)
            elif code < _LOGIC:
                _change(code, x, out)
            else:
                _decide(code, x, y, _row(kept, handed, work, program[step, 4], at, i), out)
