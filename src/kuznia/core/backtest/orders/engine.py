"""Orders or signals in, a simulated account out: checks its input, runs the kernel, returns a result.

The account is that of `kuznia.core.backtest.engine.simulate`, with the same costs; what orders add is
listed by `order_conventions`.
"""

from __future__ import annotations

import numpy as np

from kuznia.core.backtest import places
from kuznia.core.backtest.market import Market, when
from kuznia.core.backtest.orders import _book_kernels as book_kernel
from kuznia.core.backtest.orders import _kernels as kernel
from kuznia.core.backtest.orders import _signal_kernels as slots
from kuznia.core.backtest.orders.plan import TIFS, TIMES, Orders
from kuznia.core.backtest.orders.signals import Signals
from kuznia.core.backtest.result import BacktestResult, Log, refuse_overflow
from kuznia.core.backtest.settings import Settings
from kuznia.core.errors import BacktestError
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Bool, Float, Int

DAY = 86_400_000_000
WEIGHTS_ONLY = ("limit_gross", "limit_net", "limit_name", "limit_sector", "limit_loss")
EXCHANGE_LOSS = {"XNYS": -0.30, "XASE": -0.30, "XNAS": -0.55}


def simulate_orders(
    panel: Panel,
    plan: Orders | Signals,
    settings: Settings | None = None,
    market: Market | None = None,
) -> BacktestResult:
    """Trade orders, or entries and exits with protective orders.

    Parameters
    ----------
    panel : Panel
        Prices ``open``, ``high``, ``low``, ``close``, and ``volume`` where volume limits or moves
        prices; NaN where there is none.
    plan : Orders or Signals
        What to trade; see `kuznia.core.backtest.orders.plan.Order` and `from_signals`.
    settings : Settings, optional
        The account; by default without costs.
    market : Market, optional
        Dividends, deposits, currencies and fees of instruments.

    Returns
    -------
    BacktestResult
        As of target weights. An order has a row in ``orders`` for each fill and one for its end
        without a fill: ``expired``, ``cancelled``, ``rejected``, ``working`` after the last bar, and
        the reasons of the weight engine; the log's last column is its row in the plan.

    Raises
    ------
    BacktestError
        Prices that cannot be traded, orders that do not fit, limits that only weights have.

    Examples
    --------
    A limit below the market, a target above it:

    >>> from kuznia.core.backtest.orders.plan import Order
    >>> ts = np.arange(4) * 86_400_000_000
    >>> day = ts.astype("datetime64[us]").astype("datetime64[D]")
    >>> bars = {"open": [10.0, 10, 10, 11], "high": [10.0, 10, 11, 12], "low": [10.0, 9, 10, 11]}
    >>> fields = {name: np.array([x]) for name, x in (bars | {"close": [10.0, 10, 11, 12]}).items()}
    >>> panel = Panel(("XNAS:A",), ts, day, ts, fields)
    >>> orders = [Order("XNAS:A", 0, 10.0, kind="limit", limit=9.5),
    ...           Order("XNAS:A", 0, kind="limit", limit=11.5, tif="gtc", parent=0)]
    >>> result = simulate_orders(panel, Orders.of(panel, orders), Settings(initial_cash=100.0))
    >>> result.orders["price"].to_list(), result.equity.tolist()
    ([9.5, 11.5], [100.0, 105.0, 115.0, 120.0])
    """
    settings, market = settings or Settings(), market or Market()
    _check(panel, settings, market)
    bars = _bars(panel, market)
    given = settings.vector()
    if isinstance(plan, Signals):
        book, queue, per_bar, rules = _slots(panel, plan, settings, bars[3])
        codes, family = plan.codes, 3
        if codes.shape != bars[3].shape:
            raise BacktestError(f"The signals have shape {codes.shape}.", "Make them from this panel.")
    else:
        plan.check(panel)
        book, queue, family = _book(plan, settings)
        per_bar, rules = (np.zeros((1, 1)),) * 7, np.zeros(slots.RULE_PLACES)
        codes = np.zeros((0, panel.shape[0]), np.uint8)
    fees, gone = _names(panel, settings, market)
    flows = np.zeros((len(places.FLOWS), panel.shape[1]))  # untouched pages cost nothing
    equity, cash, rows = kernel.run(
        bars, _clock(panel, market), book, queue, codes, per_bar, rules, given, fees, gone, family, flows
    )
    log = Log(cash, flows, rows)
    refuse_overflow(panel, equity, lambda: log)
    return BacktestResult(panel, equity, flows.sum(axis=1), lambda: log, settings, market)


