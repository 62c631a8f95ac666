"""The value that a simulation returns: what every run needs at once, the rest when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from kuznia.core.backtest import places
from kuznia.core.backtest._plain_kernels import cash_of
from kuznia.core.backtest.market import Market, when
from kuznia.core.backtest.settings import Settings
from kuznia.core.backtest.trades.pairing import round_trips
from kuznia.core.errors import BacktestError
from kuznia.core.frames.digest import array_digest
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Float, Int, Microseconds

LARGEST = 1e300
COSTS = ("commission", "spread", "slippage", "borrow")


@dataclass(frozen=True, slots=True)
class Log:
    """Everything that happened in an account.

    Parameters
    ----------
    cash : float64 (T,)
        Cash after each bar's close; or empty, when the orders tell it.
    flows : float64 (kinds, T)
        Cash of each bar by kind, rows as `places.FLOWS`; or none, when the orders tell them all.
    orders : float64 (K, columns)
        One row for each order in time order, columns as `places.ORDER_COLUMNS`.
    """

    cash: Float
    flows: Float
    orders: Float


@dataclass(frozen=True)
class BacktestResult:
    """One simulated account.

    Parameters
    ----------
    panel : Panel
        The bars that were traded.
    equity : float64 (T,)
        Worth after each bar's close.
    totals : float64 (kinds,)
        Cash of the whole run by kind, places as `places.FLOWS`.
    log_of : callable
        Gives the log. Cash, flows, orders, trades, positions and exposure are made when asked for.
    settings : Settings
        What it was made with.
    market : Market
        Facts beside prices that it was made with.
    statuses : int64 (statuses,), optional
        How many orders ended in which status, places as `places.STATUSES`; counted in the log without.
    """

    panel: Panel
    equity: Float
    totals: Float
    log_of: Callable[[], Log]
    settings: Settings
    market: Market
    statuses: Int | None = None

    @property
    def instruments(self) -> tuple[str, ...]:
        """Keys, length ``N``."""
        return self.panel.instruments

    @property
    def ts(self) -> Microseconds:
        """Close of each bar, microseconds UTC. (T,)"""
        return self.panel.ts

    @cached_property
    def log(self) -> Log:
        """Cash, flows and orders as the kernel wrote them."""
        return self.log_of()

    @cached_property
    def cash(self) -> Float:
        """Cash after each bar's close. (T,)"""
        if len(self.log.cash) == len(self.equity):
            return self.log.cash
        found = np.empty(len(self.equity))
        cash_of(self.log.orders, self.settings.initial_cash, found)
        return found

    @cached_property
    def flows(self) -> Mapping[str, Float]:
        """Cash of each bar by kind: paid ``commission``, ``spread``, ``slippage``, ``borrow``; received
        ``interest``, ``dividends``, ``deposits``; and ``traded``, the value of the fills. Each (T,)."""
        rows = self.log.flows
        if len(rows) == len(places.FLOWS):
            return {kind: rows[k] for k, kind in enumerate(places.FLOWS)}
        nothing = np.zeros(len(self.equity))
        paid = paid_of(self.log.orders, len(self.equity))
        return {kind: paid.get(kind, nothing) for kind in places.FLOWS}

    @cached_property
    def orders(self) -> pl.DataFrame:
        """Every order in time order, with those that could not be filled.

        ``decided``, ``filled`` (rows of `ts`), ``instrument``, ``kind``, ``asked``, ``done`` (shares),
        ``price`` (the market's), ``commission``, ``spread``, ``slippage`` (cash), ``status``.
        """
        return order_frame(self.log.orders, self.instruments)

    @cached_property
    def trades(self) -> pl.DataFrame:
        """Round trips, first in, first out, in order of opening; ``reason`` ``open`` is valued at the end."""
        return round_trips(self.panel, self.log.orders, self.market.fx)

    @cached_property
    def positions(self) -> Float:
        """Shares held after each bar; negative when short. (T, N)"""
        count, length = self.panel.shape
        held = np.zeros((length, count))
        rows = self.log.orders
        last = np.full((length, count), -1, dtype=np.int64)
        at = rows[:, places.FILLED].astype(np.int64), rows[:, places.INSTRUMENT].astype(np.int64)
        last[at] = np.arange(len(rows))
        last = np.maximum.accumulate(last, axis=0)
        some = last >= 0
        held[some] = rows[last[some], places.HELD]
        return held

    @cached_property
    def exposure(self) -> Float:
        """Gross and net value of the positions as fractions of the equity. (T, 2)"""
        marks = np.nan_to_num(filled_forward(self.panel.fields["close"].T))
        values = np.ascontiguousarray(self.positions * marks)  # sums of a row must not know the other rows
        if self.market.fx is not None:
            values = values * self.market.fx
        worth = np.where(self.equity > 0, self.equity, np.nan)
        return np.stack([np.abs(values).sum(axis=1) / worth, values.sum(axis=1) / worth], axis=1)

    @cached_property
    def before(self) -> Float:
        """Worth that each bar's return is measured on: that of the close before and the deposit. (T,)"""
        before = np.concatenate(([self.settings.initial_cash], self.equity[:-1]))
        return before if self.market.cash_flows is None else before + self.market.cash_flows

    @cached_property
    def returns(self) -> Float:
        """Time-weighted return of each bar; the first on the initial cash. (T,)"""
        return self._over_before(self.equity, 1.0)

    @property
    def turnover(self) -> Float:
        """Value traded in each bar as a fraction of the worth before it. (T,)"""
        return self._over_before(self.flows["traded"], 0.0)

    def _over_before(self, values: Float, less: float) -> Float:
        positive = self.before > 0
        return np.asarray(np.where(positive, values / np.where(positive, self.before, 1.0) - less, 0.0))

    @property
    def costs(self) -> dict[str, float]:
        """Total paid by kind."""
        return {kind: float(self.totals[places.FLOWS.index(kind)]) for kind in COSTS}

    @property
    def order_counts(self) -> dict[str, int]:
        """How many orders ended in which status; those that none did are left out."""
        counts = self.statuses
        if counts is None:
            codes = self.log.orders[:, places.STATUS].astype(np.int64)
            counts = np.bincount(codes, minlength=places.STATUS_COUNT)
        return {name: int(count) for name, count in zip(places.STATUSES, counts, strict=True) if count > 0}

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


