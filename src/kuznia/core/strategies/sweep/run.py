"""Running a sweep: the segment kernel where a rule trades one instrument, the event engine elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import polars as pl

from kuznia.core.backtest.market import Market
from kuznia.core.backtest.settings import Settings
from kuznia.core.backtest.sweep.outcome import Outcome, statistics_of
from kuznia.core.backtest.sweep.path import Path, path_of
from kuznia.core.backtest.sweep.span import Span, span_of
from kuznia.core.backtest.sweep.sweep import signal_sweep
from kuznia.core.errors import CoreError, StrategyError
from kuznia.core.frames.panel import Panel
from kuznia.core.strategies.sweep.accounts import Ground, corners, first_decision, named
from kuznia.core.strategies.sweep.guided import guided_places
from kuznia.core.strategies.sweep.result import LESS_IS_BETTER, SweepResult
from kuznia.core.strategies.sweep.rule import RulePlan, rule_plan
from kuznia.core.strategies.sweep.search import chosen_places, frame_of, grid_places, values_at
from kuznia.core.strategies.sweep.spec import SweepSpec
from kuznia.core.typing import Float, Int

Progress = Callable[[float, str], None]


def run_sweep(
    panel: Panel,
    spec: SweepSpec,
    settings: Settings | None = None,
    market: Market | None = None,
    *,
    start: int = 0,
    progress: Progress | None = None,
    threads: int | None = None,
    periods_per_year: float = 252.0,
    scores: Float | None = None,
    cuts: Callable[[int], Int] | None = None,
) -> SweepResult:
    """Simulate every combination of a sweep over the same bars.

    Parameters
    ----------
    panel : Panel
        The universe's fields, with the history that the longest window needs.
    spec : SweepSpec
        What to try.
    settings : Settings, optional
        The account; by default without costs.
    market : Market, optional
        Dividends and the like.
    start : int
        First row that may decide.
    progress : callable, optional
        Called with the share done and a short text after each chunk.
    threads : int, optional
        Threads to use, by default one for each processor. The result does not depend on it.
    periods_per_year : float
        Bars of a year, from the calendar.
    scores : float64 (N, T), optional
        A model's out-of-sample scores.
    cuts : callable, optional
        Gives, for the number of bars, the cuts between blocks; by default 16 of equal length.

    Returns
    -------
    SweepResult
        Every account starts at the same row: the first at which all combinations can decide.

    Raises
    ------
    StrategyError
        A combination that cannot be read or never decides, named by its values.
    """
    sweep = prepare(
        panel,
        spec,
        settings,
        market,
        start=start,
        threads=threads,
        periods_per_year=periods_per_year,
        scores=scores,
        cuts=cuts,
    )
    if spec.search == "optuna":
        return sweep.result(*by_guide(sweep, progress))
    return sweep.result(sweep.places, sweep.outcome(0, len(sweep.places), progress))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A sweep before its combinations are simulated, all at once or some here and some elsewhere.

    Parameters
    ----------
    places : int64 (K, P)
        The combinations; with Optuna the whole grid that it chooses from.
    plan : RulePlan or None
        What the segment kernel needs; None where the event engine simulates.
    first : int
        Row of the panel at which every account starts.
    """

    spec: SweepSpec
    ground: Ground
    places: Int
    plan: RulePlan | None
    first: int
    span: Span
    workers: int

    def outcome(self, begin: int, end: int, progress: Progress | None = None) -> Outcome:
        """Simulate the combinations `begin` to `end` (excluded), whatever becomes of the others."""
        places = self.places[begin:end]
        if self.plan is None:
            return by_events(self, places, progress)
        return by_segments(self, self.plan.ordered(np.arange(begin, end)), places, progress)

    def result(self, places: Int, outcome: Outcome) -> SweepResult:
        """What the outcomes of these combinations say, beside holding."""
        held = Outcome.empty(1, self.span)
        held.put(0, self.ground.holding(self.first), self.span)
        return SweepResult(
            spec=self.spec,
            ground=self.ground,
            first=self.first,
            span=self.span,
            combinations=frame_of(self.spec, places),
            statistics=pl.DataFrame(statistics_of(outcome, self.span)),
            outcome=outcome,
            benchmark={name: float(found[0]) for name, found in statistics_of(held, self.span).items()},
            benchmark_outcome=held,
            engine="events" if self.plan is None else "segments",
        )


