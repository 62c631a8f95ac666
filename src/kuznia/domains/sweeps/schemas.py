"""What the sweeps API reads and answers, and the kind of job of this slice."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kuznia.domains.backtests.schemas import (
    BacktestSettings,
    Label,
    Named,
    QuestionOf,
    Reproduction,
    Span,
    UniverseOf,
)
from kuznia.domains.context.schemas import ContextDatasets, ContextVersions
from kuznia.domains.jobs.schemas import JobRead
from kuznia.domains.strategies.schemas import Name
from kuznia.queue.kinds import JobInput, JobKind, Ref

MOST = 10_000
"""Combinations that one job tries."""
NUMBER = "_n"
"""Column of a combination's number in the files of a sweep; no parameter can be named so."""

MEASURES = (
    "total_return",
    "cagr",
    "sharpe",
    "volatility",
    "max_drawdown",
    "calmar",
    "skewness",
    "kurtosis",
    "trades",
    "exposure",
    "turnover",
    "costs",
    "cost_per_year",
)
"""What the core says of each combination; named here, as the API starts without what computes it."""

Finite = Annotated[float, Field(allow_inf_nan=False)]
Value = int | Finite
Parameter = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Values = Annotated[list[Value], Field(min_length=1, max_length=MOST)]
Search = Literal["grid", "random", "optuna"]
Objective = Literal["sharpe", "cagr", "calmar", "max_drawdown", "volatility"]
Over = Literal["best", "mean", "worst"]
Cost = Literal["seconds", "minutes", "long"]


class SweepOf(BaseModel):
    """A strategy with holes, the values that fill them, and how they are searched."""

    model_config = ConfigDict(extra="forbid")

    template: Annotated[
        dict[str, Any],
        Field(description="A strategy's specification; texts may hold $name of a parameter"),
    ]
    parameters: Annotated[
        dict[Parameter, Values], Field(min_length=1, max_length=8, description="The values of each parameter")
    ]
    where: Annotated[
        str | None, Field(max_length=500, description="Which combinations count: fast < slow")
    ] = None
    search: Search = "grid"
    count: Annotated[
        int | None, Field(ge=1, le=MOST, description="How many are tried; null: all of a grid")
    ] = None
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    objective: Annotated[Objective, Field(description="What a search by optuna looks for the best of")] = (
        "sharpe"
    )


class SweepInput(JobInput):
    """Pinned versions, or what other jobs of the chain will make."""

    name: Name
    question: UUID | None = None
    universe_version: Ref
    bars: Annotated[Ref, Field(description="Dataset version of kind bars")]
    actions: Annotated[Ref | None, Field(description="Dataset version of dividends; null: price returns")] = (
        None
    )
    context: ContextVersions
    fx: Annotated[Ref | None, Field(description="Dataset version with rates of exchange")] = None
    sweep: SweepOf
    settings: BacktestSettings = BacktestSettings()
    parts: Annotated[
        list[Ref], Field(default_factory=list, description="Runs of its parts; none: it is computed here")
    ]


class PartInput(JobInput):
    """Some combinations of a sweep, from `begin` on and before `end`."""

    begin: Annotated[int, Field(ge=0, lt=MOST)]
    end: Annotated[int, Field(gt=0, le=MOST)]
    whole: SweepInput

    @model_validator(mode="after")
    def not_empty(self) -> PartInput:
        if self.begin >= self.end:
            raise ValueError("Let begin be before end.")
        return self


class ReproduceSweepInput(JobInput):
    """A sweep to compute again, on its own pins."""

    sweep: Ref


class SweepCreate(SweepOf):
    """Sweep. What is left out is found: the newest versions, and bars that hold the universe."""

    name: Name | None = None
    question: UUID | None = None
    universe: Annotated[UUID | None, Field(description="A universe, in its newest version")] = None
    universe_version: UUID | None = None
    bars: Annotated[UUID | None, Field(description="A dataset of bars, in its newest version")] = None
    actions: Annotated[UUID | None, Field(description="A dataset of actions: dividends are paid")] = None
    context: ContextDatasets = []
    fx: Annotated[
        UUID | None,
        Field(description="A dataset of series or bars with rates of exchange; null: the newest that fits"),
    ] = None
    settings: BacktestSettings = BacktestSettings()

    @model_validator(mode="after")
    def one_universe(self) -> SweepCreate:
        if (self.universe is None) == (self.universe_version is None):
            raise ValueError("Give either universe or universe_version.")
        return self


class SweepCreated(BaseModel):
    job: JobRead


