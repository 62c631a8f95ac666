"""Who earned it: profit and loss by instrument, sector and side.

Everything adds up: the parts of the instruments and the interest on cash are the account's final worth
less what was put in, to rounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kuznia.core.backtest import places
from kuznia.core.backtest.result import BacktestResult, filled_forward
from kuznia.core.errors import BacktestError
from kuznia.core.typing import Float, Int


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one part of an account earned, in cash of the account.

    Parameters
    ----------
    key : str
        Instrument, sector, ``long``, ``short`` or ``cash``.
    pnl : float
        After costs; what follows is in it.
    price : float
        From prices alone, at the market's prices of the fills.
    dividends : float
        Received, negative when paid on shorts.
    costs : float
        Commission, spread, slippage and borrowing, not negative.
    traded : float
        Value of the fills.
    share : float
        `pnl` as a share of the account's; NaN when that is zero.
    """

    key: str
    pnl: float
    price: float
    dividends: float
    costs: float
    traded: float
    share: float


@dataclass(frozen=True, slots=True)
class Attribution:
    """The account's profit and loss in parts; each list sums to `total` with `cash`.

    Parameters
    ----------
    total : float
        Final worth less initial cash and deposits.
    cash : float
        Interest on cash.
    instruments, sectors, sides : tuple of Contribution
        The largest first; sides are ``long`` and ``short``.
    """

    total: float
    cash: float
    instruments: tuple[Contribution, ...]
    sectors: tuple[Contribution, ...]
    sides: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """Profit and loss of each bar, instrument and side, in cash of the account.

    Parameters
    ----------
    price, dividends, costs, traded : float64 (2, T, N)
        Of long (0) and short (1) holdings.
    """

    price: Float
    dividends: Float
    costs: Float
    traded: Float

    @property
    def pnl(self) -> Float:
        """After costs. (2, T, N)"""
        return np.asarray(self.price + self.dividends - self.costs)


def ledger(result: BacktestResult) -> Ledger:
    """Split every bar's profit by instrument and side.

    What was held over a bar earns the change of its mark; a fill earns from its price to the bar's mark
    and belongs to the side that it opens, or to the one that it closes.

    Parameters
    ----------
    result : BacktestResult
        Of target weights or orders.
    """
    count, length = result.panel.shape
    marks = np.nan_to_num(filled_forward(result.panel.fields["close"].T))
    fx = np.ones((length, count)) if result.market.fx is None else result.market.fx
    values = marks * fx
    held = np.vstack((np.zeros((1, count)), result.positions[:-1]))
    moved = np.vstack((np.zeros((1, count)), np.diff(values, axis=0)))
    price = np.stack((np.maximum(held, 0.0) * moved, np.minimum(held, 0.0) * moved))
    paid = np.zeros((length, count)) if result.market.dividends is None else result.market.dividends * fx
    dividends = np.stack((np.maximum(held, 0.0) * paid, np.minimum(held, 0.0) * paid))
    costs, traded = np.zeros_like(price), np.zeros_like(price)
    _book_fills(result.log.orders, values, fx, price, costs, traded)
    costs[1] += _borrow(result, held, values)
    return Ledger(price, dividends, costs, traded)


def _book_fills(orders: Float, values: Float, fx: Float, price: Float, costs: Float, traded: Float) -> None:
    """Add to each bar what its fills earned until the close and what they cost."""
    rows = orders[orders[:, places.DONE] != 0.0]
    t, n = (rows[:, k].astype(np.int64) for k in (places.FILLED, places.INSTRUMENT))
    done, after = rows[:, places.DONE], rows[:, places.HELD]
    before = after - done
    at = rows[:, places.PRICE] * fx[t, n]
    gain = values[t, n] - at
    fees = rows[:, [places.COMMISSION, places.SPREAD, places.SLIPPED]].sum(axis=1)
    for side, sign in ((0, 1.0), (1, -1.0)):
        part = np.maximum(sign * after, 0.0) - np.maximum(sign * before, 0.0)
        share = np.abs(part) / np.abs(done)
        np.add.at(price[side], (t, n), sign * part * gain)
        np.add.at(costs[side], (t, n), fees * share)
        np.add.at(traded[side], (t, n), np.abs(part) * at)