def prepare(
    panel: Panel,
    spec: SweepSpec,
    settings: Settings | None = None,
    market: Market | None = None,
    *,
    start: int = 0,
    threads: int | None = None,
    periods_per_year: float = 252.0,
    scores: Float | None = None,
    cuts: Callable[[int], Int] | None = None,
) -> Prepared:
    """Choose the combinations and the row at which all can decide; parameters are those of `run_sweep`."""
    ground = Ground(panel, settings or Settings(), market, scores)
    guided = spec.search == "optuna"
    places = grid_places(spec) if guided else chosen_places(spec)
    probe = corners(spec, places) if guided else places
    plan = rule_plan(spec, probe, ground)
    first = _first(plan, spec, probe, ground, start)
    bounds = None if cuts is None else cuts(panel.shape[1] - first)
    span = span_of(panel.ts[first:], panel.session[first:], periods_per_year, bounds)
    return Prepared(spec, ground, places, plan, first, span, max(1, threads or os.cpu_count() or 1))


def _first(plan: RulePlan | None, spec: SweepSpec, places: Int, ground: Ground, start: int) -> int:
    """The row from which on every combination can decide."""
    if plan is None:
        return first_decision(spec, places, ground, start)
    known = np.flatnonzero(~np.isnan(ground.panel.fields["open"][0] + ground.panel.fields["close"][0]))
    return max(start, int(plan.known_entries.max()), int(known[0]))


def _path(ground: Ground, first: int) -> Path:
    """The one instrument from row `first` on."""
    fields, market = ground.panel.fields, ground.market
    dividends = None if market is None or market.dividends is None else market.dividends[first:, 0]
    return path_of(fields["open"][0, first:], fields["close"][0, first:], ground.settings, dividends)


def by_segments(sweep: Prepared, plan: RulePlan, places: Int, progress: Progress | None) -> Outcome:
    """Every combination of a plan by the segment kernel; what that refuses by the event engine."""
    spec, ground, first, span = sweep.spec, sweep.ground, sweep.first, sweep.span
    panel, settings, path = ground.panel, ground.settings, _path(ground, first)
    whole = Outcome.empty(len(places), span)
    order = plan.order(panel.shape[1])
    plan, places = plan.ordered(order), places[order]
    kept: dict[str, Float] = {}
    for begin, end in plan.batches(panel.shape[1]):
        signals, kept = plan.signals(panel, begin, end, kept)

        def report(done: int, begin: int = begin) -> None:
            if progress is not None:
                progress((begin + done) / len(places), f"{begin + done:,} of {len(places):,} combinations")

        outcome, refused = signal_sweep(
            path, signals, span, settings, weight=plan.weight, threads=sweep.workers, progress=report
        )
        whole.take(order[begin:end], outcome)
        for k in (refused + begin).tolist():
            account = ground.account(spec.strategy(values_at(spec, places[k].tolist())), first)
            whole.put(int(order[k]), account, span)
    return whole


def by_guide(sweep: Prepared, progress: Progress | None) -> tuple[Int, Outcome]:
    """Combinations as Optuna chooses them, each batch by the engine that a whole sweep would take."""
    spec, grid, span = sweep.spec, sweep.places, sweep.span
    count = min(spec.count or len(grid), len(grid))
    whole = Outcome.empty(count, span)
    done = 0

    def evaluate(places: Int) -> Float:
        nonlocal done
        plan = rule_plan(spec, places, sweep.ground)
        part = by_events(sweep, places, None) if plan is None else by_segments(sweep, plan, places, None)
        whole.take(np.arange(done, done + len(places)), part)
        done += len(places)
        if progress is not None:
            progress(done / count, f"{done:,} of {count:,} combinations")
        found = statistics_of(part, span)[spec.objective]
        return -found if spec.objective in LESS_IS_BETTER else found

    return guided_places(spec, grid, evaluate), whole


def by_events(sweep: Prepared, places: Int, progress: Progress | None) -> Outcome:
    """Every combination by the event engine, in threads."""
    spec, ground, first, span = sweep.spec, sweep.ground, sweep.first, sweep.span
    outcome = Outcome.empty(len(places), span)

    def one(k: int) -> None:
        values = values_at(spec, places[k].tolist())
        try:
            outcome.put(k, ground.account(spec.strategy(values), first), span)
        except CoreError as error:
            raise StrategyError(f"With {named(values)}: {error.what}", error.remedy) from None

    size = max(1, min(64, len(places) // 50))
    with ThreadPoolExecutor(sweep.workers) as pool:
        for begin in range(0, len(places), size):
            end = min(begin + size, len(places))
            list(pool.map(one, range(begin, end)))
            if progress is not None:
                progress(end / len(places), f"{end:,} of {len(places):,} combinations")
    return outcome
