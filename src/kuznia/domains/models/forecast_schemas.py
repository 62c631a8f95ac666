"""What the API tells of chances, expected returns and intervals beside a version's scores."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field


class EstimateRead(BaseModel):
    """A mean with its standard error; null where there is nothing to take a mean of."""

    value: float | None
    error: float | None
    count: Annotated[int, Field(description="Bars behind it; folds for explanations")]


class ForecastRead(BaseModel):
    """What a version states beside its scores, what that was learned from, and how it held.

    ``skill`` and ``coverage`` are those of the evaluation, of what would have been stated at the time; null
    of an imported version, for nothing was measured here.
    """

    horizon: Annotated[int, Field(description="Bars over which returns are stated")]
    alpha: Annotated[float, Field(description="Share of returns that may lie outside the interval")]
    radius: Annotated[float, Field(description="Half-width of the interval")]
    names: Annotated[int, Field(description="Instruments of the middle cross-section learned from")]
    rows: int
    bars: int
    learned_until: datetime
    skill: Annotated[
        EstimateRead | None,
        Field(description="Brier score saved against always saying the share before"),
    ]
    coverage: Annotated[
        EstimateRead | None,
        Field(description="Share of returns inside intervals made from years before; null within one year"),
    ]


class ForecastLackRead(BaseModel):
    """Why a version states nothing: ``found`` of at least ``least`` rows, spans of its label, or bars with
    two instruments."""

    kind: Literal["cross_section", "rows", "spans"]
    found: int
    least: int
    why: Annotated[str, Field(description="The same in a sentence")]


class StatedScoreRead(BaseModel):
    """A score with what it says of the return to come; null where the version states nothing."""

    instrument: str
    score: float | None
    chance: Annotated[float | None, Field(description="To beat the middle of the cross-section")]
    expected: Annotated[float | None, Field(description="Return over the mean of the cross-section")]
    low: float | None
    high: float | None
    ts: datetime
    available_at: datetime


class VersionScoresRead(BaseModel):
    """The newest scores of a version, the highest first, made when its aliases were published."""

    published_at: datetime
    items: list[StatedScoreRead]
