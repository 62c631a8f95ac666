"""The plain twin of the simulation kernels: lists and floats, one idea after the other, no cleverness."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from kuznia.core.backtest.settings import Settings
from kuznia.core.typing import Float


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
    status: str


@dataclass
class PlainAccount:
    """What the twin returns."""

    equity: list[float] = field(default_factory=list)
    cash: list[float] = field(default_factory=list)
    positions: list[list[float]] = field(default_factory=list)
    orders: list[PlainOrder] = field(default_factory=list)
    flows: dict[str, list[float]] = field(default_factory=dict)


def plain_simulation(
    open_: Float, close: Float, dividends: Float, weights: Float, days: Float, settings: Settings
) -> PlainAccount:
    """Simulate arrays of shape (T, N); a row of NaN weights decides nothing."""
    state = _State(close.shape[1], settings)
    account = PlainAccount()
    kinds = ("commission", "spread", "borrow", "interest", "dividends", "traded")
    account.flows = {kind: [] for kind in kinds}
    wanted: list[float] | None = None
    decided = -1
    for t in range(len(close)):
        state.flow = dict.fromkeys(kinds, 0.0)
        if t > 0:
            state.carry(float(days[t]))
        state.pay(dividends[t])
        state.liquidate(t, close[t], account)
        if wanted is not None:
            state.fill(decided, t, wanted, open_[t], account)
            wanted = None
        state.mark(close[t])
        if not np.isnan(weights[t]).all():
            targets = state.size(weights[t])
            if settings.fill == "same_close":
                state.fill(t, t, targets, close[t], account)
                state.mark(close[t])
            else:
                wanted, decided = targets, t
        account.equity.append(state.worth)
        account.cash.append(state.cash)
        account.positions.append(list(state.held))
        for kind in kinds:
            account.flows[kind].append(state.flow[kind])
    return account


class _State:
    def __init__(self, count: int, settings: Settings) -> None:
        self.settings = settings
        self.cash = settings.initial_cash
        self.worth = settings.initial_cash
        self.held = [0.0] * count
        self.marks = [math.nan] * count
        self.stale = [0] * count
        self.flow: dict[str, float] = {}

    def carry(self, days: float) -> None:
        interest = self.cash * self.settings.cash_interest * days / 360.0
        short = 0.0
        for quantity, price in zip(self.held, self.marks, strict=True):
            if quantity < 0:
                short -= quantity * price
        borrow = short * self.settings.borrow_fee * days / 360.0
        self.flow["interest"], self.flow["borrow"] = interest, borrow
        self.cash += interest - borrow

    def pay(self, dividends: Float) -> None:
        paid = 0.0
        for quantity, each in zip(self.held, dividends.tolist(), strict=True):
            if quantity != 0 and each != 0:
                paid += quantity * each
        self.flow["dividends"] = paid
        self.cash += paid

    def liquidate(self, t: int, close: Float, account: PlainAccount) -> None:
        for n, price in enumerate(close.tolist()):
            self.stale[n] = self.stale[n] + 1 if math.isnan(price) else 0
            quantity = self.held[n]
            if self.stale[n] >= self.settings.stale_bars and quantity != 0:
                last = self.marks[n]
                account.orders.append(PlainOrder(t, t, n, -quantity, -quantity, last, 0.0, 0.0, "liquidated"))
                self.cash += quantity * last
                self.flow["traded"] += abs(quantity) * last
                self.held[n] = 0.0

    def mark(self, close: Float) -> None:
        worth = self.cash
        for n, price in enumerate(close.tolist()):
            if not math.isnan(price):
                self.marks[n] = price
            if self.held[n] != 0:
                worth += self.held[n] * self.marks[n]
        self.worth = worth

    def size(self, weights: Float) -> list[float]:
        if self.worth <= 0:
            return [0.0] * len(self.held)
        return [
            0.0 if weight == 0 else weight * self.worth / price
            for weight, price in zip(weights.tolist(), self.marks, strict=True)
        ]

    def fee(self, quantity: float, price: float) -> float:
        size = abs(quantity)
        linear = (
            size * price * (self.settings.commission_bps / 10_000) + size * self.settings.commission_per_share
        )
        return max(linear, self.settings.commission_minimum)

    def scale(self, targets: list[float], prices: list[float], dust: float) -> float:
        half = self.settings.half_spread_bps / 10_000
        value = shares = fees = 0.0
        orders = 0
        for target, held, price in zip(targets, self.held, prices, strict=True):
            delta = target - held
            if not math.isnan(delta) and not math.isnan(price) and delta * price > dust:
                value += delta * price
                shares += delta
                fees += self.fee(delta, price)
                orders += 1
        if orders == 0 or value * (1.0 + half) + fees <= self.cash:
            return 1.0
        linear = value * (1.0 + half + self.settings.commission_bps / 10_000)
        linear += shares * self.settings.commission_per_share
        return max(0.0, min(1.0, (self.cash - orders * self.settings.commission_minimum) / linear))

    def fill(self, decided: int, t: int, targets: list[float], open_: Float, account: PlainAccount) -> None:
        prices = open_.tolist()
        dust = 1e-12 * abs(self.worth)
        for n, target in enumerate(targets):
            if target - self.held[n] < 0:
                self.trade(decided, t, n, target, prices[n], 1.0, dust, account)
        scale = self.scale(targets, prices, dust)
        for n, target in enumerate(targets):
            asked = target - self.held[n]
            if asked > 0 or math.isnan(asked):
                self.trade(decided, t, n, target, prices[n], scale, dust, account)

    def trade(
        self,
        decided: int,
        t: int,
        n: int,
        target: float,
        price: float,
        scale: float,
        dust: float,
        account: PlainAccount,
    ) -> None:
        asked = target - self.held[n]
        if math.isnan(price) or math.isnan(asked):
            account.orders.append(
                PlainOrder(decided, t, n, asked, 0.0, math.nan, 0.0, 0.0, "unfilled_no_price")
            )
            return
        if abs(asked) * price <= dust:
            return
        done = asked * scale
        if abs(done) * price <= dust:
            account.orders.append(PlainOrder(decided, t, n, asked, 0.0, price, 0.0, 0.0, "unfilled_no_cash"))
            return
        fee = self.fee(done, price)
        spread = abs(done) * price * (self.settings.half_spread_bps / 10_000)
        self.cash -= done * price + fee + spread
        self.held[n] = target if scale == 1.0 else self.held[n] + done
        self.flow["commission"] += fee
        self.flow["spread"] += spread
        self.flow["traded"] += abs(done) * price
        status = "filled" if scale == 1.0 else "scaled"
        account.orders.append(PlainOrder(decided, t, n, asked, done, price, fee, spread, status))


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
    reason: str


def plain_trades(orders: list[PlainOrder], count: int, length: int, marks: list[float]) -> list[PlainTrade]:
    """Pair filled orders first in, first out."""
    trades: list[PlainTrade] = []
    for n in range(count):
        lots: list[list[float]] = []  # quantity, price, cost of a share, row
        net = 0.0
        for order in (one for one in orders if one.instrument == n and one.done != 0):
            left = order.done
            cost = (order.commission + order.spread) / abs(left)
            after = net + left
            if abs(after) <= 1e-9 * max(abs(net), abs(left)):
                after = 0.0
            reason = "reduced"
            if order.status == "liquidated":
                reason = "delisted"
            elif after == 0:
                reason = "exited"
            elif after * net < 0:
                reason = "flipped"
            every = after == 0 or after * net < 0
            while lots and left * lots[0][0] < 0:
                lot = lots[0]
                whole = abs(left) >= abs(lot[0]) or every
                piece = lot[0] if whole else -left
                trades.append(_trade(n, piece, lot, order.filled, order.price, lot[2] + cost, reason))
                left += piece
                lot[0] -= piece
                if whole:
                    lots.pop(0)
            if after == 0:
                left = 0.0
            if left != 0 and (not lots or left * lots[-1][0] > 0):
                lots.append([left, order.price, cost, order.filled])
            net = after
        trades += [_trade(n, lot[0], lot, length - 1, marks[n], lot[2], "open") for lot in lots]
    return sorted(trades, key=lambda one: (one.opened, one.instrument, one.closed))


def _trade(
    n: int, piece: float, lot: list[float], closed: int, price: float, cost: float, reason: str
) -> PlainTrade:
    side = 1 if piece > 0 else -1
    return PlainTrade(n, side, int(lot[3]), closed, abs(piece), lot[1], price, abs(piece) * cost, reason)
