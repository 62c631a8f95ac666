"""The same booleans or weights through our engine and through a peer, and how far apart they end.

Prices are whole cents, so that a peer that keeps three decimals keeps them all. Fills are at the next open,
commission is 0.1 % of a fill's value, there is no slippage, unless a peer knows only closes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from bench import _cases as cases
from bench._peers import Answer, Peer
from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.orders.engine import simulate_orders
from kuznia.core.backtest.orders.plan import Order, Orders
from kuznia.core.backtest.orders.signals import from_signals
from kuznia.core.backtest.result import BacktestResult
from kuznia.core.backtest.settings import Settings
from kuznia.core.typing import Bool, Float

FEE = 1e-3
NAMES = ("vectorbt", "backtrader", "backtesting", "bt", "zipline")


@dataclass(frozen=True)
class Agreement:
    """How far a peer's account is from ours; cash amounts as shares of the start cash."""

    same_orders: bool
    orders: int
    equity: float
    cash: float
    positions: float
    quantity: float
    price: float
    fees: float

    @property
    def largest(self) -> float:
        """The largest difference of all, shares valued at their fill's price."""
        return max(self.equity, self.cash, self.positions, self.quantity, self.price, self.fees)


@dataclass(frozen=True)
class Check:
    """A case that a peer must agree with, and how closely."""

    name: str
    peer: str
    tolerance: float
    compare: Callable[[Peer], Agreement]


def bars(length: int, count: int, seed: int) -> cases.Bars:
    """Prices in whole cents."""
    made = cases.bars(length, count, seed=seed, volatility=0.015)
    rounded = {name: np.round(getattr(made, name), 2) for name in ("open", "high", "low", "close")}
    return cases.Bars(made.ts, volume=made.volume, **rounded)


def booleans() -> tuple[cases.Bars, Bool, Bool]:
    """Two averages that cross on one instrument; the last position is closed before the end."""
    given = bars(1_500, 1, seed=11)
    entries, exits = cases.crosses(given, 5, 20)
    entries, exits = entries.copy(), exits.copy()
    entries[0] = False
    entries[-40:] = False
    exits[-30] = True
    return given, entries, exits


def weights(*, short: bool) -> tuple[cases.Bars, Float]:
    """Twelve instruments, a third of them held, anew every seven bars."""
    given = bars(600, 12, seed=12)
    chosen = cases.monthly(given, 4, every=7, invested=0.9)
    if short:
        chosen *= np.where(np.arange(12) % 3 == 0, -1.0, 1.0)
    return given, chosen


def agreement(ours: BacktestResult, theirs: Answer) -> Agreement:
    """Compare order by order and bar by bar."""
    start = ours.settings.initial_cash
    fills = ours.orders.filter(pl.col("done") != 0.0)
    number = {key: n for n, key in enumerate(ours.instruments)}
    mine = np.stack(
        [
            fills["filled"].to_numpy().astype(float),
            fills["instrument"].replace_strict(number, return_dtype=pl.Float64).to_numpy(),
            fills["done"].to_numpy(),
            fills["price"].to_numpy(),
            fills["commission"].to_numpy(),
        ]
    )
    found = theirs.arrays
    other = np.stack([found[name].astype(float) for name in ("bar", "instrument", "quantity", "price")])
    mine, other = _sorted(mine), _sorted(other)
    same = mine.shape[1] == other.shape[1] and bool(
        (mine[:2] == other[:2]).all() and (np.sign(mine[2]) == np.sign(other[2])).all()
    )
    if not same:
        return Agreement(False, other.shape[1], *[np.inf] * 6)
    fees = found.get("fee")
    paid = float(np.sum(fees)) if fees is not None else float(np.sum(found.get("fees", np.nan)))
    return Agreement(
        True,
        other.shape[1],
        _gap(ours.equity, found["equity"], start),
        _gap(ours.cash, found.get("cash"), start),
        _gap(ours.positions * ours.panel.fields["close"].T, _valued(ours, found.get("positions")), start),
        float(np.abs((mine[2] - other[2]) * mine[3]).max()) / start,
        float(np.abs(mine[3] / other[3] - 1.0).max()),
        0.0 if np.isnan(paid) else abs(paid - float(mine[4].sum())) / start,
    )


def _sorted(rows: Float) -> Float:
    return rows[:, np.lexsort((rows[1], rows[0]))]


def _valued(ours: BacktestResult, positions: Float | None) -> Float | None:
    return None if positions is None else positions * ours.panel.fields["close"].T


def _gap(mine: Float, theirs: Float | None, start: float) -> float:
    """Largest difference over the start cash; a value the peer does not have differs by nothing."""
    return 0.0 if theirs is None else float(np.nanmax(np.abs(mine - theirs))) / start


def signals_in_full(peer: Peer, **options: object) -> Agreement:
    """All cash into each entry, counted at the fill."""
    given, entries, exits = booleans()
    ours = simulate(
        given.panel(), cases.target(entries, exits), Settings(commission_bps=1e4 * FEE, size_at="fill")
    )
    arrays = given.arrays() | {"entries": entries, "exits": exits}
    return agreement(ours, peer.ask("signals", arrays, full=True, commission=FEE, cash=cases.CASH, **options))


def signals_at_decision(peer: Peer) -> Agreement:
    """95 % of the equity into each entry, counted at the decision's close."""
    given, entries, exits = booleans()
    ours = simulate(given.panel(), cases.target(entries, exits, 0.95), Settings(commission_bps=1e4 * FEE))
    arrays = given.arrays() | {"entries": entries, "exits": exits}
    return agreement(
        ours, peer.ask("signals", arrays, full=True, commission=FEE, cash=cases.CASH, share=0.95)
    )


