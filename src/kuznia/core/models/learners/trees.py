"""Learners of trees, all by LightGBM: ranking, regression, classification, forests."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from kuznia.core.errors import ModelError
from kuznia.core.models.learners.forest import parsed
from kuznia.core.models.learners.protocol import Examples, Fitted, Parameters, shares
from kuznia.core.typing import Float

# The same rows and seed give the same trees to the last bit only with one thread per fit, one way of
# summing histograms (by columns, the faster one on one thread) and LightGBM's own deterministic mode.
# Bins are those of any seed, so that seeds can share them.
FIXED: Mapping[str, Any] = {
    "deterministic": True,
    "force_col_wise": True,
    "data_random_seed": 1,
    "num_threads": 1,
    "bagging_freq": 1,
    "verbosity": -1,
}
KINDS: Mapping[str, Mapping[str, Any]] = {
    "lightgbm_ranker": {"objective": "lambdarank", "bagging_by_query": True},
    "lightgbm_regressor": {"objective": "regression"},
    "lightgbm_classifier": {"objective": "multiclass"},
    "random_forest": {"objective": "regression", "boosting": "rf"},
    "extra_trees": {"objective": "regression", "boosting": "rf", "extra_trees": True},
}
"""Every learner of trees with what makes it this one."""

# LightGBM imports these when it finds them, for interfaces that are not used here: 4.2 s and 158 MB
# with them, 1.0 s and 62 MB without.
UNNEEDED = ("pandas", "sklearn", "pyarrow", "dask", "matplotlib")
_IMPORTING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Trees:
    """A LightGBM model."""

    booster: Any

    def predict(self, x: Float) -> Float:
        """Sum of the trees' leaves for each row; of a classifier the expected class."""
        said = np.asarray(self.booster.predict(x, num_threads=1), dtype=np.float64)
        return said if said.ndim == 1 else (said * np.arange(said.shape[1])).sum(axis=1)

    def importance(self) -> Float:
        """Share of each feature in the total gain of all splits."""
        return shares(self.booster.feature_importance(importance_type="gain"))

    def content(self) -> bytes:
        """LightGBM's text format."""
        return str(self.booster.model_to_string()).encode()


def fitting(learner: str, parameters: Parameters, examples: Examples) -> Callable[[int], Trees]:
    """How one of `KINDS` is fitted with a seed; rows are cut into bins once for all seeds."""
    library = lightgbm()
    given = {name: value for name, value in parameters.items() if name != "trees"}
    chosen = {**given, **FIXED, **KINDS[learner]}
    if learner == "lightgbm_ranker":
        chosen["label_gain"] = list(range(examples.levels))
    elif learner == "lightgbm_classifier":
        chosen["num_class"] = examples.levels
    graded = learner in ("lightgbm_ranker", "lightgbm_classifier")
    rows = library.Dataset(
        examples.x,
        label=examples.target if graded else examples.centred,
        weight=None if np.all(examples.weight == 1.0) else examples.weight,
        group=examples.groups if learner == "lightgbm_ranker" else None,
        params=chosen,
        free_raw_data=True,
    ).construct()

    def with_seed(seed: int) -> Trees:
        booster = library.train({**chosen, "seed": seed}, rows, num_boost_round=int(parameters["trees"]))
        return Trees(booster)

    return with_seed


def read(content: bytes) -> Fitted:
    """Load LightGBM's text; LightGBM itself is needed for what is never learned here alone."""
    forest = parsed(content)
    return Trees(lightgbm().Booster(model_str=content.decode())) if forest is None else forest


def lightgbm() -> ModuleType:
    """LightGBM, imported when a learner first needs it; its absence in one clear sentence."""
    try:
        with _IMPORTING, hidden(UNNEEDED):
            import lightgbm as library
    except ImportError as error:
        raise ModelError("LightGBM is not installed.", "Install kuznia with its extra 'ml'.") from error
    except OSError as error:
        raise ModelError(
            f"LightGBM cannot load a system library ({error}).",
            "Install libgomp1, or start with `kuznia up`, which uses the copy that scikit-learn carries.",
        ) from error
    return library


@contextmanager
def hidden(names: Sequence[str]) -> Iterator[None]:
    """Make modules look absent while something is imported."""
    before = {name: sys.modules.get(name) for name in names}
    sys.modules.update(dict.fromkeys(names))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
