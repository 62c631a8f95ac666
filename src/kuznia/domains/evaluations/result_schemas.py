"""What evaluations tell, as the API answers it. Every figure has a standard error or an interval."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from kuznia.domains.models.schemas import EstimateRead, RankICRead

View = Literal["prices", "macro", "fundamentals", "sentiment"]


class ICDifferenceRead(BaseModel):
    """Of two daily rank ICs on the bars that both know, with the 95 % of a block bootstrap."""

    mean: float | None
    low: float | None
    high: float | None
    bars: int


class ScorePartRead(BaseModel):
    """What a score was worth in one part: rank IC, and the best fifth less the worst."""

    key: str
    ic: RankICRead
    gross: Annotated[EstimateRead, Field(description="Over the horizon, one unit long and one short")]
    net: Annotated[EstimateRead, Field(description="The same after costs")]
    turnover: Annotated[float | None, Field(description="Value traded at each choice, 0 to 4")]


class SectorsRead(BaseModel):
    """Names of one sector among themselves."""

    scheme: str
    dataset: str
    backfilled: bool
    parts: list[ScorePartRead]


class ScoreHorizonRead(BaseModel):
    bars: int
    ic: RankICRead


class ChanceBinRead(BaseModel):
    """Rows whose stated chance to beat the middle of the bar is alike."""

    stated: float
    observed: EstimateRead
    rows: int


class CalibrationRead(BaseModel):
    bins: list[ChanceBinRead]
    brier: EstimateRead
    base: Annotated[float | None, Field(description="Brier score of always saying the share seen before")]
    skill: Annotated[EstimateRead, Field(description="base less brier")]
    expected_error: float | None


class IntervalCoverageRead(BaseModel):
    """How often the truth lay inside an interval; half-widths are in return."""

    key: str
    fixed: EstimateRead
    adaptive: EstimateRead
    fixed_radius: float | None
    adaptive_radius: float | None


class ClusterRead(BaseModel):
    """Rank IC lost when features are shuffled together."""

    features: list[str]
    loss: EstimateRead


class ShapleyRead(BaseModel):
    """Share of the absolute Shapley values; above zero direction means that more is better."""

    feature: str
    size: EstimateRead
    direction: float | None


class DependenceRead(BaseModel):
    """Score above its mean, in its standard deviations, by the value of one feature."""

    feature: str
    at: list[float]
    score: list[EstimateRead]


class HistoryLengthRead(BaseModel):
    """A training on so many newest bars; null: on all."""

    window: int | None
    own: Annotated[bool, Field(description="The version's own length of history")]
    ic: RankICRead
    rows: Annotated[float, Field(description="Mean training rows of a fold")]
    difference: Annotated[ICDifferenceRead | None, Field(description="Less the version's own; null for it")]


class EvaluationResult(BaseModel):
    """What a version's out-of-fold scores were worth."""

    horizon: int
    cost_bps: float
    periods_per_year: float
    whole: ScorePartRead
    years: list[ScorePartRead]
    volatility: list[ScorePartRead]
    trend: list[ScorePartRead]
    sectors: Annotated[SectorsRead | None, Field(description="Null: no dataset tells a sector")]
    decay: list[ScoreHorizonRead]
    quantiles: list[EstimateRead]
    calibration: CalibrationRead
    aimed: Annotated[float, Field(description="Share that intervals were to cover")]
    coverage: list[IntervalCoverageRead]
    seed: Annotated[int, Field(description="Whose folds were fitted again to be explained")]
    reproduced: Annotated[bool, Field(description="The folds fitted again gave the kept scores to the bit")]
    importance: list[ClusterRead]
    contributions: Annotated[list[ShapleyRead], Field(description="Empty: the learner has none")]
    dependence: list[DependenceRead]
    history: list[HistoryLengthRead]
    trials: Annotated[int, Field(description="Configurations that were tried for it")]


CheckKey = Literal["prefix", "overlap", "foresight", "scaler", "embargo", "shuffled"]
Status = Literal["passed", "suspicious", "failed", "unknown"]


class LeakFindingRead(BaseModel):
    subject: str
    where: str
    value: float | None
    bound: float | None


class LeakCheckRead(BaseModel):
    """An answer to one question."""

    key: CheckKey
    status: Status
    examined: int
    findings: list[LeakFindingRead]
    ic: RankICRead | None
    other_ic: RankICRead | None
    difference: ICDifferenceRead | None


class LeakResult(BaseModel):
    """``status`` is that of the worst check."""

    status: Status
    horizon: int
    learner: Annotated[str, Field(description="What was trained for the checks that train")]
    embargo: Annotated[int, Field(description="Bars that the longer embargo has more")]
    cuts: Annotated[list[str], Field(description="Days on which the history was made to end")]
    checks: list[LeakCheckRead]
    trials: int


class AblationStepRead(BaseModel):
    """A training on some of the views."""

    view: View
    added: list[str]
    features: int
    ic: RankICRead
    per_seed: list[RankICRead]
    difference: Annotated[
        ICDifferenceRead | None, Field(description="Less the step before; null for the first")
    ]
    to_all: Annotated[
        ICDifferenceRead | None, Field(description="The whole set less this; null for the last")
    ]


class AblationResult(BaseModel):
    steps: list[AblationStepRead]
    seeds: list[int]
    trials: int
