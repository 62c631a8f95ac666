"""What else could have happened, as it is stored: worse terms, other orders, chance, noise. All seeded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np

from kuznia.core.backtest.evaluation import summary
from kuznia.core.backtest.robustness.resampling import PERCENTILES, bootstrap_paths, shuffle_trades
from kuznia.core.backtest.robustness.resimulation import perturbed, random_entry
from kuznia.core.backtest.settings import Settings
from kuznia.core.frames.panel import Panel
from kuznia.core.strategies.plan import plan
from kuznia.core.strategies.spec import Strategy
from kuznia.domains.backtests.material import Material
from kuznia.domains.backtests.simulation import Simulation

PATHS, SHUFFLES = 1000, 1000
NOISE = 0.2
VARIANT = ("total_return", "cagr", "sharpe", "max_drawdown")
WORK = 8_000_000
"""Cells, of bars and instruments, that random accounts may walk over in the first stage."""
EXAMINED = 40_000_000
"""And in the second, which somebody asked for."""


def draws(panel: Panel, work: int, least: int, most: int) -> int:
    """How many accounts may be simulated over a panel for so much work."""
    count, length = panel.shape
    return max(least, min(most, work // max(count * length, 1)))


def robustness(found: Simulation, settings: Settings, periods_per_year: float, seed: int) -> dict[str, Any]:
    """Everything that `RobustnessRead` shows, as plain values."""
    result = found.account.result
    fan = bootstrap_paths(result, _drawing(seed, 1), PATHS)
    terms = {
        "base": found.account,
        "doubled_costs": found.doubled,
        "no_costs": found.free,
        "one_bar_later": found.delayed,
    }
    variants = {key: summary(one.result, periods_per_year) for key, one in terms.items()}
    count = draws(found.panel, WORK, 20, 200)
    return {
        "seed": seed,
        "variants": [
            {"key": key} | {name: values[name] for name in VARIANT} for key, values in variants.items()
        ],
        "random_entry": chance(found, settings, periods_per_year, seed, count),
        "fan": {name: value for name, value in asdict(fan).items() if name != "rows"}
        | {
            "ts": [str(np.datetime64(int(result.ts[row]), "us")) + "Z" for row in fan.rows],
            "curves": fan.curves.tolist(),
            "actual": fan.actual.tolist(),
        },
        "shuffle": asdict(shuffle_trades(result, _drawing(seed, 2), SHUFFLES))
        if result.trades.height
        else None,
    }


def chance(
    found: Simulation, settings: Settings, periods_per_year: float, seed: int, count: int
) -> dict[str, Any]:
    """The strategy among so many random ones; one that trades by orders by what it held."""
    told = asdict(
        random_entry(
            found.panel,
            found.weights,
            settings,
            found.market,
            periods_per_year,
            _drawing(seed, 3),
            count=count,
        )
    )
    return told | {"draws": count, "values": np.sort(told["values"]).tolist()}


def examination(
    strategy: Strategy,
    given: Material,
    found: Simulation,
    settings: Settings,
    periods_per_year: float,
    seed: int,
    report: Callable[[float, str], None],
) -> dict[str, Any]:
    """The heavier part: more random accounts, and decisions anew on prices with noise."""
    count = draws(given.panel, EXAMINED // 8, 10, 100)
    rng, first, stop = _drawing(seed, 4), found.first, given.panel.shape[1]

    actual = summary(found.account.result, periods_per_year)["sharpe"]
    values = np.empty(count)
    for k in range(count):
        world = perturbed(given.panel, rng, NOISE)
        anew = plan(strategy, world, given.scores, first).since(first)
        made = anew.simulate(world.between(first, stop), settings, found.market)
        values[k] = summary(made, periods_per_year)["sharpe"]
        report(0.1 + 0.5 * (k + 1) / count, "Deciding anew on prices with noise")
    known = values[~np.isnan(values)]
    wanted = draws(found.panel, EXAMINED, 100, 1000)
    return {
        "seed": seed,
        "noise": {
            "metric": "sharpe",
            "size": NOISE,
            "actual": actual,
            "values": np.sort(values).tolist(),
            "percentiles": np.percentile(known, PERCENTILES).tolist() if len(known) else [],
            "kept": float(known.mean()) / actual if actual > 0 and len(known) else None,
        },
        "random_entry": chance(found, settings, periods_per_year, seed, wanted),
    }


def _drawing(seed: int, part: int) -> np.random.Generator:
    """A stream of its own for each part, so that one more part changes no other."""
    return np.random.default_rng([seed, part])
