"""Whether the numbers of a stranger's archive make a model, before anything computes with them.

Each learner's arrays have to fit each other, the scaler and the specification; indices have to lie inside,
numbers have to be finite, and a tree has to be one: every node and leaf has one parent, before it in the
list. What is read then cannot loop, read past an array's end or answer with no number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from kuznia.core.errors import CoreError, ModelError
from kuznia.core.frames.digest import canonical_json
from kuznia.core.models.archive import (
    BUNDLE_FORMAT,
    FORECAST,
    STEPS,
    Opened,
    open_archive,
    read_json,
    refuse,
)
from kuznia.core.models.bundle import Bundle, load_bundle, pack
from kuznia.core.models.ensemble import Ensemble, load_model
from kuznia.core.models.forecast import Forecaster
from kuznia.core.models.history import with_histories
from kuznia.core.models.learners import read, suffix, trees
from kuznia.core.models.learners.catboosting import Symmetric
from kuznia.core.models.learners.forest import Forest, parsed
from kuznia.core.models.learners.histogram import Histograms
from kuznia.core.models.learners.linear import Linear
from kuznia.core.models.learners.network import Network
from kuznia.core.models.learners.nodes import Nodes
from kuznia.core.models.learners.sequence import Recurrent
from kuznia.core.models.scaling import Scaler
from kuznia.core.models.score import member_scores
from kuznia.core.models.spec import ModelSpec
from kuznia.core.models.steps import Chain
from kuznia.core.models.steps.outliers import Dissimilarity, Isolation
from kuznia.core.models.steps.shaping import Components, Winsorise
from kuznia.core.models.steps.standard import Standard

DAMAGE = (KeyError, ValueError, TypeError, IndexError, AttributeError, ArithmeticError, RecursionError)
"""What reading numbers that are none of ours ends in."""
PER_NODE = (
    "base_weights",
    "default_left",
    "left_children",
    "loss_changes",
    "parents",
    "right_children",
    "split_conditions",
    "split_indices",
    "split_type",
    "sum_hessian",
)
"""Arrays of XGBoost's trees with one number for each node."""
MOST_DEPTH = 16
"""Of a symmetric tree, whose leaves are 2 to this power."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """An archive that holds a model.

    Parameters
    ----------
    model : Bundle or Ensemble
        Loaded.
    digest : str
        The bundle's.
    archive : bytes
        Packed anew, as bundles are: whatever else the given bytes held is not in it.
    """

    model: Bundle | Ensemble
    digest: str
    archive: bytes


def inspect(archive: bytes, now: datetime) -> Inspected:
    """Load a model from an archive that nobody vouches for.

    Parameters
    ----------
    archive : bytes
        What somebody gave.
    now : datetime
        No training can have ended after it.

    Returns
    -------
    Inspected

    Raises
    ------
    ModelError
        Says what is wrong.
    """
    opened = open_archive(archive)
    try:
        with np.errstate(all="ignore"):
            files, model = _loaded(opened)
            _check_answers(model)
            _check_times(model, now)
    except CoreError:
        raise
    except DAMAGE as error:
        kind = type(error).__name__
        raise ModelError(
            f"The file holds numbers that make no model ({kind}: {str(error)[:120]}).",
            "Download the bundle again where it was made, and upload that.",
        ) from error
    return Inspected(model, opened.digest, pack(opened.manifest, files))


def _loaded(opened: Opened) -> tuple[Mapping[str, bytes], Bundle | Ensemble]:
    """Files as they are to be packed, and what they hold."""
    if opened.manifest["format"] == BUNDLE_FORMAT:
        files = _one(opened)
        return files, load_bundle(pack(opened.manifest, files), opened.digest)
    members, parts = opened.manifest["members"], opened.manifest["parts"]
    names = [f"part_{n:02d}.zip" for n in range(len(parts))]
    stated = [FORECAST] * (FORECAST in opened.files)
    if not names or set(opened.files) != {*names, *stated} or len(members) != len(parts):
        refuse(f"holds {len(opened.files) - len(stated)} models for {len(members)} members")
    files = {}
    for name, digest in zip(names, parts, strict=True):
        inner = open_archive(opened.files[name])
        if inner.manifest["format"] != BUNDLE_FORMAT or inner.digest != digest:
            refuse(f"holds {name}, which is not the model that its manifest names")
        files[name] = opened.files[name]
        if list(inner.files) != list(_one(inner)):
            refuse(f"holds {name} in another order than bundles are packed in")
    files |= {name: opened.files[name] for name in stated}
    _check_forecast(opened)
    found = load_model(pack(opened.manifest, files), opened.digest)
    assert isinstance(found, Ensemble), "its format says so"
    for member, part in zip(found.members, found.parts, strict=True):
        numbers = np.array([member.weight, member.centre, member.spread], dtype=np.float64)
        if member.learner != part.spec.learner or not np.isfinite(numbers).all() or not member.spread > 0:
            refuse("weighs a member by numbers that cannot be")
    return files, found


def _one(opened: Opened) -> Mapping[str, bytes]:
    """Files of one learner's bundle in their order, each of them checked."""
    spec = ModelSpec.from_spec(opened.manifest["spec"])
    scaler, columns = _scaler(opened, spec)
    names = [f"member_{seed}.{suffix(spec.learner)}" for seed in spec.seeds]
    wanted = names + [STEPS] * bool(scaler.steps.fitted) + [FORECAST] * (FORECAST in opened.files)
    if set(opened.files) != set(wanted):
        refuse(f"holds the files {sorted(opened.files)[:4]} where {wanted[:4]} belong")
    for name in names:
        _check_member(spec, opened.files[name], name, columns)
    _check_forecast(opened)
    return {name: opened.files[name] for name in wanted}


