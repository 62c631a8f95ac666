"""What the expressions API reads and answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from kuznia.domains.features.schemas import CheckContext, Strict

Text = Annotated[str, Field(max_length=20_000)]


class CheckRequest(Strict):
    expression: Text
    context: CheckContext = CheckContext()


class ProblemRead(BaseModel):
    """A defect at characters ``position`` to ``position + length``, counted from 0."""

    position: int
    length: int
    message: str
    suggestion: str


class CheckRead(BaseModel):
    ok: bool
    kind: str | None = None
    canonical: str | None = None
    digest: str | None = None
    fields: list[str] = []
    series: list[str] = []
    groups: list[str] = []
    lookback: int | None = None
    horizon: int | None = None
    cost: float | None = None
    errors: list[ProblemRead] = []
    warnings: Annotated[list[str], Field(description="What works and had better be changed")] = []


class ParameterRead(BaseModel):
    name: str
    takes: str
    default: float | str | None


class FunctionRead(BaseModel):
    name: str
    aliases: list[str]
    family: str
    signature: str
    parameters: list[ParameterRead]
    returns: str
    doc: str
    nan_rule: str
    example: str


class NameRead(BaseModel):
    """A word that an expression may use beside functions."""

    name: Annotated[str, Field(examples=["macro.cpi"])]
    kind: Annotated[str, Field(description="field, series, group, events or feature")]
    detail: Annotated[str, Field(description="The dataset that holds it, or the expression of a feature")]
    description: str = ""


class PreviewRequest(Strict):
    """Which expression, on which data. What is left out is chosen: the answer says what."""

    expression: Text
    universe: Annotated[UUID | None, Field(description="Its newest version; null: the largest")] = None
    bars: Annotated[UUID | None, Field(description="A dataset; null: the newest that holds it")] = None
    context: Annotated[
        list[UUID] | None,
        Field(max_length=20, description="Datasets beside the bars; null: the newest that hold what is read"),
    ] = None
    instruments: Annotated[
        list[str] | None, Field(max_length=5, description="Whose series to show; null: the first three")
    ] = None
    span: Annotated[int, Field(ge=20, le=5_000, description="Newest bars to show")] = 756
    at: Annotated[date | None, Field(description="Session of the cross-section; null: the newest")] = None
    decision_lag_minutes: Annotated[int, Field(ge=0, le=10_080)] = 30


class PreviewSource(BaseModel):
    """A dataset or universe that a preview read, by its pinned version."""

    id: UUID
    version_id: UUID
    name: str


class PreviewSources(BaseModel):
    universe: PreviewSource
    bars: PreviewSource
    context: list[PreviewSource]


class PreviewLine(BaseModel):
    """One instrument's values, thinned so that no peak is lost."""

    instrument: str
    ts: list[datetime]
    value: list[float | None]


class PreviewBin(BaseModel):
    low: float
    high: float
    count: int


class PreviewPlace(BaseModel):
    """Where an instrument stands among the others."""

    instrument: str
    value: float | None
    rank: Annotated[float | None, Field(description="Share of known values below or equal, 0 to 1")]


class PreviewCrossSection(BaseModel):
    """All instruments at one decision."""

    session: date
    ts: datetime
    known: int
    present: Annotated[int, Field(description="Instruments that have a bar")]
    bins: list[PreviewBin]
    places: list[PreviewPlace]


class PreviewCoverage(BaseModel):
    """Known values over the cells where the instrument has a bar, overall and over time."""

    overall: float | None
    ts: list[datetime]
    share: list[float | None]


class PreviewFacts(BaseModel):
    mean: float | None
    sd: float | None
    low: float | None
    median: float | None
    high: float | None
    unknown: Annotated[float | None, Field(description="Share of cells with a bar whose value is not known")]
    zero: Annotated[float | None, Field(description="Share of known values that are 0")]


class PreviewValues(BaseModel):
    lines: list[PreviewLine]
    cross_section: PreviewCrossSection | None
    coverage: PreviewCoverage
    facts: PreviewFacts
    instruments: int
    bars: int
    work: Annotated[float, Field(description="Operations it took: cells × cost")]
    seconds: float


class PreviewRead(BaseModel):
    """``values`` is null when the check found errors."""

    check: CheckRead
    data: PreviewSources
    values: PreviewValues | None
