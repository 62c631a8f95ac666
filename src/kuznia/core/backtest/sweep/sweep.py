"""The signal sweep: many conditions on one instrument, each an account of its own.

The meaning is that of `kuznia.core.backtest.engine.simulate` with a target weight that is decided anew
whenever the condition changes; the work is that of comparing rows and multiplying the worth from one
change to the next.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from kuznia.core.backtest.settings import Settings
from kuznia.core.backtest.sweep import _kernels as kernel
from kuznia.core.backtest.sweep import places
from kuznia.core.backtest.sweep.columns import REFUSED
from kuznia.core.backtest.sweep.outcome import Outcome
from kuznia.core.backtest.sweep.path import Path, cost_rate
from kuznia.core.backtest.sweep.signals import Signals
from kuznia.core.backtest.sweep.span import Span
from kuznia.core.backtest.sweep.trips import _kernels as trip_kernel
from kuznia.core.errors import BacktestError
from kuznia.core.typing import Float, Int

CHUNK = 500
"""Combinations that one thread does at a time, unless they are long or few."""
_CHUNK_BYTES = 4_000_000
NO_SERIES = np.zeros((1, places.SERIES))
"""Nothing reads it where no cash lies beside a position."""


def signal_sweep(
    path: Path,
    signals: Signals,
    span: Span,
    settings: Settings,
    *,
    weight: float = 1.0,
    opposite: float = 0.0,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[Outcome, Int]:
    """Simulate every combination.

    Parameters
    ----------
    path : Path
        The instrument over the bars of `span`.
    signals : Signals
        Conditions over rows that end with `span` and may begin earlier.
    span : Span
        Bars from the first decision on.
    settings : Settings
        The account: fills at the next open or close, costs in basis points.
    weight, opposite : float
        Fraction of the equity while the condition holds, and while it does not; of opposite signs.
    threads : int, optional
        By default one for each processor. The result does not depend on it.
    progress : callable, optional
        Called with the number of combinations done after each chunk.

    Returns
    -------
    Outcome
        Sums of each combination.
    int64 (M,)
        Combinations that only the event engine can hold, because an account was ruined or could not pay
        for closing a short position. Their sums are not to be used.

    Notes
    -----
    O(K * T) comparisons, and O(trades + blocks + months) for each combination beside them. Memory
    beyond the rows is bounded by the chunk and by the outcome.

    Examples
    --------
    >>> from kuznia.core.backtest.sweep.path import path_of
    >>> from kuznia.core.backtest.sweep.signals import crossing
    >>> from kuznia.core.backtest.sweep.span import span_of
    >>> price = 100.0 * 1.01 ** np.arange(40.0)
    >>> ts = np.arange(40) * 86_400_000_000
    >>> span = span_of(ts, ts.astype("M8[us]").astype("M8[D]"), 252.0)
    >>> signals = crossing(np.stack([price, np.zeros(40)]), np.array([[0, 1], [1, 0]]))
    >>> outcome, refused = signal_sweep(path_of(price, price, Settings()), signals, span, Settings())
    >>> np.round(outcome.sums[:, 0], 6).tolist(), refused.tolist()
    ([1.459527, 1.0], [])
    """
    length, first = span.length, signals.rows.shape[1] - span.length
    if path.rows.shape[1] != length or first < 0:
        raise BacktestError(
            f"The path has {path.rows.shape[1]} bars and the rows {signals.rows.shape[1]}, not {length}.",
            "Give a path of the span's bars, and rows that end with them.",
        )
    if weight * opposite > 0 or weight == opposite:
        raise BacktestError(
            f"The weights {weight} and {opposite} do not change sides.", "Give opposite signs, or one zero."
        )
    count = len(signals)
    account = np.array(
        [settings.initial_cash, cost_rate(settings), weight, opposite, settings.size_at == "fill"], float
    )
    marks = np.union1d(span.month_ends, span.bounds[1:] - 1)
    ends, block_ends = np.searchsorted(marks, span.month_ends), np.searchsorted(marks, span.bounds[1:] - 1)
    simulate = _kernel(path, span, marks, account)
    outcome = Outcome.empty(count, span)

    def one(begin: int) -> int:
        end = min(begin + size, count)
        words = signals.words(begin, end, first)
        blocks = np.zeros((end - begin, 2, len(span.bounds) - 1))
        worths = np.empty((end - begin, len(marks)))
        simulate(words, outcome.sums[begin:end], blocks, worths)
        outcome.block_sums[begin:end], outcome.block_squares[begin:end] = blocks[:, 0], blocks[:, 1]
        kernel.keep_growth(
            worths,
            ends,
            block_ends,
            settings.initial_cash,
            outcome.block_growth[begin:end],
            outcome.monthly[begin:end],
        )
        return end - begin

    workers = max(1, threads or os.cpu_count() or 1)
    fair = -(-count // (4 * workers))
    size = max(1, min(CHUNK, fair, _CHUNK_BYTES // (length // 8 + 8 * len(marks) + 1)))
    done = 0
    with ThreadPoolExecutor(workers) as pool:
        try:
            begins = range(0, count, size)
            for finished in map(one, begins) if workers == 1 else pool.map(one, begins):
                done += finished
                if progress is not None:
                    progress(done)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return outcome, np.flatnonzero(outcome.sums[:, REFUSED] != 0.0)


def _kernel(path: Path, span: Span, marks: Int, account: Float) -> Callable[..., None]:
    """The kernel for these weights, with everything but the chunk's own arrays."""
    if account[places.ON] != 0.0 and account[places.OFF] != 0.0:
        return lambda words, sums, blocks, worths: kernel.flips(
            words, path.rows, path.running, path.falls, span.bounds, marks, account, sums, blocks, worths
        )
    inverted = account[places.ON] == 0.0
    account = account.copy()
    account[places.ON] += account[places.OFF]
    inside = np.zeros((span.length, places.INSIDE))
    trip_kernel.entries(path.rows, account, inside)
    block_of = np.searchsorted(span.bounds, np.arange(span.length), side="right").astype(np.int64) - 1
    block_of = np.maximum(block_of, 0)
    beside = bool((inside[:, places.IN_CASH] != 0.0).any())
    given = (
        path.rows,
        inside,
        path.running,
        path.falls,
        path.series if beside else NO_SERIES,
        span.bounds,
        block_of,
        marks,
        account,
    )
    return lambda words, sums, blocks, worths: trip_kernel.trips(
        ~words if inverted else words, *given, sums, blocks, worths
    )