def target_weights(peer: Peer, *, short: bool, settings: Settings, **options: object) -> Agreement:
    """Weights of many instruments."""
    given, chosen = weights(short=short)
    ours = simulate(given.panel(), chosen, settings)
    commission = settings.commission_bps / 1e4
    arrays = given.arrays() | {"weights": chosen}
    return agreement(
        ours, peer.ask("weights", arrays, full=True, commission=commission, cash=cases.CASH, **options)
    )


def calm_entries() -> tuple[cases.Bars, Bool]:
    """Entries whose bar of the fill has one price: vectorbt watches stops from the bar after it."""
    given, entries, _ = booleans()
    filled = np.flatnonzero(entries) + 1
    for field in (given.high, given.low, given.close):
        field[filled] = given.open[filled]
    return given, entries


def protective(peer: Peer, *, engine: str, **levels: float) -> Agreement:
    """All cash into each entry, out by a stop, a target or a trailing stop alone."""
    given, entries = calm_entries()
    never = np.zeros_like(entries)
    names = {"stop": "stop_loss", "target": "take_profit", "trail": "trailing"}
    distances = {names[name]: value for name, value in levels.items()}
    panel = given.panel()
    plan = from_signals(panel, entries[:, None], never[:, None], **distances)
    ours = simulate_orders(panel, plan, AT_FILL)
    arrays = given.arrays() | {"entries": entries, "exits": never}
    own = {"commission": FEE, "slippage": 0.0, "cash": cases.CASH, "engine": engine}
    return agreement(ours, peer.ask("signals", arrays, full=True, **own, **levels))


def bracketed(peer: Peer) -> Agreement:
    """A hundred shares with a stop and a target at prices known at the decision, left after forty bars."""
    given = bars(3_000, 1, seed=13)
    close, panel = given.close[:, 0], given.panel()
    begins = np.arange(10, 2_900, 45)
    stop, target = np.round(0.96 * close, 2), np.round(1.05 * close, 2)
    own: list[Order] = []
    for group, t in enumerate(begins.tolist()):
        instrument, parent = panel.instruments[0], len(own)
        work = {"group": group, "tif": "gtc", "cancel": t + 40}
        own.append(Order(instrument, t, 100.0))
        own.append(Order(instrument, t, kind="stop", stop=stop[t], parent=parent, **work))
        own.append(Order(instrument, t, kind="limit", limit=target[t], parent=parent, **work))
        own.append(Order(instrument, t + 40, -100.0, reduce_only=True))
    ours = simulate_orders(panel, Orders.of(panel, own), PAYING)
    entries, exits = np.zeros((2, len(close)), dtype=bool)
    entries[begins], exits[begins + 40] = True, True
    arrays = given.arrays() | {
        "entries": entries,
        "exits": exits,
        "stop_price": stop,
        "target_price": target,
    }
    return agreement(
        ours, peer.ask("signals", arrays, full=True, commission=FEE, cash=cases.CASH, size=100.0)
    )


PAYING = Settings(commission_bps=1e4 * FEE)
AT_FILL = Settings(commission_bps=1e4 * FEE, size_at="fill")
SAME_CLOSE = Settings(commission_bps=1e4 * FEE, fill="same_close")
FREE_SAME_CLOSE = Settings(fill="same_close")
WHOLE = Settings(commission_bps=1e4 * FEE, fill="next_close", lot=1.0)


def _vectorbt(engine: str) -> tuple[Check, ...]:
    both = partial(target_weights, short=True, engine=engine)
    alone = partial(signals_in_full, slippage=0.0, engine=engine)
    guarded = partial(protective, engine=engine)
    label = {"numba": "numba engine", "rust": "Rust engine"}[engine]
    return (
        Check(f"booleans, all cash ({label})", "vectorbt", 1e-9, alone),
        Check(f"weights long and short ({label})", "vectorbt", 1e-9, partial(both, settings=PAYING)),
        Check(
            f"weights counted at the fill ({label})",
            "vectorbt",
            1e-9,
            partial(both, settings=AT_FILL, size_at="fill"),
        ),
        Check(f"stop and target ({label})", "vectorbt", 1e-9, partial(guarded, stop=0.04, target=0.06)),
        Check(f"trailing stop ({label})", "vectorbt", 1e-9, partial(guarded, trail=0.05)),
    )


CHECKS = (
    *_vectorbt("numba"),
    *_vectorbt("rust"),
    Check("booleans, 95 % of the equity", "backtrader", 1e-9, signals_at_decision),
    Check("weights long and short", "backtrader", 1e-9, partial(target_weights, short=True, settings=PAYING)),
    Check("booleans, all cash, units of 1e-8", "backtesting", 1e-8, signals_in_full),
    Check("brackets of a hundred shares, units of 1e-8", "backtesting", 1e-8, bracketed),
    Check(
        "weights at the same close, fees on top",
        "bt",
        1e-9,
        partial(target_weights, short=True, settings=SAME_CLOSE, counted=True),
    ),
    Check(
        "weights at the same close, its own rebalancing, no fees",
        "bt",
        1e-9,
        partial(target_weights, short=False, settings=FREE_SAME_CLOSE),
    ),
    Check(
        "weights at the next close, whole shares",
        "zipline",
        1e-9,
        partial(target_weights, short=False, settings=WHOLE),
    ),
)
