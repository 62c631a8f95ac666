"""Training a version's specification on prices, and again with each further kind of data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np

from kuznia.core.features.views import Step
from kuznia.core.frames.json_values import json_values
from kuznia.core.frames.panel import Panel
from kuznia.core.metrics.paired import paired_difference
from kuznia.core.models.evaluation import RankIC, mean_ic, on_bars, rank_ic, rank_ic_by_bar
from kuznia.core.models.evaluation.refitting import fold_models, out_of_fold
from kuznia.core.models.evaluation.scored import scored
from kuznia.core.models.examples import rows_of
from kuznia.core.typing import Float
from kuznia.domains.evaluations.computation import between
from kuznia.domains.evaluations.pinning import Subject
from kuznia.domains.evaluations.reading import prices, values_of
from kuznia.domains.evaluations.results import Tried, tried
from kuznia.queue.handlers import Resources


@dataclass(frozen=True, slots=True)
class Ablate:
    """What an ablation reads, pinned; the last step is the version itself."""

    question_id: UUID | None
    subject: Subject
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class _Trained:
    """A step's daily rank ICs, of the mean score and of each seed."""

    daily: Float
    seeds: tuple[RankIC, ...]


def ablated(load: Ablate, resources: Resources, threads: int) -> tuple[dict[str, Any], list[Tried]]:
    """Each step with its differences, and what was tried for it."""
    of = load.subject
    resources.report(0.0, "Reading values and prices")
    panel = prices(of.material, resources.store)
    tries: list[Tried] = []
    made: list[_Trained] = []
    for number, step in enumerate(load.steps[:-1]):
        trained, new = _trained(load, step, panel, resources, threads, number)
        made.append(trained)
        tries += new
    made.append(_own(of, panel, resources))
    horizon = of.spec.label.horizon
    told = []
    for number, (step, one) in enumerate(zip(load.steps, made, strict=True)):
        before = made[number - 1].daily if number else None
        last = number == len(made) - 1
        told.append(
            {
                "view": step.view,
                "added": step.added,
                "features": len(step.features),
                "ic": mean_ic(one.daily, horizon),
                "per_seed": one.seeds,
                "difference": None if before is None else paired_difference(before, one.daily, 2 * horizon),
                "to_all": None if last else paired_difference(one.daily, made[-1].daily, 2 * horizon),
            }
        )
    return json_values({"steps": told, "seeds": of.spec.seeds}), tries


def _trained(
    load: Ablate, step: Step, panel: Panel, resources: Resources, threads: int, number: int
) -> tuple[_Trained, list[Tried]]:
    of = load.subject
    spec = replace(of.spec, features=tuple(step.features))
    rows = rows_of(values_of(of.material, resources.store), panel, spec)
    whole = len(spec.seeds) * (len(load.steps) - 1)
    scores, tries = [], []
    for n, seed in enumerate(spec.seeds):
        done = number * len(spec.seeds) + n
        progress = between(
            resources, done / whole, (done + 1) / whole, f"{step.view.capitalize()}, seed {n + 1},"
        )
        found = out_of_fold(rows, fold_models(rows, spec, seed, threads=threads, progress=progress))
        scores.append(found)
        tries.append(tried(of.material, spec, seed, rows, found, panel, resources.store))
    mean = np.mean(scores, axis=0)
    daily = on_bars(*rank_ic_by_bar(mean, rows.forward, rows.bar), rows.bars)
    return _Trained(daily, tuple(one.made.rank_ic for one in tries)), tries


def _own(of: Subject, panel: Panel, resources: Resources) -> _Trained:
    """The version's own scores, which it keeps."""
    kept = resources.store.frame(of.model.predictions)
    told = scored(kept, panel, of.spec.label)
    daily = on_bars(*rank_ic_by_bar(told.score, told.forward, told.bar), panel.shape[1])
    seeds = []
    for seed in of.spec.seeds:
        one = scored(kept, panel, of.spec.label, f"score_{seed}")
        seeds.append(rank_ic(one.score, one.forward, one.bar, of.spec.label.horizon))
    return _Trained(daily, tuple(seeds))
