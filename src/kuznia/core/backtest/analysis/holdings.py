"""What was held: exposure, number of names, concentration, turnover, how long, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuznia.core.backtest.result import COSTS, BacktestResult, filled_forward
from kuznia.core.metrics.performance import DAYS_PER_YEAR
from kuznia.core.typing import Float

DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Holdings:
    """Averages over the bars after the first decision; fractions of the equity unless said.

    Parameters
    ----------
    gross, net, long, short : float
        Mean exposure; `short` is not negative.
    largest_gross : float
        Highest gross exposure of any bar.
    in_market : float
        Share of the bars with any position.
    names, most_names : float, int
        Mean and largest number of instruments held.
    effective_names : float
        Mean of one over the sum of squared shares of the gross value (Herfindahl), over bars in the market.
    largest_weight : float
        Largest single position of any bar.
    turnover : float
        Value traded, both sides, a year over the mean worth.
    holding_days, median_holding_days, longest_holding_days : float
        Calendar days of the round trips, the mean weighted by value; NaN without any.
    """

    gross: float
    net: float
    long: float
    short: float
    largest_gross: float
    in_market: float
    names: float
    most_names: int
    effective_names: float
    largest_weight: float
    turnover: float
    holding_days: float
    median_holding_days: float
    longest_holding_days: float


def weights(result: BacktestResult) -> Float:
    """Value of each position after each bar as a fraction of the equity; NaN when nothing is left. (T, N)"""
    values = result.positions * np.nan_to_num(filled_forward(result.panel.fields["close"].T))
    if result.market.fx is not None:
        values = values * result.market.fx
    return np.asarray(values / np.where(result.equity > 0, result.equity, np.nan)[:, None])


def holdings(result: BacktestResult) -> Holdings:
    """Exposure, concentration, turnover and holding periods of an account.

    Parameters
    ----------
    result : BacktestResult
        Starting at its first decision.

    Examples
    --------
    >>> from kuznia.core.backtest.benchmarks import buy_and_hold
    >>> from kuznia.core.backtest.settings import Settings
    >>> from kuznia.core.frames.panel import Panel
    >>> ts = np.arange(3) * 86_400_000_000
    >>> days = ts.astype("datetime64[us]").astype("datetime64[D]")
    >>> prices = dict.fromkeys(("open", "close"), np.array([[10.0, 10.0, 12.0]]))
    >>> panel = Panel(("XTST:A",), ts, days, ts, prices)
    >>> found = holdings(buy_and_hold(panel, "XTST:A", Settings()))
    >>> found.in_market, found.most_names, round(found.gross, 6)
    (1.0, 1, 1.0)
    """
    held = np.nan_to_num(weights(result)[1:])
    gross, size = np.abs(held).sum(axis=1), np.abs(held)
    some = gross > 0
    names = (size > 1e-9).sum(axis=1)
    shares = size[some] / gross[some, None]
    years = float(result.ts[-1] - result.ts[0]) / DAY / DAYS_PER_YEAR
    trades = result.trades
    days = (result.ts[trades["closed"].to_numpy()] - result.ts[trades["opened"].to_numpy()]) / DAY
    value = (trades["quantity"] * trades["entry"]).to_numpy()
    nan = float("nan")
    worth = float(result.equity[1:].mean())
    return Holdings(
        gross=float(gross.mean()),
        net=float(held.sum(axis=1).mean()),
        long=float(np.maximum(held, 0.0).sum(axis=1).mean()),
        short=float(np.maximum(-held, 0.0).sum(axis=1).mean()),
        largest_gross=float(gross.max()),
        in_market=float(some.mean()),
        names=float(names.mean()),
        most_names=int(names.max()),
        effective_names=float((1.0 / (shares**2).sum(axis=1)).mean()) if some.any() else nan,
        largest_weight=float(size.max()),
        turnover=float(result.flows["traded"].sum()) / worth / years if years > 0 and worth > 0 else nan,
        holding_days=float(np.average(days, weights=value)) if len(days) else nan,
        median_holding_days=float(np.median(days)) if len(days) else nan,
        longest_holding_days=float(days.max()) if len(days) else nan,
    )


@dataclass(frozen=True, slots=True)
class Cost:
    """What one kind of cost took.

    Parameters
    ----------
    kind : str
        ``commission``, ``spread``, ``slippage``, ``borrow``, or ``all``.
    cash : float
        Paid over the whole run.
    per_year : float
        As a fraction of the mean worth, a year.
    bps_of_traded : float
        In basis points of the value traded.
    share_of_gross : float
        As a share of the profit before all costs; NaN when there was none.
    """

    kind: str
    cash: float
    per_year: float
    bps_of_traded: float
    share_of_gross: float


def cost_split(result: BacktestResult) -> list[Cost]:
    """Costs by kind, and all of them.

    Parameters
    ----------
    result : BacktestResult
        Of target weights or orders.

    Examples
    --------
    >>> from kuznia.core.backtest.benchmarks import buy_and_hold
    >>> from kuznia.core.backtest.settings import Settings
    >>> from kuznia.core.frames.panel import Panel
    >>> ts = np.arange(3) * 86_400_000_000
    >>> days = ts.astype("datetime64[us]").astype("datetime64[D]")
    >>> prices = dict.fromkeys(("open", "close"), np.array([[10.0, 10.0, 12.0]]))
    >>> panel = Panel(("XTST:A",), ts, days, ts, prices)
    >>> account = buy_and_hold(panel, "XTST:A", Settings(initial_cash=1000.0, commission_bps=10.0))
    >>> [(one.kind, round(one.cash, 3)) for one in cost_split(account) if one.cash > 0]
    [('commission', 0.999), ('all', 0.999)]
    """
    paid = {kind: float(result.flows[kind].sum()) for kind in COSTS}
    whole = sum(paid.values())
    deposits = result.market.cash_flows
    put_in = result.settings.initial_cash + (0.0 if deposits is None else float(deposits.sum()))
    before = float(result.equity[-1]) - put_in + whole
    years = float(result.ts[-1] - result.ts[0]) / DAY / DAYS_PER_YEAR
    worth, traded = float(result.equity.mean()), float(result.flows["traded"].sum())
    nan = float("nan")
    return [
        Cost(
            kind,
            cash,
            cash / worth / years if worth > 0 and years > 0 else nan,
            cash / traded * 1e4 if traded > 0 else nan,
            cash / before if before > 0 else nan,
        )
        for kind, cash in {**paid, "all": whole}.items()
    ]
