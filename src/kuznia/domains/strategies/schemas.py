"""What the strategies API reads and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=120)]
Expression = Annotated[str, Field(min_length=1, max_length=10_000)]
Rebalance = Literal["daily", "weekly", "monthly"]
Gross = Annotated[float, Field(gt=0, le=10, description="Sum of absolute weights")]
Truncation = Annotated[float | None, Field(gt=0, le=10, description="Largest weight of a name")]
Away = Annotated[float, Field(gt=0, le=100)]
Instrument = Annotated[str, Field(min_length=1, max_length=64)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Overlay(Strict):
    """What is done to the weights of every decision."""

    threshold: Annotated[
        float | None, Field(ge=0, lt=1, description="Trade only when some weight is off by more")
    ] = None
    volatility_target: Annotated[
        float | None, Field(gt=0, le=10, description="Volatility a year that the weights are scaled to")
    ] = None
    volatility_window: Annotated[int, Field(ge=2, le=10_000, description="Bars it is measured over")] = 60
    volatility_cap: Annotated[float, Field(gt=0, le=100, description="Largest factor of the scaling")] = 1.0


class RankedSpec(Overlay):
    """Hold the highest scores, be short of the lowest."""

    kind: Literal["ranked"]
    score: Annotated[Expression | None, Field(description="Null when a model gives the scores")] = None
    top: Annotated[int, Field(ge=0, le=10_000)] = 0
    bottom: Annotated[int, Field(ge=0, le=10_000)] = 0
    rebalance: Rebalance = "monthly"
    gross: Gross = 1.0
    weighting: Annotated[
        Literal["equal", "score", "inverse_volatility"],
        Field(description="Parts of a side; by score with top and bottom 0: every instrument"),
    ] = "equal"
    decay: Annotated[int, Field(ge=0, le=1000, description="Bars of the score's linear decay")] = 0
    neutralise: Annotated[
        str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$", description="none, market or a group such as sector")
    ] = "none"
    truncation: Truncation = None
    buffer: Annotated[int, Field(ge=0, le=10_000, description="Ranks that a held name may fall below")] = 0
    minimum_bars: Annotated[int, Field(ge=0, le=100_000)] = 0
    maximum_bars: Annotated[int | None, Field(ge=1, le=100_000)] = None


class RuleSpec(Strict):
    """Hold each instrument from an entry to an exit."""

    kind: Literal["rule"]
    entries: Expression
    exits: Annotated[Expression | None, Field(description="Null: when `entries` is no longer true")] = None
    weight: Annotated[float | None, Field(ge=-10, le=10, description="Null: an equal part each")] = None
    stop_loss: Annotated[Away | None, Field(description="From the entry's price, against it")] = None
    take_profit: Annotated[Away | None, Field(description="From the entry's price, in its favour")] = None
    trailing: Annotated[Away | None, Field(description="From the best price up to the bar before")] = None
    distance: Annotated[
        Literal["fraction", "atr"], Field(description="Of the price, or average true ranges at the decision")
    ] = "fraction"
    atr_window: Annotated[int, Field(ge=2, le=10_000, description="Bars of the average")] = 20
    maximum_bars: Annotated[int | None, Field(ge=1, le=100_000, description="From the entry's fill")] = None
    cooldown: Annotated[int, Field(ge=0, le=100_000, description="Bars between an exit and an entry")] = 0
    sizing: Annotated[
        Literal["weight", "risk", "volatility"],
        Field(description="By weight; the same loss at the stop; or the same volatility"),
    ] = "weight"
    risk: Annotated[float, Field(gt=0, le=1, description="Of the equity, lost at the stop")] = 0.01
    volatility_target: Annotated[float, Field(gt=0, le=10, description="Of a position, a year")] = 0.1
    volatility_window: Annotated[int, Field(ge=2, le=10_000, description="Bars it is measured over")] = 60
    truncation: Truncation = None


class EqualWeightSpec(Overlay):
    """Hold the whole universe in equal parts."""

    kind: Literal["equal_weight"]
    rebalance: Rebalance = "monthly"


class RiskParitySpec(Overlay):
    """Hold the universe so that each instrument contributes the same risk."""

    kind: Literal["risk_parity"]
    window: Annotated[int, Field(ge=5, le=10_000, description="Bars of the covariance")] = 252
    shrinkage: Annotated[float, Field(ge=0, le=1, description="Part of each covariance taken off")] = 0.0
    rebalance: Rebalance = "monthly"
    gross: Gross = 1.0
    truncation: Truncation = None


class PairsSpec(Strict):
    """Trade the spread of two instruments back to its mean."""

    kind: Literal["pairs"]
    first: Annotated[Instrument | None, Field(description="Null with `second`: pairs are chosen")] = None
    second: Instrument | None = None
    count: Annotated[int, Field(ge=1, le=1000, description="How many pairs are chosen")] = 5
    window: Annotated[int, Field(ge=5, le=10_000, description="Bars of the regression")] = 252
    every: Annotated[int, Field(ge=1, le=10_000, description="Bars that a choice is traded for")] = 126
    enter: Annotated[float, Field(gt=0, le=100, description="z-score that opens")] = 2.0
    exit: Annotated[float, Field(ge=0, le=100, description="z-score that closes")] = 0.0
    stop: Annotated[float | None, Field(gt=0, le=1000, description="z-score at which it gives up")] = None
    gross: Gross = 1.0


StrategySpec = Annotated[
    RankedSpec | RuleSpec | EqualWeightSpec | RiskParitySpec | PairsSpec, Field(discriminator="kind")
]


class StrategyCreate(Strict):
    name: Name
    description: Annotated[str, Field(max_length=2000)] = ""
    spec: StrategySpec
    model_version: UUID | None = None


class StrategyVersionCreate(Strict):
    spec: StrategySpec
    model_version: UUID | None = None


class BuiltInRead(BaseModel):
    key: str
    name: str
    description: str
    source: Annotated[str, Field(description="Where the idea was published")]
    spec: StrategySpec


class StrategyOwner(BaseModel):
    id: UUID
    name: str


class StrategyVersionRead(BaseModel):
    id: UUID
    strategy_id: UUID
    seq: int
    spec: dict[str, Any]
    digest: str
    model_version_id: UUID | None
    created_by: UUID
    created_at: datetime


class StrategyRead(BaseModel):
    id: UUID
    name: str
    description: str
    revision: int
    owner: StrategyOwner
    created_at: datetime
    latest: StrategyVersionRead
    backtests: Annotated[int, Field(description="Simulations of any of its versions")]
