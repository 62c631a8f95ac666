"""The portfolio simulation over target weights: checks its input, runs the kernel, returns a result."""

from __future__ import annotations

from typing import Any

import numpy as np

from kuznia.core.backtest import _input_kernels as check
from kuznia.core.backtest import _kernels as kernel
from kuznia.core.backtest import places
from kuznia.core.backtest._dense_kernels import widen
from kuznia.core.backtest.conventions import changed
from kuznia.core.backtest.market import Market, when
from kuznia.core.backtest.result import BacktestResult, Log, refuse_overflow
from kuznia.core.backtest.settings import Settings
from kuznia.core.errors import BacktestError
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Bool, Float, Int

DAY = 86_400_000_000
DELISTING = {"XNYS": -0.30, "XASE": -0.30, "XNAS": -0.55}
"""Return after the last price of what was delisted for cause: Shumway (1997) for NYSE and AMEX, Shumway
and Warther (1999) for Nasdaq."""
PLAIN = {
    "initial_cash",
    "commission_bps",
    "commission_per_share",
    "commission_per_order",
    "commission_minimum",
    "commission_maximum_bps",
    "half_spread_bps",
    "fill",
    "delay",
    "size_at",
    "stale_bars",
    "delisting",
}
"""Settings under which nothing is paid but commission and spread."""
FEW = 8
"""Instruments below which it does not pay to compute all amounts at once."""
NONE = np.empty(0)
NO_ROWS = np.empty((0, 0))
NO_EVENTS = (np.empty(0, np.int64), np.empty(0, np.int64), NONE)


def simulate(
    panel: Panel, weights: Float, settings: Settings | None = None, market: Market | None = None
) -> BacktestResult:
    """Trade towards target weights.

    Parameters
    ----------
    panel : Panel
        Prices ``open`` and ``close``, optionally ``high``, ``low`` and ``volume``; NaN where there is none.
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
        Equity and the log at once; frames of orders and trades, positions and exposure when they are
        asked for.

    Raises
    ------
    BacktestError
        A price that is not positive, a partly missing row of weights, a shape that does not fit, a
        setting that needs volumes or sectors which are not there.

    Examples
    --------
    One share of two, bought at the open after the first decision:

    >>> ts = np.arange(3) * 86_400_000_000
    >>> prices = {"open": np.array([[10.0, 10.0, 12.0]]), "close": np.array([[10.0, 11.0, 12.0]])}
    >>> panel = Panel(("XNAS:A",), ts, ts.astype("datetime64[us]").astype("datetime64[D]"), ts, prices)
    >>> weights = np.array([[0.5], [np.nan], [np.nan]])
    >>> result = simulate(panel, weights, Settings(initial_cash=100.0))
    >>> result.equity.tolist()
    [100.0, 105.0, 110.0]
    >>> result.orders.select("decided", "filled", "done", "price").row(0)
    (0, 1, 5.0, 10.0)
    """
    settings, market = settings or Settings(), market or Market()
    given, some = _inputs(panel, weights, settings, market)
    count, length = panel.shape
    paying = (market.dividends, market.cash_flows, market.borrow_fee, market.fx)
    plain = all(one is None for one in paying) and set(changed(settings)) <= PLAIN
    rows, known = (0, places.UNKNOWN) if plain else (places.FLOW_COLUMNS, checked(panel))
    columns, room = places.ORDER_COLUMNS, 2 * some + 4 * count + 64
    if plain and settings.delay == 1 and count >= FEW and 2 * some >= count * length:
        columns, room = places.NARROW_COLUMNS, count * length
    while True:
        equity, cash, flows = np.empty(length), np.empty(length if rows else 0), np.zeros((rows, length))
        orders = np.empty((room, columns))
        arrays: tuple[Any, ...] = (known, *given, equity, cash, flows, orders)
        totals, statuses = kernel.run(*arrays)
        used = int(statuses.sum())
        if len(totals) == 0:
            known, columns = checked(panel), places.ORDER_COLUMNS
        elif used <= room:
            break
        else:
            room = used

    def log_of() -> Log:
        return Log(cash, flows, _wide(orders[:used], panel, settings))

    refuse_overflow(panel, equity, log_of)
    return BacktestResult(panel, equity, totals, log_of, settings, market, statuses)


def _wide(orders: Float, panel: Panel, settings: Settings) -> Float:
    """The rows of a log, made of narrow ones where the kernel wrote those."""
    if orders.shape[1] == places.ORDER_COLUMNS:
        return orders
    found = np.empty((len(orders), places.ORDER_COLUMNS))
    prices = prices_of(panel)[0 if settings.fill == "next_open" else 1]
    widen(orders, prices, settings.vector(), found)
    return found


