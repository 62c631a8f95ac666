"""What the catalogue reads and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from kuznia.domains.features.schemas import FeatureVersionRead, StatisticsRead, Strict, Tags


class FeatureUpdate(Strict):
    """What is given is changed."""

    description: Annotated[str | None, Field(max_length=2000)] = None
    tags: Tags | None = None
    retired: Annotated[
        bool | None, Field(description="Retired: not offered any more; what uses it goes on computing")
    ] = None


class MeasuredRun(BaseModel):
    """The run that statistics come from, and what it measured on."""

    run_id: UUID
    job_id: UUID
    finished_at: datetime
    horizon: Annotated[int, Field(description="Bars of the forward return")]
    universe: str | None
    bars: str | None
    first: datetime | None
    last: datetime | None


class Coefficients(BaseModel):
    """Mean information coefficients with Newey–West standard errors."""

    ic: float | None
    ic_se: float | None
    rank_ic: float | None
    rank_ic_se: float | None
    bars: int


class HorizonRead(Coefficients):
    horizon: int


class MonthRead(Coefficients):
    month: str


class YearRead(Coefficients):
    year: str
    coverage: float | None
    turnover: float | None


class BinRead(BaseModel):
    low: float
    high: float
    count: int


class ShapeRead(BaseModel):
    """Moments and quantiles of the known values; a normal distribution has kurtosis 3."""

    mean: float | None = None
    deviation: float | None = None
    skew: float | None = None
    kurtosis: float | None = None
    zeros: float | None = None
    outliers: float | None = None
    quantiles: Annotated[dict[str, float | None], Field(description="By percentage, 0 to 100")] = {}


class DriftRead(BaseModel):
    """The last year's values against those before."""

    psi: Annotated[float | None, Field(description="Population stability index over deciles")] = None
    ks: Annotated[float | None, Field(description="Largest distance of the distribution functions")] = None
    size: Annotated[
        Literal["little", "some", "much"] | None, Field(description="By the index: below 0.1, up to 0.25")
    ] = None


class NeighbourRead(BaseModel):
    """A feature of the same set with its mean rank correlation across instruments."""

    feature_id: UUID
    name: str
    correlation: float


class FeatureReport(BaseModel):
    """All statistics of one version of a feature; without a run nothing was measured yet."""

    feature_version_id: UUID
    seq: int
    run: MeasuredRun | None = None
    summary: StatisticsRead | None = None
    same_sign: Annotated[
        float | None, Field(description="Share of the years whose mean rank IC has the sign of most")
    ] = None
    shape: ShapeRead = ShapeRead()
    drift: DriftRead = DriftRead()
    histogram: list[BinRead] = []
    decay: list[HorizonRead] = []
    months: list[MonthRead] = []
    years: list[YearRead] = []
    neighbours: list[NeighbourRead] = []


class CorrelationsRead(BaseModel):
    """Mean rank correlations of a set's features, in the set's order; null where no bar has both."""

    run: MeasuredRun | None = None
    features: list[str] = []
    matrix: list[list[float | None]] = []


NodeKind = Literal["dataset", "field", "discovery", "feature", "feature_set", "model", "strategy", "backtest"]


class NodeRead(BaseModel):
    """Something that a feature is made from, or that is made from it."""

    key: str
    kind: NodeKind
    id: Annotated[UUID | None, Field(description="Of the object's page; fields have none")]
    name: str
    seq: Annotated[int | None, Field(description="Version")]
    newest: Annotated[int | None, Field(description="Its newest version, where that is a later one")] = None


class EdgeRead(BaseModel):
    """``target`` is made from ``source``."""

    source: str
    target: str


class LineageRead(BaseModel):
    """What the newest version of a feature reads, and everything visible that uses any version."""

    feature: str
    nodes: list[NodeRead]
    edges: list[EdgeRead]
    hidden: Annotated[int, Field(description="Users that are not shared with you")]
    truncated: Annotated[bool, Field(description="Whether some kinds have more users than are listed")]


class UseRead(BaseModel):
    """A version of a feature that another one's expression names."""

    feature_id: UUID
    name: str
    seq: int
    newest: int


class VersionStatistics(FeatureVersionRead):
    """A version with what it was worth when it was computed last, and the features it stands on."""

    statistics: StatisticsRead | None
    uses: list[UseRead]
