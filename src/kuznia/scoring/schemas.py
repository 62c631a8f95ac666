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
    """A score, higher is better, and the times of the values it was made from."""

    instrument: str
    score: float | None
    ts: datetime
    available_at: datetime


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
    expires_at: datetime | None
    expired: bool
    scores: list[InstrumentScore]
    missing: list[str]
