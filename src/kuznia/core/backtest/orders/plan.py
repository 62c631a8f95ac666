"""Orders as data: a row for each, decided at a bar and working from the next on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np

from kuznia.core.backtest.market import when
from kuznia.core.errors import BacktestError
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Bool, Float, Int

KINDS = ("market", "limit", "stop", "stop_limit", "trailing")
RULES = ("units", "value", "fraction")
UNITS = ("price", "fraction", "distance")
TIFS = ("day", "gtc")
MOST = 1e18
TIMES = ("any", "open", "close")


@dataclass(frozen=True, slots=True)
class Order:
    """One order.

    Parameters
    ----------
    instrument : str
        Key of the panel.
    decided : int
        Row of the bar at whose close it is decided; it works from ``Settings.delay`` bars later on.
    quantity : float
        What to trade, positive to buy, in the unit of `sizing`. A child may leave it NaN: all of what
        its parent has filled, the other way round.
    kind : {"market", "limit", "stop", "stop_limit", "trailing"}
        A limit fills when the price trades through it, a stop when it is touched.
    sizing : {"units", "value", "fraction"}
        Shares, cash, or a fraction of the equity, counted at the decision's close (`Settings.size_at`).
    limit, stop : float
        Prices; for a child with another `unit` their distance from the parent's fill, in its favour for
        the limit and against it for the stop.
    trail : float
        Distance of a trailing stop from the best price since it works: a fraction, or a price
        difference when `unit` is ``distance``.
    unit : {"price", "fraction", "distance"}
        How a child's `limit` and `stop` are meant.
    tif : {"day", "gtc"}
        Until the end of the first session it works in, or until cancelled.
    at : {"any", "open", "close"}
        Only at the open, only at the close, or at any time; a market order at any time follows
        ``Settings.fill``.
    group : int
        Orders of one group, decided together, cancel each other when one fills; a part shrinks the
        others. -1 is none.
    parent : int
        Row of the order whose fill starts this one (a bracket); children only reduce. -1 is none.
    reduce_only : bool
        Never opens or turns a position; what is more than the position is cut.
    cancel : int
        Row of the bar at whose close it is cancelled; -1 for never.

    Examples
    --------
    >>> Order("XNAS:A", 0, 10.0, kind="limit", limit=9.5).tif
    'day'
    """

    instrument: str
    decided: int
    quantity: float = np.nan
    kind: Literal["market", "limit", "stop", "stop_limit", "trailing"] = "market"
    sizing: Literal["units", "value", "fraction"] = "units"
    limit: float = np.nan
    stop: float = np.nan
    trail: float = np.nan
    unit: Literal["price", "fraction", "distance"] = "price"
    tif: Literal["day", "gtc"] = "day"
    at: Literal["any", "open", "close"] = "any"
    group: int = -1
    parent: int = -1
    reduce_only: bool = False
    cancel: int = -1


CODES = {"kind": KINDS, "sizing": RULES, "unit": UNITS, "tif": TIFS, "at": TIMES}


@dataclass(frozen=True, slots=True)
class Orders:
    """Orders in columns of one length, as `Order` describes them; words are places in ``CODES``."""

    instrument: Int
    decided: Int
    quantity: Float
    kind: Int
    sizing: Int
    limit: Float
    stop: Float
    trail: Float
    unit: Int
    tif: Int
    at: Int
    group: Int
    parent: Int
    reduce_only: Bool
    cancel: Int

    def __len__(self) -> int:
        return len(self.decided)

    @classmethod
    def of(cls, panel: Panel, orders: Iterable[Order]) -> Orders:
        """Put orders into columns.

        Raises
        ------
        BacktestError
            An instrument or a word that is not known.

        Examples
        --------
        >>> ts = np.arange(2) * 86_400_000_000
        >>> day = ts.astype("datetime64[us]").astype("datetime64[D]")
        >>> panel = Panel(("XNAS:A",), ts, day, ts, {"close": np.ones((1, 2))})
        >>> Orders.of(panel, [Order("XNAS:A", 0, 5.0)]).quantity.tolist()
        [5.0]
        """
        rows = list(orders)
        for order in rows:
            if order.instrument not in panel.instruments:
                raise BacktestError(
                    f"{order.instrument} of an order decided at {_when(panel, order.decided)} is unknown.",
                    f"Use one of the panel's {len(panel.instruments)} instruments.",
                )
        given: dict[str, Any] = {f.name: [getattr(o, f.name) for o in rows] for f in fields(Order)}
        return cls.columns(panel, **given)

    @classmethod
    def columns(cls, panel: Panel, instrument: Any, decided: Any, quantity: Any, **others: Any) -> Orders:
        """Orders from arrays; what is left out has the default of `Order`, one value stands for all.

        `instrument` holds keys or columns of the panel, words may be given as words or as codes.
        """
        length = len(np.atleast_1d(decided))
        given = {f.name: f.default for f in fields(Order)} | others
        given |= {"instrument": instrument, "decided": decided, "quantity": quantity}
        unknown = sorted(set(given) - {f.name for f in fields(Order)})
        if unknown:
            raise BacktestError(f"Unknown columns of orders {unknown}.", f"Use {list(CODES)} and others.")
        given["instrument"] = _codes("instrument", given["instrument"], panel.instruments)
        for name, words in CODES.items():
            given[name] = _codes(name, given[name], words)
        kinds = {"quantity": float, "limit": float, "stop": float, "trail": float, "reduce_only": bool}
        return cls(
            **{
                name: np.array(np.broadcast_to(_column(name, values, kinds.get(name)), (length,)))
                for name, values in given.items()
            }
        )

    def check(self, panel: Panel) -> None:
        """Refuse what cannot be traded, naming instrument, time and remedy.

        Raises
        ------
        BacktestError
            An order decided outside the panel or before its instrument's first close, a price that is
            missing or not positive, a link that does not fit.
        """
        length = panel.shape[1]
        outside = (self.decided < 0) | (self.decided >= length)
        self._refuse(
            panel, outside, "is decided outside the bars", f"Decide it at a row from 0 to {length - 1}."
        )
        names = (self.instrument < 0) | (self.instrument >= panel.shape[0])
        self._refuse(panel, names, "has no such column", f"Use a column below {panel.shape[0]}.")
        known = ~np.isnan(panel.fields["close"])
        first = np.where(known.any(axis=1), known.argmax(axis=1), length)
        self._refuse(
            panel,
            self.decided < first[self.instrument],
            "is decided before the instrument is listed",
            "Decide it at or after the instrument's first close.",
        )
        late = (self.cancel >= 0) & (self.cancel < self.decided)
        self._refuse(
            panel, late, "is cancelled before it is decided", "Cancel it later, or give -1 for never."
        )
        child = self.parent >= 0
        positive = "Give a positive number."
        takes_limit = np.isin(self.kind, (KINDS.index("limit"), KINDS.index("stop_limit")))
        takes_stop = np.isin(self.kind, (KINDS.index("stop"), KINDS.index("stop_limit")))
        takes_trail = self.kind == KINDS.index("trailing")
        for name, takes in (("limit", takes_limit), ("stop", takes_stop), ("trail", takes_trail)):
            values = getattr(self, name)
            self._refuse(
                panel, takes & ~((values > 0) & np.isfinite(values)), f"has a wrong {name}", positive
            )
        wide = takes_trail & (self.unit != UNITS.index("distance")) & ~(self.trail < 1)
        self._refuse(panel, wide, "trails by 1 or more", "Give a fraction below 1, or unit 'distance'.")
        empty = (np.isnan(self.quantity) & ~child) | (self.quantity == 0)
        self._refuse(panel, empty, "has no quantity", "Give a number that is not 0.")
        huge = np.abs(self.quantity) > MOST
        self._refuse(panel, huge, "has a quantity without end", f"Give at most {MOST:g}.")
        relative = ~child & ~takes_trail & (self.unit != UNITS.index("price"))
        self._refuse(panel, relative, "has distances without a parent", "Give prices, or name its parent.")
        self._check_links(panel, child)

    def _check_links(self, panel: Panel, child: Bool) -> None:
        count = len(self)
        parent = np.where(child, self.parent, 0)
        self._refuse(panel, self.parent >= count, "has a parent that is none", "Name the parent's row.")
        for wrong, what, remedy in (
            (parent == np.arange(count), "is its own parent", "Name another row."),
            (child[parent], "is a child's child", "Give brackets one level."),
            (self.instrument[parent] != self.instrument, "has a parent elsewhere", "Keep to one instrument."),
            (self.kind == 0, "is a market order in a bracket", "Give it a limit, a stop or a trail."),
            (
                np.sign(self.quantity) * np.sign(self.quantity[parent]) > 0,
                "adds to its parent",
                "Let it go the other way.",
            ),
            (
                ~np.isnan(self.quantity) & ((self.sizing != 0) | (self.sizing[parent] != 0)),
                "is a part of a parent that is not counted in units",
                "Leave its quantity out.",
            ),
        ):
            self._refuse(panel, child & wrong, what, remedy)
        grouped = np.flatnonzero(self.group >= 0)
        if len(grouped):
            _, start, back = np.unique(self.group[grouped], return_index=True, return_inverse=True)
            for values, where in ((self.instrument, "another instrument"), (self.decided, "another bar")):
                other = np.zeros(count, dtype=bool)
                other[grouped] = values[grouped] != values[grouped[start[back]]]
                self._refuse(panel, other, f"is in a group of {where}", "Group orders decided together.")

    def _refuse(self, panel: Panel, wrong: Bool, what: str, remedy: str) -> None:
        found = np.flatnonzero(wrong)
        if len(found):
            k = int(found[0])
            n = int(self.instrument[k])
            name = panel.instruments[n] if 0 <= n < len(panel.instruments) else f"Column {n}"
            raise BacktestError(
                f"{name}: order {k}, decided at {_when(panel, int(self.decided[k]))}, {what}.", remedy
            )


def _column(name: str, values: Any, kind: type | None) -> Any:
    """Values as numbers of a kind; without one, whole numbers."""
    try:
        column: Any = np.asarray(values, kind or np.int64)
    except (OverflowError, TypeError, ValueError):
        raise BacktestError(
            f"Orders have a {name} that is no number or too large.", "Give numbers."
        ) from None
    if kind is None and (column != np.asarray(values)).any():
        raise BacktestError(f"Orders have a {name} that is not whole.", "Give whole numbers.")
    return column


def _when(panel: Panel, t: int) -> str:
    return when(panel, t) if 0 <= t < panel.shape[1] else f"row {t}"


def _codes(name: str, values: Any, words: tuple[str, ...]) -> Int:
    """Places of words, or the codes themselves."""
    given = np.asarray(values)
    if given.dtype.kind in "iu":
        return given.astype(np.int64)
    known = {word: code for code, word in enumerate(words)}
    found, back = np.unique(given.astype(str), return_inverse=True)
    unknown = [str(word) for word in found if word not in known]
    if unknown:
        raise BacktestError(
            f"Orders have an unknown {name} {unknown[0]!r}.", f"Use one of {list(words)[:12]}."
        )
    codes = np.array([known[str(word)] for word in found], dtype=np.int64)
    return np.asarray(codes[back]).reshape(given.shape)
