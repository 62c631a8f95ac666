"""Pairs: the spread of two instruments, traded back to its mean.

After Gatev, Goetzmann and Rouwenhorst 2006 (pairs of the least distance over a year, opened at two
standard deviations, traded for half a year); the hedge ratio is a rolling regression's slope, where
theirs is one for one.
"""

from __future__ import annotations

import numpy as np

from kuznia.core.errors import StrategyError
from kuznia.core.frames.panel import Panel
from kuznia.core.strategies import _kernels as kernel
from kuznia.core.strategies.spec import Pairs
from kuznia.core.typing import Float

Pair = tuple[int, int]


def closest_pairs(close: Float, count: int) -> list[Pair]:
    """Pairs whose prices, normalised to 1 at the first bar, differ least in squares over all bars.

    Parameters
    ----------
    close : float64 (N, W)
        Closes of the window; an instrument that lacks one is in no pair.
    count : int
        How many pairs.

    Examples
    --------
    >>> closest_pairs(np.array([[1.0, 2.0], [5.0, 5.0], [3.0, 6.1]]), 1)
    [(0, 2)]
    """
    usable = np.flatnonzero(~np.isnan(close).any(axis=1))
    paths = close[usable] / close[usable, :1]
    found: list[tuple[float, int, int]] = []
    for place in range(len(usable) - 1):
        distances = ((paths[place + 1 :] - paths[place]) ** 2).sum(axis=1)
        mine = int(usable[place])
        nearest = np.argsort(distances, kind="stable")[:count]
        found += [(float(distances[k]), mine, int(usable[place + 1 + k])) for k in nearest]
    return [(i, j) for _, i, j in sorted(found)[:count]]


def sides(scores: Float, strategy: Pairs, first: int = 0, stop: int | None = None) -> Float:
    """Side of the spread held after each bar: −1 sells what is dear, 1 buys what is cheap, 0 waits. (T,)

    Examples
    --------
    >>> sides(np.array([0.0, 2.5, 1.0, np.nan, -0.1, -2.2]), Pairs()).tolist()
    [0.0, -1.0, -1.0, -1.0, 0.0, 1.0]
    """
    held, blocked = 0.0, False
    found = np.zeros(len(scores))
    for t in range(first, len(scores) if stop is None else stop):
        score = scores[t]
        if not np.isnan(score):
            if held != 0.0 and score * -held <= strategy.exit:
                held = 0.0
            if held != 0.0 and strategy.stop is not None and abs(score) > strategy.stop:
                held, blocked = 0.0, True
            elif blocked and abs(score) <= strategy.enter:
                blocked = False
            if held == 0.0 and not blocked and abs(score) > strategy.enter:
                held = -1.0 if score > 0 else 1.0
        found[t] = held
    return found


def pair_weights(strategy: Pairs, panel: Panel, start: int) -> Float:
    """Weights at each bar where a position opens or closes; NaN between. (T, N)"""
    count, length = panel.shape
    close = panel.fields["close"]
    logs = np.log(np.where(close > 0, close, np.nan))
    wanted = np.zeros((length, count))
    seen = np.zeros(length, dtype=bool)
    each = strategy.gross if strategy.first is not None else strategy.gross / strategy.count
    for first, stop, pairs in _chosen(strategy, panel):
        for i, j in pairs:
            begin = max(0, first - strategy.window + 1)
            scores, slopes = kernel.spread(
                logs[i, begin:stop].copy(), logs[j, begin:stop].copy(), strategy.window
            )
            held = sides(np.where(slopes > 0, scores, np.nan), strategy, first - begin)
            _add(wanted[begin:stop], (i, j), held, slopes, each)
            seen[begin:stop] |= ~np.isnan(slopes) & (np.arange(begin, stop) >= first)
    changed = np.concatenate(([True], (wanted[1:] != wanted[:-1]).any(axis=1)))
    if not seen.any():
        return np.full((length, count), np.nan)
    opening = max(int(np.argmax(seen)), start)
    decide = changed & (np.arange(length) >= opening)
    decide[min(opening, length - 1)] = True
    return np.where(decide[:, None], wanted, np.nan)


def _add(wanted: Float, pair: Pair, held: Float, slopes: Float, gross: float) -> None:
    """Add a pair's weights; its hedge ratio is the one of the bar that it was opened at."""
    ratio, before = 0.0, 0.0
    for t in np.flatnonzero((held != 0.0) | (np.concatenate(([0.0], held[:-1])) != 0.0)):
        if held[t] != 0.0 and held[t] != before:
            ratio = float(slopes[t])
        before = float(held[t])
        if before != 0.0:
            wanted[t, pair[0]] += before * gross / (1.0 + ratio)
            wanted[t, pair[1]] -= before * gross * ratio / (1.0 + ratio)


def _chosen(strategy: Pairs, panel: Panel) -> list[tuple[int, int, list[Pair]]]:
    """Spans of rows with the pairs traded in each: first row, row after the last, pairs."""
    length = panel.shape[1]
    if strategy.first is not None and strategy.second is not None:
        for name, key in (("first", strategy.first), ("second", strategy.second)):
            if key not in panel.instruments:
                raise StrategyError(f"{key} is not in the universe.", "Name one that is.", name)
        named = (panel.instruments.index(strategy.first), panel.instruments.index(strategy.second))
        return [(0, length, [named])]
    if panel.shape[0] < 2:
        raise StrategyError("The universe has one instrument.", "A pair needs two.")
    found = []
    for first in range(strategy.window - 1, length, strategy.every):
        window = panel.fields["close"][:, first - strategy.window + 1 : first + 1].copy()
        found.append((first, min(first + strategy.every, length), closest_pairs(window, strategy.count)))
    return found
