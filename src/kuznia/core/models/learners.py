"""The learners, behind one small protocol: fit rows, predict rows, say what mattered, write files."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

import numpy as np

from kuznia.core.errors import ModelError
from kuznia.core.models.spec import ModelSpec, Parameter
from kuznia.core.typing import Float, Int

# The same rows and seed give the same trees to the last bit only with one thread per fit,
# row-wise histograms and LightGBM's own deterministic mode.
RANKER_FIXED: Mapping[str, Any] = {
    "objective": "lambdarank",
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "bagging_freq": 1,
    "bagging_by_query": True,
    "verbosity": -1,
}
# LightGBM imports these when it finds them, for interfaces that are not used here: 4.2 s and 158 MB
# with them, 1.0 s and 62 MB without.
UNNEEDED = ("pandas", "sklearn", "pyarrow", "dask", "matplotlib")
_IMPORTING = threading.Lock()


class Fitted(Protocol):
    """A fitted learner."""

    def predict(self, x: Float) -> Float:
        """Score of each row, higher is better, (R,)."""

    def importance(self) -> Float:
        """Share of each feature in what was learned, (F,); sums to 1, or is all zero."""

    def content(self) -> bytes:
        """Native file: text or JSON, never a pickle."""


@dataclass(frozen=True, slots=True)
class Ranker:
    """A LightGBM ranker."""

    booster: Any

    def predict(self, x: Float) -> Float:
        """Sum of the trees' leaves for each row."""
        return np.asarray(self.booster.predict(x, num_threads=1), dtype=np.float64)

    def importance(self) -> Float:
        """Share of each feature in the total gain of all splits."""
        return _shares(self.booster.feature_importance(importance_type="gain"))

    def content(self) -> bytes:
        """LightGBM's text format."""
        return str(self.booster.model_to_string()).encode()


@dataclass(frozen=True, slots=True)
class Ridge:
    """Linear scores; a feature that is not known counts as its mean."""

    weights: Float

    def predict(self, x: Float) -> Float:
        """Weighted sum of each row, added up in one fixed order."""
        scores: Float = (np.nan_to_num(x) * self.weights).sum(axis=1)
        return scores

    def importance(self) -> Float:
        """Share of each feature in the absolute weights of scaled features."""
        return _shares(np.abs(self.weights))

    def content(self) -> bytes:
        """The weights as JSON numbers that read back to the same bits."""
        return json.dumps({"weights": self.weights.tolist()}).encode()


def fit(spec: ModelSpec, x: Float, grades: Int, groups: Int, seed: int) -> Fitted:
    """Fit the learner of a specification to scaled rows.

    Parameters
    ----------
    spec : ModelSpec
        Names the learner and its parameters.
    x : float64 (R, F)
        Scaled features, rows of one bar together.
    grades : int64 (R,)
        Grade of each row in its bar's cross-section.
    groups : int64 (G,)
        Rows of each bar.
    seed : int
        Seed of this fit.

    Returns
    -------
    Fitted
    """
    if spec.learner == "ridge":
        return _fit_ridge(spec.chosen, x, grades, groups)
    return _fit_ranker(spec.chosen, x, grades, groups, seed, spec.label.grades)


def read(learner: str, content: bytes) -> Fitted:
    """Load what `Fitted.content` wrote."""
    if learner == "ridge":
        return Ridge(np.array(json.loads(content)["weights"], dtype=np.float64))
    return Ranker(lightgbm().Booster(model_str=content.decode()))


def lightgbm() -> ModuleType:
    """LightGBM, imported when a learner first needs it; its absence in one clear sentence."""
    try:
        with _IMPORTING, _hidden(UNNEEDED):
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
def _hidden(names: Sequence[str]) -> Iterator[None]:
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


def _fit_ranker(
    parameters: Mapping[str, Parameter], x: Float, grades: Int, groups: Int, seed: int, levels: int
) -> Ranker:
    library = lightgbm()
    given = {name: value for name, value in parameters.items() if name != "trees"}
    chosen = {**given, **RANKER_FIXED, "seed": seed, "label_gain": list(range(levels))}
    rows = library.Dataset(x, label=grades, group=groups, params=chosen, free_raw_data=True)
    return Ranker(library.train(chosen, rows, num_boost_round=int(parameters["trees"])))


def _fit_ridge(parameters: Mapping[str, Parameter], x: Float, grades: Int, groups: Int) -> Ridge:
    known = np.nan_to_num(x)
    target = grades - np.repeat(np.add.reduceat(grades, _starts(groups)) / groups, groups)
    # einsum adds in one order; a matrix product's order depends on BLAS and its threads.
    gram = np.einsum("rf,rg->fg", known, known) + float(parameters["penalty"]) * np.eye(x.shape[1])
    return Ridge(np.linalg.solve(gram, np.einsum("rf,r->f", known, target)))


def _starts(groups: Int) -> Int:
    return np.cumsum(groups) - groups


def _shares(values: Float) -> Float:
    total = float(np.sum(values))
    return np.asarray(values, dtype=np.float64) / total if total > 0 else np.zeros(len(values))
