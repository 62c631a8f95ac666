"""Specifications of strategies: plain data that says what is held, and when it is decided anew."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Literal

from kuznia.core.errors import StrategyError
from kuznia.core.frames.digest import json_digest

Rebalance = Literal["daily", "weekly", "monthly"]
REBALANCES: tuple[Rebalance, ...] = ("daily", "weekly", "monthly")
Weighting = Literal["equal", "score", "inverse_volatility"]
WEIGHTINGS: tuple[Weighting, ...] = ("equal", "score", "inverse_volatility")
Distance = Literal["fraction", "atr"]
DISTANCES: tuple[Distance, ...] = ("fraction", "atr")
PositionSize = Literal["weight", "risk", "volatility"]
POSITION_SIZES: tuple[PositionSize, ...] = ("weight", "risk", "volatility")
NO_GROUP = ("none", "market")


@dataclass(frozen=True, slots=True)
class Ranked:
    """Hold the instruments with the highest scores, and be short of those with the lowest.

    The score is decayed, neutralised, ranked, chosen from, weighted and truncated, in this order; then
    the volatility target scales the whole.

    Parameters
    ----------
    score : str or None
        Expression to rank by; None when a model gives the scores.
    top, bottom : int
        How many to hold and to be short of. Both 0: every instrument by its score, which needs
        ``weighting="score"``.
    rebalance : {"daily", "weekly", "monthly"}
        When: at the last bar of each period.
    gross : float
        Sum of absolute weights; with both sides, half of it for each.
    weighting : {"equal", "score", "inverse_volatility"}
        Parts of a side: equal, by the distance of the score from the mean of all scores, or by one
        over the volatility of the last `volatility_window` bars.
    decay : int
        Bars of a linear decay of the score, the newest counting most; 0 and 1 are none.
    neutralise : str
        Mean taken off the score: ``none``, ``market`` or a group field such as ``sector``.
    truncation : float or None
        Largest absolute weight of a name. What is cut goes to the others of its side.
    buffer : int
        Ranks that a held name may fall below `top` (or rise above `bottom`) before it goes.
    minimum_bars, maximum_bars : int, int or None
        How long a name is held at least, and at most; after the most it sits out one decision.
    threshold : float or None
        Trade only when some weight is off by more than this.
    volatility_target : float or None
        Volatility a year that the weights are scaled to.
    volatility_window : int
        Bars that volatility is measured over.
    volatility_cap : float
        Largest factor of that scaling.
    """

    kind: ClassVar[str] = "ranked"
    score: str | None = None
    top: int = 0
    bottom: int = 0
    rebalance: Rebalance = "monthly"
    gross: float = 1.0
    weighting: Weighting = "equal"
    decay: int = 0
    neutralise: str = "none"
    truncation: float | None = None
    buffer: int = 0
    minimum_bars: int = 0
    maximum_bars: int | None = None
    threshold: float | None = None
    volatility_target: float | None = None
    volatility_window: int = 60
    volatility_cap: float = 1.0

    def __post_init__(self) -> None:
        _one_of("rebalance", self.rebalance, REBALANCES)
        _one_of("weighting", self.weighting, WEIGHTINGS)
        everything = self.weighting == "score" and self.top == self.bottom == 0
        if self.top < 0 or self.bottom < 0 or (self.top + self.bottom == 0 and not everything):
            raise StrategyError(
                f"It holds {self.top} and is short of {self.bottom}.",
                "Choose at least one, or weight every instrument by its score.",
                "top",
            )
        _above_zero("gross", self.gross, 10)
        _above_zero("truncation", self.truncation, 10)
        _whole("decay", self.decay, 0, 1000)
        _whole("buffer", self.buffer, 0)
        _whole("minimum_bars", self.minimum_bars, 0)
        if not self.neutralise:
            raise StrategyError(
                "neutralise is empty.", "Use 'none', 'market' or a group field.", "neutralise"
            )
        if self.maximum_bars is not None:
            _whole("maximum_bars", self.maximum_bars, max(self.minimum_bars, 1))
        _check_overlay(self)


@dataclass(frozen=True, slots=True)
class Rule:
    """Hold each instrument from an entry to an exit.

    Parameters
    ----------
    entries : str
        Boolean expression that opens a position.
    exits : str or None
        Boolean expression that closes it; None closes it when `entries` is no longer true.
    weight : float or None
        Fraction of the equity for each position, negative to be short; None gives each instrument of
        the universe its equal part. With another `sizing` its sign alone counts.
    stop_loss, take_profit, trailing : float or None
        Distances from the entry's price (for `trailing` from the best price since) that end a position,
        in the unit of `distance`.
    distance : {"fraction", "atr"}
        Fractions of the price, or multiples of the average true range at the entry's decision.
    atr_window : int
        Bars of that average.
    maximum_bars : int or None
        Bars from the entry's fill after which a position ends.
    cooldown : int
        Bars that must pass after an exit before the next entry.
    sizing : {"weight", "risk", "volatility"}
        How large a position is: `weight`; such that `risk` is lost at the stop; or such that its own
        volatility a year is `volatility_target` of the equity.
    risk : float
        Fraction of the equity.
    volatility_target : float
        Fraction of the equity a year.
    volatility_window : int
        Bars that volatility is measured over.
    truncation : float or None
        Largest fraction of the equity of a position that is not sized by weight; None is all of it.

    Notes
    -----
    With stops, a time limit or another sizing it trades by orders, each position on its own; a position
    that was stopped opens anew only after its entry was false. Else it trades by target weights, which
    are decided anew when any position opens or closes.
    """

    kind: ClassVar[str] = "rule"
    entries: str = ""
    exits: str | None = None
    weight: float | None = None
    stop_loss: float | None = None
    take_profit: float | None = None
    trailing: float | None = None
    distance: Distance = "fraction"
    atr_window: int = 20
    maximum_bars: int | None = None
    cooldown: int = 0
    sizing: PositionSize = "weight"
    risk: float = 0.01
    volatility_target: float = 0.1
    volatility_window: int = 60
    truncation: float | None = None

    def __post_init__(self) -> None:
        if not self.entries.strip():
            raise StrategyError(
                "There is no entry.", "Write a boolean expression such as 'close > open'.", "entries"
            )
        _one_of("distance", self.distance, DISTANCES)
        _one_of("sizing", self.sizing, POSITION_SIZES)
        most = 100.0 if self.distance == "atr" else 0.999
        _above_zero("stop_loss", self.stop_loss, most)
        _above_zero("trailing", self.trailing, most)
        _above_zero("take_profit", self.take_profit, 100)
        _whole("atr_window", self.atr_window, 2, 10_000)
        _whole("cooldown", self.cooldown, 0)
        if self.maximum_bars is not None:
            _whole("maximum_bars", self.maximum_bars, 1)
        _above_zero("risk", self.risk, 1)
        _above_zero("volatility_target", self.volatility_target, 10)
        _whole("volatility_window", self.volatility_window, 2, 10_000)
        _above_zero("truncation", self.truncation, 10)
        if self.weight is not None and not 0 < abs(self.weight) <= 10:
            raise StrategyError(
                f"weight is {self.weight:g}.",
                "Leave it out, or use a number up to 10 that is not 0.",
                "weight",
            )
        if self.sizing == "risk" and self.stop_loss is None and self.trailing is None:
            raise StrategyError(
                "There is no stop to count the risk from.",
                "Give a stop loss or a trailing stop.",
                "stop_loss",
            )

    @property
    def by_orders(self) -> bool:
        """Whether it needs orders of its own: what ends a position is not known beforehand."""
        ends = (self.stop_loss, self.take_profit, self.trailing, self.maximum_bars)
        return any(one is not None for one in ends) or self.sizing != "weight" or self.cooldown > 0


@dataclass(frozen=True, slots=True)
class EqualWeight:
    """Hold every instrument of the universe in equal parts.

    Parameters
    ----------
    rebalance, threshold, volatility_target, volatility_window, volatility_cap
        As of `Ranked`.
    """

    kind: ClassVar[str] = "equal_weight"
    rebalance: Rebalance = "monthly"
    threshold: float | None = None
    volatility_target: float | None = None
    volatility_window: int = 60
    volatility_cap: float = 1.0

    def __post_init__(self) -> None:
        _one_of("rebalance", self.rebalance, REBALANCES)
        _check_overlay(self)


@dataclass(frozen=True, slots=True)
class RiskParity:
    """Hold the universe so that every instrument contributes the same risk.

    Parameters
    ----------
    window : int
        Bars of returns that the covariance is estimated from; an instrument without all of them is
        left out.
    shrinkage : float
        Part of every covariance that is taken off, so that it can be estimated from few bars.
    rebalance, gross, truncation, threshold, volatility_target, volatility_window, volatility_cap
        As of `Ranked`.
    """

    kind: ClassVar[str] = "risk_parity"
    window: int = 252
    shrinkage: float = 0.0
    rebalance: Rebalance = "monthly"
    gross: float = 1.0
    truncation: float | None = None
    threshold: float | None = None
    volatility_target: float | None = None
    volatility_window: int = 60
    volatility_cap: float = 1.0

    def __post_init__(self) -> None:
        _whole("window", self.window, 5, 10_000)
        if not 0 <= self.shrinkage <= 1:
            raise StrategyError(f"shrinkage is {self.shrinkage}.", "Use a fraction from 0 to 1.", "shrinkage")
        _one_of("rebalance", self.rebalance, REBALANCES)
        _above_zero("gross", self.gross, 10)
        _above_zero("truncation", self.truncation, 10)
        _check_overlay(self)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Trade the spread of two instruments back to its mean.

    The spread is the residual of a regression of the first log price on the second over the last
    `window` bars; its z-score opens and closes positions, the slope is the hedge ratio.

    Parameters
    ----------
    first, second : str or None
        The pair. Both None: the `count` pairs whose prices, normalised to 1, lay closest together over
        the last `window` bars (least sum of squared differences) are chosen anew each `every` bars.
    count : int
        How many pairs are chosen.
    window, every : int
        Bars of the regression, and bars that a choice of pairs is traded for.
    enter, exit, stop : float, float, float or None
        z-scores: opens beyond `enter` against the spread, closes within `exit`, gives up beyond
        `stop` until the spread has come back.
    gross : float
        Sum of absolute weights of all pairs together.
    """

    kind: ClassVar[str] = "pairs"
    first: str | None = None
    second: str | None = None
    count: int = 5
    window: int = 252
    every: int = 126
    enter: float = 2.0
    exit: float = 0.0
    stop: float | None = None
    gross: float = 1.0

    def __post_init__(self) -> None:
        if (self.first is None) != (self.second is None):
            raise StrategyError("One name is no pair.", "Name both instruments or neither.", "second")
        if self.first is not None and self.first == self.second:
            raise StrategyError(f"{self.first} is paired with itself.", "Name two instruments.", "second")
        _whole("count", self.count, 1, 1000)
        _whole("window", self.window, 5, 10_000)
        _whole("every", self.every, 1, 10_000)
        _above_zero("gross", self.gross, 10)
        if not 0 <= self.exit < self.enter:
            raise StrategyError(
                f"It enters at {self.enter:g} and leaves at {self.exit:g}.",
                "Leave at a z-score of zero or more, below that of the entry.",
                "exit",
            )
        if self.stop is not None and not self.stop > self.enter:
            raise StrategyError(
                f"It gives up at {self.stop:g}, entered at {self.enter:g}.", "Give up further out.", "stop"
            )