def _inputs(panel: Panel, weights: Float, settings: Settings, market: Market) -> tuple[tuple[Any, ...], int]:
    """Arrays in the order that the kernel takes them, and how many cells of the weights want something."""
    open_, close = prices_of(panel)
    count = len(close)
    weights = _array(weights)
    rebalance, some = _decisions(panel, weights)
    market.check(panel)
    tiers = bool(settings.commission_tiers)
    months = panel.session.astype("datetime64[M]").astype(np.int64) if tiers else NO_EVENTS[0]
    paid = NO_EVENTS if market.dividends is None else check.events(_array(market.dividends))
    arrays = (
        open_,
        close,
        _volume(panel, settings),
        NO_ROWS if market.fx is None else _array(market.fx),
        weights,
        rebalance,
        _days(panel, settings, market),
        months,
        NONE if market.cash_flows is None else _array(market.cash_flows),
        *paid,
        np.full(count, np.nan) if market.borrow_fee is None else _array(market.borrow_fee),
        _sectors(count, settings, market),
        delisting_returns(panel, settings, market),
        settings.vector(),
    )
    return arrays, some


def _days(panel: Panel, settings: Settings, market: Market) -> Float:
    """Days since the close before (T,), when anything is paid by the day or comes on a day."""
    paid = (settings.cash_interest, settings.debit_interest, settings.borrow_fee)
    given = (market.dividends, market.cash_flows, market.borrow_fee)
    if not any(paid) and all(one is None for one in given):
        return NONE
    return np.diff(panel.ts, prepend=panel.ts[:1]) / DAY


def _array(values: Float) -> Float:
    """The values as kernels take them: float64, in one piece, writeable; no copy when they are."""
    return np.require(values, np.float64, ["C", "W"])


def prices_of(panel: Panel) -> tuple[Float, Float]:
    """Open and close (N, T) as kernels take them, not yet looked at.

    Raises
    ------
    BacktestError
        Without them or without bars.
    """
    for name in ("open", "close"):
        if name not in panel.fields:
            raise BacktestError(f"The panel has no {name!r} prices.", "Give bars with open and close.")
    if panel.shape[0] == 0 or panel.shape[1] == 0:
        raise BacktestError("The panel is empty.", "Choose a span and a universe with bars.")
    return _array(panel.fields["open"]), _array(panel.fields["close"])


def checked(panel: Panel) -> int:
    """Whether prices are whole or have gaps.

    Raises
    ------
    BacktestError
        With a price that is not positive and finite.
    """
    gaps = 0
    for name, values in zip(("open", "close"), prices_of(panel), strict=True):
        n, t, missing = check.first_bad(values)
        if n >= 0:
            raise BacktestError(
                f"{panel.instruments[n]} has a {name} of {values[n, t]:g} at {when(panel, t)}.",
                "Only positive prices can be traded; put the row into quarantine.",
            )
        gaps += missing
    return places.GAPS if gaps else places.WHOLE


def _decisions(panel: Panel, weights: Float) -> tuple[Bool, int]:
    """The rows of `weights` that decide something, and how many cells want something."""
    shape = panel.shape[::-1]
    if weights.shape != shape:
        raise BacktestError(
            f"Weights have shape {weights.shape}.",
            f"Give one row for each bar and one column for each instrument: {shape}.",
        )
    rebalance = np.empty(shape[0], dtype=np.bool_)
    t, n, wrong, some = check.decisions(weights, rebalance)
    if wrong:
        what = "no weight" if wrong == 1 else "an infinite weight"
        raise BacktestError(
            f"{panel.instruments[n]} has {what} at {when(panel, t)}, where others have one.",
            "Use 0 for no position, or leave the whole row NaN to decide nothing.",
        )
    return rebalance, some


def _volume(panel: Panel, settings: Settings) -> Float:
    """Volume (N, T), when a setting needs it."""
    if settings.participation is None and settings.slippage not in ("volume_share", "square_root"):
        return NO_ROWS
    if "volume" not in panel.fields:
        name = "participation" if settings.participation is not None else f"slippage {settings.slippage!r}"
        raise BacktestError(f"The panel has no volume, which {name} needs.", "Give bars with their volume.")
    volume = _array(panel.fields["volume"])
    if (volume < 0).any():
        n, t = np.argwhere(volume < 0)[0]
        raise BacktestError(
            f"{panel.instruments[n]} has a volume of {volume[n, t]:g} at {when(panel, t)}.",
            "Give volumes of at least 0, NaN where they are not known.",
        )
    return volume


def _sectors(count: int, settings: Settings, market: Market) -> Int:
    if market.sectors is not None:
        return np.ascontiguousarray(market.sectors, dtype=np.int64)
    if settings.limit_sector is not None:
        raise BacktestError(
            "limit_sector has no sectors.", "Give Market.sectors, a code for each instrument."
        )
    return np.full(count, -1, dtype=np.int64)


def delisting_returns(panel: Panel, settings: Settings, market: Market) -> Float:
    """Return from the last price of each instrument: its own, that of its exchange, or none. (N,)"""
    if settings.delisting == "exchange":
        codes = [DELISTING.get(key.partition(":")[0], 0.0) for key in panel.instruments]
        assumed = np.array(codes)
    else:
        assumed = np.zeros(len(panel.instruments))
    own = market.delisting_return
    return assumed if own is None else np.where(np.isnan(own), assumed, own)
