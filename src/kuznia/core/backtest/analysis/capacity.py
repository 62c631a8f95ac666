"""How much money a strategy bears before its own trading eats half of what it earns.

The price impact of an order of ``Q`` shares is ``Y * sigma * sqrt(Q / ADV)`` of its value (the square
root law: Torre 1997; Almgren, Thum, Hauptmann and Li 2005 find an exponent of 0.6). With ``k`` times
the capital every order is ``k`` times as large, so the yearly cost of impact as a fraction of the
capital is ``sqrt(k)`` times as high, and the net return is ``g - sqrt(k) * i``: half of ``g`` is left at
``k = (g / (2 i))**2``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuznia.core.backtest import places
from kuznia.core.backtest.result import BacktestResult
from kuznia.core.metrics.performance import DAYS_PER_YEAR
from kuznia.core.typing import Float

DAY = 86_400_000_000
SCALES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)


@dataclass(frozen=True, slots=True)
class Capacity:
    """Capital that halves the net return, and what it was computed from.

    Parameters
    ----------
    capital : float
        In the account's currency; 0 when nothing is earned even without impact, NaN when no order's
        volume is known, infinite without orders.
    base : float
        Mean worth of the account: the capital whose orders were simulated.
    return_before_impact : float
        Mean yearly profit over `base`, after every cost but slippage.
    impact_per_year : float
        Yearly cost of impact at `base`, as a fraction of it.
    coefficient : float
        ``Y`` of the square root law.
    window : int
        Bars up to the decision from which volatility and mean volume are taken.
    covered : float
        Share of the value traded whose volatility and volume are known; the cost is scaled up for the rest.
    participation, participation_at_capacity : float
        Median of orders' size over the mean volume of a bar, at `base` and at `capital`.
    curve : tuple of (float, float)
        Capital and net yearly return there.
    """

    capital: float
    base: float
    return_before_impact: float
    impact_per_year: float
    coefficient: float
    window: int
    covered: float
    participation: float
    participation_at_capacity: float
    curve: tuple[tuple[float, float], ...]


def capacity(result: BacktestResult, coefficient: float = 1.0, window: int = 20) -> Capacity:
    """Estimate the capacity of an account's strategy from its orders and the volumes of its panel.

    Parameters
    ----------
    result : BacktestResult
        Its panel must have ``volume`` in shares.
    coefficient : float
        ``Y`` of the square root law; about 1 in the literature.
    window : int
        Bars up to the decision.

    Notes
    -----
    Permanent impact, the share of the market that one's own signal takes, and what is left of it by
    others are not counted: real capacity is rather smaller.

    Examples
    --------
    >>> from kuznia.core.backtest.benchmarks import buy_and_hold
    >>> from kuznia.core.backtest.settings import Settings
    >>> from kuznia.core.frames.panel import Panel
    >>> ts = np.arange(60) * 86_400_000_000
    >>> days = ts.astype("datetime64[us]").astype("datetime64[D]")
    >>> close = 10 * 1.001 ** np.arange(60.0)[None] * (1 + 0.01 * np.sin(np.arange(60.0)))
    >>> panel = Panel(("XTST:A",), ts, days, ts, {"open": close, "close": close, "volume": close * 0 + 1e6})
    >>> account = buy_and_hold(panel, "XTST:A", Settings())
    >>> found = capacity(account, window=20)
    >>> found.covered, found.curve[0][0] < found.base
    (0.0, True)
    """
    base = float(result.equity[1:].mean())
    years = float(result.ts[-1] - result.ts[0]) / DAY / DAYS_PER_YEAR
    deposits = result.market.cash_flows
    put_in = result.settings.initial_cash + (0.0 if deposits is None else float(deposits.sum()))
    slipped = float(result.flows["slippage"].sum())
    yearly = 1.0 / (base * years) if base > 0 and years > 0 else float("nan")
    before = (float(result.equity[-1]) - put_in + slipped) * yearly
    size, value, sigma, adv = _orders(result, window)
    known = (adv > 0) & ~np.isnan(sigma)
    share = np.divide(size, adv, out=np.zeros_like(size), where=known)
    traded, seen = float(value.sum()), float(value[known].sum())
    covered = seen / traded if traded > 0 else 1.0
    paid = float((coefficient * sigma[known] * np.sqrt(share[known]) * value[known]).sum())
    impact = paid * yearly / covered if covered > 0 else float("nan")
    scale = _scale(before, impact)
    middle = float(np.median(share[known])) if known.any() else float("nan")
    return Capacity(
        capital=scale * base,
        base=base,
        return_before_impact=before,
        impact_per_year=impact,
        coefficient=coefficient,
        window=window,
        covered=covered,
        participation=middle,
        participation_at_capacity=middle * scale,
        curve=tuple((k * base, before - float(np.sqrt(k)) * impact) for k in SCALES),
    )


def _scale(before: float, impact: float) -> float:
    """Multiple of the capital at which half of the return is left."""
    if np.isnan(impact):
        return float("nan")
    if before <= 0:
        return 0.0
    return (before / (2.0 * impact)) ** 2 if impact > 0 else float("inf")


def _orders(result: BacktestResult, window: int) -> tuple[Float, Float, Float, Float]:
    """Shares, value in the account's currency, volatility of a bar and mean volume of each filled order."""
    rows = result.log.orders[result.log.orders[:, places.DONE] != 0.0]
    decided, filled, n = (
        rows[:, k].astype(np.int64) for k in (places.DECIDED, places.FILLED, places.INSTRUMENT)
    )
    size = np.abs(rows[:, places.DONE])
    value = size * rows[:, places.PRICE]
    if result.market.fx is not None:
        value = value * result.market.fx[filled, n]
    fields = result.panel.fields
    close = fields["close"]
    step = np.full_like(close, np.nan)
    step[:, 1:] = close[:, 1:] / close[:, :-1] - 1.0
    volume = fields.get("volume", np.full_like(close, np.nan))
    sigma = _window(step, window, deviation=True)[n, decided]
    return size, value, sigma, _window(volume, window, deviation=False)[n, decided]


def _window(values: Float, window: int, *, deviation: bool) -> Float:
    """Mean or standard deviation (ddof 1) of each instrument's known values of the last bars. (N, T)

    At least half of the window must be known.
    """
    known = ~np.isnan(values)
    count = _sums(known.astype(np.float64), window)
    filled = np.where(known, values, 0.0)
    size = np.maximum(count, 2.0)
    mean = _sums(filled, window) / size
    if deviation:
        squares = _sums(filled**2, window)
        mean = np.sqrt(np.maximum(squares - size * mean**2, 0.0) / (size - 1.0))
    return np.where(count >= max(window / 2.0, 2.0), mean, np.nan)


def _sums(values: Float, window: int) -> Float:
    running = np.concatenate((np.zeros((values.shape[0], 1)), np.cumsum(values, axis=1)), axis=1)
    start = np.maximum(np.arange(1, running.shape[1]) - window, 0)
    return np.asarray(running[:, 1:] - running[:, start])
