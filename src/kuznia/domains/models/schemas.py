"""What the models API reads and answers, and the kinds of job of this slice."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kuznia.core.models.offered import MOST_HISTORY, MOST_STEPS
from kuznia.core.models.spec import ModelSpec
from kuznia.domains.models.exchange.schemas import EXPORT, IMPORT
from kuznia.domains.models.forecast_schemas import EstimateRead as EstimateRead
from kuznia.domains.models.forecast_schemas import ForecastLackRead as ForecastLackRead
from kuznia.domains.models.forecast_schemas import ForecastRead
from kuznia.domains.models.forecast_schemas import StatedScoreRead as StatedScoreRead
from kuznia.domains.models.forecast_schemas import VersionScoresRead as VersionScoresRead
from kuznia.queue.kinds import JobInput, JobKind, Ref

Name = Annotated[str, Field(min_length=1, max_length=120)]
AliasName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$", examples=["champion"])]
Learner = Literal[
    "lightgbm_ranker",
    "lightgbm_regressor",
    "lightgbm_classifier",
    "random_forest",
    "extra_trees",
    "ridge",
    "elastic_net",
    "logistic",
    "mlp",
    "histogram_boosting",
    "xgboost",
    "catboost",
    "gru",
]
Target = Literal["grade", "barrier", "return", "excess", "scaled", "rank", "meta"]
StepKind = Literal["rank", "winsorise", "isolation", "dissimilarity", "pca"]

DAILY = "daily_rank_ic"
"""Role of the file of a training's rank IC bar by bar."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LabelSpec(Strict):
    """What is made of the forward return from the next open, to be learned."""

    horizon: Annotated[int, Field(ge=1, le=500, description="Bars")] = 5
    grades: Annotated[int, Field(ge=2, le=100)] = 5
    target: Annotated[
        Target,
        Field(
            description="grade: rank in the cross-section cut into equal grades; barrier: first of two"
            " barriers met; return; excess over the cross-section's mean; scaled by volatility; rank;"
            " meta: whether the side of another rule pays"
        ),
    ] = "grade"
    barrier: Annotated[
        float, Field(ge=0.01, le=100, description="Barriers in volatilities over the horizon")
    ] = 1.0
    side: Annotated[
        str | None,
        Field(min_length=1, max_length=120, description="Of `meta`: the feature whose sign is the side"),
    ] = None


class ValidationSpec(Strict):
    """Walk-forward; all lengths are bars, counted from the first one."""

    first_test: Annotated[int, Field(ge=1)] = 504
    test: Annotated[int, Field(ge=1)] = 126
    embargo: Annotated[int, Field(ge=0)] = 0
    stride: Annotated[int, Field(ge=1, description="Every n-th bar is a training row")] = 1
    window: Annotated[
        int | None, Field(ge=1, description="Newest bars learned from; all of them when not given")
    ] = None


class WeightsSpec(Strict):
    """How much a training row counts."""

    uniqueness: Annotated[bool, Field(description="By the share of its label no other label reads")] = False
    oldest: Annotated[float, Field(ge=-0.99, le=1, description="Weight of the oldest row; 1 is no decay")] = (
        1.0
    )


class CrossValidationSpec(Strict):
    """Combinatorial purged cross-validation beside the walk-forward test; nothing of it is traded."""

    groups: Annotated[int, Field(ge=2, le=100)] = 6
    tested: Annotated[int, Field(ge=1, le=99)] = 2
    embargo: Annotated[int, Field(ge=0)] = 0


class StepSpec(Strict):
    """A step between features and learner, fitted inside each fold on its training rows alone."""

    kind: StepKind
    parameters: dict[str, int | float] = {}


class TrainSpec(Strict):
    """What a model is asked to be."""

    learner: Learner = "lightgbm_ranker"
    parameters: dict[str, int | float] = {}
    seeds: Annotated[list[int], Field(min_length=1, max_length=64)] = [1, 2, 3, 4, 5, 6, 7, 8]
    label: LabelSpec = LabelSpec()
    validation: ValidationSpec = ValidationSpec()
    weights: WeightsSpec = WeightsSpec()
    cross_validation: CrossValidationSpec | None = None
    features: Annotated[
        list[str], Field(max_length=5_000, description="What is learned from; all of the set when empty")
    ] = []
    steps: Annotated[list[StepSpec], Field(max_length=MOST_STEPS)] = []
    history: Annotated[
        int, Field(ge=1, le=MOST_HISTORY, description="Bars of each feature in a row, its own included")
    ] = 1

    @model_validator(mode="after")
    def _known_to_the_library(self) -> TrainSpec:
        self.to_core()
        return self

    def to_core(self) -> ModelSpec:
        return ModelSpec.from_spec(self.model_dump())


class LimitedParameterRead(BaseModel):
    name: str
    default: float
    low: float
    high: float
    whole: bool


class LearnerRead(BaseModel):
    """``classes``: it needs a target of classes, ``grade`` or ``barrier``.

    ``sequential``: it reads the bars of a row's history one after the other. ``installed``: its library is
    there; ``remedy`` says how to get it otherwise. It is the API's own install that is looked at.
    """

    name: Learner
    classes: bool
    probable: Annotated[bool, Field(description="It can learn the target `meta`")]
    sequential: bool
    installed: bool
    remedy: str | None
    parameters: list[LimitedParameterRead]


