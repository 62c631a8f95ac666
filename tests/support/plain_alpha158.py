"""Alpha158 from what each figure means, one window at a time; written apart from the language.

A window at the start of the data is what there is; a value that is not known is left out of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]
Bars = dict[str, Array]
TINY = 1e-12


def figures(bars: Bars) -> dict[str, Array]:
    """Every figure of one instrument by Qlib's name in small letters. (T,)"""
    o, h, low, c = (bars[name] for name in ("open", "high", "low", "close"))
    wide = h - low + TINY
    top, bottom = np.maximum(o, c), np.minimum(o, c)
    found = {
        "kmid": (c - o) / o,
        "klen": (h - low) / o,
        "kmid2": (c - o) / wide,
        "kup": (h - top) / o,
        "kup2": (h - top) / wide,
        "klow": (bottom - low) / o,
        "klow2": (bottom - low) / wide,
        "ksft": (2 * c - h - low) / o,
        "ksft2": (2 * c - h - low) / wide,
        "open0": o / c,
        "high0": h / c,
        "low0": low / c,
        "vwap0": (h + low + c) / 3 / c,
    }
    for d in (5, 10, 20, 30, 60):
        found.update({f"{name}{d}": values for name, values in rolling(bars, d)})
    return found


def lag(x: Array, d: int = 1) -> Array:
    return np.concatenate([np.full(min(d, len(x)), np.nan), x[: max(len(x) - d, 0)]])


def windows(function: Callable[..., float], d: int, *rows: Array) -> Array:
    out = np.full(len(rows[0]), np.nan)
    for t in range(len(out)):
        cut = [row[max(0, t - d + 1) : t + 1] for row in rows]
        known = ~np.logical_or.reduce([np.isnan(one) for one in cut])
        if known.any():
            out[t] = function(*(one[known] for one in cut))
    return out


def deviation(x: Array) -> float:
    return float(np.std(x, ddof=1)) if len(x) > 1 else np.nan


def correlation(x: Array, y: Array) -> float:
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return np.nan
    return float(np.corrcoef(x, y)[0, 1])


def line(x: Array, d: int) -> dict[str, Array]:
    """Slope, R² and the newest residual of the least-squares line over time."""
    out = {name: np.full(len(x), np.nan) for name in ("beta", "rsqr", "resi")}
    for t in range(len(x)):
        window = x[max(0, t - d + 1) : t + 1]
        at = np.flatnonzero(~np.isnan(window)).astype(float)
        y = window[~np.isnan(window)]
        if len(y) < 2:
            continue
        slope, offset = np.polyfit(at, y, 1)
        out["beta"][t] = slope
        out["resi"][t] = x[t] - (slope * (len(window) - 1) + offset)
        if np.ptp(y) > 0:
            out["rsqr"][t] = correlation(at, y) ** 2
    return out


def place(x: Array, d: int, highest: bool) -> Array:
    """1 for the oldest of the d bars, d for the newest; the oldest of equals."""
    out = np.full(len(x), np.nan)
    for t in range(len(x)):
        window = x[max(0, t - d + 1) : t + 1]
        if not np.isnan(window).all():
            at = int(np.nanargmax(window) if highest else np.nanargmin(window))
            out[t] = d - (len(window) - 1 - at)
    return out


def balance(x: Array, d: int) -> Iterator[tuple[str, Array]]:
    """Shares of rises and falls in all movement."""
    move = x - lag(x)
    all_ = windows(np.sum, d, np.abs(move)) + TINY
    up, down = windows(np.sum, d, np.maximum(move, 0)), windows(np.sum, d, np.maximum(-move, 0))
    yield from (("sump", up / all_), ("sumn", down / all_), ("sumd", (up - down) / all_))


def rolling(bars: Bars, d: int) -> Iterator[tuple[str, Array]]:
    h, low, c, v = (bars[name] for name in ("high", "low", "close", "volume"))
    before = lag(c)
    yield "roc", lag(c, d) / c
    yield "ma", windows(np.mean, d, c) / c
    yield "std", windows(deviation, d, c) / c
    fitted = line(c, d)
    yield from (("beta", fitted["beta"] / c), ("rsqr", fitted["rsqr"]), ("resi", fitted["resi"] / c))
    top, bottom = windows(np.max, d, h), windows(np.min, d, low)
    yield from (("max", top / c), ("min", bottom / c))
    yield "qtlu", windows(lambda x: float(np.quantile(x, 0.8)), d, c) / c
    yield "qtld", windows(lambda x: float(np.quantile(x, 0.2)), d, c) / c
    ranked = windows(
        lambda x: float(stats.percentileofscore(x, x[-1], kind="mean") / 100 + 0.5 / len(x)), d, c
    )
    yield "rank", np.where(np.isnan(c), np.nan, ranked)
    yield "rsv", (c - bottom) / (top - bottom + TINY)
    highest, lowest = place(h, d, True), place(low, d, False)
    yield from (("imax", highest / d), ("imin", lowest / d), ("imxd", (highest - lowest) / d))
    yield "corr", windows(correlation, d, c, np.log(v + 1))
    yield "cord", windows(correlation, d, c / before, np.log(v / lag(v) + 1))
    unknown = np.isnan(c) | np.isnan(before)
    up = windows(np.mean, d, np.where(unknown, np.nan, c > before))
    down = windows(np.mean, d, np.where(unknown, np.nan, c < before))
    yield from (("cntp", up), ("cntn", down), ("cntd", up - down))
    yield from balance(c, d)
    yield "vma", windows(np.mean, d, v) / (v + TINY)
    yield "vstd", windows(deviation, d, v) / (v + TINY)
    weighed = np.abs(c / before - 1) * v
    yield "wvma", windows(deviation, d, weighed) / (windows(np.mean, d, weighed) + TINY)
    yield from ((f"v{name}", values) for name, values in balance(v, d))
