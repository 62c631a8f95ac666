"""What a fill costs and how much of an order the market takes: one function for each component.

Amounts are cash of the instrument's currency, never negative; `settings` is `Settings.vector()`.
Sources: commissions after the fixed and tiered schedules of retail brokers (a cap in basis points wins
over the minimum, as at Interactive Brokers); volume share after zipline's `VolumeShareSlippage`
(price impact times the squared share of the bar's volume); the square root law after Torre (1997) and
Almgren et al. (2005), impact of a whole order = Y * sigma * sqrt(Q / ADV).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from kuznia.core.backtest.places import (
    BPS,
    COEFFICIENT,
    FIRST_TIER,
    FIXED,
    HALF_SPREAD,
    LOT,
    MAXIMUM,
    MINIMUM,
    NO_SLIPPAGE,
    PARTICIPATION,
    PER_ORDER,
    PER_SHARE,
    SLIPPAGE,
    TICK,
    TIERS,
    VOLATILITY,
    VOLUME_SHARE,
)
from kuznia.core.typing import Float

COUNTABLE = 2.0**53
"Beyond so many units every number is a whole count of them."


@njit("float64(float64, float64)", cache=True)
def whole_down(value: float, unit: float) -> float:
    """The largest whole count of a unit up to a value."""
    count = value / unit
    return float(np.floor(count + 1e-9) * unit) if abs(count) < COUNTABLE else value


@njit("float64(float64, float64)", cache=True)
def whole_up(value: float, unit: float) -> float:
    """The smallest whole count of a unit from a value on."""
    count = value / unit
    return float(np.ceil(count - 1e-9) * unit) if abs(count) < COUNTABLE else value


@njit("float64(float64, float64[::1])", cache=True)
def commission_rate(month_value: float, settings: Float) -> float:
    """Commission as a fraction of value, once `month_value` was traded in the calendar month."""
    rate = settings[BPS]
    for k in range(int(settings[TIERS])):
        if month_value >= settings[FIRST_TIER + 2 * k]:
            rate = settings[FIRST_TIER + 2 * k + 1]
    return float(rate)


@njit("float64(float64, float64, float64, float64[::1])", cache=True)
def commission(quantity: float, price: float, month_value: float, settings: Float) -> float:
    """Commission of one order: value, shares and order; at least the minimum, at most the cap.

    An order has one rate: that of the value traded in its month before it.
    """
    size = abs(quantity)
    value = size * price
    rate = commission_rate(month_value, settings)
    fee = value * rate + size * settings[PER_SHARE] + settings[PER_ORDER]
    return float(min(max(fee, settings[MINIMUM]), value * settings[MAXIMUM]))


@njit("float64(float64, float64, float64, float64, float64[::1])", cache=True)
def impact(size: float, sigma: float, adv: float, volume: float, settings: Float) -> float:
    """Slippage as a fraction of the price, at most all of it, before the price is rounded to a tick."""
    model = int(settings[SLIPPAGE])
    coefficient = settings[COEFFICIENT]
    if model == NO_SLIPPAGE:
        return 0.0
    if model == FIXED:
        return float(min(1.0, coefficient))
    if model == VOLATILITY:
        return float(min(1.0, coefficient * sigma))
    if model == VOLUME_SHARE:
        share = min(1.0, size / volume) if volume > 0.0 else 1.0
        return float(min(1.0, coefficient * share * share))
    root = math.sqrt(size / adv) if adv > 0.0 else 1.0
    return float(min(1.0, coefficient * sigma * root))


@njit("float64(float64, float64, float64, float64, float64, float64[::1])", cache=True)
def slippage(
    quantity: float, price: float, sigma: float, adv: float, volume: float, settings: Float
) -> float:
    """Cash lost to price impact and to rounding the price that is paid to a whole tick.

    `sigma` and `adv` are the standard deviation of returns and the mean volume of a bar, as known at
    the decision; `volume` is the bar's own.
    """
    size = abs(quantity)
    share = impact(size, sigma, adv, volume, settings)
    tick = settings[TICK]
    if tick <= 0.0:
        return float(size * price * share)
    spread = settings[HALF_SPREAD]
    if quantity > 0.0:
        paid = price * (1.0 + spread + share)
        rounded = whole_up(paid, tick)
        return float(max(0.0, size * (rounded - price * (1.0 + spread))))
    paid = price * (1.0 - spread - share)
    rounded = max(0.0, whole_down(paid, tick))
    return float(max(0.0, size * (price * (1.0 - spread) - rounded)))


@njit("float64(float64, float64, float64[::1])", cache=True)
def fillable(quantity: float, volume: float, settings: Float) -> float:
    """The part of an order that the bar's volume and the lot allow, of the order's sign.

    A volume that is missing or zero fills nothing when a participation is set.
    """
    size = abs(quantity)
    share = settings[PARTICIPATION]
    if share > 0.0:
        size = min(size, share * volume) if volume > 0.0 else 0.0
    lot = settings[LOT]
    if lot > 0.0:
        size = whole_down(size, lot)
    return size if quantity > 0.0 else -size
