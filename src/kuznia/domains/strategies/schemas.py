"""What the strategies API reads and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=120)]
Expression = Annotated[str, Field(min_length=1, max_length=10_000)]
Rebalance = Literal["daily", "weekly", "monthly"]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RankedSpec(Strict):
    """Hold the highest scores, be short of the lowest."""

    kind: Literal["ranked"]
    score: Annotated[Expression | None, Field(description="Null when a model gives the scores")] = None
    top: Annotated[int, Field(ge=0, le=10_000)] = 0
    bottom: Annotated[int, Field(ge=0, le=10_000)] = 0
    rebalance: Rebalance = "monthly"
    gross: Annotated[float, Field(gt=0, le=10)] = 1.0


class RuleSpec(Strict):
    """Hold each instrument from an entry to an exit."""

    kind: Literal["rule"]
    entries: Expression
    exits: Annotated[Expression | None, Field(description="Null: when `entries` is no longer true")] = None
    weight: Annotated[float | None, Field(ge=-10, le=10, description="Null: an equal part each")] = None


class EqualWeightSpec(Strict):
    """Hold the whole universe in equal parts."""

    kind: Literal["equal_weight"]
    rebalance: Rebalance = "monthly"


StrategySpec = Annotated[RankedSpec | RuleSpec | EqualWeightSpec, Field(discriminator="kind")]


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
