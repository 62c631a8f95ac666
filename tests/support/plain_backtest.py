"""The plain twin of the simulation kernels: lists and floats, one idea after the other, no cleverness."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from kuznia.core.backtest.engine import delisting_returns
from kuznia.core.backtest.market import Market
from kuznia.core.backtest.places import FLOWS
from kuznia.core.backtest.settings import Settings
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Float
from tests.support.plain_costs import commission, commission_rate, fillable, recent, slippage


@dataclass
class PlainOrder:
    decided: int
    filled: int
    instrument: int
    asked: float
    done: float
    price: float
    commission: float
    spread: float
    slippage: float
    status: str


@dataclass
class PlainAccount:
    """What the twin returns."""

    equity: list[float] = field(default_factory=list)
    cash: list[float] = field(default_factory=list)
    positions: list[list[float]] = field(default_factory=list)
    orders: list[PlainOrder] = field(default_factory=list)
    flows: dict[str, list[float]] = field(default_factory=dict)


@dataclass
class _Plan:
    """What one decision wants: for each name what it may have, and what it would without limits."""

    row: int
    wanted: dict[int, float]
    wished: dict[int, float]
    stopped: bool


def plain_simulation(panel: Panel, weights: Float, settings: Settings, market: Market) -> PlainAccount:
    """Simulate weights of shape (T, N); a row of NaN decides nothing."""
    return _State(panel, weights, settings, market).run()


class _State:
    def __init__(self, panel: Panel, weights: Float, settings: Settings, market: Market) -> None:
        count, self.length = panel.shape
        self.names = range(count)
        self.settings, self.market, self.weights = settings, market, weights
        self.open, self.close = panel.fields["open"].tolist(), panel.fields["close"].tolist()
        self.volume = panel.fields["volume"].tolist()
        self.prices = self.open if settings.fill == "next_open" else self.close
        self.days = (np.diff(panel.ts, prepend=panel.ts[:1]) / 864e8).tolist()
        self.months = panel.session.astype("datetime64[M]").astype(np.int64).tolist()
        self.gone = delisting_returns(panel, settings, market).tolist()
        own = [math.nan] * count if market.borrow_fee is None else market.borrow_fee.tolist()
        self.fees = [settings.borrow_fee if math.isnan(fee) else fee for fee in own]
        self.sectors = [-1] * count if market.sectors is None else market.sectors.tolist()
        self.account = PlainAccount(flows={kind: [0.0] * self.length for kind in FLOWS})
        self.cash = self.worth = settings.initial_cash
        self.held = [0.0] * count
        self.month_value = self.short_fees = 0.0
        self.growth = self.peak = 1.0
        self.cut: float | None = None
        self.stopped = False
        self.plans: dict[int, _Plan] = {}
        self.resting: dict[int, float] = {}
        self.last_plan = -1
        self.t = 0

    # What is known

    def rate(self, n: int) -> float:
        return 1.0 if self.market.fx is None else float(self.market.fx[self.t, n])

    def last_seen(self, n: int, t: int) -> int:
        while t >= 0 and not self.close[n][t] > 0:
            t -= 1
        return t

    def last_close(self, n: int, t: int) -> float:
        row = self.last_seen(n, t)
        return self.close[n][row] if row >= 0 else math.nan

    def fill_price(self, n: int) -> float:
        price = self.prices[n][self.t]
        return price if price > 0 else self.last_close(n, self.t - 1)

    def flow(self, kind: str, amount: float) -> None:
        self.account.flows[kind][self.t] += amount

    # One bar

    def run(self) -> PlainAccount:
        same = self.settings.fill == "same_close"
        for t in range(self.length):
            self.t = t
            before = self.worth + self.pass_days()
            self.retire()
            plan = None if same else self.plans.pop(self.t - self.settings.delay, None)
            if self.cut is not None:
                self.cut_to(self.cut)
            if plan is not None:
                self.fill_plan(plan)
            elif self.resting:
                self.fill(self.last_plan, dict(self.resting), dict(self.resting), "filled")
            self.mark()
            self.watch(before)
            new = not np.isnan(self.weights[self.t]).all()
            if new or (self.stopped and any(self.held)):
                plan = self.decide(new)
                if same:
                    self.fill_plan(plan)
                    self.mark()
                else:
                    self.plans[self.t] = plan
            self.account.equity.append(self.worth)
            self.account.cash.append(self.cash)
            self.account.positions.append(list(self.held))
        return self.account

    def pass_days(self) -> float:
        if self.t > 0:
            days, set_ = self.days[self.t], self.settings
            debit = set_.cash_interest if set_.debit_interest is None else set_.debit_interest
            interest = self.cash * (set_.cash_interest if self.cash >= 0 else debit) * days / 360.0
            borrow = self.short_fees * days / 360.0
            self.flow("interest", interest)
            self.flow("borrow", borrow)
            self.cash += interest - borrow
            if self.months[self.t] != self.months[self.t - 1]:
                self.month_value = 0.0
        deposit = 0.0 if self.market.cash_flows is None else float(self.market.cash_flows[self.t])
        self.flow("deposits", deposit)
        self.cash += deposit
        if self.market.dividends is not None:
            paid = 0.0
            for n in self.names:
                each = float(self.market.dividends[self.t, n])
                if self.held[n] != 0 and each != 0:
                    paid += self.held[n] * each * self.rate(n)
            self.flow("dividends", paid)
            self.cash += paid
        return deposit

    def retire(self) -> None:
        for n in self.names:
            seen = self.last_seen(n, self.t)
            if self.held[n] == 0 or self.t - seen < self.settings.stale_bars:
                continue
            quantity, price = self.held[n], self.close[n][seen] * (1.0 + self.gone[n])
            value = quantity * price * self.rate(n)
            self.cash += value
            self.flow("traded", abs(value))
            self.held[n] = 0.0
            status = "delisted" if self.gone[n] else "liquidated"
            order = PlainOrder(self.t, self.t, n, -quantity, -quantity, price, 0.0, 0.0, 0.0, status)
            self.account.orders.append(order)

    def mark(self) -> None:
        self.worth, self.gross, short = self.cash, 0.0, 0.0
        for n in self.names:
            if self.held[n] != 0:
                value = self.held[n] * self.last_close(n, self.t) * self.rate(n)
                self.worth += value
                self.gross += abs(value)
                if value < 0:
                    short -= value * self.fees[n]
        self.short_fees = short

    def watch(self, before: float) -> None:
        loss, least = self.settings.limit_loss, self.settings.maintenance
        if loss is not None:
            self.growth = self.growth * (self.worth / before) if before > 0 else 0.0
            self.peak = max(self.peak, self.growth)
            if self.growth <= self.peak * (1.0 - loss) and not self.stopped:
                self.stopped = True
                self.resting = {}
                for plan in self.plans.values():
                    plan.wanted, plan.stopped = dict.fromkeys(plan.wanted, 0.0), True
        self.cut = None
        if least is not None and self.gross > 0 and self.worth < least * self.gross:
            self.cut = max(0.0, min(1.0, (self.settings.leverage or 1.0) * self.worth / self.gross))
        if self.worth < 0 and any(self.held):
            self.cut, self.resting = 0.0, {}
            for plan in self.plans.values():
                plan.wanted, plan.wished = dict.fromkeys(plan.wanted, 0.0), dict.fromkeys(plan.wished, 0.0)

    # Decisions

    def decide(self, new: bool) -> _Plan:
        row = self.weights[self.t].tolist() if new else []
        wished = {n: weight for n, weight in enumerate(row) if weight != 0}
        wanted = dict.fromkeys(wished, 0.0) if self.stopped else self.limited(wished)
        if self.settings.size_at == "decision":
            prices = {n: self.last_close(n, self.t) * self.rate(n) for n in wished}
            wanted, wished = (self.shares(w, self.worth, prices) for w in (wanted, wished))
        else:
            if self.worth <= 0:
                wanted, wished = dict.fromkeys(wanted, 0.0), dict.fromkeys(wished, 0.0)
            for n in wished:
                if math.isnan(self.last_close(n, self.t)):
                    wanted[n] = wished[n] = math.nan
        return _Plan(self.t, wanted, wished, self.stopped)

    def shares(self, weights: dict[int, float], worth: float, prices: dict[int, float]) -> dict[int, float]:
        if worth <= 0:
            return dict.fromkeys(weights, 0.0)
        return {n: weight * worth / prices[n] for n, weight in weights.items()}

    def limited(self, wished: dict[int, float]) -> dict[int, float]:
        set_ = self.settings
        wanted = dict(wished)
        if set_.limit_name is not None:
            wanted = {n: min(max(w, -set_.limit_name), set_.limit_name) for n, w in wanted.items()}
        if set_.limit_sector is not None:
            sums: dict[int, float] = {}
            for n, w in wanted.items():
                sums[self.sectors[n]] = sums.get(self.sectors[n], 0.0) + abs(w)
            for n in wanted:
                sector = self.sectors[n]
                if sector >= 0 and sums[sector] > set_.limit_sector:
                    wanted[n] = wanted[n] * (set_.limit_sector / sums[sector])
        long = short = 0.0
        for w in wanted.values():
            long, short = (long + w, short) if w > 0 else (long, short - w)
        if set_.limit_net is not None and abs(long - short) > set_.limit_net:
            side = 1.0 if long > short else -1.0
            factor = (set_.limit_net + min(long, short)) / max(long, short)
            wanted = {n: w * factor if w * side > 0 else w for n, w in wanted.items()}
        gross = 0.0
        for w in wanted.values():
            gross += abs(w)
        if set_.limit_gross is not None and gross > set_.limit_gross:
            wanted = {n: w * (set_.limit_gross / gross) for n, w in wanted.items()}
        return wanted

    # Fills

    def fill_plan(self, plan: _Plan) -> None:
        wanted, wished = plan.wanted, plan.wished
        if self.settings.size_at == "fill":
            worth = self.cash
            for n in self.names:
                if self.held[n] != 0:
                    worth += self.held[n] * self.fill_price(n) * self.rate(n)
            prices = {n: self.prices[n][self.t] * self.rate(n) for n in wished}
            wanted, wished = (self.shares(w, worth, prices) for w in (wanted, wished))
        names = [n for n in self.names if n in wished or self.held[n] != 0]
        targets = {n: wanted.get(n, 0.0) for n in names}
        wishes = {n: wished.get(n, 0.0) for n in names}
        self.last_plan = plan.row
        self.fill(plan.row, targets, wishes, "stopped" if plan.stopped else "filled")

    def cut_to(self, part: float) -> None:
        targets = {n: self.held[n] * part for n in self.names if self.held[n] != 0}
        self.fill(self.t - 1, targets, targets, "margin")
        self.resting = {}

    def fill(self, decided: int, targets: dict[int, float], wishes: dict[int, float], why: str) -> None:
        dust = 1e-12 * abs(self.worth)
        margin, scale, credit = why == "margin", 1.0, 1.0
        if self.settings.leverage is not None and not margin:
            credit = self.credit_scale(decided, targets, dust)
        sells = [n for n, target in targets.items() if target < self.held[n] and self.prices[n][self.t] > 0]
        rests: dict[int, float] = {}
        for n in sells:
            if self.fill_one(decided, why, n, targets[n], wishes[n], 1.0, credit, dust):
                rests[n] = targets[n]
        if self.settings.leverage is None and not margin:
            scale = self.cash_scale(decided, targets, dust)
        for n, target in targets.items():
            if n in sells or (target == self.held[n] and wishes[n] == target):
                continue
            if self.fill_one(decided, why, n, target, wishes[n], scale, credit, dust):
                rests[n] = target
        self.resting = dict(sorted(rests.items()))

    def costs(self, decided: int, n: int, quantity: float) -> tuple[float, float, float]:
        price, exchange, set_ = self.prices[n][self.t], self.rate(n), self.settings
        sigma, adv = recent(self.close[n], self.volume[n], decided, set_)
        fee = commission(quantity, price * exchange, self.month_value, set_)
        slip = slippage(quantity, price, sigma, adv, self.volume[n][self.t], set_) * exchange
        return fee, abs(quantity) * price * exchange * (set_.half_spread_bps / 10_000), slip

    def cash_scale(self, decided: int, targets: dict[int, float], dust: float) -> float:
        set_ = self.settings
        value = shares = fees = lost = 0.0
        orders = 0
        for n, target in targets.items():
            price, asked = self.prices[n][self.t], target - self.held[n]
            if not asked * price * self.rate(n) > dust:
                continue
            asked = fillable(asked, self.volume[n][self.t], set_)
            if asked <= 0:
                continue
            fee, spread, slip = self.costs(decided, n, asked)
            value += asked * price * self.rate(n)
            shares += asked
            fees += fee
            lost += spread + slip
            orders += 1
        if orders == 0 or value + lost + fees <= self.cash:
            return 1.0
        linear = value * (1.0 + commission_rate(self.month_value, set_)) + lost
        linear += shares * set_.commission_per_share
        fixed = orders * max(set_.commission_minimum, set_.commission_per_order)
        return max(0.0, min(1.0, (self.cash - fixed) / linear))

    def credit_scale(self, decided: int, targets: dict[int, float], dust: float) -> float:
        equity, gross, opened = self.cash, 0.0, 0.0
        for n in self.names:
            if self.held[n] != 0:
                value = self.held[n] * self.fill_price(n) * self.rate(n)
                equity += value
                gross += abs(value)
        for n, target in targets.items():
            held, asked = self.held[n], target - self.held[n]
            each = self.prices[n][self.t] * self.rate(n)
            if not abs(asked) * each > dust:
                continue
            done = fillable(asked, self.volume[n][self.t], self.settings)
            if done == 0:
                continue
            fee, spread, slip = self.costs(decided, n, done)
            equity -= fee + spread + slip
            against = min(abs(done), abs(held)) if held * done < 0 else 0.0
            gross -= against * each
            opened += (abs(done) - against) * each
        if opened == 0:
            return 1.0
        assert self.settings.leverage is not None
        return max(0.0, min(1.0, (self.settings.leverage * equity - gross) / opened))

    def part(self, done: float, held: float, scale: float, credit: float) -> float:
        if scale == 1 and credit == 1:
            return done
        against = min(abs(done), abs(held)) if held * done < 0 else 0.0
        size = (against + (abs(done) - against) * credit) * scale
        return fillable(math.copysign(size, done), math.inf, self.settings)

    def fill_one(
        self,
        decided: int,
        why: str,
        n: int,
        target: float,
        wish: float,
        scale: float,
        credit: float,
        dust: float,
    ) -> bool:
        """Fill one order; whether a rest of it goes on."""
        price, before, t = self.prices[n][self.t], self.held[n], self.t
        asked, status, rest, done = target - before, "filled", False, 0.0
        share = self.settings.participation
        fee = spread = slip = 0.0
        if not price > 0 or math.isnan(asked):
            status, price = "unfilled_no_price", math.nan
            known = share is not None and not math.isnan(asked)
            rest = known and t - self.last_seen(n, t) < self.settings.stale_bars
        elif abs(asked) * price * self.rate(n) <= dust:
            if not abs(wish - before) * price * self.rate(n) > dust:
                return False
            status = "limited"
        else:
            short = share is not None and not share * self.volume[n][t] >= abs(asked)
            taken = fillable(asked, self.volume[n][t], self.settings)
            done = self.part(taken, before, scale, credit)
            rest = short and done == taken
            if taken == 0:
                status = "unfilled_no_volume" if short else "unfilled_lot"
            elif abs(done) * price * self.rate(n) <= dust:
                status, done = "unfilled_no_cash", 0.0
            elif scale < 1 or done != taken:
                status = "scaled"
            elif short:
                status = "partial"
            elif wish != target:
                status = "limited"
        if done != 0:
            fee, spread, slip = self.costs(decided, n, done)
            value = done * price * self.rate(n)
            self.month_value += abs(value)
            self.cash -= value + (fee + spread + slip)
            self.held[n] = target if done == asked else before + done
            for kind, amount in (("commission", fee), ("spread", spread), ("slippage", slip)):
                self.flow(kind, amount)
            self.flow("traded", abs(value))
        if why != "filled" and status in ("filled", "limited"):
            status = why
        order = PlainOrder(decided, t, n, wish - before, done, price, fee, spread, slip, status)
        self.account.orders.append(order)
        return rest and self.settings.rest == "carry"


@dataclass
class PlainTrade:
    instrument: int
    side: int
    opened: int
    closed: int
    quantity: float
    entry: float
    exit: float
    costs: float
    slippage: float
    reason: str


def plain_trades(orders: list[PlainOrder], count: int, length: int, marks: list[float]) -> list[PlainTrade]:
    """Pair filled orders first in, first out."""
    trades: list[PlainTrade] = []
    for n in range(count):
        lots: list[list[float]] = []  # quantity, price, cost of a share, row, slippage of a share
        net = 0.0
        for order in (one for one in orders if one.instrument == n and one.done != 0):
            left = order.done
            slip = order.slippage / abs(left)
            cost = (order.commission + order.spread + order.slippage) / abs(left)
            after = net + left
            if abs(after) <= 1e-9 * max(abs(net), abs(left)):
                after = 0.0
            reason = "reduced"
            if order.status in ("liquidated", "delisted"):
                reason = "delisted"
            elif order.status in ("margin", "stopped"):
                reason = order.status
            elif after == 0:
                reason = "exited"
            elif after * net < 0:
                reason = "flipped"
            every = after == 0 or after * net < 0
            while lots and left * lots[0][0] < 0:
                lot = lots[0]
                whole = abs(left) >= abs(lot[0]) or every
                piece = lot[0] if whole else -left
                trades.append(
                    _trade(n, piece, lot, order.filled, order.price, lot[2] + cost, lot[4] + slip, reason)
                )
                left += piece
                lot[0] -= piece
                if whole:
                    lots.pop(0)
            if after == 0:
                left = 0.0
            if left != 0 and (not lots or left * lots[-1][0] > 0):
                lots.append([left, order.price, cost, order.filled, slip])
            net = after
        trades += [_trade(n, lot[0], lot, length - 1, marks[n], lot[2], lot[4], "open") for lot in lots]
    return sorted(trades, key=lambda one: (one.opened, one.instrument, one.closed))


def _trade(
    n: int, piece: float, lot: list[float], closed: int, price: float, cost: float, slip: float, reason: str
) -> PlainTrade:
    side = 1 if piece > 0 else -1
    size = abs(piece)
    return PlainTrade(n, side, int(lot[3]), closed, size, lot[1], price, size * cost, size * slip, reason)
