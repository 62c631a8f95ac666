"""Order inside windows, on contiguous ``(N, T)`` float64; NaN cells are skipped."""

from __future__ import annotations

import numpy as np

from kuznia.core.expressions.timeseries import _block_kernels as block
from kuznia.core.expressions.timeseries._block_kernels import compiled
from kuznia.core.typing import Float

NAN = np.nan


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
        block.count_windows(known, block.mark_known(row, known), d, count)
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
def _place(held: Float, v: float) -> int:
    """How many sorted cells are below `v`: counted, which needs no guess about which half comes next."""
    below = 0
    for m in range(held.shape[0]):
        below += 1 if held[m] < v else 0
    return below


@compiled()
def _slide(held: Float, size: int, leaving: float, v: float) -> int:
    """Take a cell out of the sorted ones and put another in; either may be not known."""
    if leaving != leaving:
        if v != v:
            return size
        at = _place(held[:size], v)
        for m in range(size, at, -1):
            held[m] = held[m - 1]
        held[at] = v
        return size + 1
    gap = _place(held[:size], leaving)
    if v != v:
        for m in range(gap, size - 1):
            held[m] = held[m + 1]
        return size - 1
    at = _place(held[:size], v)
    if at > gap:
        at -= 1
        for m in range(gap, at):
            held[m] = held[m + 1]
    else:
        for m in range(gap, at, -1):
            held[m] = held[m - 1]
    held[at] = v
    return size


@compiled("f8[:, ::1](f8[:, ::1], i8, f8)")
def window_percentile(x: Float, d: int, fraction: float) -> Float:
    """Linearly interpolated quantile of the known cells."""
    n, t = x.shape
    out = np.full((n, t), NAN)
    held = np.empty(min(d, t) + 1)
    for i in range(n):
        row, size = x[i], 0
        for j in range(t):
            size = _slide(held, size, row[j - d] if j >= d else NAN, row[j])
            if size > 0:
                place = fraction * (size - 1)
                low = int(place)
                high = min(low + 1, size - 1)
                out[i, j] = held[low] + (held[high] - held[low]) * (place - low)
    return out
