"""What may be said of a simulation: labels, the verdict among all trials, and the rows of trust."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl

from kuznia.core.backtest.evaluation import active_returns, span_days
from kuznia.core.metrics import performance
from kuznia.core.metrics.bootstrap import Interval, mean_interval
from kuznia.core.metrics.multiplicity import MaximumTest, clusters, maximum_test
from kuznia.core.metrics.significance import deflated_sharpe
from kuznia.core.metrics.verdict import CONFIDENCE, Verdict, judge
from kuznia.core.typing import Float
from kuznia.domains.backtests.simulation import UNIVERSE, Simulation


@dataclass(frozen=True, slots=True)
class Evidence:
    """The deflated Sharpe ratio and the maximum test of one simulation among a question's trials.

    Parameters
    ----------
    judged : float64 (T,)
        Returns that are judged.
    against : {"universe", "zero"}
        A long-only strategy is judged on what it earns above its universe.
    trials, clusters : int
        Configurations of the question, this one included, and how many really differ.
    deflated, deflated_clustered : float
        With the raw and with the clustered number.
    """

    judged: Float
    against: Literal["universe", "zero"]
    mean: Interval
    sharpe: float
    trials: int
    clusters: int
    deflated: float
    deflated_clustered: float
    test: MaximumTest


def weigh(
    simulation: Simulation,
    *,
    long_only: bool,
    periods_per_year: float,
    others: Sequence[pl.DataFrame],
    other_sharpes: Sequence[float],
    trials: int,
) -> Evidence:
    """Weigh a simulation among the trials of its question.

    Parameters
    ----------
    others : sequence of DataFrame
        Stored returns of the other trials: ``ts``, ``judged``.
    other_sharpes : sequence of float
        Their Sharpe ratios for each bar, where known.
    trials : int
        All of them, this one included, also those without stored returns.
    """
    account = simulation.account
    returns = active_returns(account.result)
    judged = simulation.comparisons[UNIVERSE].excess if long_only else returns
    ratio = performance.sharpe(judged, 1.0)
    ratio = ratio if np.isfinite(ratio) else 0.0
    ratios = [ratio, *other_sharpes]
    variance = float(np.var(ratios, ddof=1)) if len(ratios) > 1 else 1.0 / len(judged)
    matrix = _aligned(judged, account.result.ts[1:], others)
    found = clusters(matrix)
    different = int(found.max()) + max(trials - matrix.shape[1], 0)
    skew, kurtosis = performance.skewness(judged), performance.kurtosis(judged)

    def deflated(count: int) -> float:
        return deflated_sharpe(ratio, len(judged), skew, kurtosis, variance, count)

    return Evidence(
        judged=judged,
        against="universe" if long_only else "zero",
        mean=mean_interval(judged, periods_per_year, simulation.blocks),
        sharpe=ratio * float(np.sqrt(periods_per_year)),
        trials=trials,
        clusters=different,
        deflated=deflated(trials),
        deflated_clustered=deflated(different),
        test=maximum_test(matrix, 0, simulation.blocks),
    )


def _aligned(judged: Float, ts: np.ndarray[Any, Any], others: Sequence[pl.DataFrame]) -> Float:
    """This trial's returns first, then the others' on its bars, NaN where they have none. (T, K)"""
    columns = [judged]
    for frame in others:
        column = np.full(len(ts), np.nan)
        at = frame["ts"].dt.epoch("us").to_numpy()
        place = np.minimum(np.searchsorted(ts, at), len(ts) - 1)
        same = ts[place] == at
        column[place[same]] = frame["judged"].cast(pl.Float64).fill_null(np.nan).to_numpy()[same]
        if np.isfinite(column).sum() >= 3:
            columns.append(column)
    return np.column_stack(columns)


def verdict(simulation: Simulation, evidence: Evidence, labels: Sequence[str]) -> Verdict:
    """What may be said, and what the result's labels forbid to say."""
    return judge(
        alone=evidence.test.alone,
        adjusted=evidence.test.adjusted,
        trials=evidence.trials,
        total_return=simulation.account.metrics["total_return"].value,
        judged=evidence.mean,
        against=evidence.against,
        biased="biased" in labels,
        optimistic="optimistic" in labels,
        unadjusted="unadjusted" in labels,
    )


def trust(
    simulation: Simulation,
    evidence: Evidence,
    scored: int | None,
    analysed: Mapping[str, Any],
    tested: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """The rows of "Can I trust it?".

    Parameters
    ----------
    scored : int or None
        Bars with out-of-sample scores of a model.
    analysed, tested : mapping
        The analysis and the robustness of the same simulation, as they are stored.
    """
    account = simulation.account
    ratio = simulation.comparisons[UNIVERSE].metrics["information_ratio"]
    was, doubled = account.metrics["sharpe"].value, simulation.doubled.metrics["sharpe"].value
    delayed = simulation.delayed.metrics["sharpe"].value
    costly = any(simulation.account.result.costs.values())
    years = span_days(account.result) / performance.DAYS_PER_YEAR
    needed = account.metrics["minimum_track_years"].value
    check = simulation.look_ahead
    rows = [
        _row(
            "deflated_sharpe",
            _graded(evidence.deflated, CONFIDENCE, 0.5),
            evidence.deflated,
            trials=evidence.trials,
            clusters=evidence.clusters,
            clustered=evidence.deflated_clustered,
            method="average linkage, correlation 0.5",
            against=evidence.against,
        ),
        _row(
            "beats_universe",
            "none"
            if np.isnan(ratio.low)
            else "good"
            if ratio.low > 0
            else "bad"
            if ratio.high < 0
            else "warn",
            ratio.value,
            low=ratio.low,
            high=ratio.high,
        ),
        _row(
            "costs_doubled",
            _graded(doubled, max(was / 2, 1e-9), 0.0) if costly else "none",
            doubled,
            was=was,
        ),
        _row("delayed", _graded(delayed, max(was / 2, 1e-9), 0.0), delayed, was=was),
        _chance(tested["random_entry"]),
        _capacity(analysed["capacity"]),
        _row(
            "look_ahead",
            "good" if check.first_difference is None else "bad",
            float(len(check.cuts)),
            bars=check.rows,
            first_difference=check.first_difference,
        ),
        _row("track_record", "good" if years >= needed else "warn", years, needed_years=needed),
    ]
    if scored is not None:
        rows.append(_row("out_of_sample", "good", float(scored)))
    return rows


def _chance(tested: Mapping[str, Any]) -> dict[str, Any]:
    """Whether what was chosen beats what chance would have chosen."""
    p = tested["p_value"]
    status = "none" if np.isnan(tested["beaten"]) else "good" if p <= 0.05 else "warn" if p <= 0.5 else "bad"
    return _row(
        "random_entry", status, tested["beaten"], p_value=p, draws=tested["draws"], kind=tested["kind"]
    )


def _capacity(analysed: Mapping[str, Any]) -> dict[str, Any]:
    """Whether its own impact leaves something at ten times the capital."""
    capital, base = analysed["capital"], analysed["base"]
    status = "none" if np.isnan(capital) else _graded(min(capital, 1e300), 10.0 * base, base)
    return _row("capacity", status, capital, base=base, covered=analysed["covered"])


def _graded(value: float, good: float, warn: float) -> str:
    if not np.isfinite(value):
        return "none"
    return "good" if value >= good else "warn" if value > warn else "bad"


def _row(key: str, status: str, value: float, **params: Any) -> dict[str, Any]:
    return {"key": key, "status": status, "value": value, "params": params}
