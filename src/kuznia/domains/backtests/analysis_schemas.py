"""What the analysis and the robustness of a backtest look like in answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from kuznia.domains.backtests.schemas import Metric

Maybe = float | None


class PartRead(BaseModel):
    """Returns of some of the bars: a year, or a regime known the bar before."""

    key: str
    bars: int
    total_return: Maybe
    mean: Annotated[Maybe, Field(description="A year")]
    volatility: Maybe
    sharpe: Maybe
    positive: Annotated[Maybe, Field(description="Share of the bars above zero")]
    benchmark_return: Annotated[Maybe, Field(description="Of the equal-weighted universe")]


class ContributionRead(BaseModel):
    """What one part earned, in cash of the account; the parts and the interest sum to the total."""

    key: str
    pnl: Maybe
    price: Maybe
    dividends: Maybe
    costs: Maybe
    traded: Maybe
    share: Annotated[Maybe, Field(description="Of the account's profit or loss")]


class AttributionRead(BaseModel):
    total: Maybe
    cash: Annotated[Maybe, Field(description="Interest")]
    scheme: Annotated[str | None, Field(description="Classification of the sectors; null: none is pinned")]
    sectors: list[ContributionRead]
    sides: list[ContributionRead]
    instruments: Annotated[list[ContributionRead], Field(description="The largest first")]
    instruments_left_out: Annotated[int, Field(description="In the middle, where there are very many")]


class HoldingsRead(BaseModel):
    """Means over the bars; fractions of the equity unless the name says otherwise."""

    gross: Maybe
    net: Maybe
    long: Maybe
    short: Maybe
    largest_gross: Maybe
    in_market: Maybe
    names: Maybe
    most_names: int
    effective_names: Maybe
    largest_weight: Maybe
    turnover: Maybe
    holding_days: Maybe
    median_holding_days: Maybe
    longest_holding_days: Maybe


class CostRead(BaseModel):
    kind: str
    cash: Maybe
    per_year: Maybe
    bps_of_traded: Maybe
    share_of_gross: Annotated[Maybe, Field(description="Of the profit before all costs")]


class TripGroupRead(BaseModel):
    key: str
    trades: int
    win_rate: Maybe
    mean_return: Maybe
    pnl: Maybe


class TripsRead(BaseModel):
    """Statistics of closed trades, after costs."""

    closed: int
    open: int
    win_rate: Maybe
    profit_factor: Maybe
    payoff_ratio: Maybe
    expectancy: Maybe
    expectancy_return: Maybe
    quality: Maybe
    best_return: Maybe
    worst_return: Maybe
    longest_wins: int
    longest_losses: int
    mean_bars_won: Maybe
    mean_bars_lost: Maybe
    share_of_best: Maybe
    by_reason: list[TripGroupRead]
    by_side: list[TripGroupRead]


class DrawdownRead(BaseModel):
    depth: float
    peak: datetime
    trough: datetime
    recovered: datetime | None
    days: float


class LoadingRead(BaseModel):
    name: Annotated[str, Field(description="A benchmark's key")]
    beta: Metric
    t: Maybe
    p: Maybe


class FactorsRead(BaseModel):
    """Least squares of the account's returns on its benchmarks', with Newey-West errors."""

    alpha: Annotated[Metric, Field(description="A year")]
    alpha_t: Maybe
    alpha_p: Maybe
    loadings: list[LoadingRead]
    r_squared: Maybe
    residual_volatility: Maybe
    appraisal: Maybe
    bars: int
    lags: int


class CapacityPoint(BaseModel):
    capital: Maybe
    net_return: Annotated[Maybe, Field(description="A year, as a fraction of the capital")]


class CapacityRead(BaseModel):
    """How the net return falls as capital, and impact with it, grows (square-root law)."""

    capital: Annotated[
        Maybe, Field(description="At which impact halves the net return; null: no volumes, or no limit")
    ]
    base: Maybe
    return_before_impact: Maybe
    impact_per_year: Maybe
    coefficient: float
    window: int
    covered: Annotated[Maybe, Field(description="Share of the value traded whose volume is known")]
    participation: Maybe
    participation_at_capacity: Maybe
    curve: list[CapacityPoint]


class AnalysisRead(BaseModel):
    years: list[PartRead]
    months: list[PartRead]
    weekdays: list[PartRead]
    trend_regimes: Annotated[list[PartRead], Field(description="By the universe's trend, known before")]
    volatility_regimes: Annotated[list[PartRead], Field(description="By its volatility, known before")]
    attribution: AttributionRead
    holdings: HoldingsRead
    costs: list[CostRead]
    trades: TripsRead
    drawdowns: Annotated[list[DrawdownRead], Field(description="The deepest first")]
    factors: FactorsRead | None
    capacity: CapacityRead


class RollingRead(BaseModel):
    """Columns of equal length over windows of `window` bars; null until one is full."""

    window: int
    ts: list[datetime]
    total_return: list[Maybe]
    volatility: list[Maybe]
    sharpe: list[Maybe]
    beta: Annotated[list[Maybe], Field(description="On the equal-weighted universe")]
    turnover: Annotated[list[Maybe], Field(description="A year")]
    gross: list[Maybe]
    net: list[Maybe]
    names: Annotated[list[Maybe], Field(description="Instruments held")]


class VariantRead(BaseModel):
    """The same strategy under other terms."""

    key: Literal["base", "doubled_costs", "no_costs", "one_bar_later"]
    total_return: Maybe
    cagr: Maybe
    sharpe: Maybe
    max_drawdown: Maybe


class SpreadRead(BaseModel):
    """A statistic over resampled paths beside the one that happened."""

    actual: Maybe
    percentiles: Annotated[list[Maybe], Field(description="5, 25, 50, 75, 95")]
    mean: Maybe
    worse: Annotated[Maybe, Field(description="Share of the paths that are worse")]


class RandomEntryRead(BaseModel):
    """The strategy among random ones with its own pattern of trading."""

    kind: Annotated[Literal["selection", "timing"], Field(description="What was left to chance")]
    metric: str
    draws: int
    actual: Maybe
    values: Annotated[list[Maybe], Field(description="Of the random ones, rising")]
    percentiles: list[Maybe]
    beaten: Annotated[Maybe, Field(description="Share of the random ones below the strategy")]
    p_value: Maybe


class FanRead(BaseModel):
    """Worth over resampled paths: a curve for each percentile, at the times of `ts`."""

    paths: int
    block: Annotated[int, Field(description="Bars of a block")]
    ts: list[datetime]
    curves: list[list[Maybe]]
    actual: list[Maybe]
    drawdown: SpreadRead
    cagr: SpreadRead
    final: SpreadRead
    loss: Annotated[Maybe, Field(description="Share of the paths that end below the start")]
    ruin: Annotated[Maybe, Field(description="Share that lose half from a peak at some time")]


class ShuffleRead(BaseModel):
    shuffles: int
    trades: int
    drawdown: SpreadRead


class NoiseRead(BaseModel):
    """Decided and simulated anew on prices with noise."""

    metric: str
    size: Annotated[float, Field(description="Share of an instrument's usual move")]
    actual: Maybe
    values: list[Maybe]
    percentiles: list[Maybe]
    kept: Annotated[Maybe, Field(description="Mean over the actual one")]


class RobustnessRead(BaseModel):
    """What else could have happened; all drawn from the seed of the run."""

    seed: int
    variants: Annotated[list[VariantRead], Field(description="The backtest itself first")]
    random_entry: RandomEntryRead
    fan: FanRead
    shuffle: ShuffleRead | None


class ExaminationRead(BaseModel):
    """The heavier part, made by a job of its own."""

    run_id: UUID
    at: datetime
    seed: int
    random_entry: RandomEntryRead
    noise: NoiseRead