def _check_forecast(opened: Opened) -> None:
    """Rising functions of a place from 0 to 1, finite numbers, and written as bundles write them."""
    if FORECAST not in opened.files:
        return
    content = opened.files[FORECAST]
    made = Forecaster.read(read_json(content, FORECAST))
    for curve, least, most in ((made.chance, 0.0, 1.0), (made.expected, -np.inf, np.inf)):
        _array(FORECAST, curve.at, (max(curve.at.size, 1),))
        _array(FORECAST, curve.value, curve.at.shape)
        if (np.diff(curve.at) <= 0).any() or curve.at[0] < 0 or curve.at[-1] > 1:
            refuse(f"holds {FORECAST}, whose places do not rise from 0 to 1")
        if (np.diff(curve.value) < 0).any() or curve.value[0] < least or curve.value[-1] > most:
            refuse(f"holds {FORECAST}, which states less of a higher score or what is no chance")
    _array(FORECAST, np.array([made.radius, made.alpha], float), (2,))
    counts = (made.horizon, made.names, made.rows, made.bars)
    if not all(type(one) is int and one > 0 for one in counts) or made.radius < 0 or not 0 < made.alpha < 1:
        refuse(f"holds {FORECAST} with a count, a radius or a level that cannot be")
    if canonical_json(made.state()).encode() != content:
        refuse(f"holds {FORECAST} written in another way than bundles are")


def _check_times(model: Bundle | Ensemble, now: datetime) -> None:
    for one in (model, *(model.parts if isinstance(model, Ensemble) else ())):
        if one.trained_until.tzinfo is None or one.trained_until > now:
            refuse(f"says that its training data end at {one.trained_until}, which cannot be")
        _check_learned(one)


def _check_learned(model: Bundle | Ensemble) -> None:
    """What states returns over the label's horizon knows none that ends behind the training."""
    found = model.forecaster
    if found is None:
        return
    if found.horizon != model.spec.label.horizon:
        refuse(f"states returns over {found.horizon} bars and learned those over {model.spec.label.horizon}")
    if found.learned_until.tzinfo is None or found.learned_until > model.trained_until:
        refuse(f"learned chances until {found.learned_until}, which is behind its training")


