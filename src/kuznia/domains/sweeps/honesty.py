"""What may be said of a sweep: how many beat holding, and whether the best is more than luck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from kuznia.core.metrics import performance
from kuznia.core.metrics.bootstrap import draw_blocks
from kuznia.core.metrics.maximum import Strongest, strongest
from kuznia.core.metrics.significance import deflated_sharpe
from kuznia.core.metrics.verdict import CONFIDENCE
from kuznia.core.typing import Float

if TYPE_CHECKING:
    from kuznia.core.strategies.sweep.result import SweepResult

MONTHS = 12.0
RESAMPLES = 1_000
WINDOW, STEP = 60, 12
"""Months that a walk-forward chooses from, and months that it trades the choice."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Monthly returns that are judged, and what they say of the strongest combination.

    Parameters
    ----------
    sharpes : float64 (K,)
        Annual Sharpe ratio of the judged monthly returns of each combination.
    against : {"universe", "zero"}
        Long-only strategies are judged on what they earn above holding.
    deflated : float
        Probability that the strongest one's ratio is above the luckiest of all trials.
    """

    sharpes: Float
    against: Literal["universe", "zero"]
    test: Strongest
    deflated: float
    trials: int
    months: int


def judge(result: SweepResult, *, long_only: bool, others: Sequence[float], trials: int, seed: int) -> Judged:
    """Weigh the combinations of a sweep against luck.

    Parameters
    ----------
    others : sequence of float
        Annual Sharpe ratios of the question's other trials, as they were judged.
    trials : int
        All of the question, these included.
    """
    judged = np.ascontiguousarray(result.monthly.T, dtype=np.float64)
    if long_only:
        judged -= result.benchmark_outcome.monthly.astype(np.float64).T
    rows = len(judged)
    spread = judged.std(axis=0, ddof=1) if rows > 1 else np.zeros(judged.shape[1])
    ratios = np.where(spread > 1e-12, judged.mean(axis=0) / np.where(spread > 1e-12, spread, 1.0), 0.0)
    test = strongest(judged, draw_blocks(rows, np.random.default_rng(seed), RESAMPLES))
    best = judged[:, test.which]
    everyone = np.concatenate([ratios, np.asarray(others, dtype=np.float64) / np.sqrt(MONTHS)])
    variance = float(np.var(everyone, ddof=1)) if len(everyone) > 1 else 1.0 / max(rows, 1)
    deflated = deflated_sharpe(
        float(ratios[test.which]),
        rows,
        performance.skewness(best),
        performance.kurtosis(best),
        variance,
        float(trials),
    )
    return Judged(
        sharpes=ratios * np.sqrt(MONTHS),
        against="universe" if long_only else "zero",
        test=test,
        deflated=deflated,
        trials=trials,
        months=rows,
    )


def verdict(
    judged: Judged, beat_return: int, beat_sharpe: int, points: int, labels: Sequence[str]
) -> dict[str, Any]:
    """A key and the numbers of its sentence."""
    reasons = [key for key in ("biased", "optimistic", "unadjusted") if key in labels]
    proven = judged.test.adjusted >= CONFIDENCE and judged.deflated >= CONFIDENCE and not reasons
    key = "none_beats" if not max(beat_return, beat_sharpe) else "proven" if proven else "unproven"
    numbers = {
        "beat_return": beat_return,
        "beat_sharpe": beat_sharpe,
        "points": points,
        "trials": judged.trials,
        "adjusted": judged.test.adjusted,
        "deflated": judged.deflated,
        "against": judged.against,
        "reasons": reasons,
    }
    return {"key": key, "params": numbers}


def walk_forward(result: SweepResult) -> dict[str, Any] | None:
    """Trade the best of each window of months in the next ones; None when the span is too short, or when
    Optuna chose the combinations by all months, those to be traded too.

    From month to month, as the sweep keeps it: what moving from one combination to the next costs is
    not in it.
    """
    monthly = result.monthly.astype(np.float64)
    held = result.benchmark_outcome.monthly[0].astype(np.float64)
    starts = list(range(WINDOW, monthly.shape[1], STEP))
    if len(starts) < 2 or result.spec.search == "optuna":
        return None
    chosen, traded = [], []
    for start in starts:
        past = monthly[:, start - WINDOW : start]
        spread = past.std(axis=1, ddof=1)
        ratio = np.where(spread > 1e-12, past.mean(axis=1) / np.where(spread > 1e-12, spread, 1.0), -np.inf)
        best = int(np.argmax(ratio))
        chosen.append({name: float(value) for name, value in result.values(best).items()})
        traded.append(monthly[best, start : start + STEP])
    mine, theirs = np.concatenate(traded), held[WINDOW:]
    return {
        "windows": len(starts),
        "sharpe": performance.sharpe(mine, MONTHS),
        "total_return": float(np.prod(1.0 + mine) - 1.0),
        "holding_sharpe": performance.sharpe(theirs, MONTHS),
        "holding_return": float(np.prod(1.0 + theirs) - 1.0),
        "chosen": chosen,
    }
