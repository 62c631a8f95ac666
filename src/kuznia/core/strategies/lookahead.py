"""The look-ahead check: cut the future off, do everything again, and compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kuznia.core.backtest.market import Market
from kuznia.core.backtest.settings import Settings
from kuznia.core.frames.panel import Panel
from kuznia.core.strategies.plan import plan
from kuznia.core.strategies.spec import Strategy
from kuznia.core.typing import Float


@dataclass(frozen=True, slots=True)
class LookAhead:
    """What the check found.

    Parameters
    ----------
    cuts : tuple of int
        Numbers of bars that were left.
    rows : int
        Bars that were compared.
    first_difference : int or None
        First bar whose decisions or equity change when the future is cut off; None is clean.
    """

    cuts: tuple[int, ...]
    rows: int
    first_difference: int | None


def check_look_ahead(
    strategy: Strategy,
    panel: Panel,
    settings: Settings,
    *,
    scores: Float | None = None,
    market: Market | None = None,
    start: int = 0,
    cuts: Sequence[float] = (0.4, 0.7, 0.9),
) -> LookAhead:
    """Compute decisions and fills from truncated history and compare them with those from all of it.

    Parameters
    ----------
    strategy, panel, settings, scores, market, start
        As they are simulated.
    cuts : sequence of float
        Where to cut, as fractions of the bars after the first decision.
    """
    whole = plan(strategy, panel, scores, start)
    length = panel.shape[1]
    at = sorted({whole.first + int(fraction * (length - whole.first)) for fraction in cuts})
    chosen = tuple(cut for cut in at if cut - whole.first >= 3)
    full = whole.simulate(panel, settings, market).equity
    rows, different = 0, []
    for cut in chosen:
        left = panel.until(cut)
        part = plan(strategy, left, None if scores is None else scores[:, :cut].copy(), start)
        equity = part.simulate(left, settings, None if market is None else market.until(cut)).equity
        decided = _same(part.decided(cut - 1), whole.decided(cut - 1)).all(axis=1)
        same = decided & _same(equity[: cut - 1], full[: cut - 1])
        different += np.flatnonzero(~same).tolist()
        rows += cut - 1
    return LookAhead(chosen, rows, min(different) if different else None)


def _same(left: Float, right: Float) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return np.asarray((left == right) | (np.isnan(left) & np.isnan(right)))
