"""From members' scores out of fold to blends, their choice, and their result on the evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kuznia.core.frames.json_values import json_values
from kuznia.core.frames.panel import Panel
from kuznia.core.metrics.paired import newey_west_error
from kuznia.core.models.ensemble import Ensemble, Member, combine, load_model
from kuznia.core.models.evaluation import rank_ic_series
from kuznia.core.models.pipeline.blending import BLENDS, crossed, moments_of
from kuznia.core.models.pipeline.book import Step
from kuznia.core.models.pipeline.development import Development
from kuznia.core.models.rows import Rows
from kuznia.core.models.training import Training, assessed
from kuznia.core.typing import Float


def worth(ic: Mapping[str, Any]) -> float:
    """Mean of a rank IC's JSON to order by; what is not known comes last."""
    return -1.0 if ic["mean"] is None else float(ic["mean"])


def blended(development: Development, scored: Mapping[str, Step]) -> Step:
    """Scales of the members, and weights of each blend with its rank IC out of fold.

    Returns
    -------
    Step
        Facts: ``members`` (learner, centre, spread), ``blends`` (name to weights and rank IC), ``best`` (the
        learner with the highest rank IC out of fold) and ``chosen`` (the blend with the highest, its weights
        found on the other folds each time; null with one member).
    """
    learners = list(scored)
    best = max(learners, key=lambda one: worth(scored[one].facts["rank_ic"]))
    scores = [_columns(scored[one]) for one in learners]
    members = [
        Member(name, 1.0, float(own.mean()), float(own.std()) or 1.0)
        for name, own in zip(learners, scores, strict=True)
    ]
    described = [{"learner": one.learner, "centre": one.centre, "spread": one.spread} for one in members]
    if len(learners) == 1:
        return Step({"members": described, "blends": {}, "best": best, "chosen": None})
    inside = development.rows.bar < development.end
    unit = np.column_stack(
        [member.unit(own).mean(axis=1) for member, own in zip(members, scores, strict=True)]
    )
    forward, bar = development.rows.forward[inside], development.rows.bar[inside]
    known = ~np.isnan(forward)
    tests = [development.tested(split)[inside] for split in development.splits]
    trains = [development.training(split)[inside] & known for split in development.splits]
    blends: dict[str, Any] = {}
    for name, weigh in BLENDS.items():
        whole = np.full(len(inside), np.nan)
        whole[inside] = crossed(unit, forward, bar, tests, trains, name)
        weights = weigh(moments_of(unit[known], forward[known], bar[known]))
        blends[name] = {"weights": weights.tolist(), "rank_ic": json_values(development.measured(whole))}
    chosen = max(blends, key=lambda one: worth(blends[one]["rank_ic"]))
    return Step({"members": described, "blends": blends, "best": best, "chosen": chosen})


def _columns(step: Step) -> Float:
    return np.ascontiguousarray(step.frames["scores"].sort("n").drop("n").to_numpy())


def members_of(facts: Mapping[str, Any], blend: str) -> tuple[Member, ...]:
    """The members of a blend with their weights."""
    weights = facts["blends"][blend]["weights"]
    return tuple(
        Member(one["learner"], weight, one["centre"], one["spread"])
        for one, weight in zip(facts["members"], weights, strict=True)
    )


def evaluated_blend(
    rows: Rows, panel: Panel, facts: Mapping[str, Any], blend: str, evaluated: Mapping[str, Step]
) -> Training:
    """What a blend would have said of the evaluation, out of what its members said."""
    every = members_of(facts, blend)
    used = tuple(one for one in every if one.weight != 0.0)
    steps = [evaluated[one.learner] for one in used]
    parts = tuple(load_model(step.blobs["bundle"], step.facts["digest"]) for step in steps)
    ensemble = Ensemble(blend, used, tuple(part for part in parts if not isinstance(part, Ensemble)))
    seeds = ensemble.spec.seeds
    scores = np.full((len(rows.bar), len(seeds)), np.nan)
    predicted = rows.bar >= ensemble.spec.validation.first_test
    scores[predicted] = combine(used, [_seed_scores(step, seeds) for step in steps])
    size = sum(abs(one.weight) for one in used)
    importance = {
        name: sum(
            abs(one.weight) / size * step.facts["importance"][name]
            for one, step in zip(used, steps, strict=True)
        )
        for name in rows.features
    }
    ordered = dict(sorted(importance.items(), key=lambda item: (-item[1], item[0])))
    return assessed(rows, panel, ensemble.parts[0].spec, scores, ordered, ensemble)


def _seed_scores(step: Step, seeds: Sequence[int]) -> Float:
    """A member's predictions in the order of the rows, (n, S)."""
    frame = step.frames["predictions"].sort("ts", "instrument")
    return np.ascontiguousarray(frame.select(f"score_{seed}" for seed in seeds).to_numpy())


def difference(rows: Rows, first: Float, second: Float, horizon: int) -> dict[str, Any]:
    """Paired difference of two scores' rank ICs, bar by bar, with its Newey–West error."""
    said = ~np.isnan(first) & ~np.isnan(second)
    series = [rank_ic_series(one[said], rows.forward[said], rows.bar[said]) for one in (first, second)]
    if len(series[0]) != len(series[1]) or not len(series[0]):
        return {"mean": None, "standard_error": None}
    apart = series[0] - series[1]
    return {
        "mean": json_values(apart.mean()),
        "standard_error": json_values(newey_west_error(apart, horizon)),
    }
