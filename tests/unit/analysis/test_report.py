"""Holdings, costs, trips, capacity, factors, and all of it in one call."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from kuznia.core.backtest.analysis.capacity import capacity
from kuznia.core.backtest.analysis.factors import factor_model
from kuznia.core.backtest.analysis.holdings import cost_split, holdings
from kuznia.core.backtest.analysis.report import analyse, rolling
from kuznia.core.backtest.analysis.trips import longest, trip_statistics
from kuznia.core.backtest.benchmarks import equal_weighted
from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.evaluation import active_returns, summary
from kuznia.core.backtest.settings import Settings
from kuznia.core.errors import BacktestError
from kuznia.core.metrics import performance, relative
from tests.support.accounts import COSTLY, one_name, world
from tests.support.return_series import real_looking

NAN = float("nan")


def test_holdings_by_hand() -> None:
    """Half the money in one name for two of four bars after the decision."""
    settings = Settings(initial_cash=100.0, fill="same_close")
    result = one_name([10.0, 10.0, 10.0, 10.0, 10.0], [0.0, 0.5, NAN, 0.0, NAN], settings)
    found = holdings(result)
    assert (found.gross, found.net, found.long, found.short) == pytest.approx((0.25, 0.25, 0.25, 0.0))
    assert (found.in_market, found.names, found.most_names, found.effective_names) == (0.5, 0.5, 1, 1.0)
    assert found.holding_days == 2.0 and found.largest_weight == 0.5
    assert found.turnover == pytest.approx(1.0 / (4 / 365.25))


def test_exposures_of_a_long_short_account() -> None:
    result = world().account()
    found = holdings(result)
    assert found.gross == pytest.approx(found.long + found.short)
    assert found.net == pytest.approx(found.long - found.short)
    assert found.gross == pytest.approx(float(result.exposure[1:, 0].mean()))
    assert found.effective_names <= found.names <= found.most_names
    assert found.turnover == pytest.approx(summary(result, 252.0)["turnover"])


def test_costs_split_by_kind() -> None:
    result = world().account()
    *kinds, whole = cost_split(result)
    assert {one.kind: one.cash for one in kinds} == pytest.approx(result.costs)
    assert whole.cash == pytest.approx(sum(one.cash for one in kinds))
    assert whole.per_year == pytest.approx(summary(result, 252.0)["cost_per_year"], rel=0.01)
    commission = next(one for one in kinds if one.kind == "commission")
    assert commission.bps_of_traded == pytest.approx(5.0, rel=0.01)


def trips(pnl: list[float], reasons: list[str] | None = None) -> pl.DataFrame:
    count = len(pnl)
    return pl.DataFrame(
        {
            "side": [1 if k % 2 else -1 for k in range(count)],
            "opened": range(count),
            "closed": range(1, count + 1),
            "bars": [1] * count,
            "net_return": [one / 100 for one in pnl],
            "pnl": pnl,
            "mae": [0.01] * count,
            "mfe": [0.02] * count,
            "reason": reasons or ["exited"] * count,
        }
    )


def test_trips_by_hand() -> None:
    found = trip_statistics(
        trips(
            [1.0, 2.0, -1.0, -1.0, -3.0, 6.0, 9.0],
            ["stop", "target", "stop", "stop", "stop", "target", "open"],
        )
    )
    assert (found.closed, found.open, found.longest_wins, found.longest_losses) == (6, 1, 2, 3)
    assert found.expectancy == pytest.approx(4 / 6) and found.win_rate == 0.5
    assert found.payoff_ratio == pytest.approx(3.0 / (5 / 3)) and found.profit_factor == pytest.approx(9 / 5)
    assert found.share_of_best == pytest.approx(6 / 4)
    assert [(one.key, one.trades, one.pnl) for one in found.by_reason] == [
        ("target", 2, 8.0),
        ("stop", 4, -4.0),
    ]
    assert sum(one.trades for one in found.by_side) == 6
    assert found.mae == (0.01,) * 5


def test_no_trips() -> None:
    found = trip_statistics(
        trips([]).cast({"pnl": pl.Float64, "net_return": pl.Float64, "reason": pl.String})
    )
    assert found.closed == 0 and math.isnan(found.expectancy) and found.by_reason == ()
    assert longest(np.zeros(0, dtype=bool)) == 0


def test_capacity_halves_the_return() -> None:
    """At the capital found, half of the return before impact is left."""
    made = world(short=False, seed=3)
    drift = np.exp(np.arange(504) * 0.0008)
    panel = replace(
        made.panel, fields={k: v if k == "volume" else v * drift for k, v in made.panel.fields.items()}
    )
    found = capacity(simulate(panel, made.weights, Settings(initial_cash=1e5), made.market))
    assert found.return_before_impact > 0 and found.covered > 0.9
    scale = found.capital / found.base
    left = found.return_before_impact - math.sqrt(scale) * found.impact_per_year
    assert left == pytest.approx(found.return_before_impact / 2)
    assert found.participation_at_capacity == pytest.approx(found.participation * scale)
    nets = [net for _, net in found.curve]
    assert nets == sorted(nets, reverse=True)


def test_capacity_by_hand() -> None:
    """One buy of known size: the cost is value * sigma * sqrt(size / volume)."""
    made = world(1, 60, short=False)
    weights = np.full((60, 1), NAN)
    weights[30] = 1.0
    result = simulate(made.panel, weights, Settings(initial_cash=1e5))
    found = capacity(result, 0.8, 20)
    close, volume = made.panel.fields["close"][0], made.panel.fields["volume"][0]
    sigma = (close[1:] / close[:-1] - 1.0)[10:30].std(ddof=1)
    order = result.orders.row(0, named=True)
    share = abs(order["done"]) / volume[11:31].mean()
    cost = 0.8 * sigma * math.sqrt(share) * abs(order["done"]) * order["price"]
    years = 59 / 365.25
    assert found.impact_per_year == pytest.approx(cost / found.base / years, rel=1e-9)
    assert found.covered == 1.0


def test_capacity_without_volume_return_or_orders() -> None:
    made = world(1, 60, short=False)
    bare = replace(made.panel, fields={k: made.panel.fields[k] for k in ("open", "close")})
    assert math.isnan(capacity(simulate(bare, made.weights, Settings())).capital)
    losing = one_name([10.0, 10.0, 9.0], [1.0, NAN, NAN])
    assert math.isnan(capacity(losing).capital)
    nothing = simulate(made.panel, np.zeros((60, 1)), Settings())
    assert capacity(nothing).capital == 0.0


def test_factors_beside_the_relative_figures() -> None:
    own, market, _ = real_looking()
    found = factor_model(own, {"market": market}, 252.0)
    assert found.loadings[0].beta.value == pytest.approx(relative.beta(own, market))
    assert found.alpha.value == pytest.approx(relative.alpha(own, market, 252.0))
    assert found.r_squared == pytest.approx(relative.correlation(own, market) ** 2)
    assert found.alpha.low < found.alpha.value < found.alpha.high
    gaps = market.copy()
    gaps[10] = NAN
    assert factor_model(own, {"market": gaps}, 252.0).bars == len(own) - 1
    with pytest.raises(BacktestError, match="other bars"):
        factor_model(own, {"market": market[1:]}, 252.0)
    with pytest.raises(BacktestError, match="no factor"):
        factor_model(own, {}, 252.0)


def test_everything_in_one_call() -> None:
    made = world()
    result = made.account()
    decided = ~np.isnan(made.weights).all(axis=1)
    benchmark = equal_weighted(made.panel, decided, COSTLY, made.market)
    found = analyse(result, 252.0, benchmark=benchmark, sector_names=["A", "B", "C", "D"])
    assert found.factors is not None and found.factors.loadings[0].name == "benchmark"
    assert {one.key for one in found.attribution.sectors} == set("ABCD")
    assert found.drawdowns[0].depth == pytest.approx(summary(result, 252.0)["max_drawdown"])
    assert json.loads(json.dumps(found.to_dict()))["holdings"]["most_names"] == 6
    alone = analyse(result, 252.0)
    assert alone.factors is None and alone.trend_regimes == ()


def test_rolling_series_end_with_the_last_window() -> None:
    result = world().account()
    found = rolling(result, 252.0, 63)
    returns = active_returns(result)
    assert len(found.sharpe) == len(result.ts)
    assert found.sharpe[-1] == pytest.approx(performance.sharpe(returns[-63:], 252.0))
    assert np.isnan(found.beta).all() and np.isnan(found.returns[:63]).all()
