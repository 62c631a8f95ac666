"""What the pipelines API reads and answers, and the kind of job of this slice."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from kuznia.core.models.pipeline.plan import PRESETS, PipelineSpec
from kuznia.domains.backtests.schemas import Named
from kuznia.domains.jobs.schemas import JobRead, State
from kuznia.domains.models.schemas import LabelSpec, Learner, ModelVerdict, Name, RankICRead
from kuznia.queue.kinds import JobInput, JobKind, Ref

Preset = Literal["fast", "medium", "best"]


Family = Literal["momentum", "level", "volatility", "shape", "comovement"]
"""Families of templates that need nothing but bars."""


class GenerateOf(BaseModel):
    """Candidate features made from prices, by the templates of a discovery."""

    model_config = ConfigDict(extra="forbid")

    families: Annotated[list[Family], Field(min_length=1, max_length=5, description="Of templates")] = list(
        get_args(Family)
    )
    windows: Annotated[
        list[Annotated[int, Field(ge=2, le=500)]], Field(min_length=1, max_length=12, description="Bars")
    ] = [5, 10, 20, 60, 120]
    budget: Annotated[
        int, Field(ge=10, le=2_000, description="Candidates, at most; each is a trial of the question")
    ] = 200
    most: Annotated[int, Field(ge=1, le=200, description="Candidates that go into the selection")] = 40

    @field_validator("families", "windows")
    @classmethod
    def each_once(cls, values: list[Any]) -> list[Any]:
        return sorted(set(values))


class PipelineOf(BaseModel):
    """What is tried. What a preset says is used where nothing is given."""

    model_config = ConfigDict(extra="forbid")

    preset: Annotated[Preset, Field(description="How much is tried when nothing else is said")] = "fast"
    learners: Annotated[list[Learner] | None, Field(min_length=1, description="Of the preset when null")] = (
        None
    )
    trials: Annotated[
        int | None, Field(ge=1, le=1_000, description="Configurations of each learner, at most")
    ] = None
    minutes: Annotated[
        float | None,
        Field(gt=0, le=10_000, description="Lowers the trials in advance, by an estimate and not by a clock"),
    ] = None
    seeds: Annotated[
        list[Annotated[int, Field(ge=0)]] | None,
        Field(min_length=1, max_length=16, description="Of each model that is kept"),
    ] = None
    seed: Annotated[int, Field(ge=0, lt=2**63, description="Of selection and tuning")] = 0
    label: LabelSpec = LabelSpec()
    evaluated: Annotated[
        float, Field(ge=0.1, le=0.8, description="Share of the bars that selection and tuning never see")
    ] = 0.35
    test: Annotated[int, Field(ge=1, description="Bars of each fold of the evaluation")] = 126
    embargo: Annotated[int, Field(ge=0, description="Bars kept empty behind training labels")] = 0
    stride: Annotated[int, Field(ge=1, description="Every n-th bar is a training row")] = 1
    folds: Annotated[int, Field(ge=2, le=20, description="Purged folds of the development; even")] = 4
    select: Annotated[bool, Field(description="Whether features are selected")] = True
    allowed: Annotated[
        float, Field(ge=0.1, le=100, description="Falsely kept features that selection may expect")
    ] = 1.0
    generate: Annotated[
        GenerateOf | None, Field(description="Makes candidate features from prices first; null: none")
    ] = None
    keep: Annotated[
        Literal["best", "all"],
        Field(
            description="best: the best learner and the chosen ensemble become versions; all: each learner"
        ),
    ] = "best"

    @model_validator(mode="after")
    def _known_to_the_library(self) -> PipelineOf:
        self.to_core()
        return self

    def to_core(self) -> PipelineSpec:
        wanted = set(PipelineOf.model_fields) - {"preset", "keep"}
        given = self.model_dump(include=wanted, exclude_none=True)
        return PipelineSpec.from_spec({**PRESETS[self.preset], **given})


class PipelineInput(JobInput):
    """The pipeline that this job was made with, and what it reads: feature values, or bars of a universe."""

    pipeline: UUID
    features: Annotated[
        Ref | None, Field(description="A run of features.compute; it pins data and universe")
    ] = None
    universe_version: Annotated[UUID | None, Field(description="Where no features are given")] = None
    bars: Annotated[UUID | None, Field(description="Dataset version; where no features are given")] = None


class PipelineCreate(PipelineOf):
    """From computed features or a universe, and a label, to a leader board and model versions."""

    name: Name
    features: Annotated[
        Ref | None,
        Field(description="A run of features.compute, or the job that will make one; null: generated alone"),
    ] = None
    universe: Annotated[
        UUID | None, Field(description="In its newest version; where no features are given")
    ] = None
    bars: Annotated[
        UUID | None, Field(description="A dataset of bars, in its newest version; null: one that fits")
    ] = None
    question: Annotated[UUID | None, Field(description="Its trials count here; null: everyday ideas")] = None
    model: Annotated[UUID | None, Field(description="Gets the versions; null: a new one of this name")] = None

    @model_validator(mode="after")
    def _features_from_somewhere(self) -> PipelineCreate:
        if self.features is None and (self.universe is None or self.generate is None):
            raise ValueError("Give features, or a universe and what to generate.")
        if self.features is not None and (self.universe or self.bars):
            raise ValueError("Features bring their universe and bars; leave universe and bars out.")
        return self


class PipelineCreated(BaseModel):
    id: UUID
    job: JobRead


class PipelineSummary(BaseModel):
    """A row of the list."""

    id: UUID
    name: str
    created_at: datetime
    owner: Named
    question: Named
    model: Named
    preset: Preset
    horizon: int
    learners: int
    state: State
    progress: float
    recommended: Annotated[str | None, Field(description="Entry that the development recommends")]
    rank_ic: Annotated[RankICRead | None, Field(description="Of it, on the evaluation")]


class PipelineStepRead(BaseModel):
    name: str
    state: Literal["waiting", "running", "done"]
    attempt: Annotated[int | None, Field(description="Of the job, in which it was finished")]
    seconds: float | None
    found: Annotated[dict[str, Any], Field(description="Its result in a few figures")]


class SelectedFeature(BaseModel):
    feature: str
    coverage: float
    frequency: Annotated[float | None, Field(description="Share of the halves that picked it")]
    reason: Annotated[
        Literal["coverage", "flat", "alike", "unstable"] | None,
        Field(description="Why it was dropped; null: kept"),
    ]
    like: Annotated[str | None, Field(description="The feature that speaks for it")]


class SelectionRead(BaseModel):
    features: list[SelectedFeature]
    stable: Annotated[bool, Field(description="false: nothing was stable, the most frequent were kept")]
    false_bound: Annotated[float | None, Field(description="Falsely kept features expected, at most")]
    trials: Annotated[int, Field(description="Configurations of each learner, after the minutes")]


class GenerationRead(BaseModel):
    """How many candidates were left after each step."""

    generated: int
    screened: Annotated[int, Field(description="Went into the selection")]
    selected: Annotated[int | None, Field(description="Of these; null: selection is not done")]
    fell: Annotated[dict[str, int], Field(description="By reason")]
    feature_set: Annotated[UUID | None, Field(description="Made of those screened and those given")]


class ChosenClusterRead(BaseModel):
    features: list[str]
    loss: Annotated[float | None, Field(description="Rank IC lost when they are shuffled together")]
    error: float | None


class ImportanceOf(BaseModel):
    learner: str
    clusters: list[ChosenClusterRead]


class PipelineVersion(BaseModel):
    """A version that was made of an entry."""

    entry: str
    id: UUID
    seq: int


class PipelineRead(PipelineSummary):
    spec: PipelineOf
    features_run: UUID | None
    job: JobRead
    steps: list[PipelineStepRead]
    generation: GenerationRead | None
    selection: SelectionRead | None
    importance: ImportanceOf | None
    versions: list[PipelineVersion]
    result_digest: str | None


class EntryDifferenceRead(BaseModel):
    mean: float | None
    standard_error: float | None


class LeaderRead(BaseModel):
    """One entry: what the development said of it, and what the evaluation says."""

    name: str
    kind: Literal["learner", "ensemble"]
    parameters: dict[str, int | float]
    weights: Annotated[dict[str, float], Field(description="Of an ensemble's members")]
    development: RankICRead
    evaluation: RankICRead
    difference: Annotated[
        EntryDifferenceRead, Field(description="To the best learner of the development, paired")
    ]
    recommended: bool
    version: PipelineVersion | None


class LeaderBoardRead(BaseModel):
    """Ordered by the evaluation; what is recommended was decided by the development."""

    entries: list[LeaderRead]
    best: str
    blend: str | None
    recommended: str
    verdict: ModelVerdict
    trials: Annotated[int, Field(description="Of the question, today")]


RUN = JobKind("pipelines.run", PipelineInput, "heavy", "Run an automated pipeline", ("model_version", "run"))
JOB_KINDS: tuple[JobKind, ...] = (RUN,)