def refuse_overflow(panel: Panel, equity: Float, log_of: Callable[[], Log]) -> None:
    """Refuse an account whose worth is beyond what a number can hold, naming where it went there.

    Raises
    ------
    BacktestError
        A worth that is infinite or no number.
    """
    with np.errstate(all="ignore"):
        if np.isfinite(equity.sum()):
            return
        orders = log_of().orders
        large = ~(np.abs(equity) < LARGEST)
        t = int(np.argmax(large))
        value = np.abs(orders[:, places.DONE] * orders[:, places.PRICE])
        wild = np.flatnonzero(
            (orders[:, places.FILLED] <= t) & (orders[:, places.DONE] != 0) & ~(value < LARGEST)
        )
    names = {panel.instruments[int(n)] for n in orders[wild[:1], places.INSTRUMENT]}
    raise BacktestError(
        f"The account's worth at {when(panel, t)} is beyond what a number can hold"
        + "".join(f", after an order of {name}" for name in names)
        + ".",
        "Give smaller weights, quantities or amounts, and prices of a usual size.",
    )


def paid_of(orders: Float, length: int) -> dict[str, Float]:
    """Commission, spread and value traded of each bar, added up as the kernel does. Each (T,)"""
    at, status = orders[:, places.FILLED].astype(np.int64), orders[:, places.STATUS]
    done = orders[:, places.DONE]
    value = np.where(done != 0, np.abs(done * orders[:, places.PRICE]), 0.0)
    ended = (status == places.LIQUIDATED) | (status == places.DELISTED)
    left, filled = np.where(ended, value, 0.0), np.where(ended, 0.0, value)
    sums = [
        np.bincount(at, cells, length).astype(np.float64)
        for cells in (orders[:, places.COMMISSION], orders[:, places.SPREAD], left, filled)
    ]
    return {"commission": sums[0], "spread": sums[1], "traded": sums[2] + sums[3]}


def filled_forward(close: Float) -> Float:
    """Last close known at each row; NaN before the first. (T, N)"""
    rows = np.where(np.isnan(close), -1, np.arange(len(close))[:, None])
    last = np.maximum.accumulate(rows, axis=0)
    return np.where(last >= 0, np.take_along_axis(close, np.maximum(last, 0), axis=0), np.nan)


def order_frame(rows: Float, instruments: tuple[str, ...]) -> pl.DataFrame:
    """Rows of the log as a frame with keys and words."""
    column = rows.T
    numbers = ("asked", "done", "price", "commission", "spread", "slippage")
    at = (places.ASKED, places.DONE, places.PRICE, places.COMMISSION, places.SPREAD, places.SLIPPED)
    return pl.DataFrame(
        {
            "decided": column[places.DECIDED].astype(np.int64),
            "filled": column[places.FILLED].astype(np.int64),
            "instrument": words(column[places.INSTRUMENT], instruments),
            "kind": words(column[places.KIND], places.KINDS),
            **{name: np.ascontiguousarray(column[k]) for name, k in zip(numbers, at, strict=True)},
            "status": words(column[places.STATUS], places.STATUSES),
        }
    )


def words(codes: Float, names: tuple[str, ...]) -> pl.Series:
    """Names for codes."""
    return pl.Series(values=names, dtype=pl.String).gather(codes.astype(np.int64))