def _scaler(opened: Opened, spec: ModelSpec) -> tuple[Scaler, int]:
    """What stands before the learner, and how many columns that gives."""
    manifest = opened.manifest
    features = manifest["features"]
    if not features or not all(isinstance(one, str) and one for one in features):
        refuse("names no features")
    base = features[: len(features) // spec.history]
    if tuple(features) != with_histories(base, spec.history) or len(set(features)) != len(features):
        refuse(f"names {len(features)} features that are not {spec.history} bars of each")
    if spec.features and tuple(base) != spec.features:
        refuse("names other features than its specification")
    if spec.label.side is not None and spec.label.side not in features:
        refuse(f"lacks the feature {spec.label.side!r} that says its side")
    scaler = Scaler(
        np.array(manifest["mean"], dtype=np.float64),
        np.array(manifest["scale"], dtype=np.float64),
        _steps(opened),
    )
    asked = tuple(step.kind for step in spec.steps if step.kind != "rank")
    if scaler.steps.kinds != asked:
        refuse(f"was fitted with the steps {scaler.steps.kinds} and asked for {asked}")
    columns = len(features)
    for step in scaler.steps.fitted:
        columns = _check_step(step, columns)
    _check_standard(Standard(scaler.mean, scaler.scale), columns)
    return scaler, columns


def _steps(opened: Opened) -> Chain:
    if STEPS not in opened.files:
        return Chain()
    states = read_json(opened.files[STEPS], STEPS)
    if not isinstance(states, list) or not states:
        refuse(f"holds no steps in {STEPS}")
    return Chain.read(states)


def _check_standard(standard: Standard, columns: int) -> None:
    _array("the scaler's means", standard.mean, (columns,))
    _array("the scaler's deviations", standard.scale, (columns,))
    if not (standard.scale > 0).all():
        refuse("divides by a deviation that is not above 0")


def _check_step(step: object, columns: int) -> int:
    """Columns behind a step."""
    if isinstance(step, Winsorise):
        _array("the limits of 'winsorise'", step.low, (columns,))
        _array("the limits of 'winsorise'", step.high, (columns,))
        return columns
    assert isinstance(step, Components | Dissimilarity | Isolation), "there is no other"
    _check_standard(step.standard, columns)
    if isinstance(step, Components):
        _array("the loadings of 'pca'", step.loadings, (len(step.loadings), columns))
        return len(step.loadings)
    if isinstance(step, Dissimilarity):
        _array("the rows of 'dissimilarity'", step.reference, (len(step.reference), columns))
        _array("the limits of 'dissimilarity'", np.array([step.mean_distance, step.most], float), (2,))
        return columns
    shape = np.shape(step.feature)
    for nodes in (step.left, step.right, step.value):
        _array("the trees of 'isolation'", np.asarray(nodes), shape)
    _array("the limits of 'isolation'", np.array([step.usual, step.limit], float), (2,))
    _check_isolation(step, columns)
    if not step.usual > 0:
        refuse("divides by a usual path that is not above 0")
    return columns


def _check_isolation(step: Isolation, columns: int) -> None:
    """What a row can reach; behind a tree's last node stand zeros that none reaches."""
    if step.feature.ndim != 2 or not step.feature.size:
        refuse("holds no tree of 'isolation'")
    tree, reached = np.arange(len(step.feature)), np.zeros(step.feature.shape, dtype=bool)
    reached[:, 0] = True
    for node in range(step.feature.shape[1]):
        splits = tree[reached[:, node] & (step.feature[:, node] >= 0)]
        for child in (step.left[splits, node], step.right[splits, node]):
            if ((child <= node) | (child >= step.feature.shape[1])).any():
                refuse("holds a tree of 'isolation' that is none")
            reached[splits, child] = True
        if (step.feature[splits, node] >= columns).any():
            refuse("holds a tree of 'isolation' that asks for columns that there are not")


def _check_member(spec: ModelSpec, content: bytes, name: str, columns: int) -> None:
    if spec.learner in trees.KINDS:
        forest = parsed(content)
        if forest is None:
            refuse(f"holds {name}, which is no forest of plain splits")
        _check_forest(spec, forest, name, columns)
        return
    given = read_json(content, name)
    if spec.learner == "xgboost":
        _check_boosted(given, name, columns)
        return
    member = read(spec.learner, content)
    if isinstance(member, Linear):
        _array(name, member.weights, (columns,))
    elif isinstance(member, Histograms):
        _array(name, np.array([member.baseline], float), (1,))
        _check_nodes(member.nodes, name, columns)
    elif isinstance(member, Network):
        _check_network(member, name, columns)
    elif isinstance(member, Recurrent):
        _check_recurrent(member, spec, name, columns)
    else:
        assert isinstance(member, Symmetric), "there is no other"
        _check_symmetric(member, name, columns)


def _check_forest(spec: ModelSpec, forest: Forest, name: str, columns: int) -> None:
    wanted = spec.label.levels if spec.learner == "lightgbm_classifier" else 1
    if forest.classes != wanted or len(forest.nodes.roots) % wanted or forest.rounds < 1:
        refuse(f"holds {name} with {forest.classes} classes and {wanted} belong there")
    _check_nodes(forest.nodes, name, columns)


def _check_nodes(nodes: Nodes, name: str, columns: int) -> None:
    count, leaves = len(nodes.feature), len(nodes.leaf)
    if nodes.features != columns:
        refuse(f"holds {name}, which reads {nodes.features} columns where {columns} are")
    # A split of all that is known from all that is not has the threshold infinity.
    _array(name, np.where(np.isinf(nodes.threshold), 0.0, nodes.threshold), (count,))
    _array(name, nodes.gain, (count,))
    _array(name, nodes.leaf, (leaves,))
    if nodes.children.shape != (count, 2) or nodes.kind.shape != (count,) or nodes.roots.ndim != 1:
        refuse(f"holds {name}, whose arrays do not fit each other")
    if ((nodes.feature < 0) | (nodes.feature >= columns)).any() or (nodes.kind & ~0b1110).any():
        refuse(f"holds {name}, which asks for columns or in ways that there are not")
    # Every node and leaf is named once, by a root or by a node before it: trees, and nothing else.
    named = np.sort(np.concatenate([nodes.roots, nodes.children.ravel()]).astype(np.int64))
    forward = nodes.children > np.arange(count)[:, None]
    if not np.array_equal(named, np.arange(-leaves, count)) or not (forward | (nodes.children < 0)).all():
        refuse(f"holds {name}, whose nodes are no trees: a child is missing, shared or its own ancestor")


def _check_boosted(given: Mapping[str, Any], name: str, columns: int) -> None:
    """XGBoost reads its JSON by code that trusts it, so nothing odd gets there."""
    learner = given["learner"]
    booster, shape = learner["gradient_booster"], learner["learner_model_param"]
    if booster["name"] != "gbtree" or learner["objective"]["name"] != "reg:squarederror":
        refuse(f"holds {name}, which boosts something else than regression trees")
    if (int(shape["num_feature"]), int(shape["num_target"])) != (columns, 1):
        refuse(f"holds {name}, which reads {shape['num_feature']} columns where {columns} are")
    grown = booster["model"]["trees"]
    if int(booster["model"]["gbtree_model_param"]["num_trees"]) != len(grown):
        refuse(f"holds {name}, which counts its trees wrongly")
    base = np.array(json.loads(str(shape["base_score"])), dtype=np.float64).ravel()
    _array(name, base, (1,))
    for tree in grown:
        _check_nodes(_nodes_of(tree, columns), name, columns)


def _nodes_of(tree: Mapping[str, Any], columns: int) -> Nodes:
    """One of XGBoost's trees, its leaves numbered apart."""
    left, right = (np.array(tree[side], dtype=np.int64) for side in ("left_children", "right_children"))
    values = np.array(tree["split_conditions"], dtype=np.float64)
    feature = np.array(tree["split_indices"], dtype=np.int64)
    count = len(left)
    parameters = {key: int(value) for key, value in tree["tree_param"].items()}
    same = {len(tree[key]) for key in PER_NODE} == {count} and parameters["num_nodes"] == count
    plain = not tree["categories"] and not np.any(tree["split_type"])
    if not same or not plain or parameters["num_feature"] != columns or parameters["num_deleted"]:
        refuse("holds a tree of XGBoost that is not of plain splits")
    leaf = left < 0
    if not np.array_equal(leaf, right < 0) or max(left.max(), right.max()) >= count:
        refuse("holds a tree of XGBoost with children that there are not")
    place = np.where(leaf, ~(np.cumsum(leaf) - 1), np.cumsum(~leaf) - 1)
    return Nodes(
        features=columns,
        roots=place[:1],
        feature=feature[~leaf],
        threshold=values[~leaf],
        kind=np.full(int((~leaf).sum()), 8, dtype=np.int8),
        children=np.column_stack([place[left[~leaf]], place[right[~leaf]]]),
        leaf=values[leaf],
        gain=np.zeros(int((~leaf).sum())),
    )


def _check_network(member: Network, name: str, columns: int) -> None:
    size = columns
    for weights, intercepts in member.layers:
        _array(name, weights, (size, len(intercepts)))
        _array(name, intercepts, (len(intercepts),))
        size = len(intercepts)
    if size != 1:
        refuse(f"holds {name}, which gives {size} scores for a row")


def _check_recurrent(member: Recurrent, spec: ModelSpec, name: str, columns: int) -> None:
    units = len(member.output) - 1
    if member.bars != spec.history or columns % spec.history:
        refuse(f"holds {name}, which reads {member.bars} bars where rows hold {spec.history}")
    _array(name, member.inner, (3 * units, columns // spec.history))
    _array(name, member.inner_intercept, (3 * units,))
    _array(name, member.hidden, (3 * units, units))
    _array(name, member.hidden_intercept, (3 * units,))
    _array(name, member.output, (units + 1,))


def _check_symmetric(member: Symmetric, name: str, columns: int) -> None:
    if len(member.model["features_info"]["float_features"]) != columns:
        refuse(f"holds {name}, which does not read {columns} columns")
    scale, (bias,) = member.model["scale_and_bias"]
    _array(name, np.array([scale, bias], float), (2,))
    for tree in member.model["oblivious_trees"]:
        splits = tree["splits"] or ()
        if len(splits) > MOST_DEPTH:
            refuse(f"holds {name} with a tree of depth {len(splits)}")
        for part in ("leaf_values", "leaf_weights"):
            _array(name, np.array(tree[part], float), (2 ** len(splits),))
        for split in splits:
            column = split["float_feature_index"]
            if not isinstance(column, int) or not 0 <= column < columns:
                refuse(f"holds {name}, which asks for column {column!r}")
            _array(name, np.array([split["border"]], float), (1,))


def _array(name: str, values: Any, shape: Sequence[int]) -> None:
    """Refuse an array of another shape, without an element, or with an element that is no number."""
    found = np.asarray(values, dtype=np.float64)
    if found.shape != tuple(shape):
        refuse(f"holds an array of the shape {found.shape} in {name} where {tuple(shape)} belongs")
    if not np.isfinite(found).all():
        refuse(f"holds a number in {name} that is none: infinite or not known")


def _check_answers(model: Bundle | Ensemble) -> None:
    """A last look: a plain row has a score."""
    row = np.zeros((1, len(model.features)))
    with np.errstate(all="ignore"):
        scores = member_scores(model, row, np.zeros(1, dtype=np.int64))
    if scores.shape != (1, len(model.spec.seeds)) or np.isinf(scores).any():
        refuse("answers a plain row with no number")


def importance(model: Bundle | Ensemble) -> dict[str, float]:
    """Share of each feature in what the members learned, largest first; nothing of it was measured.

    Parameters
    ----------
    model : Bundle or Ensemble
        Loaded.

    Returns
    -------
    dict of str to float
    """
    parts = model.parts if isinstance(model, Ensemble) else (model,)
    weights = np.array([abs(one.weight) for one in model.members]) if isinstance(model, Ensemble) else [1.0]
    told = [
        np.mean([part.scaler.steps.trace(member.importance()) for member in part.members], axis=0)
        for part in parts
    ]
    total = np.average(told, axis=0, weights=weights if np.sum(weights) > 0 else None)
    named = zip(model.features, total.tolist(), strict=True)
    return dict(sorted(named, key=lambda item: (-item[1], item[0])))