Strategy = Ranked | Rule | EqualWeight | RiskParity | Pairs
KINDS: dict[str, type[Strategy]] = {cls.kind: cls for cls in (Ranked, Rule, EqualWeight, RiskParity, Pairs)}


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise StrategyError(f"{name} is {value!r}.", f"Use one of {list(allowed)}.", name)


def _above_zero(name: str, value: float | None, most: float) -> None:
    if value is not None and not 0 < value <= most:
        raise StrategyError(f"{name} is {value}.", f"Use a number above 0 and up to {most:g}.", name)


def _whole(name: str, value: int, least: int, most: int = 1_000_000) -> None:
    if isinstance(value, float) or not least <= value <= most:
        raise StrategyError(f"{name} is {value}.", f"Use a whole number from {least} to {most}.", name)


def _check_overlay(strategy: Ranked | EqualWeight | RiskParity) -> None:
    if strategy.threshold is not None and not 0 <= strategy.threshold < 1:
        raise StrategyError(
            f"threshold is {strategy.threshold}.", "Use a fraction from 0 to below 1.", "threshold"
        )
    _above_zero("volatility_target", strategy.volatility_target, 10)
    _whole("volatility_window", strategy.volatility_window, 2, 10_000)
    _above_zero("volatility_cap", strategy.volatility_cap, 100)


