"""The steps of an automated pipeline, each kept before the next begins.

Everything is chosen on the development, the older bars: features, parameters, weights, and which entry is
recommended. The newer bars evaluate what was chosen, walk-forward, and decide nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from kuznia.core.frames.json_values import json_values
from kuznia.core.frames.panel import KEYS, Panel
from kuznia.core.models.pipeline.blending import BLENDS
from kuznia.core.models.pipeline.book import Book, Step
from kuznia.core.models.pipeline.combining import blended, difference, evaluated_blend, worth
from kuznia.core.models.pipeline.development import Development
from kuznia.core.models.pipeline.explaining import explained
from kuznia.core.models.pipeline.plan import PipelineSpec, step_names
from kuznia.core.models.pipeline.selecting import selected
from kuznia.core.models.pipeline.tuning import tuned
from kuznia.core.models.rows import Rows, align
from kuznia.core.models.training import Training, train
from kuznia.core.typing import Float

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class _Work:
    """What all steps read."""

    features: pl.DataFrame
    panel: Panel
    spec: PipelineSpec
    feature_set: str
    book: Book
    progress: Progress
    threads: int

    def step(self, name: str, make: Callable[[Progress], Step]) -> Step:
        """A step with its own stretch of the progress."""
        names = step_names(self.spec.learners, generate=self.spec.generate is not None)
        place = names.index(name)

        def told(share: float, message: str) -> None:
            self.progress((place + min(share, 1.0)) / len(names), f"{name.capitalize()}: {message}")

        self.progress(place / len(names), name.capitalize())
        return self.book.step(name, lambda: make(told))


def automate(
    features: pl.DataFrame,
    panel: Panel,
    spec: PipelineSpec,
    *,
    feature_set: str,
    book: Book,
    progress: Progress | None = None,
    threads: int = 1,
) -> Mapping[str, Any]:
    """Run every step that is not in the book.

    Parameters
    ----------
    features, panel, feature_set
        As of :func:`kuznia.core.models.training.train`.
    spec : PipelineSpec
        What is tried.
    book : Book
        Where finished steps are; every result can be read from it.
    progress : callable, optional
        Called with the fraction done and a message.
    threads : int
        Fits at the same time. It changes the time taken and nothing else.

    Returns
    -------
    mapping
        Facts of the last step: ``entries``, the leader board in the order of the rank IC on the evaluation;
        ``best``, ``blend`` and ``recommended``, names of entries that the development chose.
    """
    work = _Work(features, panel, spec, feature_set, book, progress or _silent, threads)
    every = Development.of(align(features, panel, spec.label), spec)
    picked = work.step("select", lambda _: _with_trials(every, selected(every)))
    given = features.select(*KEYS, *picked.facts["kept"])
    rows = align(given, panel, spec.label)
    # The number of trials is kept with the selection, so that a resumed pipeline goes by the same.
    planned = PipelineSpec.from_spec({**spec.to_spec(), "trials": picked.facts["trials"]})
    development = Development.of(rows, planned)
    tuning = {
        one: work.step(f"tune {one}", partial(_tune, development, one, threads)) for one in spec.learners
    }
    best_of = {one: dict(step.facts["best"]) for one, step in tuning.items()}
    scored = {
        one: work.step(f"score {one}", partial(_score, development, one, best_of[one], threads))
        for one in spec.learners
    }
    facts = work.step("blend", lambda _: blended(development, scored)).facts
    made = {
        one: work.step(f"evaluate {one}", partial(_evaluate, work, given, development, one, best_of[one]))
        for one in spec.learners
    }
    for one in (name for name in BLENDS if name in facts["blends"]):
        made[one] = work.step(
            f"evaluate {one}", partial(_evaluate_blend, rows, panel, facts, one, dict(made))
        )
    best = facts["best"]
    work.step("explain", lambda _: explained(development, best, best_of[best]))
    return work.step("board", lambda _: _board(rows, spec, facts, scored, made, best_of)).facts


def _silent(share: float, message: str) -> None:
    """Nobody listens."""


def _with_trials(development: Development, step: Step) -> Step:
    planned = development.spec.planned(int(development.known.sum()), len(step.facts["kept"]))
    return Step({**step.facts, "trials": planned.trials})


def _tune(development: Development, learner: str, threads: int, told: Progress) -> Step:
    return tuned(development, learner, threads=threads, told=told)


def _score(
    development: Development,
    learner: str,
    parameters: dict[str, Any],
    threads: int,
    told: Progress,  # noqa: ARG001 (one fit of each fold: nothing to tell in between)
) -> Step:
    model = development.model(learner, parameters)
    scores = development.out_of_fold(model, development.splits, model.seeds, threads)
    inside = development.rows.bar < development.end
    frame = pl.DataFrame(
        {"n": np.arange(inside.sum())}
        | {f"score_{seed}": scores[inside, n] for n, seed in enumerate(model.seeds)}
    )
    ic = development.measured(scores.mean(axis=1))
    return Step({"rank_ic": json_values(ic)}, {"scores": frame})


def _evaluate(
    work: _Work,
    given: pl.DataFrame,
    development: Development,
    learner: str,
    parameters: dict[str, Any],
    told: Progress,
) -> Step:
    model = replace(development.model(learner, parameters), features=development.rows.features)
    return _kept(
        train(
            given,
            work.panel,
            model,
            feature_set=work.feature_set,
            progress=told,
            threads=work.threads,
        )
    )


def _evaluate_blend(
    rows: Rows,
    panel: Panel,
    facts: Mapping[str, Any],
    blend: str,
    made: Mapping[str, Step],
    told: Progress,  # noqa: ARG001 (a sum)
) -> Step:
    return _kept(evaluated_blend(rows, panel, facts, blend, made))


def _kept(training: Training) -> Step:
    frames = {"predictions": training.predictions, "daily_rank_ic": training.daily}
    frames |= {f"returns_{n}": held for n, held in enumerate(training.returns)}
    facts = {
        "digest": training.bundle.digest,
        "spec": training.bundle.spec.to_spec(),
        "trained_until": training.bundle.trained_until.isoformat(),
        "rank_ic": json_values(training.rank_ic),
        "importance": training.importance,
    }
    return Step(facts, frames, {"bundle": training.bundle.archive()}, training)


def _board(
    rows: Rows,
    spec: PipelineSpec,
    facts: Mapping[str, Any],
    scored: Mapping[str, Step],
    made: Mapping[str, Step],
    best_of: Mapping[str, Any],
) -> Step:
    """Entries side by side: what the development said of each, what the evaluation says."""
    best, chosen = facts["best"], facts["chosen"]
    developed = {one: step.facts["rank_ic"] for one, step in scored.items()}
    developed |= {one: blend["rank_ic"] for one, blend in facts["blends"].items()}
    recommended = max(
        (one for one in (chosen, best) if one is not None), key=lambda one: worth(developed[one])
    )
    reference = _mean_score(rows, made[best])
    entries = []
    for name, step in made.items():
        weights = facts["blends"].get(name, {}).get("weights")
        entries.append(
            {
                "name": name,
                "kind": "learner" if name in scored else "ensemble",
                "parameters": best_of.get(name, {}),
                "weights": dict(zip(scored, weights, strict=True)) if weights else {},
                "development": developed[name],
                "evaluation": step.facts["rank_ic"],
                "difference": difference(rows, _mean_score(rows, step), reference, spec.label.horizon),
            }
        )
    entries.sort(key=lambda one: -worth(one["evaluation"]))
    return Step({"entries": entries, "best": best, "blend": chosen, "recommended": recommended})


def _mean_score(rows: Rows, step: Step) -> Float:
    """An entry's predictions at their rows, (R,)."""
    frame = step.frames["predictions"].sort("ts", "instrument")
    scores = np.full(len(rows.bar), np.nan)
    scores[len(rows.bar) - frame.height :] = frame["score"].to_numpy()
    return scores
