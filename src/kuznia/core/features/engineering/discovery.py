"""One automated search for features, from generation to what is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from kuznia.core.expressions import Context
from kuznia.core.features import feature_values
from kuznia.core.features.engineering.candidates import Candidate, Pool, from_templates
from kuznia.core.features.engineering.evolution import evolve
from kuznia.core.features.engineering.grammar import FAMILIES
from kuznia.core.features.engineering.interactions import interactions
from kuznia.core.features.engineering.measurement import Judge, Measured
from kuznia.core.features.engineering.screening import REASONS, Rules, grouped, screened
from kuznia.core.features.feature_set import FeatureError
from kuznia.core.features.statistics import ranked
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Float, Int

Progress = Callable[[float, str], None]

CHUNK = 64
"""Candidates that are computed together, sharing common parts."""

CHUNK_BYTES = 128 * 2**20
"""Bytes that the values of such a chunk take, at most."""

SAMPLE = 20_000_000
"""Numbers that are compared to find what says the same."""

MAX_COST = 50_000.0

SHARE_INTERACTIONS, SHARE_SEARCH = 0.25, 0.4
"""Shares of the budget when they are asked for; templates have the rest."""


@dataclass(frozen=True, slots=True)
class DiscoverySpec:
    """What is searched, and how.

    Parameters
    ----------
    families : tuple of str
        Of templates: some of ``FAMILIES``.
    windows : tuple of int
        Bars.
    budget : int
        Candidates that are generated, at most.
    interactions, search : bool
        Whether the best are combined; whether formulas are bred.
    teaching : float
        Share of the bars that teach what is combined and bred, when any is; the rest judge.
    horizon : int
        Bars of the forward return.
    cost_bps : float
        Paid on the value of every trade.
    rules : Rules
    """

    families: tuple[str, ...] = FAMILIES
    windows: tuple[int, ...] = (5, 10, 20, 60, 120, 250)
    budget: int = 1_000
    interactions: bool = True
    search: bool = False
    teaching: float = 0.35
    horizon: int = 5
    cost_bps: float = 5.0
    rules: Rules = field(default_factory=Rules)

    def __post_init__(self) -> None:
        strange = sorted(set(self.families) - set(FAMILIES))
        if strange or not set(self.families) - {"relative"}:
            known = ", ".join(FAMILIES)
            raise FeatureError(f"{strange or 'No family'} gives no candidates.", f"Choose among {known}.")
        if not self.windows or min(self.windows) < 2 or self.budget < 1 or self.horizon < 1:
            raise FeatureError(
                "Windows, budget or horizon are too small.", "Windows begin at 2, the rest at 1."
            )
        if not 0.1 <= self.teaching <= 0.9:
            raise FeatureError(f"{self.teaching} of the bars cannot teach.", "Give a share from 0.1 to 0.9.")

    @property
    def learns(self) -> bool:
        """Whether anything learns from labels before the judging."""
        return self.interactions or self.search


@dataclass(frozen=True, slots=True)
class Discovery:
    """All candidates with what became of them; sequences are in one order.

    Parameters
    ----------
    candidates, measured : tuple
        What was generated, and what was measured of each.
    adjusted : float64 (M,)
        Adjusted p-values; NaN for those that fell before the test.
    reasons : tuple of str or None
        Why each fell; None for those that are kept.
    clusters : int64 (M,)
        For those that are significant, which say the same; 0 for the others.
    first_judged : int
        First bar that judges.
    """

    candidates: tuple[Candidate, ...]
    measured: tuple[Measured, ...]
    adjusted: Float
    reasons: tuple[str | None, ...]
    clusters: Int
    first_judged: int

    @property
    def kept(self) -> list[int]:
        """Places of those that are kept, highest ``|t|`` first."""
        places = [n for n, reason in enumerate(self.reasons) if reason is None]
        return sorted(places, key=lambda n: -abs(self.measured[n].judged.t))

    @property
    def funnel(self) -> list[tuple[str, int]]:
        """``generated``, then how many are left after the step of each reason."""
        left, steps = len(self.candidates), [("generated", len(self.candidates))]
        for reason in REASONS:
            left -= sum(1 for one in self.reasons if one == reason)
            steps.append((reason, left))
        return steps


def discover(
    panel: Panel,
    spec: DiscoverySpec,
    rng: np.random.Generator,
    *,
    periods_per_year: float = 252.0,
    progress: Progress | None = None,
) -> Discovery:
    """Search for features.

    Parameters
    ----------
    panel : Panel
        Bars with ``open`` and ``close``; its other fields, groups and series are used where there are
        some.
    spec : DiscoverySpec
    rng : numpy.random.Generator
        Decides everything that is drawn.
    periods_per_year : float
        Of the Sharpe ratio that each candidate has as a trial.
    progress : callable, optional
        Told a share and what is being done.

    Raises
    ------
    FeatureError
        When too few bars can judge, or nothing can be generated.
    """
    tell = progress or (lambda *_: None)
    first = int(len(panel.ts) * spec.teaching) if spec.learns else 0
    judge = Judge(panel, spec.horizon, spec.cost_bps, first, periods_per_year)
    work = _Work(panel, judge, spec, rng, tell)
    work.generate()
    tell(0.92, f"Screening {len(work.candidates):,} candidates")
    reasons, adjusted = screened(work.measured, spec.rules)
    significant = [n for n, reason in enumerate(reasons) if reason is None]
    tell(0.94, f"Comparing {len(significant):,} that are significant")
    t = np.array([work.measured[n].judged.t for n in significant])
    numbers, best = grouped(work.ranks_of(significant), t, spec.rules)
    clusters = np.zeros(len(reasons), dtype=np.int64)
    for place, n in enumerate(significant):
        clusters[n] = numbers[place]
        if place not in best:
            reasons[n] = "redundant"
    return Discovery(tuple(work.candidates), tuple(work.measured), adjusted, tuple(reasons), clusters, first)


class _Work:
    """Candidates of a discovery as they come, each measured in its chunk."""

    def __init__(
        self,
        panel: Panel,
        judge: Judge,
        spec: DiscoverySpec,
        rng: np.random.Generator,
        progress: Progress,
    ) -> None:
        self.panel, self.judge, self.spec, self.rng, self.progress = panel, judge, spec, rng, progress
        self.pool = Pool(
            Context(
                fields=frozenset(panel.fields),
                series=frozenset(panel.series),
                groups=frozenset(panel.groups),
                max_cost=MAX_COST,
                max_lookback=max(len(panel.ts) - 1, 1),
            )
        )
        self.candidates: list[Candidate] = []
        self.measured: list[Measured] = []
        room = CHUNK_BYTES // max(8 * panel.shape[0] * panel.shape[1], 1)
        self.chunk = int(min(max(room, 1), CHUNK))

    def generate(self) -> None:
        """Templates, then what they teach."""
        spec, budget = self.spec, self.spec.budget
        crossed = int(budget * SHARE_INTERACTIONS) if spec.interactions else 0
        bred = int(budget * SHARE_SEARCH) if spec.search else 0
        plain = budget - crossed - bred
        made = from_templates(self.pool, spec.families, spec.windows, plain, self.rng)
        if not made:
            raise FeatureError(
                "These families and windows give no candidate on this data.", "Choose more of them."
            )
        self.take(made, "from templates")
        if crossed:
            pairs = interactions(self.pool, self.candidates, self.measured, crossed, self.rng)
            self.take(pairs, "that combine others")
        if bred:
            evolve(self.pool, spec.windows, bred, self._fitness, self.rng)

    def take(self, candidates: Sequence[Candidate], what: str) -> None:
        """Measure candidates and keep them."""
        for start in range(0, len(candidates), self.chunk):
            part = candidates[start : start + self.chunk]
            values = feature_values({str(n): one.expression for n, one in enumerate(part)}, self.panel)
            for n, one in enumerate(part):
                self.measured.append(self.judge.measure(values.pop(str(n)), one.expression.lookback))
            self.candidates += part
            share = len(self.candidates) / self.spec.budget
            self.progress(0.9 * share, f"Measured {len(self.candidates):,} candidates, now {what}")

    def ranks_of(self, places: Sequence[int]) -> Float:
        """Centred ranks on a sample of the bars that judge, each turned to the side of its IC. (cells, K)"""
        first, (n, t) = self.judge.first, self.panel.shape
        rows = max(SAMPLE // max(len(places) * n, 1), 1)
        step = max(-(-(t - first) // rows), 1)
        columns = [
            (ranks[:, first::step] - 0.5).ravel() * np.sign(self.measured[place].judged.mean)
            for place, ranks in zip(places, self._ranks(places), strict=True)
        ]
        return np.column_stack(columns) if columns else np.empty((0, 0))

    def _ranks(self, places: Sequence[int]) -> Iterator[Float]:
        for start in range(0, len(places), self.chunk):
            part = places[start : start + self.chunk]
            values = feature_values({str(n): self.candidates[n].expression for n in part}, self.panel)
            for n in part:
                yield ranked(values.pop(str(n))).ranks

    def _fitness(self, candidates: Sequence[Candidate]) -> Float:
        before = len(self.measured)
        self.take(candidates, "that are bred")
        return np.array([abs(one.taught.t) for one in self.measured[before:]])
