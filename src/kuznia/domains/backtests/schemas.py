"""What the backtests API reads and answers, and the kinds of job of this slice."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kuznia.domains.backtests.settings import BacktestSettings as BacktestSettings
from kuznia.domains.backtests.settings import CashFlow as CashFlow
from kuznia.domains.backtests.settings import InstrumentKey as InstrumentKey
from kuznia.domains.context.schemas import ContextDatasets, ContextVersions
from kuznia.domains.jobs.schemas import JobRead
from kuznia.domains.strategies.schemas import Name, StrategySpec
from kuznia.queue.kinds import JobInput, JobKind, Ref


class BacktestInput(JobInput):
    """Pinned versions, or what other jobs of the chain will make."""

    name: Name
    question: UUID | None = None
    universe_version: Ref
    bars: Annotated[Ref, Field(description="Dataset version of kind bars")]
    actions: Annotated[Ref | None, Field(description="Dataset version of dividends; null: price returns")] = (
        None
    )
    context: ContextVersions
    strategy_version: Ref | None = None
    strategy: StrategySpec | None = None
    strategy_name: Name | None = None
    model_version: Annotated[Ref | None, Field(description="Gives the scores of a ranked strategy")] = None
    sectors: Annotated[
        Ref | None, Field(description="Dataset version of classification that sectors are read from")
    ] = None
    fx: Annotated[Ref | None, Field(description="Dataset version with rates of exchange")] = None
    settings: BacktestSettings = BacktestSettings()

    @model_validator(mode="after")
    def one_strategy(self) -> BacktestInput:
        if (self.strategy_version is None) == (self.strategy is None):
            raise ValueError("Give either strategy_version or strategy.")
        return self


class ReproduceInput(JobInput):
    backtest: Ref


class BacktestCreate(BaseModel):
    """Simulate. What is left out is found: the newest versions, and bars that hold the universe."""

    model_config = ConfigDict(extra="forbid")

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
    sectors: Annotated[
        UUID | None, Field(description="A dataset of classification; null: the newest that has the scheme")
    ] = None
    strategy_version: UUID | None = None
    strategy: StrategySpec | None = None
    strategy_name: Name | None = None
    model_version: UUID | None = None
    settings: BacktestSettings = BacktestSettings()

    @model_validator(mode="after")
    def one_of_each(self) -> BacktestCreate:
        if (self.universe is None) == (self.universe_version is None):
            raise ValueError("Give either universe or universe_version.")
        if (self.strategy_version is None) == (self.strategy is None):
            raise ValueError("Give either strategy_version or strategy.")
        return self


class BacktestCreated(BaseModel):
    backtest_id: Annotated[UUID | None, Field(description="Known when the job is done")] = None
    job: JobRead


class Named(BaseModel):
    id: UUID
    name: str


class QuestionOf(Named):
    trials: Annotated[int, Field(description="Of all people, today")]


class StrategyOf(Named):
    version_id: UUID
    seq: int
    kind: str
    spec: dict[str, Any]


class UniverseOf(Named):
    version_id: UUID
    seq: int
    size: int
    biased: bool
    reason: str | None


class Span(BaseModel):
    start: datetime
    end: datetime
    bars: int
    days: float
    frequency: str
    periods_per_year: float


class Metric(BaseModel):
    """A value with the bounds of its 95 % interval where one is computed."""

    value: float | None
    low: float | None = None
    high: float | None = None


class Benchmark(BaseModel):
    key: Annotated[str, Field(description="universe, or an instrument's key")]
    name: str
    total_return: float | None
    price_return: Annotated[bool, Field(description="Dividends are left out")]
    metrics: Annotated[dict[str, Metric], Field(description="Of the benchmark itself")]
    relative: Annotated[dict[str, Metric], Field(description="Of the strategy beside it")]


class Label(BaseModel):
    key: Literal["biased", "price_return", "optimistic", "backfilled", "partial_dividends", "unadjusted"]
    text: str


class Verdict(BaseModel):
    key: Literal["not_luck", "unproven", "luck", "loses"]
    params: Annotated[
        dict[str, Any], Field(description="probability, trials, against (universe or zero), reasons")
    ]


class Trust(BaseModel):
    """One row of "Can I trust it?"."""

    key: Literal[
        "deflated_sharpe",
        "beats_universe",
        "costs_doubled",
        "delayed",
        "random_entry",
        "capacity",
        "look_ahead",
        "track_record",
        "out_of_sample",
    ]
    status: Literal["good", "warn", "bad", "none"]
    value: float | None
    params: dict[str, Any] = {}


class Convention(BaseModel):
    key: str
    text: str


class DataOf(BaseModel):
    role: str
    dataset_id: UUID
    version_id: UUID
    name: str
    digest: str
    last_ts: datetime | None


class ModelOf(BaseModel):
    version_id: UUID
    model_id: UUID
    name: str
    seq: int


class MadeFrom(BaseModel):
    run_id: UUID
    job_id: UUID
    strategy: str
    model: ModelOf | None
    data: list[DataOf]
    code: str
    environment: str
    seed: int | None
    result_digest: str


class Reproduction(BaseModel):
    run_id: UUID
    at: datetime
    equal: bool
    differs: Annotated[list[str], Field(description="What is not the same: code, environment, numbers")]


class BacktestSummary(BaseModel):
    """A row of the list."""

    id: UUID
    name: str
    created_at: datetime
    owner: Named
    question: Named
    strategy: Named
    universe: Named
    biased: bool
    verdict: Verdict
    labels: list[Label]
    start: datetime
    end: datetime
    metrics: dict[str, Metric]


class BacktestRead(BaseModel):
    id: UUID
    name: str
    created_at: datetime
    owner: Named
    duration_s: float
    question: QuestionOf
    strategy: StrategyOf
    universe: UniverseOf
    span: Span
    settings: BacktestSettings
    conventions: list[Convention]
    labels: list[Label]
    verdict: Verdict
    metrics: dict[str, Metric]
    benchmarks: Annotated[list[Benchmark], Field(description="The equal-weighted universe first")]
    costs: Annotated[dict[str, float | None], Field(description="Paid by kind, and what they did")]
    trust: list[Trust]
    trades: int
    orders: dict[str, int]
    made_from: MadeFrom
    reproduction: Reproduction | None


class CurvesRead(BaseModel):
    """Columns of equal length; when thinned, each stretch keeps its lowest and highest equity."""

    bars: int
    ts: list[datetime]
    equity: list[float | None]
    growth: Annotated[list[float | None], Field(description="Of one at the start, with deposits taken out")]
    drawdown: list[float | None]
    gross: list[float | None]
    net: list[float | None]
    turnover: list[float | None]
    benchmarks: Annotated[dict[str, list[float | None]], Field(description="Growth by benchmark key")]


class MonthCell(BaseModel):
    month: int
    value: float


class YearRow(BaseModel):
    year: int
    total: float
    months: list[MonthCell]


class MonthlyRead(BaseModel):
    years: Annotated[list[YearRow], Field(description="Newest first")]
    positive: int
    months: int


class TradeRead(BaseModel):
    n: int
    instrument: str
    side: Literal[-1, 1]
    opened_at: datetime
    closed_at: datetime | None
    quantity: float
    entry: float
    exit: float
    bars: int
    net_return: float
    pnl: float
    costs: float
    mae: Annotated[float, Field(description="Worst move against it, as a fraction of the entry")]
    mfe: float
    exit_reason: str


class OrderRead(BaseModel):
    """What was asked for, and what became of it."""

    n: int
    decided_at: datetime
    filled_at: datetime | None
    instrument: str
    kind: str
    asked: Annotated[float, Field(description="Shares, negative to sell")]
    done: float
    price: Annotated[float | None, Field(description="The market's, before spread and slippage")]
    commission: float | None
    spread: float | None
    slippage: float | None
    status: str


class TradedInstrument(BaseModel):
    instrument: str
    name: str | None
    trades: int
    pnl: float


Side = Literal["long", "short"]
Outcome = Literal["win", "loss"]
TradeSort = Literal[
    "n", "-n", "opened_at", "-opened_at", "pnl", "-pnl", "net_return", "-net_return", "bars", "-bars"
]

RUN = JobKind("backtests.run", BacktestInput, "interactive", "Simulate", ("backtest", "run"))
REPRODUCE = JobKind(
    "backtests.reproduce", ReproduceInput, "interactive", "Reproduce a backtest", ("backtest", "run")
)
EXAMINE = JobKind("backtests.examine", ReproduceInput, "interactive", "Examine a backtest", ("run",))
JOB_KINDS: tuple[JobKind, ...] = (RUN, REPRODUCE, EXAMINE)
