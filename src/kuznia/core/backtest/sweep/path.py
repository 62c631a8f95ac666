"""The price path of one instrument, with the running sums that segments are read from."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from kuznia.core.backtest.settings import Settings
from kuznia.core.backtest.sweep import _kernels as kernel
from kuznia.core.backtest.sweep import places
from kuznia.core.backtest.sweep.trips._kernels import series_of
from kuznia.core.errors import BacktestError
from kuznia.core.typing import Float

_SUPPORTED = (
    "initial_cash",
    "commission_bps",
    "half_spread_bps",
    "fill",
    "size_at",
    "stale_bars",
    "impact_window",
    "delisting",
    "rest",
)

LONG = 65_536


@dataclass(frozen=True)
class Path:
    """One instrument's prices as the kernels read them.

    Parameters
    ----------
    rows : float64 (4, T)
        Price of a fill in each bar, close, dividends paid so far, and close with these.
    running : float64 (T, 8)
        Running sums of the first four powers of the close's returns, and of the close with dividends;
        then what leaving a fully invested position does.
    falls : float64 (levels, T or T / 8, 3)
        Highest, lowest and deepest fall over runs of rows, as `between` reads them.
    """

    rows: Float
    running: Float
    falls: Float

    @cached_property
    def series(self) -> Float:
        """Running sums that a little cash beside the position needs, (T, 34)."""
        return np.asarray(series_of(self.rows[places.CLOSE]))


def path_of(
    open_: Float, close: Float, settings: Settings, dividends: Float | None = None, *, long: int = LONG
) -> Path:
    """Prepare a path. O(T log T).

    Parameters
    ----------
    open_, close : float64 (T,)
        Positive prices without gaps.
    settings : Settings
        Such as `reason_against` has nothing against.
    dividends : float64 (T,), optional
        Cash per share on the ex-date.
    long : int, optional
        Bars beyond which extremes are kept for some rows together, which takes an eighth of the memory.
    """
    reason = reason_against(open_, close, settings)
    if reason is not None:
        raise BacktestError(f"The segment kernel cannot simulate {reason}.", "Use the event engine.")
    paid = np.zeros(len(close)) if dividends is None else np.cumsum(dividends)
    fill = close if settings.fill == "next_close" else open_
    total = close + paid
    returns = np.diff(close, prepend=close[:1]) / np.concatenate((close[:1], close[:-1]))
    rows = np.ascontiguousarray(np.stack([fill, close, paid, total]), dtype=np.float64)
    running = np.zeros((len(close), places.RUNNING))
    powers = np.ones(len(close))
    for power in range(4):
        powers *= returns
        running[:, power] = np.cumsum(powers)
    running[:, places.LEVEL] = np.cumsum(total)
    left = fill[1:] / close[:-1]
    running[:-1, places.EXIT_STEP] = left * (1.0 - cost_rate(settings)) - 1.0
    running[:-1, places.EXIT_TRADED] = left
    running[:, places.WORTH_AT] = total
    few = kernel.FEW if len(close) > long else 1
    falls = kernel.falls_of(rows[places.TOTAL], rows[places.CLOSE], few)
    return Path(rows, running, falls)


def reason_against(open_: Float, close: Float, settings: Settings, weight: float = 1.0) -> str | None:
    """Why the segment kernel cannot hold this case, or None if it can.

    It knows positive prices without gaps, fills at the next open or close, and costs in basis points.

    Examples
    --------
    >>> prices = np.array([10.0, 11.0])
    >>> reason_against(prices, prices, Settings(commission_bps=5.0)) is None
    True
    >>> reason_against(prices, prices, Settings(commission_minimum=1.0))
    'commission_minimum'
    """
    if not (np.isfinite(open_).all() and np.isfinite(close).all()):
        return "missing prices"
    if not ((open_ > 0).all() and (close > 0).all()):
        return "prices that are not positive"
    if settings.fill == "same_close":
        return "fills at the same close"
    plain = replace(Settings(), **{name: getattr(settings, name) for name in _SUPPORTED})
    if settings.slippage == "fixed":
        plain = replace(plain, slippage="fixed", slippage_coefficient=settings.slippage_coefficient)
    if weight >= 0:
        plain = replace(plain, borrow_fee=settings.borrow_fee)
    for one in fields(Settings):
        if getattr(settings, one.name) != getattr(plain, one.name):
            return one.name
    return None


def cost_rate(settings: Settings) -> float:
    """Cost of a fill as a fraction of its value."""
    slippage = settings.slippage_coefficient if settings.slippage == "fixed" else 0.0
    return (settings.commission_bps + settings.half_spread_bps + slippage) / 10_000
