"""Specifications of strategies: plain data that says what is held, and when it is decided anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Literal

from kuznia.core.errors import StrategyError
from kuznia.core.frames.digest import json_digest

Rebalance = Literal["daily", "weekly", "monthly"]
REBALANCES: tuple[Rebalance, ...] = ("daily", "weekly", "monthly")


@dataclass(frozen=True, slots=True)
class Ranked:
    """Hold the instruments with the highest scores, and be short of those with the lowest.

    Parameters
    ----------
    score : str or None
        Expression to rank by; None when a model gives the scores.
    top, bottom : int
        How many to hold and to be short of.
    rebalance : {"daily", "weekly", "monthly"}
        When: at the last bar of each period.
    gross : float
        Sum of absolute weights, in equal parts; with both sides, half of it for each.
    """

    kind: ClassVar[str] = "ranked"
    score: str | None = None
    top: int = 0
    bottom: int = 0
    rebalance: Rebalance = "monthly"
    gross: float = 1.0

    def __post_init__(self) -> None:
        _check_rebalance(self.rebalance)
        if self.top < 0 or self.bottom < 0 or self.top + self.bottom == 0:
            raise StrategyError(f"It holds {self.top} and is short of {self.bottom}.", "Choose at least one.")
        if not 0 < self.gross <= 10:
            raise StrategyError(f"gross is {self.gross}.", "Use a number above 0 and up to 10.")


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
        the universe its equal part.

    Notes
    -----
    Weights are decided anew when any position opens or closes.
    """

    kind: ClassVar[str] = "rule"
    entries: str = ""
    exits: str | None = None
    weight: float | None = None

    def __post_init__(self) -> None:
        if not self.entries.strip():
            raise StrategyError("There is no entry.", "Write a boolean expression such as 'close > open'.")


@dataclass(frozen=True, slots=True)
class EqualWeight:
    """Hold every instrument of the universe in equal parts."""

    kind: ClassVar[str] = "equal_weight"
    rebalance: Rebalance = "monthly"

    def __post_init__(self) -> None:
        _check_rebalance(self.rebalance)


Strategy = Ranked | Rule | EqualWeight
KINDS: dict[str, type[Ranked] | type[Rule] | type[EqualWeight]] = {
    cls.kind: cls for cls in (Ranked, Rule, EqualWeight)
}


def _check_rebalance(rebalance: str) -> None:
    if rebalance not in REBALANCES:
        raise StrategyError(f"rebalance is {rebalance!r}.", f"Use one of {list(REBALANCES)}.")


def strategy_from_spec(spec: Mapping[str, Any]) -> Strategy:
    """Read a strategy from plain data.

    Examples
    --------
    >>> strategy_from_spec({"kind": "ranked", "score": "rank(volume)", "top": 3}).rebalance
    'monthly'
    """
    kind = spec.get("kind")
    cls = KINDS.get(str(kind))
    if cls is None:
        raise StrategyError(f"There is no strategy of kind {kind!r}.", f"Use one of {sorted(KINDS)}.")
    unknown = sorted(set(spec) - {"kind", *(f.name for f in fields(cls))})
    if unknown:
        raise StrategyError(f"A {kind} strategy has no {unknown}.", f"Use {[f.name for f in fields(cls)]}.")
    return cls(**{name: value for name, value in spec.items() if name != "kind"})


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


def is_long_only(strategy: Strategy) -> bool:
    """Whether it is never short: then it is judged on what it earns above its universe."""
    if isinstance(strategy, Ranked):
        return strategy.bottom == 0
    return not (isinstance(strategy, Rule) and strategy.weight is not None and strategy.weight < 0)
