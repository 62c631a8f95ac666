"""What surrounds an account: dividends, deposits, own fees and delistings, and sectors as they were known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kuznia.core.backtest.market import Market
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Float, Int
from kuznia.domains.backtests.errors import UnusableBacktest
from kuznia.domains.backtests.settings import BacktestSettings, CashFlow
from kuznia.errors import Fault


def market_of(
    panel: Panel, settings: BacktestSettings, dividends: Float | None, fx: Float | None = None
) -> Market:
    """What the settings and the actions say about the instruments of a panel, on all of its bars.

    Parameters
    ----------
    panel : Panel
        The bars.
    settings : BacktestSettings
        With deposits, and instruments' own fees and delistings.
    dividends : float64 (T, N) or None
        Cash per share on the ex-date.
    fx : float64 (T, N) or None
        Account currency for one unit of the instrument's.
    """
    return Market(
        dividends=dividends,
        fx=fx,
        cash_flows=cash_flows(panel, settings.cash_flows) if settings.cash_flows else None,
        borrow_fee=_own(panel, settings.borrow_fees) if settings.borrow_fees else None,
        delisting_return=_own(panel, settings.delisting_returns) if settings.delisting_returns else None,
    )


def cash_flows(panel: Panel, flows: Sequence[CashFlow]) -> Float:
    """Deposits of each bar: a flow comes with the first bar from its date on. (T,)

    Whether it lies after the first decision is seen when that is known: `inside`.
    """
    paid = np.zeros(panel.shape[1])
    for n, flow in enumerate(flows):
        t = int(np.searchsorted(panel.session, np.datetime64(flow.date)))
        if t == len(paid) or flow.date < panel.session[0].item():
            raise UnusableBacktest(
                f"The cash flow of {flow.date} lies outside {panel.session[0]} to {panel.session[-1]}.",
                [Fault(f"/settings/cash_flows/{n}/date", "Choose a day after the first decision.")],
            )
        paid[t] += flow.amount
    return paid


def _own(panel: Panel, values: Mapping[str, float]) -> Float:
    """Values of the instruments that have one of their own, NaN for the rest. (N,)"""
    return np.array([values.get(key, np.nan) for key in panel.instruments], dtype=np.float64)


def sectors_at(panel: Panel, scheme: str, first: int) -> Int | None:
    """Codes of a scheme as they were known at the first decision. (N,)"""
    codes = panel.groups.get(scheme)
    return None if codes is None or not (codes[:, first] >= 0).any() else codes[:, first].astype(np.int64)


def inside(market: Market, panel: Panel, first: int) -> Market:
    """The market from the first decision on; a deposit before it is refused, as there is no account yet."""
    early = [] if market.cash_flows is None else np.flatnonzero(market.cash_flows[: first + 1]).tolist()
    if early:
        raise UnusableBacktest(
            f"A cash flow on {panel.session[early[0]]} does not come after the first decision,"
            f" on {panel.session[first]}.",
            [Fault("/settings/cash_flows", "Add it to the initial cash, or choose a later day.")],
        )
    return market.between(first, panel.shape[1])
