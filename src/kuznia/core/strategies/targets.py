"""From a strategy to target weights.

Law: the weights of row ``t`` come from columns ``0..t`` of the panel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuznia.core.errors import StrategyError
from kuznia.core.frames.panel import Panel
from kuznia.core.strategies.calendar import decisions
from kuznia.core.strategies.construction import finished
from kuznia.core.strategies.pairs import pair_weights
from kuznia.core.strategies.ranked import ranked_weights
from kuznia.core.strategies.risk_parity import risk_parity_weights
from kuznia.core.strategies.scores import truths
from kuznia.core.strategies.spec import EqualWeight, Pairs, Ranked, RiskParity, Rule, Strategy
from kuznia.core.typing import Float


@dataclass(frozen=True, slots=True)
class Targets:
    """What a strategy wants.

    Parameters
    ----------
    weights : float64 (T, N)
        Target weights; a row of NaN decides nothing.
    first : int
        Row of the first decision: the account starts there.
    """

    weights: Float
    first: int


def targets(strategy: Strategy, panel: Panel, scores: Float | None = None, start: int = 0) -> Targets:
    """Target weights of a strategy over a panel.

    Parameters
    ----------
    strategy : Strategy
        What to hold.
    panel : Panel
        The universe's fields, as known at each decision.
    scores : float64 (N, T), optional
        Scores of a model, NaN where it gave none. They must have been made without seeing the bars
        they are traded on: use out-of-sample predictions only.
    start : int
        First row that may decide; earlier rows are only looked back at.

    Returns
    -------
    Targets
        Weights and the first row that decides.

    Examples
    --------
    >>> from kuznia.core.strategies.spec import EqualWeight
    >>> ts = np.arange(2) * 86_400_000_000
    >>> days = ts.astype("datetime64[us]").astype("datetime64[D]")
    >>> panel = Panel(("XNAS:A", "XNAS:B"), ts, days, ts, {"close": np.ones((2, 2))})
    >>> targets(EqualWeight("daily"), panel).weights.tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    """
    if isinstance(strategy, Rule) and strategy.by_orders:
        raise StrategyError(
            "A rule with stops, a time limit or sizes of its own has no target weights.",
            "Trade it by orders: see `kuznia.core.strategies.plan.plan`.",
        )
    weights = _weights(strategy, panel, scores, start)
    decided = np.flatnonzero(~np.isnan(weights).all(axis=1))
    if len(decided) == 0:
        raise StrategyError(
            "The strategy never decides anything in this span.",
            "Choose a longer span: its expressions look further back than there are bars.",
        )
    return Targets(weights, int(decided[0]))


def _weights(strategy: Strategy, panel: Panel, scores: Float | None, start: int) -> Float:
    if isinstance(strategy, Ranked):
        return ranked_weights(strategy, panel, scores, start)
    if isinstance(strategy, Rule):
        return _rule(strategy, panel, start)
    if isinstance(strategy, RiskParity):
        return risk_parity_weights(strategy, panel, start)
    if isinstance(strategy, Pairs):
        return pair_weights(strategy, panel, start)
    return _equal(strategy, panel, start)


def _rule(strategy: Rule, panel: Panel, start: int) -> Float:
    count, length = panel.shape
    entries, known = truths(strategy.entries, panel)
    if strategy.exits is None:
        held = entries
    else:
        exits, _ = truths(strategy.exits, panel)
        held = np.zeros((count, length), dtype=bool)
        state = np.zeros(count, dtype=bool)
        for t in range(length):
            state = (state | entries[:, t]) & ~exits[:, t]
            held[:, t] = state
    each = 1.0 / count if strategy.weight is None else strategy.weight
    wanted = np.where(held.T, each, 0.0)
    changed = np.concatenate(([True], (held[:, 1:] != held[:, :-1]).any(axis=0)))
    seen = known.any(axis=0)
    first = max(int(np.argmax(seen)), start) if seen.any() else length
    decide = changed & (np.arange(length) >= first)
    if first < length:
        decide[first] = True
    return np.where(decide[:, None], wanted, np.nan)


def _equal(strategy: EqualWeight, panel: Panel, start: int) -> Float:
    """Equal parts of what has a close; bought at the first bar, not at the end of the first period."""
    known = ~np.isnan(panel.fields["close"].T)
    decide = decisions(panel.session, strategy.rebalance)
    has_any = known.any(axis=1) & (np.arange(len(known)) >= start)
    decide = decide & has_any
    if has_any.any():
        decide[int(np.argmax(has_any))] = True
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    weights = np.where(decide[:, None], np.where(known, 1.0 / count, 0.0), np.nan)
    return finished(weights, panel, strategy)
