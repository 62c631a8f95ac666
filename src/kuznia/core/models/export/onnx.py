"""A bundle as one ONNX graph: raw features in, scores out, scaling and steps inside.

The graph gives what :func:`kuznia.core.models.score.score` gives, up to the single precision in which ONNX
adds leaves. What does not map to rows that stand for themselves is refused in words.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from kuznia.core.errors import ModelError
from kuznia.core.models.bundle import Bundle
from kuznia.core.models.ensemble import Ensemble, Member
from kuznia.core.models.export.graph import Graph
from kuznia.core.models.export.trees import listed, listed_boosted, listed_symmetric
from kuznia.core.models.learners import Fitted, read
from kuznia.core.models.learners.catboosting import Symmetric
from kuznia.core.models.learners.forest import Forest
from kuznia.core.models.learners.histogram import Histograms
from kuznia.core.models.learners.linear import Linear
from kuznia.core.models.learners.network import Network
from kuznia.core.models.scaling import CLIP, Scaler
from kuznia.core.models.steps.shaping import Components, Winsorise
from kuznia.core.models.steps.standard import Standard

ROWS = "A row of ONNX stands for itself."
UNMAPPED = {
    "rank": f"It ranks features among all instruments of a bar. {ROWS}",
    "isolation": "It refuses rows that are set apart, and ONNX has no score that is refused.",
    "dissimilarity": "It refuses rows far from training, and ONNX has no score that is refused.",
}
"""Steps that stay here, and why."""


def to_onnx(model: Bundle | Ensemble) -> bytes:
    """Write a model as ONNX.

    Parameters
    ----------
    model : Bundle or Ensemble
        Loaded.

    Returns
    -------
    bytes
        A model with the input ``features``, float64 (rows, F), in the order of its metadata ``features``,
        NaN where not known; and the output ``score``, float64 (rows, 1), NaN where no feature is known.

    Raises
    ------
    ModelError
        Says what of the model ONNX cannot hold.
    """
    refuse_unmapped(model)
    graph = Graph()
    nan = graph.constant(np.nan)
    x = graph.add("Where", graph.add("IsInf", "features"), nan, "features")
    if isinstance(model, Ensemble):
        parts = [_seeds(graph, part, x) for part in model.parts]
        seeds = [_combined(graph, model.members, one) for one in zip(*parts, strict=True)]
    else:
        seeds = _seeds(graph, model, x)
    mean = graph.add("Div", graph.add("Sum", *seeds), graph.constant(float(len(seeds))))
    unknown = graph.cast(graph.add("IsNaN", x), np.float32)
    none = graph.cast(graph.add("ReduceMin", unknown, graph.constant([1], np.int64), keepdims=1), np.bool_)
    return graph.file(len(model.features), graph.add("Where", none, nan, mean), _about(model))


def refuse_unmapped(model: Bundle | Ensemble) -> None:
    """Refuse a model that ONNX cannot hold as it is."""
    for part in model.parts if isinstance(model, Ensemble) else (model,):
        if part.spec.learner == "gru":
            raise ModelError(
                "The model reads bars one after the other, and its network is not written as ONNX.",
                "Take its bundle along, which holds plain weights, or export another learner.",
            )
        for step in part.spec.steps:
            if step.kind in UNMAPPED:
                raise ModelError(
                    f"The step {step.kind!r} cannot go along. {UNMAPPED[step.kind]}",
                    "Train without it, or take the bundle along.",
                )


def _about(model: Bundle | Ensemble) -> dict[str, str]:
    return {
        "bundle": model.digest,
        "features": json.dumps(list(model.features)),
        "feature_set": model.feature_set,
        "learner": model.spec.learner,
        "horizon": str(model.spec.label.horizon),
        "trained_until": model.trained_until.isoformat(),
    }


def _combined(graph: Graph, members: Sequence[Member], scores: Sequence[str]) -> str:
    """Members' scores on the scale of a normal distribution, added up by their weights."""
    parts = []
    for member, own in zip(members, scores, strict=True):
        spread = graph.constant(member.spread * np.sqrt(2.0))
        z = graph.add("Div", graph.add("Sub", own, graph.constant(member.centre)), spread)
        # Φ(z) − ½ = erf(z / √2) / 2; runtimes have the function in single precision alone.
        unit = graph.cast(graph.add("Erf", graph.cast(z, np.float32)), np.float64)
        parts.append(graph.add("Mul", unit, graph.constant(0.5 * member.weight)))
    return graph.add("Sum", *parts)


