"""Which features the learners are given: known often enough, unlike the others, picked again and again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

import numpy as np

from kuznia.core.models.ensembling import unit_ranks_by_bar
from kuznia.core.models.pipeline.book import Step
from kuznia.core.models.pipeline.development import Development
from kuznia.core.models.selection.importance import clusters_of
from kuznia.core.models.selection.stability import stable_on_the_path
from kuznia.core.typing import Bool, Float, Int

COVERAGE = 0.5
ALIKE = 0.9
THRESHOLD = 0.75
PAIRS = 50
BLOCK = 21
MOST_ROWS = 60_000
REASONS = ("coverage", "flat", "alike", "unstable")
"""Why a feature is dropped, in the order of the questions."""


@dataclass(slots=True)
class Judged:
    """One feature. ``reason`` is why it was dropped; ``like`` the one that speaks for it."""

    feature: str
    coverage: float
    frequency: float | None = None
    reason: str | None = None
    like: str | None = None


def selected(development: Development) -> Step:
    """Judge every feature on the development rows alone.

    Notes
    -----
    Features whose ranks correlate by 0.9 or more are one: the one nearest to the others speaks for all,
    chosen without a look at the target. The rest stand for stability selection by the lasso path on ranks,
    with as many picks on each half as keep the bound of falsely kept features at `PipelineSpec.allowed`.
    When nothing is stable, the most frequent are kept, as many as one half picks, and it is said.
    """
    rows, chosen = development.rows, _chosen(development)
    x = rows.x[chosen]
    judged = [
        Judged(name, float(share))
        for name, share in zip(rows.features, (~np.isnan(x)).mean(axis=0), strict=True)
    ]
    if not development.spec.select:
        return _step(judged, stable=True, bound=None)
    ranks = np.nan_to_num(unit_ranks_by_bar(x, rows.bar[chosen]) - 0.5)
    for n, one in enumerate(judged):
        if one.coverage < COVERAGE:
            one.reason = "coverage"
        elif not ranks[:, n].any():
            one.reason = "flat"
    _join_alike(judged, ranks, rows.bar[chosen])
    left = [n for n, one in enumerate(judged) if one.reason is None]
    if not left:
        return _step(judged, stable=False, bound=None)
    target = unit_ranks_by_bar(rows.forward[chosen][:, None], rows.bar[chosen])[:, 0] - 0.5
    picks = max(1, int(sqrt((2.0 * THRESHOLD - 1.0) * len(left) * development.spec.allowed)))
    found = stable_on_the_path(
        ranks[:, left],
        target,
        rows.bar[chosen],
        picks,
        np.random.default_rng(development.spec.seed),
        pairs=PAIRS,
        threshold=THRESHOLD,
        block=_block(development),
    )
    kept = found.kept if found.kept.any() else _most_frequent(found.frequency, picks)
    for place, n in enumerate(left):
        judged[n].frequency = float(found.frequency[place])
        judged[n].reason = None if kept[place] else "unstable"
    return _step(judged, stable=bool(found.kept.any()), bound=float(found.false_bound))


def _chosen(development: Development) -> Bool:
    """Rows that selection looks at: bars whose labels hardly overlap, and not more than it needs."""
    known, bar = development.known, development.rows.bar
    stride = max(development.spec.label.horizon, 1)
    if int(known.sum()) > MOST_ROWS:
        stride = max(stride, int(np.ceil(known.sum() / MOST_ROWS)))
    bars = np.unique(bar[known])
    if len(bars) // stride < 8 * BLOCK:
        stride = max(1, len(bars) // (8 * BLOCK))
    on_stride: Bool = known & np.isin(bar, bars[::stride])
    return on_stride


def _block(development: Development) -> int:
    """Bars of a block: a month, the label at least, and eight of them at least."""
    longest = max(1, development.end // 8)
    return min(max(BLOCK, development.spec.label.horizon), longest)


def _join_alike(judged: Sequence[Judged], ranks: Float, bar: Int) -> None:
    left = [n for n, one in enumerate(judged) if one.reason is None]
    if len(left) < 2:
        return
    own = ranks[:, left]
    scale = np.sqrt((own * own).sum(axis=0))
    alike = np.abs(np.einsum("rf,rg->fg", own, own) / np.outer(scale, scale))
    for cluster in clusters_of(own, bar, alike=ALIKE):
        among = alike[np.ix_(cluster, cluster)].sum(axis=0)
        speaker = cluster[int(np.argmax(among.round(9)))]
        for place in cluster:
            if place != speaker:
                judged[left[place]].reason = "alike"
                judged[left[place]].like = judged[left[speaker]].feature


def _most_frequent(frequency: Float, count: int) -> Bool:
    order = np.argsort(-frequency, kind="stable")
    kept = np.zeros(len(frequency), dtype=np.bool_)
    kept[order[:count]] = True
    return kept


def _step(judged: Sequence[Judged], *, stable: bool, bound: float | None) -> Step:
    facts: dict[str, Any] = {
        "features": [asdict(one) for one in judged],
        "kept": [one.feature for one in judged if one.reason is None],
        "stable": stable,
        "false_bound": bound,
    }
    return Step(facts)
