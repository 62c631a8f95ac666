"""Strategies that come with the product, as data."""

from __future__ import annotations

from dataclasses import dataclass

from kuznia.core.strategies.spec import EqualWeight, Ranked, Rule, Strategy


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A named strategy with its reason and source."""

    key: str
    name: str
    description: str
    strategy: Strategy


BUILT_IN: tuple[BuiltIn, ...] = (
    BuiltIn(
        "momentum_12_1",
        "12-1 momentum",
        "Hold what rose most over twelve months, leaving out the last (Jegadeesh and Titman 1993).",
        Ranked(score="delay(close, 21) / delay(close, 252) - 1", top=6, rebalance="monthly"),
    ),
    BuiltIn(
        "reversal_5d",
        "Five-day reversal",
        "Hold what fell most over a week and be short of what rose most (Lehmann 1990).",
        Ranked(score="-(close / delay(close, 5) - 1)", top=6, bottom=6, rebalance="weekly"),
    ),
    BuiltIn(
        "trend_200d",
        "Above the 200-day mean",
        "Hold an instrument while its close is above its mean of 200 days (Faber 2007).",
        Rule(entries="close > ts_mean(close, 200)"),
    ),
    BuiltIn(
        "equal_weight",
        "Equal weight",
        "Hold the whole universe in equal parts: what any choice has to beat.",
        EqualWeight(rebalance="monthly"),
    ),
)
