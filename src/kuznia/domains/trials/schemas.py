"""What the questions API reads and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class QuestionCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=120)]
    description: Annotated[str, Field(max_length=2000)] = ""


class OwnerRead(BaseModel):
    id: UUID
    name: str


class QuestionRead(BaseModel):
    id: UUID
    name: str
    description: str
    owner: OwnerRead
    created_at: datetime
    revision: int
    trials: Annotated[int, Field(description="Evaluated configurations, whoever evaluated them")]


class TrialRead(BaseModel):
    id: UUID
    kind: str
    name: str
    config: dict[str, Any]
    config_digest: str
    run_id: UUID | None
    first_ts: datetime | None
    last_ts: datetime | None
    observations: int
    periods_per_year: float
    statistics: dict[str, float | str | None]
    created_at: datetime
