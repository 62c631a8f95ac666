"""Working a large order over several bars: cost against risk, after Almgren and Chriss.

*Optimal Execution of Portfolio Transactions* (Journal of Risk 2000), with their units: shares, cash a
share, days. Impact is linear; the permanent part stays in the price, the temporary part is gone with
the interval. What is counted is the implementation shortfall against the price at the start.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuznia.core.errors import BacktestError
from kuznia.core.typing import Float


@dataclass(frozen=True, slots=True)
class Impact:
    """What trading does to the price.

    Parameters
    ----------
    volatility : float
        Standard deviation of the price over a day, cash a share.
    half_spread : float
        Fixed cost of a share sold or bought, cash (epsilon).
    permanent : float
        Lasting change of the price for each share traded (gamma).
    temporary : float
        Change of the price paid, for each share a day of the rate of trading (eta).
    """

    volatility: float
    half_spread: float
    permanent: float
    temporary: float

    @classmethod
    def of_market(cls, volatility: float, spread: float, volume: float) -> Impact:
        """The paper's rule of thumb, for an instrument without measured impact.

        Trading a hundredth of a day's volume moves the price paid by one bid-ask spread; a tenth of it
        moves the price for good by one spread.

        Parameters
        ----------
        volatility : float
            Standard deviation of the price over a day, cash a share.
        spread : float
            Bid-ask spread, cash a share.
        volume : float
            Shares traded in a day.

        Examples
        --------
        >>> Impact.of_market(volatility=0.95, spread=1 / 8, volume=5e6)
        Impact(volatility=0.95, half_spread=0.0625, permanent=2.5e-07, temporary=2.5e-06)
        """
        if not volume > 0:
            raise BacktestError(f"volume is {volume}.", "Give the shares traded in a day.")
        return cls(volatility, spread / 2, spread / (0.1 * volume), spread / (0.01 * volume))

    def __post_init__(self) -> None:
        for name in ("volatility", "half_spread", "permanent", "temporary"):
            if not 0 <= getattr(self, name) < np.inf:
                raise BacktestError(
                    f"{name} is {getattr(self, name)}.", "Give a finite number of at least 0."
                )


@dataclass(frozen=True, slots=True)
class Execution:
    """A way to trade an order.

    Parameters
    ----------
    holdings : float64 (N + 1,)
        Shares left at each time, the whole order first, 0 last.
    trades : float64 (N,)
        Shares traded in each interval.
    cost : float
        Expected shortfall in cash.
    variance : float
        Of the shortfall, cash squared.
    """

    holdings: Float
    trades: Float
    cost: float
    variance: float

    @property
    def deviation(self) -> float:
        """Standard deviation of the shortfall, cash."""
        return float(np.sqrt(self.variance))


def optimal_execution(
    shares: float, days: float, intervals: int, impact: Impact, risk_aversion: float
) -> Execution:
    """The trajectory of least ``cost + risk_aversion * variance`` among all that end in time.

    Parameters
    ----------
    shares : float
        To be sold or bought; only its size counts.
    days : float
        Time until the order must be done.
    intervals : int
        Equal parts of that time.
    impact : Impact
        Of the instrument.
    risk_aversion : float
        Cash of expected cost that one unit of variance is worth (lambda); 0 trades evenly.

    Returns
    -------
    Execution
        With holdings ``X sinh(k (T - t)) / sinh(k T)``, where ``2 (cosh(k tau) - 1) / tau**2`` is
        ``risk_aversion * volatility**2 / (temporary - permanent * tau / 2)``.

    Raises
    ------
    BacktestError
        Times or aversion out of range, or intervals so long that the permanent impact outweighs the
        temporary one.

    Examples
    --------
    The example of the paper: a million shares in five days, once a day.

    >>> stock = Impact(volatility=0.95, half_spread=1 / 16, permanent=2.5e-7, temporary=2.5e-6)
    >>> found = optimal_execution(1e6, 5, 5, stock, 1e-6)
    >>> round(found.cost), round(found.deviation)
    (911227, 603431)
    """
    if not days > 0 or intervals < 1 or not risk_aversion >= 0:
        raise BacktestError(
            f"days {days}, intervals {intervals}, risk_aversion {risk_aversion} cannot be used.",
            "Give positive times, at least one interval and an aversion of at least 0.",
        )
    length = days / intervals
    net = impact.temporary - 0.5 * impact.permanent * length
    if not net > 0:
        raise BacktestError("The permanent impact outweighs the temporary one.", "Use shorter intervals.")
    left = np.arange(intervals, -1, -1, dtype=np.float64)
    urgency = float(np.arccosh(1.0 + 0.5 * risk_aversion * impact.volatility**2 * length**2 / net))
    fraction = left / intervals if urgency < 1e-9 else _sinh_ratio(urgency * left, urgency * intervals)
    return execution_of(abs(shares) * fraction, length, impact)


def execution_of(holdings: Float, interval: float, impact: Impact) -> Execution:
    """Expected shortfall and its variance along given holdings, `interval` days apart.

    Examples
    --------
    >>> stock = Impact(volatility=0.95, half_spread=1 / 16, permanent=2.5e-7, temporary=2.5e-6)
    >>> execution_of(np.array([1e6, 0.0]), 1.0, stock).variance
    0.0
    """
    trades = -np.diff(holdings)
    whole = holdings[0] - holdings[-1]
    net = impact.temporary - 0.5 * impact.permanent * interval
    cost = (
        0.5 * impact.permanent * whole**2
        + impact.half_spread * np.abs(trades).sum()
        + net / interval * (trades**2).sum()
    )
    variance = impact.volatility**2 * interval * (holdings[1:] ** 2).sum()
    return Execution(holdings, trades, float(cost), float(variance))


def frontier(
    shares: float, days: float, intervals: int, impact: Impact, risk_aversions: Float
) -> list[Execution]:
    """The optimal execution of each risk aversion: the least cost for each amount of risk.

    Examples
    --------
    >>> stock = Impact.of_market(volatility=0.95, spread=1 / 8, volume=5e6)
    >>> [round(one.deviation) for one in frontier(1e6, 5, 5, stock, np.array([1e-6, 2e-6]))]
    [603431, 449368]
    """
    return [optimal_execution(shares, days, intervals, impact, float(one)) for one in risk_aversions]


def _sinh_ratio(a: Float, b: float) -> Float:
    """``sinh(a) / sinh(b)`` for ``0 <= a <= b`` without overflow."""
    return np.asarray(np.exp(a - b) * np.expm1(-2.0 * a) / np.expm1(-2.0 * b))
