"""Strategies that come with the product, as data."""

from __future__ import annotations

from dataclasses import dataclass

from kuznia.core.strategies.spec import EqualWeight, Pairs, Ranked, RiskParity, Rule, Strategy

RSI_2 = "ts_ema(max(ts_delta(close, 1), 0), 3) / ts_ema(abs(ts_delta(close, 1)), 3)"
"""Wilder's relative strength index of two bars, as a fraction: his mean of n is an EMA of 2n - 1."""


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A named strategy with what it does and where it was published."""

    key: str
    name: str
    description: str
    source: str
    strategy: Strategy


BUILT_IN: tuple[BuiltIn, ...] = (
    BuiltIn(
        "equal_weight",
        "Equal weight",
        "Hold the whole universe in equal parts: what any choice has to beat.",
        "DeMiguel, Garlappi and Uppal 2009",
        EqualWeight(rebalance="monthly"),
    ),
    BuiltIn(
        "trend_200d",
        "Above the 200-day mean",
        "Hold an instrument while its close is above its mean of 200 days; meant for an index such as SPY.",
        "Faber 2007",
        Rule(entries="close > ts_mean(close, 200)"),
    ),
    BuiltIn(
        "momentum_12_1",
        "12-1 momentum",
        "Hold what rose most over twelve months, leaving out the last.",
        "Jegadeesh and Titman 1993",
        Ranked(score="delay(close, 21) / delay(close, 252) - 1", top=6, rebalance="monthly"),
    ),
    BuiltIn(
        "reversal_5d",
        "Five-day reversal",
        "Hold what fell most over a week and be short of what rose most.",
        "Lehmann 1990",
        Ranked(score="-(close / delay(close, 5) - 1)", top=6, bottom=6, rebalance="weekly"),
    ),
    BuiltIn(
        "low_volatility",
        "Low volatility",
        "Hold what moved least over a year, the calmest most; a name goes when it leaves the calmest ten.",
        "Blitz and van Vliet 2007",
        Ranked(
            score="-ts_std_dev(returns, 252)",
            top=6,
            rebalance="monthly",
            weighting="inverse_volatility",
            buffer=4,
            volatility_window=252,
        ),
    ),
    BuiltIn(
        "rsi2_pullback",
        "RSI(2) pullback",
        "Buy a sharp fall within a rising trend, sell the first close above the five-day mean.",
        "Connors and Alvarez 2009",
        Rule(
            entries=f"close > ts_mean(close, 200) and {RSI_2} < 0.1",
            exits="close > ts_mean(close, 5)",
            weight=0.1,
        ),
    ),
    BuiltIn(
        "volatility_target",
        "Volatility target",
        "Hold the universe in equal parts, less of it when it has moved more than 10 % a year.",
        "Moreira and Muir 2017",
        EqualWeight(
            rebalance="weekly",
            threshold=0.002,
            volatility_target=0.10,
            volatility_window=20,
            volatility_cap=1.0,
        ),
    ),
    BuiltIn(
        "pairs",
        "Pairs",
        "Sell the dear and buy the cheap of two shares that went together for a year, until they meet again.",
        "Gatev, Goetzmann and Rouwenhorst 2006",
        Pairs(count=5, window=252, every=126, enter=2.0, exit=0.0),
    ),
    BuiltIn(
        "breakout_atr",
        "Breakout with ATR stop",
        "Buy a new 55-day high, risk 1 % down to two average true ranges, leave at a new 20-day low.",
        "Donchian 1960s; rules of the turtles after Faith 2003",
        Rule(
            entries="close > delay(ts_max(high, 55), 1)",
            exits="close < delay(ts_min(low, 20), 1)",
            stop_loss=2.0,
            distance="atr",
            atr_window=20,
            sizing="risk",
            risk=0.01,
            truncation=0.25,
        ),
    ),
    BuiltIn(
        "risk_parity",
        "Risk parity",
        "Hold the universe so that every instrument contributes the same risk.",
        "Maillard, Roncalli and Teiletche 2010",
        RiskParity(window=252, rebalance="monthly"),
    ),
    BuiltIn(
        "sma_cross",
        "Crossing of two means",
        "Hold an instrument while its mean of 50 days is above that of 200.",
        "Brock, Lakonishok and LeBaron 1992",
        Rule(entries="ts_mean(close, 50) > ts_mean(close, 200)"),
    ),
)