class SweepCheck(SweepOf):
    """What is asked before a sweep is posted."""

    universe: Annotated[UUID | None, Field(description="For the estimate of its cost")] = None


class Wrong(BaseModel):
    pointer: str
    detail: str


class SweepChecked(BaseModel):
    """Whether it can be run, and how much it is."""

    ok: bool
    combinations: Annotated[int, Field(description="After `where` and `count`")] = 0
    most: int
    instruments: int | None
    cost: Annotated[Cost, Field(description="Roughly; a rule on one instrument is fast")] = "seconds"
    errors: list[Wrong] = []


class PointRead(BaseModel):
    """One combination: its values and what came out."""

    n: int
    values: dict[str, float]
    statistics: dict[str, float | None]


class SweepVerdict(BaseModel):
    key: Literal["proven", "unproven", "none_beats"]
    params: Annotated[dict[str, Any], Field(description="Numbers of its sentence")]


class Plateau(BaseModel):
    """The best combination beside those next to it."""

    own: float | None
    neighbours: Annotated[float | None, Field(description="Mean of the combinations next to it")]
    score: Annotated[float | None, Field(description="neighbours / own, where both are above zero")]
    count: int


class WalkForward(BaseModel):
    """The best of each window, traded in the next one."""

    windows: int
    sharpe: float | None
    total_return: float | None
    holding_sharpe: float | None
    holding_return: float | None
    chosen: Annotated[list[dict[str, float]], Field(description="Values in force, oldest first")]


class Evidence(BaseModel):
    """The best combination against the luck of so many."""

    point: Annotated[int, Field(description="The combination furthest from what it has to beat")]
    deflated_sharpe: Annotated[
        float | None, Field(description="Probability of a true ratio above the luckiest of all trials")
    ]
    trials: Annotated[int, Field(description="Of the question, these included")]
    alone: Annotated[float | None, Field(description="Maximum test, were it the only one")]
    adjusted: Annotated[float | None, Field(description="Maximum test among all combinations")]
    pbo: Annotated[float | None, Field(description="Probability of backtest overfitting, by CSCV")]
    against: Literal["universe", "zero"]
    months: int


class SweepSummary(BaseModel):
    """A row of the list."""

    id: UUID
    name: str
    created_at: datetime
    owner: Named
    question: Named
    universe: Named
    biased: bool
    points: int
    beat_return: int
    beat_sharpe: int
    verdict: SweepVerdict
    best: PointRead
    holding: dict[str, float | None]


class SweepRead(BaseModel):
    id: UUID
    name: str
    created_at: datetime
    owner: Named
    duration_s: float
    question: QuestionOf
    universe: UniverseOf
    span: Span
    spec: SweepOf
    settings: BacktestSettings
    labels: list[Label]
    points: int
    beat_return: Annotated[int, Field(description="Combinations with a higher total return than holding")]
    beat_sharpe: Annotated[int, Field(description="Combinations with a higher Sharpe ratio than holding")]
    verdict: SweepVerdict
    best: Annotated[PointRead, Field(description="By Sharpe ratio")]
    holding: dict[str, float | None]
    evidence: Evidence
    plateau: Plateau
    walk_forward: WalkForward | None
    reproduction: Annotated[Reproduction | None, Field(description="The newest time that it was run again")]
    new_trials: int
    run_id: UUID
    job_id: UUID


class Axis(BaseModel):
    name: str
    values: list[float]


class SurfaceRead(BaseModel):
    """A measure over two parameters. Rows are the values of `y`; what was not tried is null."""

    x: Axis
    y: Axis | None
    metric: str
    over: Over
    values: list[list[float | None]]
    neighbours: Annotated[
        list[list[float | None]], Field(description="Mean of the cells around, the own left out")
    ]
    points: Annotated[list[list[int | None]], Field(description="Number of the combination that is shown")]
    holding: float | None


class PointSeries(BaseModel):
    """Equity of a combination and of holding, from month to month; the best has every bar."""

    n: int
    ts: list[datetime]
    equity: list[float | None]
    holding: list[float | None]


RUN = JobKind("sweeps.run", SweepInput, "heavy", "Sweep parameters", ("sweep", "run"))
PART = JobKind("sweeps.part", PartInput, "heavy", "Part of a sweep", ("run",))
REPRODUCE = JobKind("sweeps.reproduce", ReproduceSweepInput, "heavy", "Reproduce a sweep", ("sweep", "run"))
JOB_KINDS: tuple[JobKind, ...] = (RUN, PART, REPRODUCE)