def order_conventions(settings: Settings) -> list[dict[str, str]]:
    """What orders assume beside the account's conventions, as keys with sentences.

    Examples
    --------
    >>> [line["key"] for line in order_conventions(Settings())][:2]
    ['limit', 'stop']
    """
    volume = "once a part has filled, the rest of a stop is a market order for the next open"
    lines = {
        "limit": "A limit fills when the price goes beyond it: at the limit, or at a better open. A touch"
        " does not fill it. It pays commission, no spread and no slippage.",
        "stop": "A stop fills when touched: at its trigger, or at the open when that is beyond it.",
        "stop_limit": "A stop-limit fills at its trigger when that is better than its limit, else it rests as"
        " a limit, from the next bar on when it was triggered inside the bar.",
        "trailing": "A trailing stop follows the best price up to the bar before; its first level counts from"
        " the entry's fill, of an order without a parent from the decision's close.",
        "inside": "Inside a bar stops fill before limits. After an entry inside a bar a stop may fill in it,"
        " a target not; after one at the open both may. Of one group the nearer of two stops fills.",
        "bracket": "Children start with their parent's fill, for what it filled, and only reduce. One fill"
        " cancels the group and what is left of the parent; a part shrinks the group; when the position is"
        " closed or turned otherwise, they are cancelled.",
        "sides": "At each moment what reduces goes first and is never scaled, sells before buys; what opens"
        " shares one scale when cash or leverage is short, and the scaled rest is dropped.",
        "day": "A day order ends with the first session it works in; a market order without a price, too.",
        "rest": f"What volume leaves over is tried at each bar while the order lasts; {volume}."
        if settings.rest == "carry"
        else "What volume leaves over is cancelled.",
    }
    return [{"key": key, "text": text} for key, text in lines.items()]


def _check(panel: Panel, settings: Settings, market: Market) -> None:
    for name in ("open", "high", "low", "close"):
        if name not in panel.fields:
            raise BacktestError(f"The panel has no {name!r} prices.", "Give bars of open, high, low, close.")
    if panel.shape[0] == 0 or panel.shape[1] == 0:
        raise BacktestError("The panel is empty.", "Choose a span and a universe with bars.")
    open_, high, low, close = (panel.fields[name] for name in ("open", "high", "low", "close"))
    for name in ("open", "high", "low", "close"):
        values = panel.fields[name]
        _refuse(panel, (values <= 0) | np.isinf(values), f"a {name} of {{:g}}", values)
    _refuse(panel, high < np.fmax(np.fmax(open_, close), low), "a high below its other prices")
    _refuse(panel, low > np.fmin(open_, close), "a low above its other prices")
    bare = ~np.isnan(open_) & (np.isnan(high) | np.isnan(low))
    _refuse(panel, bare, "an open without high and low")
    used = [name for name in WEIGHTS_ONLY if getattr(settings, name) is not None]
    if used:
        raise BacktestError(f"Orders know no {used[0]}.", "Leave it out, or trade target weights.")
    needs = settings.participation is not None or settings.slippage in ("volume_share", "square_root")
    if needs and "volume" not in panel.fields:
        raise BacktestError("The panel has no volume.", "Give bars with volume, or drop what needs it.")
    if needs:
        volume = panel.fields["volume"]
        _refuse(panel, volume < 0, "a volume of {:g}", volume)
    market.check(panel)


def _refuse(panel: Panel, wrong: Bool, what: str, values: Float | None = None) -> None:
    if wrong.any():
        n, t = (int(i) for i in np.argwhere(wrong)[0])
        found = what if values is None else what.format(values[n, t])
        raise BacktestError(
            f"{panel.instruments[n]} has {found} at {when(panel, t)}.", "Put the row into quarantine."
        )


