"""The plain twin of the segment kernel: one loop over bars, one account, nothing shared."""

from __future__ import annotations

from dataclasses import dataclass, field

from kuznia.core.typing import Bool, Float


@dataclass
class PlainTrip:
    """One account that holds `weight` while a condition is true and `opposite` while it is not."""

    equity: list[float] = field(default_factory=list)
    traded: float = 0.0
    costs: float = 0.0
    opened: int = 0


def plain_sweep(
    fill: Float,
    close: Float,
    dividends: Float,
    wants: Bool,
    *,
    cash: float,
    cost: float,
    weight: float,
    opposite: float,
) -> PlainTrip:
    """Decide at each close where the condition changed, fill in the next bar, mark at its close."""
    account = PlainTrip()
    held = 0.0
    target: float | None = None
    for t in range(len(close)):
        before = account.equity[-1] if account.equity else cash
        cash += held * dividends[t]
        if target is not None:
            done = target - held
            if done > 0 and done * fill[t] * (1 + cost) > cash:
                done = cash / (fill[t] * (1 + cost))
            if done != 0:
                account.opened += held == 0 or held * (held + done) < 0
                cash -= done * fill[t] + abs(done) * fill[t] * cost
                account.costs += abs(done) * fill[t] * cost
                account.traded += abs(done) * fill[t] / before
                held = 0.0 if target == 0 else held + done
            target = None
        worth = cash + held * close[t]
        account.equity.append(worth)
        if t == 0 or wants[t] != wants[t - 1]:
            target = (weight if wants[t] else opposite) * worth / close[t]
    return account