class StepRead(BaseModel):
    kind: StepKind
    parameters: list[LimitedParameterRead]


class TrainInput(JobInput):
    """Train a new version of a model on computed feature values, under the job's question."""

    model: UUID
    features: Annotated[Ref, Field(description="A run of features.compute; it pins data and universe")]
    spec: TrainSpec = TrainSpec()


class PublishInput(JobInput):
    """Tell the scoring service where the aliases are, and which values are the newest."""

    after: Annotated[Ref | None, Field(description="A run of feature values that has to be there first")] = (
        None
    )


TRAIN = JobKind("models.train", TrainInput, "heavy", "Train a model", ("model_version",))
PUBLISH = JobKind(
    "models.publish_routes", PublishInput, "interactive", "Publish models for scoring", ("run",)
)
JOB_KINDS: tuple[JobKind, ...] = (TRAIN, PUBLISH, IMPORT, EXPORT)


class Person(BaseModel):
    id: UUID
    name: str


class ModelCreate(Strict):
    name: Name
    description: Annotated[str, Field(max_length=2000)] = ""


class AliasRead(BaseModel):
    name: str
    version_id: UUID
    seq: int
    revision: int


class RankICRead(BaseModel):
    """Mean over time of the rank correlation of scores and forward returns, out of sample."""

    mean: float | None
    standard_error: float | None
    bars: int


class ModelVerdict(BaseModel):
    """``not_luck`` or ``unproven``, with what its sentence needs."""

    key: Literal["not_luck", "unproven"]
    probability: float | None
    trials: int
    reasons: list[str]


class ModelVersionRead(BaseModel):
    id: UUID
    model_id: UUID
    seq: int
    digest: str
    learner: Learner | Literal["ensemble"]
    horizon: int
    seeds: int
    features: int
    rank_ic: RankICRead
    verdict: ModelVerdict
    labels: list[str]
    aliases: list[str]
    trained_until: datetime
    created_at: datetime
    created_by: Person


class ModelRead(BaseModel):
    id: UUID
    name: str
    description: str
    revision: int
    owner: Person
    created_at: datetime
    versions: int
    aliases: list[AliasRead]
    latest: ModelVersionRead | None


class FoldRead(BaseModel):
    number: int
    train_start: datetime
    train_end: datetime
    test_start: datetime
    test_end: datetime
    train_rows: int
    test_rows: int
    rank_ic: RankICRead
    seeds: list[RankICRead]


class SeedRead(BaseModel):
    seed: int
    rank_ic: RankICRead


class ImportanceRead(BaseModel):
    feature: str
    share: float


class PinRead(BaseModel):
    """One input that this version was made from."""

    role: str
    kind: str
    id: UUID
    name: str | None
    seq: int | None


class RunRead(BaseModel):
    id: UUID
    job_id: UUID
    code: str
    environment: str
    result_digest: str
    started_at: datetime
    finished_at: datetime
    duration_s: float


class ImportRead(BaseModel):
    """The file that an imported version came in; who and when is the version's own."""

    filename: str
    upload: Annotated[str, Field(description="Digest of its bytes")]


class EnsembleMemberRead(BaseModel):
    """One member of an ensemble: its score on a normal scale of this centre and spread, times its weight."""

    learner: Learner
    weight: float
    centre: float
    spread: float
    parameters: dict[str, int | float]


class EnsembleRead(BaseModel):
    """What an ensemble is made of; an automated pipeline makes them."""

    learner: Literal["ensemble"]
    parameters: dict[str, int | float]
    blend: str
    seeds: list[int]
    label: LabelSpec
    validation: ValidationSpec
    members: list[EnsembleMemberRead]


class ModelVersionDetail(ModelVersionRead):
    model_name: str
    spec: TrainSpec | EnsembleRead
    folds: list[FoldRead]
    per_seed: list[SeedRead]
    importance: list[ImportanceRead]
    paths: Annotated[list[RankICRead], Field(description="Of each path of the cross-validation")]
    predictions: int
    span: Annotated[
        tuple[datetime, datetime] | None, Field(description="Of the predictions; null when there are none")
    ]
    imported: Annotated[
        ImportRead | None, Field(description="Set when it was trained elsewhere; nothing was measured here")
    ]
    forecast: Annotated[
        ForecastRead | None,
        Field(description="Chances and intervals beside its scores; null when it states none"),
    ]
    no_forecast: Annotated[
        ForecastLackRead | None,
        Field(description="Why it states none; null too of a version from before there were any"),
    ]
    pins: list[PinRead]
    run: RunRead
    bundle: str
    predictions_file: str


class AliasMove(Strict):
    version: UUID
    reason: Annotated[str, Field(min_length=3, max_length=500, description="Why; kept for good")]
    override: Annotated[
        str | None,
        Field(min_length=3, max_length=500, description="Why the gate is passed by, if it has to be"),
    ] = None


class AliasEventRead(BaseModel):
    """``undoes`` is the move that this rollback took back; ``override`` says why the gate was passed by."""

    n: int
    name: str
    before: UUID | None
    before_seq: int | None
    after: UUID | None
    after_seq: int | None
    reason: str
    undoes: int | None
    override: str | None
    account: Person
    at: datetime
