"""Ranked strategies: which names are held, how long, and with which weights."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from kuznia.core.errors import StrategyError
from kuznia.core.frames.panel import Panel
from kuznia.core.strategies import construction
from kuznia.core.strategies.calendar import decisions
from kuznia.core.strategies.scores import values
from kuznia.core.strategies.spec import Ranked
from kuznia.core.typing import Float, Int


@dataclass(slots=True)
class Side:
    """Names held on one side, each with the row that it was chosen at."""

    wanted: int
    since: dict[int, int] = field(default_factory=dict)

    def must_stay(self, t: int, minimum: int) -> set[int]:
        return {n for n, row in self.since.items() if t - row < minimum}

    def choose(self, t: int, order: Int, stay: set[int], away: set[int], strategy: Ranked) -> Int:
        """Names of this decision, the best first.

        Parameters
        ----------
        t : int
            Row of the decision.
        order : int64 (K,)
            Names with a score, the best for this side first.
        stay : set of int
            Names that must not go yet.
        away : set of int
            Names that the other side holds.
        """
        if self.wanted == 0:
            return np.zeros(0, dtype=np.int64)
        rank = {int(n): place for place, n in enumerate(order)}
        most = strategy.maximum_bars
        spent = {n for n, row in self.since.items() if most is not None and t - row >= most}
        inside = [
            n
            for n in self.since
            if n in rank and n not in stay | spent | away and rank[n] < self.wanted + strategy.buffer
        ]
        kept = [*sorted(stay, key=lambda n: rank.get(n, len(rank))), *sorted(inside, key=lambda n: rank[n])]
        chosen = kept[: self.wanted]
        for n in order:
            if len(chosen) >= self.wanted:
                break
            if int(n) not in spent | away and int(n) not in chosen:
                chosen.append(int(n))
        self.since = {n: self.since.get(n, t) for n in chosen}
        return np.array(sorted(chosen, key=lambda n: rank.get(n, len(rank))), dtype=np.int64)


def ranked_weights(strategy: Ranked, panel: Panel, scores: Float | None, start: int) -> Float:
    """Weights of every decision; NaN between them. (T, N)"""
    count, length = panel.shape
    ranked_by = construction.decayed(_scores(strategy, panel, scores), strategy.decay)
    groups = _groups(strategy, panel)
    priced = ~np.isnan(panel.fields["close"])
    weights = np.full((length, count), np.nan)
    long, short = Side(strategy.top), Side(strategy.bottom)
    started = False
    for t in np.flatnonzero(decisions(panel.session, strategy.rebalance)):
        score = np.where(priced[:, t], ranked_by[:, t], np.nan)
        if strategy.neutralise != "none":
            score = construction.neutral(score, None if groups is None else groups[:, t])
        known = int((~np.isnan(score)).sum())
        if t < start or (not started and known < max(strategy.top + strategy.bottom, 1)):
            continue
        started = True
        weights[t] = _weights(strategy, panel, int(t), score, long, short)
    return construction.finished(weights, panel, strategy)


def rank_weights(score: Float, strategy: Ranked) -> Float:
    """Weights of one decision from its scores, where nothing was held before. (N,)

    An equal score goes to the instrument that comes first. Where fewer scores are known than wanted,
    each of those chosen keeps its part and the rest stays in cash; none is chosen on both sides.

    Examples
    --------
    >>> rank_weights(np.array([1.0, 3.0, 2.0, np.nan]), Ranked(score="x", top=1, bottom=1)).tolist()
    [-0.5, 0.5, 0.0, 0.0]
    """
    return _weights(strategy, None, 0, score, Side(strategy.top), Side(strategy.bottom))


def _weights(strategy: Ranked, panel: Panel | None, t: int, score: Float, long: Side, short: Side) -> Float:
    weights = np.zeros(len(score))
    if strategy.top + strategy.bottom == 0:
        size = float(np.nansum(np.abs(score)))
        if size > 0:
            weights = np.where(np.isnan(score), 0.0, score / size * strategy.gross)
    else:
        known = np.flatnonzero(~np.isnan(score))
        down = known[np.argsort(-score[known], kind="stable")]
        if strategy.buffer == strategy.minimum_bars == 0 and strategy.maximum_bars is None:
            above = down[: strategy.top]
            below = down[::-1][: min(strategy.bottom, len(down) - len(above))]
        else:
            stay = [side.must_stay(t, strategy.minimum_bars) for side in (long, short)]
            above = long.choose(t, down, stay[0], stay[1], strategy)
            below = short.choose(t, down[::-1], stay[1], {int(n) for n in above}, strategy)
        each = strategy.gross / ((strategy.top > 0) + (strategy.bottom > 0))
        near, far = _distances(strategy, panel, t, score)
        weights[above] = construction.parts(above, near, each, max(strategy.top, 1))
        weights[below] = -construction.parts(below, far, each, max(strategy.bottom, 1))
    return construction.truncated(weights, strategy.truncation, balanced=strategy.neutralise != "none")


def _distances(
    strategy: Ranked, panel: Panel | None, t: int, score: Float
) -> tuple[Float | None, Float | None]:
    """What the parts of the long and of the short side are in proportion to."""
    if strategy.weighting == "equal" or panel is None:
        return None, None
    if strategy.weighting == "score":
        mean = float(np.nanmean(score)) if (~np.isnan(score)).any() else 0.0
        return np.nan_to_num(score - mean), np.nan_to_num(mean - score)
    spread = construction.volatilities(panel, t, strategy.volatility_window)
    calm = np.where(spread > 0, 1.0 / np.where(spread > 0, spread, 1.0), 0.0)
    return calm, calm


def _scores(strategy: Ranked, panel: Panel, scores: Float | None) -> Float:
    count = panel.shape[0]
    if strategy.top + strategy.bottom > count:
        raise StrategyError(
            f"It wants {strategy.top} + {strategy.bottom} of {count} instruments.", "Choose fewer.", "top"
        )
    found = values(strategy.score, panel) if strategy.score is not None else scores
    if found is None:
        raise StrategyError(
            "There is nothing to rank by.", "Give an expression or a model's scores.", "score"
        )
    if found.shape != panel.shape:
        raise StrategyError(
            f"Scores have shape {found.shape}, not {panel.shape}.", "Align them first.", "score"
        )
    return found


def _groups(strategy: Ranked, panel: Panel) -> Int | None:
    if strategy.neutralise in ("none", "market"):
        return None
    if strategy.neutralise not in panel.groups:
        raise StrategyError(
            f"There is no group {strategy.neutralise!r}.",
            f"Use one of {['none', 'market', *sorted(panel.groups)]}.",
            "neutralise",
        )
    return panel.groups[strategy.neutralise]
