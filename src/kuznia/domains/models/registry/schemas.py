"""What promotion, rollback, comparison and lineage read and answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from kuznia.domains.models.schemas import (
    AliasName,
    ModelVersionRead,
    Person,
    PinRead,
    RankICRead,
    Strict,
)

Reason = Annotated[str, Field(min_length=3, max_length=500, description="Why; kept for good")]
CheckKey = Literal["measured", "ratio", "probability", "positive_folds", "biased", "age"]
NodeKind = Literal[
    "dataset_version",
    "universe_version",
    "feature_set_version",
    "run",
    "model_version",
    "alias",
    "strategy",
    "backtest",
    "sweep",
]
Reservation = Literal["universe", "horizon"]


class GateSpec(Strict):
    """What a version has to reach before one of these aliases moves to it. Null: not asked for."""

    aliases: list[AliasName] = Field(
        default=["champion"], max_length=20, description="Aliases behind the gate"
    )
    least_ratio: Annotated[
        float | None, Field(ge=-10, le=100, description="Rank IC over its standard error")
    ] = 2.0
    least_probability: Annotated[
        float | None, Field(ge=0, le=1, description="Probability that it is not luck, after all trials")
    ] = 0.95
    least_positive_folds: Annotated[
        float | None, Field(ge=0, le=1, description="Share of folds whose rank IC is above 0")
    ] = 0.6
    most_age_days: Annotated[
        int | None, Field(ge=1, le=100_000, description="Days since the end of its training data")
    ] = None
    biased: Annotated[bool, Field(description="Whether a universe of survivors will do")] = False


class GateChange(Strict):
    spec: GateSpec
    reason: Reason


class GateRead(BaseModel):
    """One state of the gate; ``n`` is 0 for the one that Kuznia comes with."""

    n: int
    spec: GateSpec
    reason: str
    account: Person | None
    at: datetime | None


class PromotionCheck(BaseModel):
    """A threshold and what the version has; ``value`` is null where it is not known."""

    key: CheckKey
    threshold: float | bool
    value: float | bool | None
    passed: bool


class PromotionRead(BaseModel):
    """Whether an alias may move to a version, threshold by threshold."""

    alias: str
    version_id: UUID
    gate: int
    gated: bool
    passed: bool
    may_override: bool
    checks: list[PromotionCheck]


class RollbackWish(Strict):
    reason: Reason


class RollbackRead(BaseModel):
    """What a rollback would do: which move it takes back, and what moves with the alias."""

    alias: str
    revision: int
    undoes: int
    moved_at: datetime
    moved_by: Person
    moved_why: str
    now: ModelVersionRead
    back: ModelVersionRead
    pins_now: list[PinRead]
    pins_back: list[PinRead]


class RemovalWish(Strict):
    reason: Reason


class ParameterDifference(BaseModel):
    """One setting; ``values`` are in the order of the versions, null where a version has none."""

    name: str
    values: list[Any]
    equal: bool


class PinDifference(BaseModel):
    role: str
    pins: list[PinRead | None]
    equal: bool


class ComparedVersion(ModelVersionRead):
    model_name: str
    duration_s: float
    positive_folds: int
    folds: list[RankICRead]
    common: Annotated[RankICRead | None, Field(description="On the bars that all of them have")]


class PairedDifference(BaseModel):
    """Mean of the daily rank IC of `version_id` less that of the first version, bar by bar."""

    version_id: UUID
    mean: float | None
    low: float | None
    high: float | None
    bars: int
    block: Annotated[int, Field(description="Bars in a block of the bootstrap")]
    confidence: float


class ComparisonRead(BaseModel):
    """Versions beside each other; the first is the one that others are measured against."""

    versions: list[ComparedVersion]
    parameters: list[ParameterDifference]
    pins: list[PinDifference]
    span: Annotated[list[datetime] | None, Field(description="First and last common bar")]
    differences: list[PairedDifference]
    reservations: Annotated[list[Reservation], Field(description="What makes the figures hard to compare")]
    without_series: Annotated[list[UUID], Field(description="Versions whose daily rank IC was not kept")]


class VersionNodeRead(BaseModel):
    key: str
    kind: NodeKind
    id: UUID | None
    parent: Annotated[UUID | None, Field(description="The noun that the version is of")]
    name: str
    seq: int | None


class VersionEdgeRead(BaseModel):
    source: str
    target: str


class GraphRead(BaseModel):
    """What a version is made from, and what is made from it."""

    version: str
    nodes: list[VersionNodeRead]
    edges: list[VersionEdgeRead]
    hidden: Annotated[int, Field(description="Users that are not shared with you")]


class CardFact(BaseModel):
    name: str
    value: str


class CardSection(BaseModel):
    title: str
    sentences: list[str]
    facts: list[CardFact]


class CardRead(BaseModel):
    """A model card, written from the version's own rows: to be shown, and as Markdown to take along."""

    title: str
    sections: list[CardSection]
    markdown: str