def _borrow(result: BacktestResult, held: Float, values: Float) -> Float:
    """The account's borrow fees of each bar, shared by the value of what was short and its own fee."""
    before = np.vstack((np.zeros((1, held.shape[1])), values[:-1]))
    short = np.maximum(-held, 0.0) * before
    own = result.market.borrow_fee
    if own is not None:
        short = short * np.where(np.isnan(own), result.settings.borrow_fee, own)
    total = short.sum(axis=1, keepdims=True)
    fees = result.flows["borrow"][:, None]
    return np.asarray(np.divide(short * fees, total, out=np.zeros_like(short), where=total > 0))


def attribution(
    result: BacktestResult, sectors: Int | None = None, names: Sequence[str] | Mapping[int, str] = ()
) -> Attribution:
    """Profit and loss by instrument, sector and side.

    Parameters
    ----------
    result : BacktestResult
        Of target weights or orders.
    sectors : int64 (N,), optional
        Sector of each instrument, −1 for none; by default those of the result's market.
    names : sequence or mapping of sector code to name
        Words for the codes; a code without a word is its number.

    Returns
    -------
    Attribution
        Cash of the account.

    Raises
    ------
    BacktestError
        Another number of sectors than instruments.

    Examples
    --------
    >>> from kuznia.core.backtest.benchmarks import buy_and_hold
    >>> from kuznia.core.backtest.settings import Settings
    >>> from kuznia.core.frames.panel import Panel
    >>> ts = np.arange(3) * 86_400_000_000
    >>> days = ts.astype("datetime64[us]").astype("datetime64[D]")
    >>> prices = dict.fromkeys(("open", "close"), np.array([[10.0, 10.0, 12.0]]))
    >>> panel = Panel(("XTST:A",), ts, days, ts, prices)
    >>> found = attribution(buy_and_hold(panel, "XTST:A", Settings(initial_cash=100.0)))
    >>> [(one.key, round(one.pnl, 6)) for one in (*found.instruments, *found.sides)]
    [('XTST:A', 20.0), ('long', 20.0), ('short', 0.0)]
    """
    book = ledger(result)
    codes = result.market.sectors if sectors is None else sectors
    if codes is not None and len(codes) != len(result.instruments):
        raise BacktestError(
            f"{len(codes)} sectors for {len(result.instruments)} instruments.", "Give one for each."
        )
    deposits = result.market.cash_flows
    put_in = result.settings.initial_cash + (0.0 if deposits is None else float(deposits.sum()))
    total = float(result.equity[-1]) - put_in
    parts = np.stack([x.sum(axis=1) for x in (book.pnl, book.price, book.dividends, book.costs, book.traded)])
    single = parts.sum(axis=1)
    traded = np.flatnonzero(single[4] != 0.0)
    instruments = [_contribution(result.instruments[n], single[:, n], total) for n in traded]
    groups = []
    if codes is not None:
        for code in np.unique(codes):
            members = codes == code
            groups.append(_contribution(_word(int(code), names), single[:, members].sum(axis=1), total))
    sides = [_contribution(key, parts[:, k].sum(axis=1), total) for k, key in enumerate(("long", "short"))]
    return Attribution(
        total,
        float(result.flows["interest"].sum()),
        tuple(sorted(instruments, key=lambda one: -one.pnl)),
        tuple(sorted(groups, key=lambda one: -one.pnl)),
        tuple(sides),
    )


def _word(code: int, names: Sequence[str] | Mapping[int, str]) -> str:
    if code < 0:
        return "none"
    if isinstance(names, Mapping):
        return names.get(code, str(code))
    return names[code] if code < len(names) else str(code)


def _contribution(key: str, values: Float, total: float) -> Contribution:
    pnl, price, dividends, costs, traded = (float(one) for one in values)
    return Contribution(key, pnl, price, dividends, costs, traded, pnl / total if total else float("nan"))
