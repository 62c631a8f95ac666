"""Order inside windows, on contiguous ``(N, T)`` float64; NaN cells are skipped."""

from __future__ import annotations

import numpy as np

from kuznia.core.expressions.timeseries import _block_kernels as block
from kuznia.core.expressions.timeseries._block_kernels import compiled
from kuznia.core.typing import Float, Int

NAN = np.nan
_TOGETHER = 16
"""Cells that the compiler takes together: a window of a multiple of them needs no rest taken singly."""


@compiled()
def _count_below(past: Float, now: Float, out: Float) -> None:
    """Count cells below the newest, and half of those equal to it."""
    for j in range(out.shape[0]):
        out[j] += (1.0 if past[j] < now[j] else 0.0) + (0.5 if past[j] == now[j] else 0.0)


@compiled("f8[:, ::1](f8[:, ::1], i8, i8)")
def window_rank(x: Float, d: int, pandas_style: int) -> Float:
    """Average rank of the newest cell among the known: in [0, 1], or rank/count in pandas' style."""
    n, t = x.shape
    out = np.empty((n, t))
    known, count, below = np.empty((3, t))
    for i in range(n):
        row, result = x[i], out[i]
        block.count_windows(block.mark_known(row, known), d, count)
        below[:] = 0.0
        for k in range(min(d, t)):
            _count_below(row[: t - k], row[k:], below[k:])
        for j in range(t):
            if row[j] != row[j]:
                result[j] = NAN
            elif pandas_style:
                result[j] = (below[j] + 0.5) / count[j]
            else:
                result[j] = (below[j] - 0.5) / (count[j] - 1.0) if count[j] > 1 else 0.5
    return out


@compiled()
def _exchange(held: Float, leaving: float, coming: float, rest: Float) -> None:
    """Put one value in the place of another; the lowest and the highest never move.

    Written without a branch: the processor can guess neither where a value was nor where one belongs.
    """
    for m in range(rest.shape[0]):
        rest[m] = held[m] if held[m] < leaving else held[m + 1]
    for m in range(rest.shape[0] - 1):
        below = rest[m + 1] if rest[m + 1] < coming else coming
        held[m + 1] = rest[m] if rest[m] > below else below


@compiled()
def _between(fractions: Float, count: float, low: Int, part: Float) -> None:
    """Where quantiles of so many cells lie: after which cell, and how far on the way to the next."""
    for place in range(fractions.shape[0]):
        at = max(fractions[place] * (count - 1.0), 0.0)
        low[place] = int(at)
        part[place] = at - low[place]


@compiled("void(f8[:, ::1], i8, f8[::1], f8[:, :, ::1])")
def window_percentile(x: Float, d: int, fractions: Float, out: Float) -> None:
    """Linearly interpolated quantiles of the known cells, one for each fraction on the first axis.

    The window is kept sorted between −∞ and ∞; ∞ stands for what is not known too, so there are always `d`.
    """
    n, t = x.shape
    cells, known, count = np.empty((3, t))
    whole = (min(d, t) + 2 + _TOGETHER) // _TOGETHER * _TOGETHER
    held, rest = np.empty(whole + 1), np.empty(whole)
    low, part = np.empty(len(fractions), np.int64), np.empty(len(fractions))
    for i in range(n):
        block.count_windows(block.mark_known(x[i], known), d, count)
        block.fill(x[i], np.inf, cells)
        held[:] = np.inf
        held[0] = -np.inf
        counted = -1.0
        for j in range(t):
            _exchange(held, cells[j - d] if j >= d else np.inf, cells[j], rest)
            if count[j] != counted:
                counted = count[j]
                _between(fractions, counted, low, part)
            for place in range(len(fractions)):
                below, above = held[1 + low[place]], held[2 + low[place]]
                value = below + (above - below) * part[place] if part[place] > 0.0 else below
                out[place, i, j] = value if counted > 0.0 else NAN
