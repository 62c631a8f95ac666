"""Compiled parts that the simulations of accounts with commission and spread alone have in common."""

from __future__ import annotations

from numba import boolean, float64, int64, njit

from kuznia.core.backtest._account_kernels import BORROWED, INTEGERS, VECTOR
from kuznia.core.backtest.places import BPS, MAXIMUM, MINIMUM, PER_ORDER, PER_SHARE
from kuznia.core.typing import Bool, Float, Int

DUST = 1e-12
"""An order worth less than this share of the equity is none: it is rounding."""
TILE = 1024
"""Bars whose prices are looked at before they are traded, still near the processor."""


@njit(float64(float64, float64, VECTOR), **BORROWED, inline="always")
def plain_fee(value: float, size: float, settings: Float) -> float:
    """Commission without tiers."""
    fee = value * settings[BPS] + size * settings[PER_SHARE] + settings[PER_ORDER]
    return float(min(max(fee, settings[MINIMUM]), value * settings[MAXIMUM]))


@njit(int64(boolean[::1], INTEGERS, int64), **BORROWED)
def next_decision(rebalance: Bool, words: Int, first: int) -> int:
    """The first row from `first` on that decides, or the last; `words` are the same bytes by eights."""
    t, last = first, rebalance.shape[0] - 1
    while t < last and not rebalance[t]:
        t += 1
        if t & 7 == 0:
            word = t >> 3
            while word < words.shape[0] and words[word] == 0:
                word += 1
            t = min(word << 3, last)
    return t
