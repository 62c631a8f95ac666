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
def _exchange(held: Float, leaving: float, coming: float) -> None:
    """Put one value in the place of another and move it to where it belongs; the ends never move."""
    at = 0
    for m in range(held.shape[0]):
        at += 1 if held[m] < leaving else 0  # counting needs no guess about which half comes next
    while held[at + 1] < coming:
        held[at] = held[at + 1]
        at += 1
    while held[at - 1] > coming:
        held[at] = held[at - 1]
        at -= 1
    held[at] = coming


@compiled("f8[:, :, ::1](f8[:, ::1], i8, f8[::1])")
def window_percentile(x: Float, d: int, fractions: Float) -> Float:
    """Linearly interpolated quantiles of the known cells, one for each fraction on the first axis.

    The window is kept sorted between −∞ and ∞; ∞ stands for what is not known too, so there are always `d`.
    """
    n, t = x.shape
    out = np.empty((len(fractions), n, t))
    cells, known, count = np.empty((3, t))
    held = np.empty(min(d, t) + 2)
    for i in range(n):
        block.count_windows(block.mark_known(x[i], known), d, count)
        block.fill(x[i], np.inf, cells)
        held[:] = np.inf
        held[0] = -np.inf
        for j in range(t):
            _exchange(held, cells[j - d] if j >= d else np.inf, cells[j])
            for place in range(len(fractions)):
                at = max(fractions[place] * (count[j] - 1.0), 0.0)
                low = int(at)
                rest, value = at - low, held[1 + low]
                value = value + (held[2 + low] - value) * rest if rest > 0.0 else value
                out[place, i, j] = value if count[j] > 0.0 else NAN
    return out
