"""Returns of the names a score would have held: what the trial ledger keeps of a training.

Not a backtest: no costs, no cash, no fills. Two scores of one question are compared by it.
"""

from __future__ import annotations

import numpy as np

from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Bool, Float, Int


def top_returns(
    panel: Panel, row: Int, bar: Int, score: Float, *, every: int, share: float = 0.2
) -> tuple[Float, Float]:
    """Hold the best `share` in equal parts, chosen anew `every` bars and bought a close later.

    Parameters
    ----------
    panel : Panel
        With the field ``close``.
    row, bar : int64 (R,)
        Instrument and bar of each score, sorted by bar.
    score : float64 (R,)
        NaN where there is none.
    every : int
        Bars between two choices; the first is made at the first score.
    share : float
        Part of the scored names that is held, at least one.

    Returns
    -------
    float64 (T,), float64 (T,)
        Return from close to close of what is held, and the same less that of all scored names;
        NaN where nothing is held.
    """
    value, judged = np.full(panel.shape[1], np.nan), np.full(panel.shape[1], np.nan)
    known = ~np.isnan(score)
    if not known.any():
        return value, judged
    close = panel.fields["close"]
    returns = np.full(close.shape, np.nan)
    returns[:, 1:] = close[:, 1:] / close[:, :-1] - 1.0
    row, bar, score = row[known], bar[known], score[known]
    choices = np.arange(bar[0], bar[-1] + 1, every)
    edges = zip(np.searchsorted(bar, choices), np.searchsorted(bar, choices, side="right"), strict=True)
    for chosen, (start, stop) in zip(choices.tolist(), edges, strict=True):
        if start == stop:
            continue
        all_names = row[start:stop]
        count = max(1, round(share * len(all_names)))
        best = all_names[np.argsort(-score[start:stop], kind="stable")[:count]]
        held = slice(chosen + 2, min(chosen + 2 + every, panel.shape[1]))
        value[held] = _mean(returns[best, held])
        judged[held] = value[held] - _mean(returns[all_names, held])
    return value, judged


def _mean(returns: Float) -> Float:
    """Mean over names, those without a price left out; 0 when none has one."""
    known: Bool = ~np.isnan(returns)
    total: Float = np.where(known, returns, 0.0).sum(axis=0)
    mean: Float = total / np.maximum(known.sum(axis=0), 1)
    return mean
