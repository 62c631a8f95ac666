"""What the features API reads and answers, and the kinds of job of this slice."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kuznia.domains.context.schemas import ContextVersions
from kuznia.queue.kinds import JobInput, JobKind, Ref

Name = Annotated[str, Field(min_length=1, max_length=120)]
FeatureName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$", examples=["momentum_12_1"])]
Expression = Annotated[
    str, Field(min_length=1, max_length=10_000, examples=["ts_mean(close, 20) / close - 1"])
]
Tag = Annotated[str, Field(min_length=1, max_length=40)]
Tags = Annotated[list[Tag], Field(max_length=20)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Person(BaseModel):
    id: UUID
    name: str


class FeatureCreate(Strict):
    name: FeatureName
    expression: Expression
    description: Annotated[str, Field(max_length=2000)] = ""
    tags: Tags = []


class ReadyMadeRead(BaseModel):
    """A published set that can be taken over."""

    key: str
    name: str
    source: str
    features: int


class FeatureVersionCreate(Strict):
    expression: Expression


class StatisticsRead(BaseModel):
    """A feature against the forward return, over the run that computed it last."""

    coverage: float | None
    ic: float | None
    ic_se: float | None
    rank_ic: float | None
    rank_ic_se: float | None
    autocorrelation: float | None
    turnover: float | None
    bars: int
    psi: Annotated[float | None, Field(description="Drift of the last year; above 0.25 is much")] = None


class FeatureVersionRead(BaseModel):
    id: UUID
    feature_id: UUID
    seq: int
    expression: Annotated[str, Field(description="As written")]
    canonical: Annotated[str, Field(description="The one spelling, with other features put in")]
    digest: str
    fields: list[str]
    series: list[str]
    groups: list[str]
    lookback: Annotated[int, Field(description="Bars before the current one")]
    cost: Annotated[float, Field(description="Operations for each cell")]
    created_at: datetime


class FeatureRead(BaseModel):
    id: UUID
    name: str
    description: str
    tags: list[str]
    revision: int
    retired_at: Annotated[datetime | None, Field(description="Since when it is not offered any more")]
    owner: Person
    created_at: datetime
    latest: FeatureVersionRead
    statistics: StatisticsRead | None
    sets: Annotated[int | None, Field(description="Feature sets that hold it; counted in lists")] = None


class FeatureUser(BaseModel):
    """A feature set that uses a feature."""

    id: UUID
    name: str
    seq: int


class FeatureDetail(FeatureRead):
    versions: list[FeatureVersionRead]
    used_by: list[FeatureUser]


class FeatureSetCreate(Strict):
    """Members are versions of features, or features written out.

    A feature written out becomes one of yours: found by name, made, or given a new version.
    """

    name: Name
    description: Annotated[str, Field(max_length=2000)] = ""
    members: Annotated[list[UUID | FeatureCreate], Field(min_length=1, max_length=1000)]


class FeatureSetVersionCreate(Strict):
    members: Annotated[list[UUID | FeatureCreate], Field(min_length=1, max_length=1000)]


class FeatureSetVersionRead(BaseModel):
    id: UUID
    feature_set_id: UUID
    seq: int
    digest: str
    size: int
    lookback: int
    cost: float
    created_at: datetime


class MemberRead(BaseModel):
    position: int
    feature_id: UUID
    feature_version_id: UUID
    name: str
    expression: str
    canonical: str
    digest: str
    tags: list[str]
    lookback: int
    statistics: StatisticsRead | None


class ComputedInputs(BaseModel):
    """What a run read, as far as it is shared with you: a next one may read their newest versions."""

    universe_id: UUID | None
    bars_id: UUID | None
    context_ids: list[UUID]
    horizon: int
    decision_lag_minutes: int


class ComputedRead(BaseModel):
    """The run that computed a version last."""

    run_id: UUID
    job_id: UUID
    finished_at: datetime
    result_digest: str
    rows: int
    facts: Annotated[
        dict[str, int],
        Field(description="values_chunks, values_computed and values_reused, by feature and chunk"),
    ]
    inputs: ComputedInputs


class FeatureSetRead(BaseModel):
    id: UUID
    name: str
    description: str
    revision: int
    owner: Person
    created_at: datetime
    latest: FeatureSetVersionRead


class FeatureSetDetail(FeatureSetRead):
    members: list[MemberRead]
    versions: list[FeatureSetVersionRead]
    computed: ComputedRead | None


class CheckContext(Strict):
    """What an expression may use beside bars and your own features; null allows any series."""

    label: Annotated[bool, Field(description="A label may look ahead")] = False
    series: list[str] | None = None
    groups: list[str] = ["sector", "industry", "subindustry"]


class MaterialiseInput(JobInput):
    """Bring the values of a feature set over a universe's bars up to date; nothing is measured.

    Only what no run has computed yet is computed: new days, revised files, other universes.
    """

    feature_set: Annotated[Ref, Field(description="A version of a feature set")]
    universe: Annotated[Ref, Field(description="A version of a universe")]
    bars: Annotated[Ref, Field(description="A version of a bars dataset")]
    context: ContextVersions
    decision_lag_minutes: Annotated[int, Field(ge=0, le=10_080)] = 30


class ComputeInput(MaterialiseInput):
    """Compute a feature set over a universe's bars; its statistics are trials of the question."""

    horizon: Annotated[int, Field(ge=1, le=500, description="Bars of the forward return")] = 5


class TrainingFrameInput(JobInput):
    """Put the values that a run computed beside a label, for learners of your own."""

    features: Annotated[Ref, Field(description="A run of feature values; it pins data and universe")]
    label: Annotated[Expression | None, Field(description="What is to be predicted; it may look ahead")] = (
        None
    )
    horizon: Annotated[
        int | None, Field(ge=1, le=500, description="Without a label: the return over so many bars")
    ] = None

    @model_validator(mode="after")
    def _one_label(self) -> TrainingFrameInput:
        if self.label is not None and self.horizon is not None:
            raise ValueError("Give a label or a horizon, not both.")
        return self


COMPUTE = JobKind("features.compute", ComputeInput, "heavy", "Compute a feature set", ("feature_values",))
MATERIALISE = JobKind(
    "features.materialise", MaterialiseInput, "heavy", "Bring feature values up to date", ("feature_values",)
)
FRAME = JobKind("features.frame", TrainingFrameInput, "heavy", "Make a training frame", ("training_frame",))
JOB_KINDS: tuple[JobKind, ...] = (COMPUTE, MATERIALISE, FRAME)


class TrainingFrameRead(BaseModel):
    """A training frame: one row for each instrument and decision, in order of ``ts`` and ``instrument``."""

    id: UUID
    job_id: UUID
    features_run_id: Annotated[UUID, Field(description="The run whose values it holds")]
    label: Annotated[str | None, Field(description="Canonical; null for values alone")]
    horizon: Annotated[int, Field(description="Bars that the label looks ahead")]
    features: list[str]
    rows: int
    result_digest: str
    finished_at: datetime