def _seeds(graph: Graph, bundle: Bundle, x: str) -> list[str]:
    """Score of each seed's member, (R, 1)."""
    scaled = _scaled(graph, bundle.scaler, x)
    scores = [_member(graph, bundle.spec.learner, one, scaled) for one in bundle.members]
    side = bundle.spec.label.side
    if side is None:
        return scores
    column = graph.constant([bundle.features.index(side)], np.int64)
    sign = graph.add("Sign", graph.known(graph.add("Gather", x, column, axis=1), graph.constant(0.0)))
    if bundle.spec.learner == "logistic":
        scores = [graph.add("Sigmoid", one) for one in scores]
    return [graph.add("Mul", one, sign) for one in scores]


def _scaled(graph: Graph, scaler: Scaler, x: str) -> str:
    for step in scaler.steps.fitted:
        if isinstance(step, Winsorise):
            x = _between(graph, x, step.low, step.high)
        else:
            assert isinstance(step, Components), "the others are refused"
            z = graph.known(_standard(graph, step.standard, x), graph.constant(0.0))
            x = graph.add("MatMul", z, graph.constant(step.loadings.T))
    z = _standard(graph, Standard(scaler.mean, scaler.scale), x)
    return _between(graph, z, np.array(-CLIP), np.array(CLIP))


def _standard(graph: Graph, standard: Standard, x: str) -> str:
    centred = graph.add("Sub", x, graph.constant(standard.mean))
    return graph.add("Div", centred, graph.constant(standard.scale))


def _between(graph: Graph, x: str, low: np.ndarray, high: np.ndarray) -> str:
    """Values within bounds; what is not known stays so, whatever a runtime thinks of its maximum."""
    low, high = np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)
    held = graph.add("Min", graph.add("Max", x, graph.constant(low)), graph.constant(high))
    return graph.add("Where", graph.add("IsNaN", x), x, held)


def _member(graph: Graph, learner: str, member: Fitted, x: str) -> str:
    """Score of one member, (R, 1)."""
    if learner == "xgboost":
        return _boosted(graph, member.content(), x)
    member = read(learner, member.content())  # what training holds is the library's own
    if isinstance(member, Linear):
        known = graph.known(x, graph.constant(0.0))
        return graph.add("MatMul", known, graph.constant(member.weights[:, None]))
    if isinstance(member, Network):
        return _network(graph, member, x)
    if isinstance(member, Histograms):
        sums = listed(member.nodes, 1).sums(graph, x, 1, np.float64)
        return graph.add("Add", graph.cast(sums, np.float64), graph.constant(member.baseline))
    if isinstance(member, Symmetric):
        scale, (bias,) = member.model["scale_and_bias"]
        found = listed_symmetric(member.model["oblivious_trees"])
        sums = graph.cast(
            found.sums(graph, graph.cast(x, np.float32), 1, np.float32),
            np.float64,
        )
        return graph.add("Add", graph.add("Mul", sums, graph.constant(float(scale))), graph.constant(bias))
    if isinstance(member, Forest):
        return _forest(graph, member, x)
    raise ModelError(
        f"The learner {learner!r} holds splits that LightGBM alone can walk.", "Take the bundle along."
    )


def _forest(graph: Graph, forest: Forest, x: str) -> str:
    found = listed(forest.nodes, forest.classes).sums(graph, x, forest.classes, np.float64)
    sums = graph.cast(found, np.float64)
    if forest.rounds != 1:
        sums = graph.add("Div", sums, graph.constant(float(forest.rounds)))
    if forest.classes == 1:
        return sums
    expected = graph.constant(np.arange(forest.classes, dtype=np.float64)[:, None])
    return graph.add("MatMul", graph.add("Softmax", sums, axis=1), expected)


def _boosted(graph: Graph, content: bytes, x: str) -> str:
    """XGBoost reads and adds in single precision."""
    learner = json.loads(content)["learner"]
    found = listed_boosted(learner["gradient_booster"]["model"]["trees"])
    sums = graph.cast(found.sums(graph, graph.cast(x, np.float32), 1, np.float32), np.float64)
    base = np.ravel(json.loads(learner["learner_model_param"]["base_score"]))[0]
    return graph.add("Add", sums, graph.constant(float(base)))


def _network(graph: Graph, network: Network, x: str) -> str:
    values = graph.known(x, graph.constant(0.0))
    for number, (weights, intercepts) in enumerate(network.layers):
        values = graph.add("Gemm", values, graph.constant(weights), graph.constant(intercepts))
        if number < len(network.layers) - 1:
            values = graph.add("Relu", values)
    return values
