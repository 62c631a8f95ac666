"""Target weights in, a simulated account out.

The account holds many instruments, long and short, in fractional shares against one cash balance.
What a simulation assumes is listed by `kuznia.core.backtest.settings.conventions`.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from kuznia.core.backtest import _kernels as kernel
from kuznia.core.backtest.result import BacktestResult
from kuznia.core.backtest.settings import Settings
from kuznia.core.errors import BacktestError
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Bool, Float

STATUS = ("filled", "scaled", "unfilled_no_price", "unfilled_no_cash", "liquidated")
REASONS = ("open", "reduced", "exited", "flipped", "delisted")
DAY = 86_400_000_000


def simulate(
    panel: Panel, weights: Float, settings: Settings | None = None, dividends: Float | None = None
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
    dividends : float64 (T, N), optional
        Cash per share on the ex-date.

    Returns
    -------
    BacktestResult
        Equity, cash, positions, flows, orders and trades.

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
    settings = settings or Settings()
    open_, high, low, close = _prices(panel)
    shape = close.shape
    rebalance = _decisions(panel, weights, shape)
    paid = np.zeros(shape) if dividends is None else np.ascontiguousarray(dividends, dtype=np.float64)
    if paid.shape != shape or not np.isfinite(paid).all():
        raise BacktestError(
            f"Dividends have shape {paid.shape} or gaps.", f"Give finite values of shape {shape}."
        )
    days = np.diff(panel.ts, prepend=panel.ts[:1]) / DAY
    wanted = np.ascontiguousarray(np.where(rebalance[:, None], weights, 0.0))
    equity, cash, positions, flows, orders = kernel.run(
        open_, close, paid, wanted, rebalance, days, settings.vector()
    )
    marks = _filled_forward(close)
    filled = np.ascontiguousarray(orders[orders[:, kernel.DONE] != 0.0])
    trades = kernel.round_trips(filled, high, low, marks[-1].copy(), float(settings.fill == "same_close"))
    values = positions * np.where(np.isnan(marks), 0.0, marks)
    worth = np.where(equity > 0, equity, np.nan)
    exposure = np.stack([np.abs(values).sum(axis=1) / worth, values.sum(axis=1) / worth], axis=1)
    kinds = ("commission", "spread", "borrow", "interest", "dividends", "traded")
    return BacktestResult(
        panel.instruments,
        panel.ts,
        equity,
        cash,
        positions,
        exposure,
        {kind: np.ascontiguousarray(flows[:, k]) for k, kind in enumerate(kinds)},
        _order_frame(orders, panel.instruments),
        _trade_frame(trades, panel.instruments),
        settings,
    )


def _prices(panel: Panel) -> tuple[Float, Float, Float, Float]:
    """Open, high, low and close as ``(T, N)``; a missing high or low is taken from open and close."""
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
                f"{panel.instruments[n]} has a {name} of {panel.fields[name][n, t]:g} at {_when(panel, t)}.",
                "Only positive prices can be traded; put the row into quarantine.",
            )
    open_, close = panel.fields["open"], panel.fields["close"]
    high = panel.fields.get("high", np.fmax(open_, close))
    low = panel.fields.get("low", np.fmin(open_, close))
    return tuple(np.ascontiguousarray(x.T, dtype=np.float64) for x in (open_, high, low, close))  # type: ignore[return-value]


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
                f"{panel.instruments[n]} has {what} at {_when(panel, t)}, where others have one.",
                "Use 0 for no position, or leave the whole row NaN to decide nothing.",
            )
    return rebalance


def _when(panel: Panel, t: int) -> str:
    return f"{np.datetime64(int(panel.ts[t]), 'us').astype('datetime64[s]')}Z"


def _filled_forward(close: Float) -> Float:
    """Last close known at each row; NaN before the first."""
    rows = np.where(np.isnan(close), -1, np.arange(len(close))[:, None])
    last = np.maximum.accumulate(rows, axis=0)
    return np.where(last >= 0, np.take_along_axis(close, np.maximum(last, 0), axis=0), np.nan)


def _keys(codes: Float, instruments: tuple[str, ...]) -> pl.Series:
    return pl.Series(
        "instrument", np.array(instruments, dtype=object)[codes.astype(np.int64)], dtype=pl.String
    )


def _order_frame(orders: Float, instruments: tuple[str, ...]) -> pl.DataFrame:
    column = orders.T
    return pl.DataFrame(
        {
            "decided": column[kernel.DECIDED].astype(np.int64),
            "filled": column[kernel.FILLED].astype(np.int64),
            "instrument": _keys(column[kernel.INSTRUMENT], instruments),
            "asked": column[kernel.ASKED],
            "done": column[kernel.DONE],
            "price": column[kernel.PRICE],
            "commission": column[kernel.COMMISSION],
            "spread": column[kernel.SPREAD],
            "status": pl.Series(
                np.array(STATUS, dtype=object)[column[kernel.STATUS].astype(np.int64)], dtype=pl.String
            ),
        }
    )


def _trade_frame(trades: Float, instruments: tuple[str, ...]) -> pl.DataFrame:
    """Round trips in order of opening, then instrument, then closing."""
    order = np.lexsort(
        (trades[:, kernel.T_CLOSED], trades[:, kernel.T_INSTRUMENT], trades[:, kernel.T_OPENED])
    )
    column = trades[order].T
    opened, closed = column[kernel.T_OPENED].astype(np.int64), column[kernel.T_CLOSED].astype(np.int64)
    side, quantity, entry = column[kernel.T_SIDE], column[kernel.T_QUANTITY], column[kernel.T_ENTRY]
    gross = side * quantity * (column[kernel.T_EXIT] - entry)
    net = gross - column[kernel.T_COSTS]
    reason = column[kernel.T_REASON].astype(np.int64)
    return pl.DataFrame(
        {
            "instrument": _keys(column[kernel.T_INSTRUMENT], instruments),
            "side": side.astype(np.int64),
            "opened": opened,
            "closed": closed,
            "quantity": quantity,
            "entry": entry,
            "exit": column[kernel.T_EXIT],
            "bars": closed - opened,
            "net_return": net / (quantity * entry),
            "pnl": net,
            "costs": column[kernel.T_COSTS],
            "mae": column[kernel.T_MAE],
            "mfe": column[kernel.T_MFE],
            "reason": pl.Series(np.array(REASONS, dtype=object)[reason], dtype=pl.String),
        }
    )
