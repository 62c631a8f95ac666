"""The plain twin of the order engine: objects and lists, one bar after the other, no cleverness."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kuznia.core.backtest.market import Market
from kuznia.core.backtest.orders.plan import KINDS, RULES, TIFS, TIMES, UNITS, Orders
from kuznia.core.backtest.orders.signals import Signals
from kuznia.core.backtest.settings import Settings
from kuznia.core.frames.panel import Panel

NAN = math.nan
FLOWS = ("commission", "spread", "slippage", "borrow", "interest", "dividends", "deposits", "traded")


@dataclass(eq=False)
class Working:
    """One order with its state: idle (waits for its parent), waiting, active or ended."""

    n: int
    decided: int
    kind: str
    left: float = 0.0
    amount: float = 0.0
    rule: str = "units"
    limit: float = NAN
    stop: float = NAN
    trail: float = NAN
    unit: str = "price"
    tif: str = "day"
    at: str = "any"
    reduce: bool = False
    cancel: int = -1
    ratio: float = -1.0
    state: str = "idle"
    extreme: float = NAN
    fresh: int = -1
    this_close: bool = False
    base: float = NAN
    name: str = ""
    parent: Working | None = None
    children: list[Working] = field(default_factory=list)
    group: list[Working] = field(default_factory=list)

    @property
    def buys(self) -> bool:
        return self.left > 0

    def level(self) -> float:
        if self.kind != "trailing":
            return self.stop
        away = self.trail if self.unit == "distance" else self.trail * self.extreme
        return self.extreme - away if self.left < 0 else self.extreme + away

    def auction(self, price: float) -> float:
        if self.kind == "market":
            return price
        if self.kind != "limit":
            if not (price >= self.level() if self.buys else price <= self.level()):
                return NAN
            if self.kind != "stop_limit":
                return price
            self.kind = "limit"
        return price if (price < self.limit if self.buys else price > self.limit) else NAN

    def touched(self, t: int, start: float, high: float, low: float) -> float:
        if self.kind in ("market", "limit"):
            return NAN
        price = self.level()
        if not (high >= price if self.buys else low <= price):
            return NAN
        if start > price if self.buys else start < price:
            price = start
        if self.kind != "stop_limit":
            return price
        self.kind, self.fresh = "limit", t
        return price if (price < self.limit if self.buys else price > self.limit) else NAN

    def through(self, open_: float, high: float, low: float) -> float:
        if self.kind != "limit":
            return NAN
        if self.buys:
            return NAN if not low < self.limit else (open_ if open_ < self.limit else self.limit)
        return NAN if not high > self.limit else (open_ if open_ > self.limit else self.limit)

    def price(self, moment: str, t: int, open_: float, high: float, low: float, close: float) -> float:
        fresh = self.fresh == t
        if moment == "open":
            return self.auction(open_) if self.at != "close" and not fresh else NAN
        if moment == "close":
            return self.auction(close) if self.at == "close" else NAN
        if moment == "decision":
            return self.auction(close) if self.this_close else NAN
        if self.at != "any":
            return NAN
        if moment == "fresh stops":
            wrong = not fresh or self.kind == "stop_limit"
            return NAN if wrong else self.touched(t, self.base, high, low)
        if fresh:
            return NAN
        return self.touched(t, open_, high, low) if moment == "stops" else self.through(open_, high, low)

    def wanted(self, held: float) -> float:
        if not self.reduce:
            return self.left
        if self.left * held >= 0:
            return 0.0
        return self.left if abs(self.left) <= abs(held) else -held


@dataclass
class Holding:
    quantity: float = 0.0
    mark: float = NAN
    seen: int = 0
    taken: float = 0.0
    taken_at: int = -1
    opened: int = 0
    closed: float = -math.inf
    brackets: list[list[Working]] = field(default_factory=list)
    armed: dict[int, bool] = field(default_factory=lambda: {1: True, -1: True})


class PlainOrders:
    """Run `simulate_orders` slowly; afterwards `equity`, `cash`, `log` and `flows` hold the result."""

    def __init__(self, panel: Panel, plan: Orders | Signals, settings: Settings, market: Market) -> None:
        self.s, self.market = settings, market
        self.length, self.count = panel.shape[1], panel.shape[0]
        names = ("open", "high", "low", "close", "volume")
        self.bar = {k: panel.fields[k].T.tolist() for k in names if k in panel.fields}
        self.days = (np.diff(panel.ts, prepend=panel.ts[:1]) / 864e8).tolist()
        session = panel.session
        self.ends = [t + 1 == self.length or session[t + 1] != session[t] for t in range(self.length)]
        self.month = panel.session.astype("datetime64[M]").astype(int).tolist()
        self.names = panel.instruments
        self.cash = self.worth = settings.initial_cash
        self.gross = self.traded = 0.0
        self.hold = [Holding() for _ in range(self.count)]
        self.held: list[int] = []
        self.active: list[Working] = []
        self.queue: list[Working] = []
        self.log: list[dict[str, Any]] = []
        self.flows: dict[str, list[float]] = {name: [0.0] * self.length for name in FLOWS}
        self.equity: list[float] = []
        self.cashes: list[float] = []
        self.signals = plan if isinstance(plan, Signals) else None
        self.orders = [] if self.signals else self.read(plan)  # type: ignore[arg-type]
        self.same = settings.fill == "same_close"
        self.delay = 1 if self.same else settings.delay
        self.lag = 0 if self.same else settings.delay
        self.run()

    def read(self, plan: Orders) -> list[Working]:
        rows = []
        for k in range(len(plan)):
            kind, at = KINDS[plan.kind[k]], TIMES[plan.at[k]]
            if self.s.fill == "next_close" and kind == "market" and at == "any":
                at = "close"
            order = Working(int(plan.instrument[k]), int(plan.decided[k]), kind, name=kind, at=at)
            order.amount, order.rule = float(plan.quantity[k]), RULES[plan.sizing[k]]
            order.limit, order.stop, order.trail = (float(x[k]) for x in (plan.limit, plan.stop, plan.trail))
            order.unit, order.tif = UNITS[plan.unit[k]], TIFS[plan.tif[k]]
            order.reduce, order.cancel = bool(plan.reduce_only[k] or plan.parent[k] >= 0), int(plan.cancel[k])
            rows.append(order)
        for k, order in enumerate(rows):
            if plan.parent[k] >= 0:
                order.parent = rows[plan.parent[k]]
                order.parent.children.append(order)
                whole = math.isnan(order.amount)
                order.ratio = -1.0 if whole else order.amount / order.parent.amount
                order.left = -order.parent.amount if whole else order.amount
                order.rule = "units"
            if plan.group[k] >= 0:
                order.group = [rows[j] for j in range(len(rows)) if plan.group[j] == plan.group[k]]
        return rows

    # -- one bar -------------------------------------------------------------------------------------

    def run(self) -> None:
        for t in range(self.length):
            for order in [o for o in self.queue if o.decided + self.delay <= t]:
                self.queue.remove(order)
                if order.state == "waiting":
                    order.state = "active"
                    self.active.append(order)
            self.carry(t)
            self.liquidate(t)
            self.margin(t)
            for moment in ("open", "stops", "limits", "fresh stops", "close"):
                self.trade(moment, t)
            self.settle(t)
            self.mark(t)
            self.decide(t)
            if self.same:
                for order in self.queue:
                    now = order.state == "waiting" and order.decided == t
                    if now and order.kind == "market" and order.at == "any":
                        order.state, order.this_close = "active", True
                        self.active.append(order)
                self.queue = [order for order in self.queue if order.state == "waiting"]
                self.trade("decision", t)
                self.settle(t)
                self.mark(t)
            self.equity.append(self.worth)
            self.cashes.append(self.cash)
        for order in [o for o in self.active + self.queue if o.state in ("active", "waiting")]:
            self.end(self.length - 1, order, "working")

    def fx(self, t: int, n: int) -> float:
        return 1.0 if self.market.fx is None else float(self.market.fx[t, n])

    def volume(self, t: int, n: int) -> float:
        return self.bar["volume"][t][n]

    def carry(self, t: int) -> None:
        year = self.days[t] / 360.0
        debit = self.s.cash_interest if self.s.debit_interest is None else self.s.debit_interest
        interest = self.cash * (self.s.cash_interest if self.cash >= 0 else debit) * year
        borrow = paid = 0.0
        for n in self.held:
            one = self.hold[n]
            if one.quantity < 0:
                own = NAN if self.market.borrow_fee is None else self.market.borrow_fee[n]
                fee = self.s.borrow_fee if math.isnan(own) else float(own)
                borrow -= one.quantity * one.mark * self.fx(t - 1, n) * fee * year
            each = 0.0 if self.market.dividends is None else float(self.market.dividends[t, n])
            if each != 0:
                paid += one.quantity * each * self.fx(t, n)
        deposit = 0.0 if self.market.cash_flows is None else float(self.market.cash_flows[t])
        for name, value in zip(FLOWS[3:7], (borrow, interest, paid, deposit), strict=True):
            self.flows[name][t] = value
        self.cash = self.cash + interest - borrow + paid + deposit
        if t > 0 and self.month[t] != self.month[t - 1]:
            self.traded = 0.0

    def liquidate(self, t: int) -> None:
        for n in self.held:
            one = self.hold[n]
            if not math.isnan(self.bar["close"][t][n]) or t - one.seen < self.s.stale_bars:
                continue
            known = NAN if self.market.delisting_return is None else float(self.market.delisting_return[n])
            usual = {"XNYS": -0.3, "XASE": -0.3, "XNAS": -0.55}.get(self.names[n][:4], 0.0)
            gone = known if not math.isnan(known) else (usual if self.s.delisting == "exchange" else 0.0)
            status = "liquidated" if gone == 0 else "delisted"
            self.force(t, n, status, -one.quantity, one.mark * (1.0 + gone))
            for order in self.active:
                if order.n == n and order.state == "active":
                    self.end(t, order, "cancelled")

    def margin(self, t: int) -> None:
        if not self.held or not self.worth < (self.s.maintenance or 0.0) * self.gross:
            return
        keep = max(0.0, self.worth) * (self.s.leverage or 1.0) / self.gross
        for n in self.held:
            one, price = self.hold[n], self.bar["open"][t][n]
            if one.quantity != 0 and not math.isnan(price) and keep < 1:
                self.force(t, n, "margin", one.quantity * keep - one.quantity, price)

    def force(self, t: int, n: int, status: str, done: float, price: float) -> None:
        rate = self.fx(t, n)
        fee = self.fee(done, price * rate) if status == "margin" else 0.0
        value = abs(done) * price * rate
        self.cash -= done * price * rate + fee
        self.flows["commission"][t] += fee
        self.flows["traded"][t] += value
        if status == "margin":
            self.traded += value
        self.hold[n].quantity += done
        decided = t - 1 if status == "margin" else t
        self.write(decided, t, n, "market", done, done, price, (fee, 0.0, 0.0), status)

    def mark(self, t: int) -> None:
        self.worth, self.gross = self.cash, 0.0
        self.held = [n for n in self.held if self.hold[n].quantity != 0]
        for n in self.held:
            one, close = self.hold[n], self.bar["close"][t][n]
            if not math.isnan(close):
                one.mark, one.seen = close, t
            value = one.quantity * one.mark * self.fx(t, n)
            self.worth += value
            self.gross += abs(value)

    def settle(self, t: int) -> None:
        kept = []
        for order in self.active:
            if order.state != "active":
                continue
            n = order.n
            if order.cancel >= 0 and order.cancel + self.delay - 1 <= t:
                self.end(t, order, "cancelled")
            elif order.tif == "day" and (self.ends[t] or order.this_close):
                late = order.at == "close" or order.this_close
                price = self.bar["close" if late else "open"][t][n]
                none = order.kind == "market" and math.isnan(price)
                self.end(t, order, "unfilled_no_price" if none else "expired")
            else:
                if order.kind == "trailing":
                    high, low, close = (self.bar[k][t][n] for k in ("high", "low", "close"))
                    if order.fresh == t:
                        high = low = close
                    if order.left < 0 and high > order.extreme:
                        order.extreme = high
                    if order.left >= 0 and low < order.extreme:
                        order.extreme = low
                kept.append(order)
        self.active = kept

    # -- fills ---------------------------------------------------------------------------------------

    def trade(self, moment: str, t: int) -> None:
        prices: dict[Working, float] = {}
        snapshot = list(self.active)
        for order in snapshot:
            if order.state != "active":
                continue
            bar = [self.bar[k][t][order.n] for k in ("open", "high", "low", "close")]
            price = order.price(moment, t, *bar)
            if math.isnan(price):
                continue
            prices[order] = price
            if self.s.size_at == "fill" and order.rule != "units":
                worth = self.worth_at(t, "close" if moment in ("close", "decision") else "open")
                size = abs(self.count_of(order.rule, order.amount, price * self.fx(t, order.n), worth))
                order.left, order.rule = (size if order.buys else -size), "units"
        for order in snapshot:
            if order in prices and self.nearer(order, prices, moment):
                del prices[order]
        scale = 1.0
        for opening in (False, True):
            for side in (-1, 1):
                if opening and (side > 0 or self.s.leverage is not None) and scale == 1.0:
                    scale = self.scale(moment, t, [o for o in snapshot if o in prices], prices)
                for order in snapshot:
                    if order not in prices or order.state != "active" or order.left * side < 0:
                        continue
                    held = self.hold[order.n].quantity
                    asked = order.wanted(held)
                    adds = asked != 0 and (asked * held >= 0 or abs(asked) > abs(held))
                    if opening or not adds:
                        self.execute(moment, t, order, prices.pop(order), scale if adds else 1.0)

    def nearer(self, order: Working, prices: dict[Working, float], moment: str) -> bool:
        stops = moment in ("stops", "fresh stops")
        price = prices[order]
        for other in order.group:
            same = other is not order and other in prices and other.state == "active"
            if not same or other.buys != order.buys:
                continue
            lower_is_nearer = order.buys == stops
            if prices[other] < price if lower_is_nearer else prices[other] > price:
                return True
            if prices[other] == price and other.kind == "market" != order.kind:
                return True
        return False

    def worth_at(self, t: int, name: str) -> float:
        worth = self.cash
        for n in self.held:
            price = self.bar[name][t][n]
            price = self.hold[n].mark if math.isnan(price) else price
            worth += self.hold[n].quantity * price * self.fx(t, n)
        return worth

    def need(
        self, t: int, scale: float, orders: list[Working], prices: dict[Working, float]
    ) -> tuple[float, float]:
        lever = self.s.leverage
        total = fixed = 0.0
        for order in orders:
            if order not in prices or order.state != "active":
                continue
            held, n = self.hold[order.n].quantity, order.n
            asked = order.wanted(held)
            if not (asked * held >= 0 or abs(asked) > abs(held)) or (asked < 0 and lever is None):
                continue
            done = self.takeable(t, n, asked) * scale
            if abs(done) * prices[order] <= 1e-12 * abs(self.worth):
                continue
            adds = abs(done) if lever is None else abs(held + done) - abs(held)
            fee, spread, slip = self.costs(t, order, done, prices[order])
            weight = lever or 1.0
            total += adds * prices[order] * self.fx(t, n) + weight * (fee + spread + slip)
            fixed += weight * max(self.s.commission_minimum, self.s.commission_per_order)
        return total, fixed

    def scale(self, moment: str, t: int, orders: list[Working], prices: dict[Working, float]) -> float:
        have = self.cash
        if self.s.leverage is not None:
            name = "close" if moment in ("close", "decision") else "open"
            gross = 0.0
            for n in self.held:
                price = self.bar[name][t][n]
                price = self.hold[n].mark if math.isnan(price) else price
                gross += abs(self.hold[n].quantity * price * self.fx(t, n))
            have = self.s.leverage * self.worth_at(t, name) - gross
        total, fixed = self.need(t, 1.0, orders, prices)
        if total <= have:
            return 1.0
        low, low_need, high, high_need = 0.0, min(fixed, total), 1.0, total
        if have <= low_need:
            return 0.0
        for _ in range(40):
            scale = low + (high - low) * (have - low_need) / (high_need - low_need)
            total, _fixed = self.need(t, scale, orders, prices)
            if abs(total - have) <= 1e-13 * have or scale <= low or scale >= high:
                return scale
            if total > have:
                high, high_need = scale, total
            else:
                low, low_need = scale, total
        return low

    def lots(self, size: float) -> float:
        return math.floor(size / self.s.lot + 1e-9) * self.s.lot if self.s.lot > 0 else size

    def takeable(self, t: int, n: int, asked: float) -> float:
        if self.s.participation is None and self.s.lot <= 0:
            return asked
        one = self.hold[n]
        taken = one.taken if one.taken_at == t else 0.0
        size = abs(asked) + taken
        if self.s.participation is not None:
            volume = self.volume(t, n)
            size = min(size, self.s.participation * volume) if volume > 0 else 0.0
        size = self.lots(size) - taken
        return math.copysign(size, asked) if size > 0 else 0.0

    def fee(self, quantity: float, price: float) -> float:
        size = abs(quantity)
        rate = self.s.commission_bps / 10_000
        for start, bps in self.s.commission_tiers:
            if self.traded >= start:
                rate = bps / 10_000
        fee = size * price * rate + size * self.s.commission_per_share + self.s.commission_per_order
        cap = self.s.commission_maximum_bps
        return min(max(fee, self.s.commission_minimum), size * price * (cap / 10_000) if cap else math.inf)

    def costs(self, t: int, order: Working, done: float, price: float) -> tuple[float, float, float]:
        rate = self.fx(t, order.n)
        fee = self.fee(done, price * rate)
        if order.kind == "limit":
            return fee, 0.0, 0.0
        half = self.s.half_spread_bps / 10_000
        return fee, abs(done) * price * rate * half, self.slip(t, order, done, price) * rate

    def slip(self, t: int, order: Working, done: float, price: float) -> float:
        model, c, size, half = self.s.slippage, self.s.slippage_coefficient, abs(done), 0.0
        half = self.s.half_spread_bps / 10_000
        sigma, adv = self.recent(order.decided, order.n)
        volume = self.volume(t, order.n)
        if model == "none":
            share = 0.0
        elif model == "fixed":
            share = c * 1e-4
        elif model == "volatility":
            share = c * sigma
        elif model == "volume_share":
            part = min(1.0, size / volume) if volume > 0 else 1.0
            share = c * part * part
        else:
            share = c * sigma * math.sqrt(size / adv) if adv > 0 else c * sigma
        tick = self.s.tick
        if tick <= 0:
            return size * price * share
        if done > 0:
            rounded = math.ceil(price * (1.0 + half + share) / tick - 1e-9) * tick
            return max(0.0, size * (rounded - price * (1.0 + half)))
        rounded = max(0.0, math.floor(price * (1.0 - half - share) / tick + 1e-9) * tick)
        return max(0.0, size * (price * (1.0 - half) - rounded))

    def recent(self, t: int, n: int) -> tuple[float, float]:
        first = max(0, t - self.s.impact_window + 1)
        close = [row[n] for row in self.bar["close"]]
        moves = [
            close[s] / close[s - 1] - 1.0
            for s in range(max(1, first), t + 1)
            if close[s] > 0 and close[s - 1] > 0
        ]
        if len(moves) < 2:
            return 0.0, 0.0
        total = 0.0
        for move in moves:
            total += move
        mean, squares = total / len(moves), 0.0
        for move in moves:
            squares += (move - mean) * (move - mean)
        known = [v for v in (self.volume(s, n) for s in range(first, t + 1)) if v >= 0]
        traded = 0.0
        for volume in known:
            traded += volume
        return math.sqrt(squares / (len(moves) - 1)), traded / len(known) if known else 0.0

    def execute(self, moment: str, t: int, order: Working, price: float, scale: float) -> None:
        n, one = order.n, self.hold[order.n]
        asked = order.wanted(one.quantity)
        if asked == 0:
            self.end(t, order, "cancelled")
            return
        order.left = asked
        least = 1e-12 * abs(self.worth)
        given = done = self.takeable(t, n, asked)
        if abs(given) * price <= least:
            if self.s.participation is None:
                self.end(t, order, "unfilled_lot")
            return
        if scale < 1:
            done = self.takeable(t, n, given * scale)
            if abs(done) * price <= least:
                self.end(t, order, "unfilled_no_cash")
                return
        paid = self.costs(t, order, done, price)
        value = abs(done) * price * self.fx(t, n)
        self.cash -= done * price * self.fx(t, n) + paid[0] + paid[1] + paid[2]
        self.traded += value
        for name, amount in zip(("commission", "spread", "slippage", "traded"), (*paid, value), strict=True):
            self.flows[name][t] += amount
        before = one.quantity
        self.move(t, n, done, price)
        whole = math.copysign(self.lots(abs(asked)), asked)
        partly = scale >= 1 and given not in (asked, whole)
        status = "partial" if partly else ("scaled" if scale < 1 else "filled")
        self.write(order.decided, t, n, order.name, order.left, done, price, paid, status)
        order.left, order.base = asked - done, price
        if not partly:
            order.state = "ended"
        else:
            order.fresh, order.this_close = t, False
            order.kind = order.kind if order.kind == "limit" else "market"
        if before != 0 and one.quantity * before <= 0:
            for other in self.active:
                child = other is not order and other.n == n and other.parent is not None
                if child and other.state == "active":
                    self.end(t, other, "cancelled")
        self.follow(t, order, done, moment != "open")
        if partly and self.s.rest == "cancel":
            self.end(t, order, "cancelled")

    def move(self, t: int, n: int, done: float, price: float) -> None:
        one = self.hold[n]
        held, after = one.quantity, one.quantity + done
        if abs(after) <= 1e-9 * max(abs(held), abs(done)):
            after = 0.0
        if held == 0:
            one.mark, one.seen = price, t
            if n not in self.held:
                self.held.append(n)
        if after * held <= 0:
            one.opened = t
        if after == 0:
            one.closed = t
        one.taken = abs(done) + (one.taken if one.taken_at == t else 0.0)
        one.quantity, one.taken_at = after, t

    def follow(self, t: int, order: Working, done: float, inside: bool) -> None:
        for child in order.children:
            if child.state == "idle":
                child.left = done * child.ratio
                self.start(t, child, order.base, inside)
            elif child.state == "active":
                child.left += done * child.ratio
        if order.parent is not None and order.parent.state == "active":
            self.end(t, order.parent, "cancelled")
        if order in order.group:
            k = order.group.index(order)
            for other in order.group[k + 1 :] + order.group[:k]:
                if other.state == "ended":
                    continue
                if order.state == "ended" or abs(other.left) <= abs(done):
                    self.end(t, other, "cancelled")
                else:
                    other.left = other.left - abs(done) if other.left > 0 else other.left + abs(done)

    def start(self, t: int, child: Working, price: float, inside: bool) -> None:
        child.state, child.fresh = "active", t if inside else -1
        child.base = child.extreme = price
        if child.unit != "price" and child.kind != "trailing":
            unit = price if child.unit == "fraction" else 1.0
            side = 1.0 if child.left < 0 else -1.0
            child.limit = price + side * child.limit * unit
            child.stop = price - side * child.stop * unit
        self.active.append(child)

    def end(self, t: int, order: Working, status: str) -> None:
        for one in [order, *(child for child in order.children if child.state == "idle")]:
            told = status if one is order or status == "working" else "cancelled"
            self.write(one.decided, t, one.n, one.name, one.left, 0.0, NAN, (0.0, 0.0, 0.0), told)
            one.state = "ended"

    def write(
        self,
        decided: int,
        t: int,
        n: int,
        kind: str,
        asked: float,
        done: float,
        price: float,
        paid: tuple[float, float, float],
        status: str,
    ) -> None:
        row = {"decided": decided, "filled": t, "instrument": self.names[n], "kind": kind, "asked": asked}
        row |= {"done": done, "price": price, "status": status}
        row |= dict(zip(("commission", "spread", "slippage"), paid, strict=True))
        self.log.append(row)

    # -- decisions -----------------------------------------------------------------------------------

    def count_of(self, rule: str, amount: float, price: float, worth: float) -> float:
        if rule == "value":
            return amount / price
        if rule == "fraction":
            return amount * worth / price if worth > 0 else 0.0
        return amount

    def last_close(self, t: int, n: int) -> float:
        known = [row[n] for row in self.bar["close"][: t + 1] if not math.isnan(row[n])]
        return known[-1] if known else NAN

    def decide(self, t: int) -> None:
        if self.signals is not None:
            self.by_signals(t, self.signals)
            return
        for order in self.orders:
            if order.decided != t or order.parent is not None:
                continue
            last = self.last_close(t, order.n)
            price = last * self.fx(t, order.n)
            order.left, order.extreme = self.count_of(order.rule, order.amount, price, self.worth), last
            if order.left == 0 or not math.isfinite(order.left):
                self.end(t, order, "rejected")
            else:
                order.state = "waiting"
                self.queue.append(order)

    def by_signals(self, t: int, plan: Signals) -> None:
        wishes: dict[int, int] = {}
        for n in range(self.count):
            one, code = self.hold[n], int(plan.codes[t, n])
            one.armed[1] = one.armed[1] or not code & 1
            one.armed[-1] = one.armed[-1] or not code & 4
            entry = one.brackets[-1][0] if one.brackets else None
            works = entry is not None and entry.state in ("waiting", "active")
            side = one.quantity if one.quantity != 0 else (entry.left if works and entry else 0.0)
            due = code & (2 | 4) if side > 0 else code & (8 | 1)
            late = one.quantity != 0 and 0 < plan.max_bars <= t + self.lag - one.opened
            if side != 0 and (due or late):
                self.leave(t, one)
            wish = self.wish(t, one, code, plan)
            if wish and plan.max_positions == 0:
                self.enter(t, n, wish, plan)
            elif wish:
                wishes[n] = wish
        while wishes and self.places(plan) > 0:
            ranked = [(self.value(plan.priority, t, n, 0.0), -n) for n in wishes]
            ranked = [pair for pair in ranked if not math.isnan(pair[0])]
            if not ranked:
                break
            n = -max(ranked)[1]
            self.enter(t, n, wishes.pop(n), plan)

    def places(self, plan: Signals) -> int:
        taken = 0
        for one in self.hold:
            if one.brackets:
                entry, leaving = one.brackets[-1][0], one.brackets[-1][4]
                stays = one.quantity != 0 and leaving.state not in ("waiting", "active")
                taken += entry.state in ("waiting", "active") or stays
        return plan.max_positions - taken

    def leave(self, t: int, one: Holding) -> None:
        entry, leaving = one.brackets[-1][0], one.brackets[-1][4]
        if leaving.state in ("waiting", "active"):
            return
        if entry.state in ("waiting", "active"):
            self.end(t, entry, "cancelled")
        if one.quantity != 0:
            leaving.decided, leaving.left, leaving.state = t, -one.quantity, "waiting"
            leaving.kind, leaving.fresh, leaving.this_close = "market", -1, False
            self.queue.append(leaving)

    def wish(self, t: int, one: Holding, code: int, plan: Signals) -> int:
        long, short = bool(code & 1 and not code & 2), bool(code & 4 and not code & 8)
        if long == short:
            return 0
        side = 1 if long else -1
        if plan.new_signal and not one.armed[side]:
            return 0
        if one.brackets:
            current = one.brackets[-1]
            if current[0].state in ("waiting", "active"):
                return 0
            leaving = current[4].state in ("waiting", "active")
            if one.quantity != 0 and (one.quantity * side > 0 or not leaving or plan.cooldown > 0):
                return 0
        if plan.cooldown > 0 and t - one.closed < plan.cooldown:
            return 0
        if len(one.brackets) > 1:
            older = one.brackets[-2]
            if t - older[0].decided < self.lag or any(o.state != "ended" for o in older):
                return 0
        return side

    @staticmethod
    def value(values: Any, t: int, n: int, missing: float) -> float:
        if values is None:
            return missing
        return float(values[t if values.shape[0] > 1 else 0, n if values.shape[1] > 1 else 0])

    def enter(self, t: int, n: int, side: int, plan: Signals) -> None:
        rule, each = plan.amounts(np.array(self.bar["close"]))
        amount = side * self.value(each, t, n, NAN)
        price = self.last_close(t, n) * self.fx(t, n)
        quantity = self.count_of(RULES[rule], amount, price, self.worth)
        limit, stop = (self.value(x, t, n, NAN) for x in (plan.limit, plan.stop))
        kind = {(0, 0): "market", (1, 0): "limit", (0, 1): "stop", (1, 1): "stop_limit"}[
            (int(plan.limit is not None), int(plan.stop is not None))
        ]
        lasts = self.s.participation is not None and self.s.rest == "carry"
        tif = plan.tif if kind != "market" else ("gtc" if lasts else "day")
        late = "close" if self.s.fill == "next_close" else "any"
        entry = Working(n, t, kind, quantity, amount, RULES[rule], limit, stop, tif=tif, name=kind)
        entry.state, entry.at = "waiting", late if kind == "market" else "any"
        away = [self.value(x, t, n, NAN) for x in (plan.stop_loss, plan.take_profit, plan.trailing)]
        used = [x is not None for x in (plan.stop_loss, plan.take_profit, plan.trailing)]
        units = ["fraction" if each else "distance" for each in plan.fractional]
        group = []
        for kind_, far, unit, use in zip(("stop", "limit", "trailing"), away, units, used, strict=True):
            order = Working(n, t, kind_, -quantity, unit=unit, tif="gtc", reduce=True, name=kind_)
            order.stop = order.limit = order.trail = far
            order.parent, order.state = entry, "idle" if use else "ended"
            group.append(order)
        leaving = Working(n, t, "market", tif="gtc", at=late, reduce=True, name="market", state="ended")
        leaving.parent = entry
        bracket = [entry, *group, leaving]
        for order in bracket[1:]:
            order.group = bracket[1:]
        known = math.isfinite(quantity) and quantity != 0
        known = known and all(not use or far > 0 for use, far in zip(used, away, strict=True))
        known = known and (plan.limit is None or limit > 0) and (plan.stop is None or stop > 0)
        if not known:
            for order in group:
                order.state = "ended"
            self.end(t, entry, "rejected")
            return
        self.hold[n].brackets.append(bracket)
        entry.children = group
        self.hold[n].armed[side] = False
        self.queue.append(entry)
