"""What the best learner loses on rows it did not learn from when features that are alike are shuffled."""

from __future__ import annotations

from typing import Any

import numpy as np

from kuznia.core.frames.json_values import json_values
from kuznia.core.models.evaluation import rank_ic_series
from kuznia.core.models.examples import examples_of
from kuznia.core.models.learners import fit
from kuznia.core.models.pipeline.book import Step
from kuznia.core.models.pipeline.development import Development
from kuznia.core.models.selection.importance import clusters_of, permutation_importance
from kuznia.core.typing import Float

MOST_ROWS = 30_000
REPEATS = 5


def explained(development: Development, learner: str, parameters: dict[str, Any]) -> Step:
    """Clustered permutation importance under purging: each fold's rows by the model of the other folds."""
    rows, spec = development.rows, development.spec
    model = development.model(learner, parameters)
    fitted = []
    for split in development.splits:
        scaler, examples = examples_of(rows, development.training(split), model)
        fitted.append((scaler, fit(model, examples, spec.seeds[0])))
    inside = (rows.bar < development.end) & ~np.isnan(rows.forward)
    stride = max(1, int(np.ceil(inside.sum() / MOST_ROWS)))
    inside &= rows.bar % stride == 0
    bar, forward = rows.bar[inside], rows.forward[inside]
    folds = [development.tested(split)[inside] for split in development.splits]

    def predict(x: Float) -> Float:
        scores = np.full(len(x), np.nan)
        for tested, (scaler, member) in zip(folds, fitted, strict=True):
            scores[tested] = member.predict(scaler.apply(x[tested]))
        return scores

    clusters = clusters_of(rows.x[inside], bar)
    found = permutation_importance(
        predict,
        rows.x[inside],
        bar,
        lambda scores: float(rank_ic_series(scores, forward, bar).mean()),
        clusters,
        np.random.default_rng([spec.seed, 1]),
        repeats=REPEATS,
    )
    order = np.argsort(-np.nan_to_num(found.mean), kind="stable")
    lines = [
        {
            "features": [rows.features[column] for column in found.clusters[n]],
            "loss": json_values(found.mean[n]),
            "error": json_values(found.error[n]),
        }
        for n in order
    ]
    return Step({"learner": learner, "clusters": lines})
