"""The plain twins of the costs: formulas as their sources write them."""

from __future__ import annotations

import math

from kuznia.core.backtest.settings import Settings


def commission_rate(month_value: float, settings: Settings) -> float:
    """The rate of the highest tier that was reached."""
    rate = settings.commission_bps
    for start, bps in settings.commission_tiers:
        if month_value >= start:
            rate = bps
    return rate / 10_000


def commission(quantity: float, price: float, month_value: float, settings: Settings) -> float:
    """Value, shares and order; the minimum, then the cap."""
    size = abs(quantity)
    value = size * price
    fee = value * commission_rate(month_value, settings)
    fee = fee + size * settings.commission_per_share + settings.commission_per_order
    most = settings.commission_maximum_bps
    fee = max(fee, settings.commission_minimum)
    return fee if most is None else min(fee, value * (most / 10_000))


def impact(size: float, sigma: float, adv: float, volume: float, settings: Settings) -> float:
    """Fraction of the price that the order moves it, at most all of it."""
    return min(1.0, _uncapped(size, sigma, adv, volume, settings))


def _uncapped(size: float, sigma: float, adv: float, volume: float, settings: Settings) -> float:
    coefficient = settings.slippage_coefficient
    match settings.slippage:
        case "fixed":
            return coefficient * 1e-4
        case "volatility":
            return coefficient * sigma
        case "volume_share":
            share = min(1.0, size / volume) if volume > 0 else 1.0
            return coefficient * share * share
        case "square_root":
            return coefficient * sigma * math.sqrt(size / adv) if adv > 0 else coefficient * sigma
    return 0.0


def slippage(
    quantity: float, price: float, sigma: float, adv: float, volume: float, settings: Settings
) -> float:
    """Impact, and what rounding the price against the trader adds."""
    size = abs(quantity)
    share, half, tick = (
        impact(size, sigma, adv, volume, settings),
        settings.half_spread_bps / 10_000,
        settings.tick,
    )
    if tick == 0:
        return size * price * share
    if quantity > 0:
        rounded = _whole(price * (1.0 + half + share), tick, up=True)
        return max(0.0, size * (rounded - price * (1.0 + half)))
    rounded = max(0.0, _whole(price * (1.0 - half - share), tick, up=False))
    return max(0.0, size * (price * (1.0 - half) - rounded))


def fillable(quantity: float, volume: float, settings: Settings) -> float:
    """What the bar's volume and the lot leave of an order."""
    size = abs(quantity)
    if settings.participation is not None:
        size = min(size, settings.participation * volume) if volume > 0 else 0.0
    if settings.lot > 0:
        size = _whole(size, settings.lot, up=False)
    return math.copysign(size, quantity)


def _whole(value: float, unit: float, *, up: bool) -> float:
    if abs(value / unit) >= 2**53:
        return value
    return (math.ceil(value / unit - 1e-9) if up else math.floor(value / unit + 1e-9)) * unit


def recent(close: list[float], volume: list[float], t: int, settings: Settings) -> tuple[float, float]:
    """Standard deviation of returns and mean volume over the window up to a decision."""
    if settings.slippage not in ("volatility", "square_root"):
        return 0.0, 0.0
    rows = range(max(0, t - settings.impact_window + 1), t + 1)
    returns = [close[s] / close[s - 1] - 1.0 for s in rows if s > 0 and close[s] > 0 and close[s - 1] > 0]
    if len(returns) < 2:
        return 0.0, 0.0
    mean = _sum(returns) / len(returns)
    sigma = math.sqrt(_sum([(one - mean) * (one - mean) for one in returns]) / (len(returns) - 1))
    traded = [volume[s] for s in rows if volume[s] >= 0]
    return sigma, _sum(traded) / len(traded) if traded else 0.0


def _sum(values: list[float]) -> float:
    total = 0.0
    for value in values:
        total += value
    return total
