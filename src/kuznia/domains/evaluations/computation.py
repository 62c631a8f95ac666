"""Evaluating a version: its scores in parts, what its folds listen to, how much history it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from kuznia.core.frames.json_values import json_values
from kuznia.core.frames.panel import Panel
from kuznia.core.metrics.calendar import periods_per_year
from kuznia.core.metrics.paired import Difference, paired_difference
from kuznia.core.models.evaluation import mean_ic, on_bars, rank_ic_by_bar
from kuznia.core.models.evaluation.baskets import quantile_returns
from kuznia.core.models.evaluation.breakdown import by_regime, by_sector, by_year, daily, decay
from kuznia.core.models.evaluation.calibration import calibration, coverage, foretold
from kuznia.core.models.evaluation.explanation import (
    ClusterImportance,
    cluster_importance,
    contributions,
    partial_dependence,
)
from kuznia.core.models.evaluation.history import windows, with_window
from kuznia.core.models.evaluation.refitting import FoldModel, fold_models, out_of_fold, same_scores
from kuznia.core.models.evaluation.scored import Scored, scored
from kuznia.core.models.examples import rows_of
from kuznia.core.models.rows import Rows
from kuznia.core.models.spec import ModelSpec
from kuznia.core.typing import Float
from kuznia.domains.datasets.service import PinnedVersion
from kuznia.domains.evaluations.pinning import Subject
from kuznia.domains.evaluations.reading import prices, sectors_of, values_of
from kuznia.domains.evaluations.results import Tried, tried
from kuznia.domains.evaluations.schemas import EvaluateInput
from kuznia.queue.handlers import Resources
from kuznia.store import Store

SHOWN = 8
"""Features whose dependence is drawn."""


@dataclass(frozen=True, slots=True)
class Evaluate:
    """What an evaluation reads, pinned."""

    question_id: UUID | None
    subject: Subject
    sectors: PinnedVersion | None
    wanted: EvaluateInput


def evaluated(load: Evaluate, resources: Resources, threads: int) -> tuple[dict[str, Any], list[Tried]]:
    """Everything that is told of a version, and what was tried for it."""
    of, store, wanted = load.subject, resources.store, load.wanted
    resources.report(0.0, "Reading predictions and prices")
    panel = prices(of.material, store)
    told = scored(store.frame(of.model.predictions), panel, of.spec.label)
    bars = of.material.bars
    per_year = periods_per_year(bars.frequency or "day", bars.calendar or "24/7")
    result = {
        "horizon": of.spec.label.horizon,
        "cost_bps": wanted.cost_bps,
        "periods_per_year": per_year,
        **_parts(load, told, panel, store),
        **_statements(told, panel, wanted.coverage),
    }
    resources.report(0.2, "Fitting the folds again")
    rows = rows_of(values_of(of.material, store), panel, of.spec)
    seed = of.spec.seeds[0]
    models = fold_models(
        rows, of.spec, seed, threads=threads, progress=between(resources, 0.2, 0.4, "Fitted")
    )
    scores = out_of_fold(rows, models)
    result |= {"seed": seed, "reproduced": same_scores(rows, scores, store.frame(of.model.predictions), seed)}
    result |= _explained(rows, models, seed, of.spec, resources)
    tries: list[Tried] = []
    result["history"] = []
    if wanted.history:
        learned = _History(load, rows, panel, threads, resources)
        result["history"], tries = learned.points(models, scores)
    return json_values(result), tries


def _parts(load: Evaluate, told: Scored, panel: Panel, store: Store) -> dict[str, Any]:
    cost = load.wanted.cost_bps
    measured = daily(told, cost_bps=cost)
    volatility, trend = by_regime(measured, panel)
    found = sectors_of(panel, load.sectors, load.wanted.scheme, store)
    parts = by_sector(told, found.codes, found.names, panel, cost_bps=cost) if found else []
    sectors = None
    if found and parts:
        sectors = {
            "scheme": found.scheme,
            "dataset": found.dataset,
            "backfilled": found.backfilled,
            "parts": parts,
        }
    return {
        "whole": measured.part("all", np.ones(panel.shape[1], dtype=np.bool_)),
        "years": by_year(measured, panel),
        "volatility": volatility,
        "trend": trend,
        "sectors": sectors,
        "decay": [{"bars": bars, "ic": ic} for bars, ic in decay(told, panel)],
        "quantiles": quantile_returns(told),
    }


def _statements(told: Scored, panel: Panel, share: float) -> dict[str, Any]:
    said = foretold(told)
    return {
        "calibration": calibration(said),
        "aimed": share,
        "coverage": coverage(said, panel.session, alpha=1.0 - share),
    }


def _explained(
    rows: Rows, models: list[FoldModel], seed: int, spec: ModelSpec, resources: Resources
) -> dict[str, Any]:
    importance = cluster_importance(
        rows,
        models,
        np.random.default_rng(seed),
        spec.label.horizon,
        progress=between(resources, 0.4, 0.6, "Shuffled"),
    )
    resources.report(0.6, "Explaining scores")
    return {
        "importance": importance,
        "contributions": contributions(rows, models),
        "dependence": partial_dependence(rows, models, _first_features(importance)),
    }


def _first_features(importance: list[ClusterImportance]) -> list[str]:
    """The first of each cluster, as its others say the same."""
    return [one.features[0] for one in importance[:SHOWN]]


class _History:
    """Trainings on more and less history, compared with the version's own on the same bars."""

    def __init__(self, load: Evaluate, rows: Rows, panel: Panel, threads: int, resources: Resources) -> None:
        self.load, self.spec = load, load.subject.spec
        self.rows, self.panel = rows, panel
        self.threads, self.resources = threads, resources
        self.seed = self.spec.seeds[0]

    def points(self, models: list[FoldModel], scores: Float) -> tuple[list[dict[str, Any]], list[Tried]]:
        own = self.spec.validation.window
        lengths = windows(self.spec, self.rows.bars)
        tries: list[Tried] = []
        told: list[dict[str, Any]] = []
        series = self._daily(scores)
        for number, window in enumerate(lengths):
            spec = with_window(self.spec, window)
            if window == own:
                told.append(self._point(window, models, series, None))
                continue
            start = 0.65 + 0.35 * number / len(lengths)
            told_as = "all bars" if window is None else f"{window} bars"
            fitted = fold_models(
                self.rows,
                spec,
                self.seed,
                threads=self.threads,
                progress=between(
                    self.resources, start, start + 0.35 / len(lengths), f"Learned from {told_as},"
                ),
            )
            found = out_of_fold(self.rows, fitted)
            other = self._daily(found)
            gap = paired_difference(series, other, 2 * self.spec.label.horizon, seed=self.seed)
            told.append(self._point(window, fitted, other, gap))
            material, store = self.load.subject.material, self.resources.store
            tries.append(tried(material, spec, self.seed, self.rows, found, self.panel, store))
        return told, tries

    def _point(
        self, window: int | None, models: list[FoldModel], series: Float, gap: Difference | None
    ) -> dict[str, Any]:
        return {
            "window": window,
            "own": gap is None,
            "ic": mean_ic(series, self.spec.label.horizon),
            "rows": float(np.mean([one.chosen.sum() for one in models])),
            "difference": gap,
        }

    def _daily(self, scores: Float) -> Float:
        return on_bars(*rank_ic_by_bar(scores, self.rows.forward, self.rows.bar), self.rows.bars)


def between(resources: Resources, start: float, stop: float, what: str) -> Callable[[float, str], None]:
    return lambda done, text: resources.report(start + (stop - start) * done, f"{what} {text}")
