"""The portfolio simulation over target weights: checks its input, runs the kernel, returns a result."""

from __future__ import annotations

import numpy as np

from kuznia.core.backtest import _kernels as kernel
from kuznia.core.backtest import places
from kuznia.core.backtest.market import Market, when
from kuznia.core.backtest.result import BacktestResult, Log
from kuznia.core.backtest.settings import Settings
from kuznia.core.errors import BacktestError
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Bool, Float

DAY = 86_400_000_000


def simulate(
    panel: Panel, weights: Float, settings: Settings | None = None, market: Market | None = None
) -> BacktestResult:
    """Trade towards target weights.

    Parameters
    ----------
    panel : Panel
        Prices ``open`` and ``close``, optionally ``high`` and ``low``; NaN where there is none.
    weights : float64 (T, N)
        Fractions of the equity wanted after each decision, negative to be short. A row of NaN means
        that nothing is decided at that bar. Row ``t`` may use only what was known at
        ``panel.decision[t]``: the simulation cannot see whether it did.
    settings : Settings, optional
        The account; by default without costs.
    market : Market, optional
        Dividends, deposits, currencies, sectors and fees of instruments.

    Returns
    -------
    BacktestResult
        Equity, and what happened when it is asked for.

    Raises
    ------
    BacktestError
        A price that is not positive, a partly missing row of weights, a shape that does not fit.

    Examples
    --------
    One share of two, bought at the open after the first decision:

    >>> ts = np.arange(3) * 86_400_000_000
    >>> prices = {"open": np.array([[10.0, 10.0, 12.0]]), "close": np.array([[10.0, 11.0, 12.0]])}
    >>> panel = Panel(("XNAS:A",), ts, ts.astype("datetime64[us]").astype("datetime64[D]"), ts, prices)
    >>> weights = np.array([[0.5], [np.nan], [np.nan]])
    >>> simulate(panel, weights, Settings(initial_cash=100.0)).equity.tolist()
    [100.0, 105.0, 110.0]
    """
    settings, market = settings or Settings(), market or Market()
    open_, close = _prices(panel)
    shape = close.shape
    rebalance = _decisions(panel, weights, shape)
    market.check(panel)
    paid = np.zeros(shape) if market.dividends is None else np.ascontiguousarray(market.dividends)
    days = np.diff(panel.ts, prepend=panel.ts[:1]) / DAY
    wanted = np.ascontiguousarray(np.where(rebalance[:, None], weights, 0.0))
    given = settings.vector()
    chosen = given[[0, 1, 2, 4, 6, 17, 19, 22, places.FILL]]
    chosen[-1] = chosen[-1] == places.SAME_CLOSE
    equity, cash, positions, flows, orders = kernel.run(open_, close, paid, wanted, rebalance, days, chosen)
    rows = np.zeros((len(orders), places.ORDER_COLUMNS))
    rows[:, [0, 1, 2, 4, 5, 6, 7, 8, 10]] = orders
    at = orders[:, 1].astype(np.int64), orders[:, 2].astype(np.int64)
    rows[:, places.HELD] = positions[at]
    ours = np.zeros((len(places.FLOWS), shape[0]))
    ours[[0, 1, 3, 4, 5, 7]] = flows.T
    log = Log(cash, ours, rows)
    return BacktestResult(panel, equity, ours.sum(axis=1), lambda: log, settings, market)


def _prices(panel: Panel) -> tuple[Float, Float]:
    """Open and close as ``(T, N)``."""
    for name in ("open", "close"):
        if name not in panel.fields:
            raise BacktestError(f"The panel has no {name!r} prices.", "Give bars with open and close.")
    if panel.shape[0] == 0 or panel.shape[1] == 0:
        raise BacktestError("The panel is empty.", "Choose a span and a universe with bars.")
    for name in ("open", "close"):
        bad = np.argwhere(panel.fields[name] <= 0)
        if len(bad):
            n, t = bad[0]
            raise BacktestError(
                f"{panel.instruments[n]} has a {name} of {panel.fields[name][n, t]:g} at {when(panel, t)}.",
                "Only positive prices can be traded; put the row into quarantine.",
            )
    open_, close = panel.fields["open"], panel.fields["close"]
    return np.ascontiguousarray(open_.T, dtype=np.float64), np.ascontiguousarray(close.T, dtype=np.float64)


def _decisions(panel: Panel, weights: Float, shape: tuple[int, ...]) -> Bool:
    """The rows of `weights` that decide something."""
    if weights.shape != shape:
        raise BacktestError(
            f"Weights have shape {weights.shape}.",
            f"Give one row for each bar and one column for each instrument: {shape}.",
        )
    missing = np.isnan(weights)
    rebalance: Bool = np.asarray(~missing.all(axis=1))
    partly = np.argwhere(missing & rebalance[:, None])
    infinite = np.argwhere(np.isinf(weights))
    for bad, what in ((partly, "no weight"), (infinite, "an infinite weight")):
        if len(bad):
            t, n = bad[0]
            raise BacktestError(
                f"{panel.instruments[n]} has {what} at {when(panel, t)}, where others have one.",
                "Use 0 for no position, or leave the whole row NaN to decide nothing.",
            )
    return rebalance
