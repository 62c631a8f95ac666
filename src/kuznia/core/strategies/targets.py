"""From a strategy to target weights.

Law: the weights of row ``t`` come from columns ``0..t`` of the panel. That a period has ended is seen at
its last bar because the next bar's date is on the calendar; the last bar of a panel decides nothing
for a weekly or monthly strategy, as no fill could follow it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuznia.core.errors import StrategyError
from kuznia.core.frames.panel import Panel
from kuznia.core.strategies.scores import truths, values
from kuznia.core.strategies.spec import EqualWeight, Ranked, Rebalance, Rule, Strategy
from kuznia.core.typing import Bool, Float, Sessions


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


def decisions(session: Sessions, rebalance: Rebalance) -> Bool:
    """Rows at which a period ends. (T,)

    Examples
    --------
    >>> days = np.array(["2024-01-30", "2024-01-31", "2024-02-01"], dtype="datetime64[D]")
    >>> decisions(days, "monthly").tolist()
    [False, True, False]
    """
    if rebalance == "daily":
        return np.ones(len(session), dtype=bool)
    days = session.astype("datetime64[D]").astype(np.int64)
    periods = (days + 3) // 7 if rebalance == "weekly" else session.astype("datetime64[M]").astype(np.int64)
    return np.concatenate((periods[1:] != periods[:-1], [False]))


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
    if isinstance(strategy, Ranked):
        weights = _ranked(strategy, panel, scores, start)
    elif isinstance(strategy, Rule):
        weights = _rule(strategy, panel, start)
    else:
        weights = _equal(strategy, panel, start)
    decided = np.flatnonzero(~np.isnan(weights).all(axis=1))
    if len(decided) == 0:
        raise StrategyError(
            "The strategy never decides anything in this span.",
            "Choose a longer span: its expressions look further back than there are bars.",
        )
    return Targets(weights, int(decided[0]))


def _ranked(strategy: Ranked, panel: Panel, scores: Float | None, start: int) -> Float:
    count, length = panel.shape
    if strategy.top + strategy.bottom > count:
        raise StrategyError(
            f"It wants {strategy.top} + {strategy.bottom} of {count} instruments.", "Choose fewer."
        )
    if strategy.score is None and scores is None:
        raise StrategyError("There is nothing to rank by.", "Give an expression or a model's scores.")
    ranked_by = values(strategy.score, panel) if strategy.score is not None else scores
    assert ranked_by is not None
    if ranked_by.shape != panel.shape:
        raise StrategyError(f"Scores have shape {ranked_by.shape}, not {panel.shape}.", "Align them first.")
    weights = np.full((length, count), np.nan)
    priced = ~np.isnan(panel.fields["close"])
    started = False
    for t in np.flatnonzero(decisions(panel.session, strategy.rebalance)):
        score = np.where(priced[:, t], ranked_by[:, t], np.nan)
        known = int((~np.isnan(score)).sum())
        if t < start or (not started and known < strategy.top + strategy.bottom):
            continue
        started = True
        weights[t] = rank_weights(score, strategy)
    return weights


def rank_weights(score: Float, strategy: Ranked) -> Float:
    """Weights of one decision from its scores. (N,)

    An equal score goes to the instrument that comes first. Where fewer scores are known than wanted,
    each of those chosen keeps its part and the rest stays in cash; none is chosen on both sides.

    Examples
    --------
    >>> rank_weights(np.array([1.0, 3.0, 2.0, np.nan]), Ranked(score="x", top=1, bottom=1)).tolist()
    [-0.5, 0.5, 0.0, 0.0]
    """
    weights = np.zeros(len(score))
    known = np.flatnonzero(~np.isnan(score))
    top = min(strategy.top, len(known))
    bottom = min(strategy.bottom, len(known) - top)
    sides = (strategy.top > 0) + (strategy.bottom > 0)
    down = known[np.argsort(-score[known], kind="stable")]
    if strategy.top:
        weights[down[:top]] = strategy.gross / sides / strategy.top
    if strategy.bottom and bottom:
        weights[down[len(down) - bottom :]] = -strategy.gross / sides / strategy.bottom
    return weights


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
    return np.where(decide[:, None], np.where(known, 1.0 / count, 0.0), np.nan)