def _check_type(name: str, value: Any, annotation: str) -> None:
    """Refuse a value of another type than the part's annotation names."""
    if value is None and annotation.endswith("None"):
        return
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if annotation.startswith("float"):
        fits, remedy = number and abs(value) <= sys.float_info.max, "Use a finite number."
    elif annotation.startswith("int"):
        fits, remedy = number and isinstance(value, int), "Use a whole number."
    else:
        fits, remedy = isinstance(value, str), "Use a text."
    if not fits:
        raise StrategyError(f"{name} is {value!r:.60}.", remedy, name)


def strategy_from_spec(spec: Mapping[str, Any]) -> Strategy:
    """Read a strategy from plain data.

    Examples
    --------
    >>> strategy_from_spec({"kind": "ranked", "score": "rank(volume)", "top": 3}).rebalance
    'monthly'
    """
    if not isinstance(spec, Mapping):
        raise StrategyError(f"A {type(spec).__name__} is no strategy.", "Give names with values.")
    kind = spec.get("kind")
    cls = KINDS.get(str(kind))
    if cls is None:
        raise StrategyError(f"There is no strategy of kind {kind!r}.", f"Use one of {sorted(KINDS)}.", "kind")
    unknown = sorted(set(spec) - {"kind", *(f.name for f in fields(cls))})
    if unknown:
        known = [f.name for f in fields(cls)]
        raise StrategyError(f"A {kind} strategy has no {unknown}.", f"Use {known}.", unknown[0])
    given = {name: value for name, value in spec.items() if name != "kind"}
    for f in fields(cls):
        if f.name in given:
            _check_type(f.name, given[f.name], str(f.type))
    return cls(**given)


