"""What the discoveries API reads and answers, and the kinds of job of this slice."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

from kuznia.domains.backtests.schemas import Named, QuestionOf, Reproduction, UniverseOf
from kuznia.domains.features.schemas import Name
from kuznia.domains.jobs.schemas import JobRead
from kuznia.queue.kinds import JobInput, JobKind, Ref

Family = Literal["momentum", "level", "volatility", "shape", "comovement", "macro", "relative"]
"""Families of templates; named here, as the API starts without what computes them."""

Reason = Literal["flat", "coverage", "suspicious", "unstable", "costly", "insignificant", "redundant"]
Step = Literal[
    "generated", "flat", "coverage", "suspicious", "unstable", "costly", "insignificant", "redundant"
]
Window = Annotated[int, Field(ge=2, le=500)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]

SORTS = (
    "n",
    "expression",
    "family",
    "ic",
    "t",
    "p",
    "adjusted_p",
    "coverage",
    "turnover",
    "net_return",
    "same_sign",
    "cluster",
    "lookback",
)


class DiscoveryOf(BaseModel):
    """What is searched, and what a candidate has to be."""

    model_config = ConfigDict(extra="forbid")

    families: Annotated[list[Family], Field(min_length=1, description="Templates; relative: in groups")] = [
        "momentum",
        "level",
        "volatility",
        "shape",
        "comovement",
        "macro",
        "relative",
    ]
    windows: Annotated[list[Window], Field(min_length=1, max_length=12, description="Bars")] = [
        5,
        10,
        20,
        60,
        120,
        250,
    ]
    budget: Annotated[int, Field(ge=10, le=5_000, description="Candidates, at most")] = 1_000
    interactions: Annotated[bool, Field(description="Combine those that did best while teaching")] = True
    search: Annotated[bool, Field(description="Breed formulas (symbolic search)")] = False
    teaching: Annotated[
        float, Field(ge=0.1, le=0.9, description="Share of the bars that teach; the rest judge")
    ] = 0.35
    horizon: Annotated[int, Field(ge=1, le=250, description="Bars of the forward return")] = 5
    cost_bps: Annotated[float, Field(ge=0.0, le=1_000.0, description="On the value of every trade")] = 5.0
    false_discovery_rate: Annotated[
        float, Field(ge=0.001, le=0.5, description="Benjamini-Yekutieli, over all that were generated")
    ] = 0.1
    coverage: Annotated[Share, Field(description="Least share of known cells")] = 0.8
    same_sign: Annotated[Share, Field(description="Least share of years with the sign of the whole")] = 0.6
    correlation: Annotated[Share, Field(description="Of ranks, from which two candidates are one")] = 0.7
    decision_lag_minutes: Annotated[int, Field(ge=0, le=10_080)] = 30
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0

    @field_validator("families")
    @classmethod
    def something_to_put_in_groups(cls, families: list[Family]) -> list[Family]:
        if set(families) == {"relative"}:
            raise ValueError("relative puts other families inside groups: choose one of them too.")
        return sorted(set(families))

    @field_validator("windows")
    @classmethod
    def each_window_once(cls, windows: list[int]) -> list[int]:
        return sorted(set(windows))


class DiscoveryInput(JobInput):
    """Pinned versions, or what other jobs of the chain will make."""

    name: Name
    question: UUID | None = None
    universe_version: Ref
    bars: Annotated[Ref, Field(description="Dataset version of kind bars")]
    context: Annotated[
        list[Ref],
        Field(default_factory=list, max_length=20, description="Dataset versions: series, classification"),
    ]
    spec: DiscoveryOf = DiscoveryOf()


class ReproduceDiscovery(JobInput):
    discovery: Ref


class DiscoveryCreate(DiscoveryOf):
    """Search for features. What is left out is found: the newest versions, bars that hold the universe."""

    name: Name | None = None
    question: UUID | None = None
    universe: Annotated[UUID, Field(description="A universe, in its newest version")]
    bars: Annotated[UUID | None, Field(description="A dataset of bars, in its newest version")] = None
    context: Annotated[
        list[UUID], Field(max_length=20, description="Datasets of series and classification")
    ] = []


class DiscoveryCreated(BaseModel):
    job: JobRead


class FunnelStep(BaseModel):
    """One step: how many fell there, and how many were left after it."""

    step: Step
    left: int
    fell: int
    examples: Annotated[list[str], Field(description="The most remarkable of those that fell")]


class Luck(BaseModel):
    """What the same search says without control, and what luck alone would say."""

    tested: Annotated[int, Field(description="Candidates with an information coefficient")]
    below_5: Annotated[int, Field(description="Of them with a plain p-value below 5 %")]
    expected_below_5: Annotated[float, Field(description="As many by luck alone: 5 % of them")]


class Stretch(BaseModel):
    start: datetime
    end: datetime
    bars: int


class DiscoverySummary(BaseModel):
    """A row of the list."""

    id: UUID
    name: str
    created_at: datetime
    owner: Named
    question: Named
    universe: Named
    biased: bool
    candidates: int
    kept: int
    horizon: int
    false_discovery_rate: float


class DiscoveryRead(BaseModel):
    id: UUID
    name: str
    created_at: datetime
    owner: Named
    duration_s: float
    question: QuestionOf
    universe: UniverseOf
    spec: DiscoveryOf
    bars: Named
    context: list[Named]
    backfilled: Annotated[list[str], Field(description="Classifications known from a later snapshot alone")]
    frequency: str
    periods_per_year: float
    taught: Annotated[Stretch | None, Field(description="Bars that taught what is combined and bred")]
    judged: Annotated[Stretch, Field(description="Bars that judged every candidate")]
    candidates: int
    kept: int
    new_trials: int
    funnel: list[FunnelStep]
    luck: Luck
    run_id: UUID
    job_id: UUID
    result_digest: str
    reproduction: Reproduction | None
    adopted: Annotated[list[Named], Field(description="Feature sets made of what it kept")]


class CandidateRead(BaseModel):
    """One candidate on the bars that judge."""

    n: int
    expression: str
    digest: str
    family: Annotated[str, Field(description="Of templates, or interaction, or evolved")]
    origin: Annotated[str, Field(description="Template, form of the interaction, or generation")]
    lookback: int
    taught_ic: float | None
    ic: Annotated[float | None, Field(description="Mean rank information coefficient")]
    ic_error: Annotated[float | None, Field(description="Newey-West, with the overlap put back")]
    t: float | None
    p: float | None
    adjusted_p: Annotated[float | None, Field(description="Benjamini-Yekutieli; null: fell before the test")]
    coverage: float
    turnover: Annotated[float, Field(description="Value traded a year for gross worth 1")]
    gross_return: Annotated[float, Field(description="A year, of holding its ranks over the horizon")]
    net_return: Annotated[float, Field(description="The same after costs")]
    periods: Annotated[int, Field(description="Years, or quarters of a short span")]
    same_sign: Annotated[int, Field(description="Of them with the sign of the whole")]
    cluster: Annotated[int, Field(description="Candidates of one number say the same; 0: not compared")]
    reason: Annotated[Reason | None, Field(description="Why it fell; null: kept")]


class Adopt(BaseModel):
    """Make features of candidates that were kept, and a feature set of them."""

    model_config = ConfigDict(extra="forbid")

    candidates: Annotated[list[int], Field(min_length=1, max_length=200, description="Their numbers")]
    name: Annotated[Name | None, Field(description="Of the feature set; null: of the discovery")] = None


class Adopted(BaseModel):
    feature_set: Named
    features: list[str]


RUN = JobKind("discoveries.run", DiscoveryInput, "heavy", "Search for features", ("discovery", "run"))
REPRODUCE = JobKind(
    "discoveries.reproduce", ReproduceDiscovery, "heavy", "Search for features again", ("run",)
)
JOB_KINDS: tuple[JobKind, ...] = (RUN, REPRODUCE)
