"""Entries and exits with protective orders, as a plan whose state lives in the kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kuznia.core.backtest.market import when
from kuznia.core.backtest.orders.sizing import Sizing, amounts
from kuznia.core.errors import BacktestError
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Bool, Float

Side = Literal["long", "short", "both"]
MOST_BARS = 1_000_000
LONG_ENTRY, LONG_EXIT, SHORT_ENTRY, SHORT_EXIT = 1, 2, 4, 8


@dataclass(frozen=True, slots=True)
class Signals:
    """A plan that `from_signals` makes and `simulate_orders` trades.

    Parameters
    ----------
    codes : uint8 (T, N)
        Bits: 1 long entry, 2 long exit, 4 short entry, 8 short exit.
    sizing : Sizing
        Counts the shares of an entry.
    stop_loss, take_profit, trailing : float64, optional
        Distances broadcast to (T, N).
    fractional : tuple of bool
        Whether each of the three is a fraction of the price; else a price difference.
    limit, stop : float64, optional
        Prices of entries that are not market orders, broadcast to (T, N).
    tif : {"day", "gtc"}
        How long such an entry works.
    max_bars, cooldown : int
        Bars after which a position is left, and that pass after an exit; 0 for none.
    new_signal : bool
        Whether an entry must have been false since the last entry of its side.
    max_positions : int
        Most positions at a time; 0 for any number.
    priority : float64, optional
        What is entered first when places are few, broadcast to (T, N).
    """

    codes: NDArray[np.uint8]
    sizing: Sizing
    stop_loss: Float | None
    take_profit: Float | None
    trailing: Float | None
    fractional: tuple[bool, bool, bool]
    limit: Float | None
    stop: Float | None
    tif: Literal["day", "gtc"]
    max_bars: int
    cooldown: int
    new_signal: bool
    max_positions: int
    priority: Float | None

    def amounts(self, close: Float) -> tuple[int, Float]:
        """The kernel's sizing rule, and its amounts for closes (T, N)."""
        use_trail = self.stop_loss is None
        distance = self.trailing if use_trail else self.stop_loss
        return amounts(self.sizing, close, distance, fractional_stop=self.fractional[2 if use_trail else 0])


def from_signals(
    panel: Panel,
    entries: Bool,
    exits: Bool,
    *,
    side: Side = "long",
    short_entries: Bool | None = None,
    short_exits: Bool | None = None,
    sizing: Sizing | None = None,
    stop_loss: float | Float | None = None,
    take_profit: float | Float | None = None,
    trailing: float | Float | None = None,
    limit: Float | None = None,
    stop: Float | None = None,
    tif: Literal["day", "gtc"] = "day",
    max_bars: int | None = None,
    cooldown: int = 0,
    reentry: Literal["any", "new_signal"] = "any",
    max_positions: int | None = None,
    priority: Float | None = None,
) -> Signals:
    """Plan entries and exits with stops, targets and trailing stops, one position for each instrument.

    Decided at a bar's close, filled as the settings say. An exit wins over an entry of its side at the
    same bar; an entry of the other side turns the position. What a fill starts (stop, target, trailing
    stop) cancels each other and, when an exit fills, ends with it. While a position or a working entry
    exists, further entries of its side are ignored.

    Parameters
    ----------
    panel : Panel
        Prices ``open`` and ``close``, and ``high`` and ``low`` for anything that fills inside a bar.
    entries, exits : bool (T, N)
        Where to go in and out. Row ``t`` may use only what was known at ``panel.decision[t]``.
    side : {"long", "short", "both"}
        What they mean. ``both``: `entries` go long and `exits` out; without `short_entries` an exit
        goes short and an entry ends that.
    short_entries, short_exits : bool (T, N), optional
        Own signals for the short side, with ``both``.
    sizing : Sizing, optional
        By default the whole equity.
    stop_loss, take_profit, trailing : float or float64, optional
        A number is a fraction of the entry's price (of the best price since, for `trailing`); an array,
        broadcast to (T, N), is a price difference as known at the decision, such as a multiple of the
        average true range. An entry whose difference is not known is rejected.
    limit, stop : float64 broadcast to (T, N), optional
        Prices of entries that are limit, stop or (both) stop-limit orders instead of market orders.
    tif : {"day", "gtc"}
        How long such an entry works.
    max_bars : int, optional
        Bars from the entry's fill to a market exit.
    cooldown : int
        Bars that must have passed since the exit before the next entry is decided.
    reentry : {"any", "new_signal"}
        Whether an entry that stays true may enter again, or must have been false in between.
    max_positions : int, optional
        Most positions at a time; `priority` says which are taken, then the panel's order.
    priority : float64 broadcast to (T, N), optional
        Higher is entered first; NaN is not entered.

    Returns
    -------
    Signals
        For `kuznia.core.backtest.orders.engine.simulate_orders`.

    Raises
    ------
    BacktestError
        Shapes that do not fit, distances that are not positive.

    Examples
    --------
    >>> from kuznia.core.backtest.orders.engine import simulate_orders
    >>> from kuznia.core.backtest.settings import Settings
    >>> ts = np.arange(4) * 86_400_000_000
    >>> day = ts.astype("datetime64[us]").astype("datetime64[D]")
    >>> prices = {"open": [10.0, 10, 10, 9.8], "high": [10.0, 11, 10, 9.8], "low": [10.0, 10, 9.4, 9.8]}
    >>> fields = {name: np.array([x]) for name, x in (prices | {"close": [10.0, 11, 9.5, 9.8]}).items()}
    >>> panel = Panel(("XNAS:A",), ts, day, ts, fields)
    >>> up = np.array([[True], [False], [False], [False]])
    >>> plan = from_signals(panel, up, ~up & False, stop_loss=0.05)
    >>> result = simulate_orders(panel, plan, Settings(initial_cash=100.0))
    >>> result.equity.tolist(), result.trades["exit"].to_list(), result.trades["reason"].to_list()
    ([100.0, 110.0, 95.0, 95.0], [9.5], ['stop'])
    """
    shape = (panel.shape[1], panel.shape[0])
    given = {"entries": entries, "exits": exits, "short_entries": short_entries, "short_exits": short_exits}
    for name, values in given.items():
        if values is not None and (values.shape != shape or values.dtype != np.bool_):
            raise BacktestError(
                f"{name} have shape {values.shape} and type {values.dtype}.",
                f"Give booleans of shape {shape}.",
            )
    distances = {"stop_loss": stop_loss, "take_profit": take_profit, "trailing": trailing}
    arrays = {name: _distance(panel, name, value) for name, value in distances.items()}
    prices = {"limit": limit, "stop": stop, "priority": priority}
    arrays |= {name: _array(panel, name, value) for name, value in prices.items()}
    for name, bars in (("max_bars", max_bars), ("cooldown", cooldown), ("max_positions", max_positions)):
        least = 0 if name == "cooldown" else 1
        if bars is not None and (isinstance(bars, float) or not least <= bars <= MOST_BARS):
            raise BacktestError(f"{name} is {bars}.", f"Give a whole number from {least} to {MOST_BARS}.")
    if reentry not in ("any", "new_signal") or tif not in ("day", "gtc"):
        raise BacktestError(f"reentry is {reentry!r}, tif {tif!r}.", "Use any, new_signal; day, gtc.")
    codes = _codes(entries, exits, side, short_entries, short_exits)
    fractional = [isinstance(value, int | float) for value in distances.values()]
    plan = Signals(
        codes=codes,
        sizing=sizing or Sizing(),
        fractional=(fractional[0], fractional[1], fractional[2]),
        tif=tif,
        max_bars=max_bars or 0,
        cooldown=cooldown,
        new_signal=reentry == "new_signal",
        max_positions=max_positions or 0,
        **arrays,
    )
    if plan.sizing.rule == "risk_per_trade" and stop_loss is None and trailing is None:
        raise BacktestError("risk_per_trade has no stop to count from.", "Give a stop_loss or a trailing.")
    return plan


