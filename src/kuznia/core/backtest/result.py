"""The value that a simulation returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from kuznia.core.backtest.settings import Settings
from kuznia.core.frames.digest import array_digest
from kuznia.core.typing import Float, Microseconds

COSTS = ("commission", "spread", "borrow")


@dataclass(frozen=True, slots=True)
class BacktestResult:
    """One simulated account.

    Parameters
    ----------
    instruments : tuple of str
        Keys, length ``N``.
    ts : int64 (T,)
        Close of each bar, microseconds UTC.
    equity, cash : float64 (T,)
        Worth and cash after each bar's close.
    positions : float64 (T, N)
        Shares held after each bar; negative when short.
    exposure : float64 (T, 2)
        Gross and net value of the positions as fractions of the equity.
    flows : mapping of str to float64 (T,)
        Cash by kind: ``commission``, ``spread``, ``borrow`` (paid), ``interest``, ``dividends``
        (received) and ``traded`` (value of the fills).
    orders : DataFrame
        Every order in time order: ``decided``, ``filled`` (rows of `ts`), ``instrument``, ``asked``,
        ``done``, ``price``, ``commission``, ``spread``, ``status``.
    trades : DataFrame
        Round trips, first in, first out, in order of opening; ``reason`` ``open`` is valued at the end.
    settings : Settings
        What it was made with.
    """

    instruments: tuple[str, ...]
    ts: Microseconds
    equity: Float
    cash: Float
    positions: Float
    exposure: Float
    flows: Mapping[str, Float]
    orders: pl.DataFrame
    trades: pl.DataFrame
    settings: Settings

    @property
    def returns(self) -> Float:
        """Return of each bar on the worth before it; the first on the initial cash. (T,)"""
        before = np.concatenate(([self.settings.initial_cash], self.equity[:-1]))
        return np.asarray(np.where(before > 0, self.equity / np.where(before > 0, before, 1.0) - 1.0, 0.0))

    @property
    def turnover(self) -> Float:
        """Value traded in each bar as a fraction of the worth before it. (T,)"""
        before = np.concatenate(([self.settings.initial_cash], self.equity[:-1]))
        return np.asarray(np.where(before > 0, self.flows["traded"] / np.where(before > 0, before, 1.0), 0.0))

    @property
    def costs(self) -> dict[str, float]:
        """Total paid by kind."""
        return {kind: float(self.flows[kind].sum()) for kind in COSTS}

    def digest(self) -> str:
        """Digest of every number of the result: equal results have equal digests."""
        tables = {"orders": self.orders, "trades": self.trades}
        columns = {
            f"{table}.{name}": frame[name].to_numpy()
            for table, frame in tables.items()
            for name, kind in frame.schema.items()
            if kind.is_numeric()
        }
        flows = {f"flows.{kind}": values for kind, values in self.flows.items()}
        own = {"equity": self.equity, "cash": self.cash, "positions": self.positions, "ts": self.ts}
        return array_digest({**own, **flows, **columns})
