"""Round trips: fills paired first in, first out, with what they went through on the way."""

from __future__ import annotations

import numpy as np
import polars as pl

from kuznia.core.backtest import places
from kuznia.core.backtest.trades import _kernels as kernel
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Float


def round_trips(panel: Panel, orders: Float, fx: Float | None = None) -> pl.DataFrame:
    """Pair the filled orders of a log, in order of opening, then instrument, then closing.

    Parameters
    ----------
    panel : Panel
        The bars that were traded.
    orders : float64 (K, columns)
        Rows of a log, in time order.
    fx : float64 (T, N), optional
        Account currency for one unit of the instrument's: amounts are in the account's currency.

    Returns
    -------
    DataFrame
        ``instrument``, ``side``, ``opened``, ``closed`` (rows of ``ts``), ``quantity``, ``entry``,
        ``exit`` (prices in the instrument's currency, before spread and slippage), ``bars``,
        ``net_return``, ``pnl``, ``costs``, ``slippage`` (a part of the costs), ``mae``, ``mfe`` (largest
        excursions against and for it, fractions of the entry price), ``reason``.
    """
    open_, close = panel.fields["open"], panel.fields["close"]
    high = panel.fields.get("high", np.fmax(open_, close))
    low = panel.fields.get("low", np.fmin(open_, close))
    filled = np.ascontiguousarray(orders[orders[:, places.DONE] != 0.0])
    prices = [np.ascontiguousarray(values, dtype=np.float64) for values in (open_, high, low, close)]
    trades = kernel.round_trips(filled, *prices)
    order = np.lexsort(
        (trades[:, places.T_CLOSED], trades[:, places.T_INSTRUMENT], trades[:, places.T_OPENED])
    )
    return _frame(trades[order].T, panel.instruments, fx)


def _frame(column: Float, instruments: tuple[str, ...], fx: Float | None) -> pl.DataFrame:
    opened, closed = (column[k].astype(np.int64) for k in (places.T_OPENED, places.T_CLOSED))
    instrument = column[places.T_INSTRUMENT].astype(np.int64)
    side, quantity, entry = column[places.T_SIDE], column[places.T_QUANTITY], column[places.T_ENTRY]
    paid, got = entry, column[places.T_EXIT]
    if fx is not None:
        paid, got = entry * fx[opened, instrument], got * fx[closed, instrument]
    costs = column[places.T_COSTS]
    net = side * quantity * (got - paid) - costs
    names = pl.Series(values=instruments, dtype=pl.String)
    reasons = pl.Series(values=places.REASONS, dtype=pl.String)
    return pl.DataFrame(
        {
            "instrument": names.gather(instrument),
            "side": side.astype(np.int64),
            "opened": opened,
            "closed": closed,
            "quantity": quantity,
            "entry": entry,
            "exit": column[places.T_EXIT],
            "bars": closed - opened,
            "net_return": net / (quantity * paid),
            "pnl": net,
            "costs": costs,
            "slippage": column[places.T_SLIPPAGE],
            "mae": column[places.T_MAE],
            "mfe": column[places.T_MFE],
            "reason": reasons.gather(column[places.T_REASON].astype(np.int64)),
        }
    )
