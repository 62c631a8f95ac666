"""What the scoring service reads and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator


class ScoreRequest(BaseModel):
    """Which model, by alias or by version, and which instruments; all when none is named."""

    model_config = ConfigDict(extra="forbid")

    alias: str | None = None
    model: Annotated[UUID | None, Field(description="Needed when two models have the alias")] = None
    model_version: UUID | None = None
    instruments: Annotated[list[str] | None, Field(max_length=10_000)] = None

    @model_validator(mode="after")
    def _one_way(self) -> ScoreRequest:
        if (self.alias is None) == (self.model_version is None):
            raise ValueError("Name either an alias or a model_version.")
        return self


class InstrumentScore(BaseModel):
    """A score, higher is better, what it says of the return to come, and the times of its values.

    The statements are of the whole cross-section of the same ``ts``, whichever instruments were asked for;
    null where the bundle states nothing, or where the cross-section is far smaller than those it learned
    from.
    """

    instrument: str
    score: float | None
    chance: Annotated[float | None, Field(description="To beat the middle of the cross-section")]
    expected: Annotated[
        float | None, Field(description="Return over the mean of the cross-section over the horizon")
    ]
    low: Annotated[float | None, Field(description="Lower end of the conformal interval of that return")]
    high: Annotated[float | None, Field(description="Upper end")]
    ts: datetime
    available_at: datetime


class ForecastTerms(BaseModel):
    """What the statements are about: returns over ``horizon`` bars, from the next open.

    ``alpha`` is the share of returns that may lie outside the intervals.
    """

    horizon: int
    alpha: float
    learned_until: datetime


class ScoreAnswer(BaseModel):
    """Scores of one bundle. ``missing`` are instruments it has no values of.

    ``expired`` says that the version is older than the limit of its alias, which was ``expires_at``.
    """

    model: UUID
    alias: str
    model_version: UUID
    bundle: str
    feature_set: str
    revision: int
    trained_until: datetime
    forecast: Annotated[
        ForecastTerms | None, Field(description="Null when the bundle states nothing beside its scores")
    ]
    expires_at: datetime | None
    expired: bool
    scores: list[InstrumentScore]
    missing: list[str]