def _bars(panel: Panel, market: Market) -> tuple[Float, ...]:
    """The kernel's arrays by bar, in its order."""
    one, none = np.ones((1, 1)), np.zeros((1, 1))
    prices = [
        np.ascontiguousarray(panel.fields[k].T, dtype=np.float64) for k in ("open", "high", "low", "close")
    ]
    volume = panel.fields.get("volume")
    close = np.ascontiguousarray(panel.fields["close"], dtype=np.float64)
    past = close if volume is None else np.ascontiguousarray(volume, dtype=np.float64)
    flat = none if volume is None else np.ascontiguousarray(volume.T, dtype=np.float64)
    fx = one if market.fx is None else np.ascontiguousarray(market.fx)
    dividends = none if market.dividends is None else np.ascontiguousarray(market.dividends)
    return (*prices, flat, fx, dividends, close, past)


def _clock(panel: Panel, market: Market) -> tuple[Float, ...]:
    """Days since the bar before, first bars of a month, last bars of a session, deposits."""
    length = panel.shape[1]
    days = np.diff(panel.ts, prepend=panel.ts[:1]) / DAY
    month = panel.session.astype("datetime64[M]").astype(np.int64)
    new_month = np.diff(month, prepend=month[:1]) != 0
    last = np.append(panel.session[1:] != panel.session[:-1], True)
    deposits = np.zeros(length) if market.cash_flows is None else market.cash_flows
    return tuple(np.ascontiguousarray(x, dtype=np.float64) for x in (days, new_month, last, deposits))


def _names(panel: Panel, settings: Settings, market: Market) -> tuple[Float, Float]:
    """Yearly borrow fee and return at a delisting of each instrument."""
    count = panel.shape[0]
    own = np.full(count, np.nan) if market.borrow_fee is None else market.borrow_fee
    known = np.full(count, np.nan) if market.delisting_return is None else market.delisting_return
    usual = np.zeros(count)
    if settings.delisting == "exchange":
        usual = np.array([EXCHANGE_LOSS.get(name.split(":")[0], 0.0) for name in panel.instruments])
    fees = np.where(np.isnan(own), settings.borrow_fee, own)
    return np.ascontiguousarray(fees), np.ascontiguousarray(np.where(np.isnan(known), usual, known))


def _book(orders: Orders, settings: Settings) -> tuple[Float, Int, int]:
    """The book of given orders, the queue of those without a parent, and the largest family."""
    k = book_kernel
    count = len(orders)
    book = np.full((max(count, 1), k.BOOK_COLUMNS), -1.0)
    at = np.where(orders.at == TIMES.index("any"), k.ANY_TIME, orders.at)
    if settings.fill == "next_close":
        at = np.where((orders.kind == k.MARKET_ORDER) & (at == k.ANY_TIME), k.AT_CLOSE, at)
    child = orders.parent >= 0
    parent = np.where(child, orders.parent, 0)
    with np.errstate(invalid="ignore"):
        ratio = np.where(np.isnan(orders.quantity), -1.0, orders.quantity / orders.quantity[parent])
    columns = {
        k.DECIDED: orders.decided,
        k.INSTRUMENT: orders.instrument,
        k.KIND: orders.kind,
        k.RULE: np.where(child, k.UNITS, orders.sizing),
        k.AMOUNT: orders.quantity,
        k.LIMIT: orders.limit,
        k.STOP: orders.stop,
        k.TRAIL: orders.trail,
        k.UNIT: orders.unit,
        k.TIF: orders.tif,
        k.AT: at,
        k.REDUCE: orders.reduce_only | child,
        k.CANCEL: orders.cancel,
        k.PARENT: orders.parent,
        k.RATIO: ratio,
        k.ASKED_KIND: orders.kind,
        k.STATE: np.full(count, k.IDLE),
        k.LEFT: np.where(np.isnan(orders.quantity), -orders.quantity[parent], orders.quantity),
        k.RING: np.arange(count),
    }
    for column, values in columns.items():
        book[:count, column] = values
    family = _link(book, orders)
    free = np.flatnonzero(~child)
    queue = free[np.argsort(orders.decided[free], kind="stable")]
    return book, np.ascontiguousarray(queue, dtype=np.int64), family


