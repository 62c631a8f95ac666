"""One combination as an account of the event engine: what is not a signal on one instrument, and every
curve that is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from kuznia.core.backtest.benchmarks import equal_weights
from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.market import Market
from kuznia.core.backtest.result import BacktestResult
from kuznia.core.backtest.settings import Settings
from kuznia.core.errors import CoreError, StrategyError
from kuznia.core.frames.panel import Panel
from kuznia.core.strategies.calendar import decisions
from kuznia.core.strategies.plan import plan
from kuznia.core.strategies.spec import Strategy
from kuznia.core.strategies.sweep.search import values_at
from kuznia.core.strategies.sweep.spec import SweepSpec, Value
from kuznia.core.strategies.targets import targets
from kuznia.core.typing import Float, Int

_TRIED = 64


@dataclass(frozen=True, slots=True)
class Ground:
    """What every combination of a sweep is simulated on.

    Parameters
    ----------
    panel : Panel
        All bars, those before the first decision too.
    settings : Settings
        The account.
    market : Market or None
        Dividends and the like, on the panel's bars.
    scores : float64 (N, T) or None
        A model's out-of-sample scores.
    """

    panel: Panel
    settings: Settings
    market: Market | None = None
    scores: Float | None = None

    def weights(self, strategy: Strategy, first: int) -> Float:
        """Target weights from row `first` on. (T - first, N)"""
        return targets(strategy, self.panel, self.scores, first).weights[first:]

    def simulated(self, weights: Float, first: int) -> BacktestResult:
        """The account that starts at row `first`, traded towards weights from there on."""
        length = self.panel.shape[1]
        market = None if self.market is None else self.market.between(first, length)
        return simulate(self.panel.between(first, length), weights, self.settings, market)

    def account(self, strategy: Strategy, first: int) -> BacktestResult:
        """The account of one strategy from row `first` on, by weights or by orders."""
        length = self.panel.shape[1]
        market = None if self.market is None else self.market.between(first, length)
        wanted = plan(strategy, self.panel, self.scores, first).since(first)
        return wanted.simulate(self.panel.between(first, length), self.settings, market)

    def holding(self, first: int) -> BacktestResult:
        """What holding earns: the universe in equal parts set back each month, so that dividends work on."""
        panel = self.panel.between(first, self.panel.shape[1])
        decide = decisions(panel.session, "monthly")
        decide[0] = True
        return self.simulated(equal_weights(panel, decide), first)


def named(values: dict[str, Value]) -> str:
    """A combination in words.

    Examples
    --------
    >>> named({"fast": 5, "slow": 50})
    'fast = 5, slow = 50'
    """
    return ", ".join(f"{name} = {value:g}" for name, value in values.items())


def first_decision(spec: SweepSpec, places: Int, ground: Ground, start: int) -> int:
    """The row from which on every combination can decide.

    It is the latest first decision of all combinations if there are few, else of those at the corners
    of the grid; a combination that decides later waits in cash.
    """
    latest = start
    for row in corners(spec, places).tolist():
        values = values_at(spec, row)
        try:
            latest = max(latest, plan(spec.strategy(values), ground.panel, ground.scores, start).first)
        except CoreError as error:
            raise StrategyError(f"With {named(values)}: {error.what}", error.remedy) from None
    return latest


def corners(spec: SweepSpec, places: Int) -> Int:
    """All combinations if there are few, else those nearest to the corners of the grid."""
    if len(places) <= _TRIED:
        return places
    ends = [(0, len(values) - 1) for values in spec.parameters.values()]
    nearest = [int(np.argmin(np.abs(places - np.array(corner)).sum(axis=1))) for corner in product(*ends)]
    return places[np.unique(nearest)]
