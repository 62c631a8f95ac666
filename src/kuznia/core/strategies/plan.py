"""What a strategy wants, by target weights or by orders, and the one way to simulate either."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.market import Market
from kuznia.core.backtest.orders.engine import simulate_orders
from kuznia.core.backtest.result import BacktestResult
from kuznia.core.backtest.settings import Settings
from kuznia.core.errors import StrategyError
from kuznia.core.frames.panel import Panel
from kuznia.core.strategies.entries import SizedSignals, rule_signals
from kuznia.core.strategies.spec import Rule, Strategy
from kuznia.core.strategies.targets import targets
from kuznia.core.typing import Float


@dataclass(frozen=True, slots=True)
class Plan:
    """Decisions of a strategy over a panel: one of `weights` and `signals`.

    Parameters
    ----------
    first : int
        Row of the first decision: the account starts there.
    weights : float64 (T, N) or None
        Target weights; a row of NaN decides nothing.
    signals : SizedSignals or None
        Entries and exits with stops and sizes.
    """

    first: int
    weights: Float | None = None
    signals: SizedSignals | None = None

    def since(self, first: int) -> Plan:
        """The decisions from a row on, for the panel cut there."""
        if self.signals is not None:
            return Plan(max(self.first - first, 0), signals=self.signals.since(first))
        assert self.weights is not None
        return Plan(max(self.first - first, 0), np.ascontiguousarray(self.weights[first:]))

    def simulate(
        self, panel: Panel, settings: Settings | None = None, market: Market | None = None
    ) -> BacktestResult:
        """The account that trades it."""
        if self.signals is not None:
            return simulate_orders(panel, self.signals, settings, market)
        assert self.weights is not None
        return simulate(panel, self.weights, settings, market)

    def held(self, result: BacktestResult) -> Float:
        """Its target weights; of orders, the weights that the account held where its positions changed."""
        if self.weights is not None:
            return self.weights
        changed = np.concatenate(([True], (result.positions[1:] != result.positions[:-1]).any(axis=1)))
        close = result.panel.fields["close"].T
        worth = np.where(result.equity > 0, result.equity, np.inf)[:, None]
        values = np.where(result.positions == 0.0, 0.0, result.positions * close) / worth
        return np.where(changed[:, None], np.nan_to_num(values), np.nan)

    def decided(self, stop: int) -> Float:
        """Everything that was decided before a row, a row each: for comparison."""
        if self.weights is not None:
            return self.weights[:stop]
        assert self.signals is not None
        codes = self.signals.codes.astype(np.float64)
        others = (self.signals.sized[1], self.signals.stop_loss, self.signals.trailing)
        whole = [one for one in others if one is not None and len(one) == len(codes)]
        return np.concatenate([codes, *whole], axis=1)[:stop]


def plan(strategy: Strategy, panel: Panel, scores: Float | None = None, start: int = 0) -> Plan:
    """What a strategy wants over a panel.

    Parameters
    ----------
    strategy : Strategy
        What to hold.
    panel : Panel
        The universe's fields, as known at each decision.
    scores : float64 (N, T), optional
        Out-of-sample scores of a model; see `kuznia.core.strategies.targets.targets`.
    start : int
        First row that may decide; earlier rows are only looked back at.

    Returns
    -------
    Plan
        To be simulated over ``panel.between(plan.first, T)`` as ``plan.since(plan.first)``.

    Examples
    --------
    >>> ts = np.arange(3) * 86_400_000_000
    >>> days = ts.astype("datetime64[us]").astype("datetime64[D]")
    >>> close = np.array([[10.0, 11.0, 12.0]])
    >>> panel = Panel(("XNAS:A",), ts, days, ts, dict.fromkeys(("open", "high", "low", "close"), close))
    >>> plan(Rule(entries="close > 10"), panel).simulate(panel).equity.round(2).tolist()
    [100000.0, 100000.0, 100000.0]
    >>> wanted = plan(Rule(entries="close > 9", take_profit=0.05), panel)
    >>> wanted.simulate(panel).trades["reason"].to_list()
    ['target']
    """
    if isinstance(strategy, Rule) and strategy.by_orders:
        signals, first = rule_signals(strategy, panel, start)
        if first >= panel.shape[1]:
            raise StrategyError(
                "The strategy never decides anything in this span.",
                "Choose a longer span: its expressions look further back than there are bars.",
            )
        return Plan(first, signals=signals)
    wanted = targets(strategy, panel, scores, start)
    return Plan(wanted.first, wanted.weights)