def strategy_to_spec(strategy: Strategy) -> dict[str, Any]:
    """Plain data that `strategy_from_spec` reads back."""
    return {"kind": strategy.kind, **asdict(strategy)}


def strategy_digest(strategy: Strategy) -> str:
    """Digest of what the strategy says: equal strategies have equal digests."""
    return json_digest(strategy_to_spec(strategy))


def expressions_of(strategy: Strategy) -> dict[str, str]:
    """The expressions of a strategy by their role."""
    if isinstance(strategy, Ranked):
        return {"score": strategy.score} if strategy.score is not None else {}
    if isinstance(strategy, Rule):
        return {"entries": strategy.entries} | ({"exits": strategy.exits} if strategy.exits else {})
    return {}


def groups_of(strategy: Strategy) -> tuple[str, ...]:
    """Group fields that a strategy reads beside those of its expressions."""
    if isinstance(strategy, Ranked) and strategy.neutralise not in NO_GROUP:
        return (strategy.neutralise,)
    return ()


def is_long_only(strategy: Strategy) -> bool:
    """Whether it is never short: then it is judged on what it earns above its universe."""
    if isinstance(strategy, Ranked):
        return strategy.bottom == 0 and strategy.top > 0
    if isinstance(strategy, Rule):
        return strategy.weight is None or strategy.weight >= 0
    return not isinstance(strategy, Pairs)