def _codes(
    entries: Bool, exits: Bool, side: Side, short_entries: Bool | None, short_exits: Bool | None
) -> NDArray[np.uint8]:
    if side not in ("long", "short", "both"):
        raise BacktestError(f"side is {side!r}.", "Use 'long', 'short' or 'both'.")
    if side != "both" and (short_entries is not None or short_exits is not None):
        raise BacktestError(f"Short signals with side {side!r}.", "Use side 'both'.")
    first, second = (SHORT_ENTRY, SHORT_EXIT) if side == "short" else (LONG_ENTRY, LONG_EXIT)
    codes = entries.astype(np.uint8) * np.uint8(first) | exits.astype(np.uint8) * np.uint8(second)
    if side == "both":
        turn = short_entries is None
        other = exits if short_entries is None else short_entries
        back = short_exits if short_exits is not None else (entries if turn else np.zeros_like(entries))
        codes |= other.astype(np.uint8) * np.uint8(SHORT_ENTRY) | back.astype(np.uint8) * np.uint8(SHORT_EXIT)
    return np.ascontiguousarray(codes)


def _distance(panel: Panel, name: str, value: float | Float | None) -> Float | None:
    """A distance as an array; NaN is not known yet."""
    if value is None:
        return None
    if isinstance(value, int | float):
        most = 1.0 if name != "take_profit" else np.inf
        if not 0 < value < most:
            raise BacktestError(f"{name} is {value}.", "Give a positive fraction, or an array of distances.")
        return np.full((1, 1), float(value))
    array = _array(panel, name, value)
    assert array is not None
    bad = np.argwhere(array <= 0)
    if len(bad):
        t, n = (int(i) for i in bad[0])
        raise BacktestError(
            f"{name} of {panel.instruments[n if array.shape[1] > 1 else 0]} is {array[t, n]:g} at"
            f" {when(panel, t)}.",
            "Give positive price differences, NaN where none is known.",
        )
    return array


def _array(panel: Panel, name: str, value: Float | None) -> Float | None:
    """An array that is a row, a column, or whole (T, N)."""
    if value is None:
        return None
    length, count = panel.shape[1], panel.shape[0]
    array = np.asarray(value, dtype=np.float64)
    if array.ndim == 1 and array.shape == (length,):
        array = array[:, None]
    if array.ndim != 2 or array.shape[0] not in (1, length) or array.shape[1] not in (1, count):
        raise BacktestError(f"{name} has shape {array.shape}.", f"Give it the shape {(length, count)}.")
    return np.ascontiguousarray(array)