def _link(book: Float, orders: Orders) -> int:
    """Chain the children of a parent, and close the ring of each group; returns the largest family."""
    k = book_kernel
    children = np.flatnonzero(orders.parent >= 0)
    by_parent = children[np.argsort(orders.parent[children], kind="stable")]
    parents = orders.parent[by_parent]
    new = np.diff(parents, prepend=-1) != 0
    book[parents[new], k.CHILD] = by_parent[new]
    if len(by_parent) > 1:
        same = ~new[1:]
        book[by_parent[:-1][same], k.SIBLING] = by_parent[1:][same]
    grouped = np.flatnonzero(orders.group >= 0)
    by_group = grouped[np.argsort(orders.group[grouped], kind="stable")]
    groups = orders.group[by_group]
    if len(groups):
        start = np.maximum.accumulate(np.where(np.diff(groups, prepend=-1) != 0, np.arange(len(groups)), 0))
        ends = np.append(groups[1:] != groups[:-1], True)
        book[by_group, k.RING] = np.where(ends, by_group[start], np.roll(by_group, -1))
    most = np.unique(parents, return_counts=True)[1].max(initial=0)
    largest = np.unique(groups, return_counts=True)[1].max(initial=0)
    return int(most + largest * (most + 1))


def _slots(
    panel: Panel, plan: Signals, settings: Settings, close: Float
) -> tuple[Float, Int, tuple[Float, ...], Float]:
    """The book of empty slots, its queue, and what the decisions read."""
    k, s = book_kernel, slots
    count = panel.shape[0]
    rows = np.arange(2 * s.SLOTS * count)
    slot, bank = rows % s.SLOTS, rows - rows % s.SLOTS
    protective = slot != s.ENTRY
    book = np.full((len(rows), k.BOOK_COLUMNS), -1.0)
    book[:, k.DECIDED] = -np.inf
    book[:, k.INSTRUMENT] = rows // (2 * s.SLOTS)
    book[:, [k.RULE, k.UNIT, k.AMOUNT]] = 0.0
    book[:, k.STATE] = k.ENDED
    book[:, k.REDUCE] = protective
    book[:, k.PARENT] = np.where(protective, bank, -1)
    book[:, k.RING] = np.where(protective, np.where(slot == s.EXIT, bank + 1, rows + 1), rows)
    book[:, k.CHILD] = np.where(protective, -1, rows + 1)
    book[:, k.SIBLING] = np.where(protective & (slot < s.TRAILING), rows + 1, -1)
    late = settings.fill == "next_close"
    market = np.isin(slot, (s.EXIT, s.ENTRY) if plan.limit is None and plan.stop is None else (s.EXIT,))
    book[:, k.AT] = np.where(market & late, k.AT_CLOSE, k.ANY_TIME)
    rule, each = plan.amounts(close)
    nothing = np.full((1, 1), np.nan)
    given = (plan.stop_loss, plan.take_profit, plan.trailing, plan.limit, plan.stop)
    per_bar = (each, *(nothing if x is None else x for x in given))
    priority = np.zeros((1, 1)) if plan.priority is None else plan.priority
    return book, np.zeros(len(rows) + 1, np.int64), (*per_bar, priority), _rules(plan, settings, rule)


def _rules(plan: Signals, settings: Settings, rule: int) -> Float:
    k, s = book_kernel, slots
    kind = k.MARKET_ORDER
    if plan.limit is not None or plan.stop is not None:
        both = plan.limit is not None and plan.stop is not None
        kind = k.STOP_LIMIT_ORDER if both else (k.LIMIT_ORDER if plan.stop is None else k.STOP_ORDER)
    lasting = settings.participation is not None and settings.rest == "carry"
    entry = TIFS.index(plan.tif) if kind != k.MARKET_ORDER else (k.GTC if lasting else k.DAY)
    unit = [k.AS_FRACTION if fraction else k.AS_DISTANCE for fraction in plan.fractional]
    rules = np.zeros(s.RULE_PLACES)
    for place, value in (
        (s.SIZE_RULE, rule),
        (s.HAS_STOP, plan.stop_loss is not None),
        (s.HAS_TARGET, plan.take_profit is not None),
        (s.HAS_TRAIL, plan.trailing is not None),
        (s.STOP_UNIT, unit[0]),
        (s.TARGET_UNIT, unit[1]),
        (s.TRAIL_UNIT, unit[2]),
        (s.ENTRY_KIND, kind),
        (s.ENTRY_TIF, entry),
        (s.MAX_BARS, plan.max_bars),
        (s.COOLDOWN, plan.cooldown),
        (s.NEW_SIGNAL, plan.new_signal),
        (s.MAX_POSITIONS, plan.max_positions),
        (s.LAG, 0 if settings.fill == "same_close" else settings.delay),
    ):
        rules[place] = value
    return rules
