"""An archive from a stranger loads when it is a bundle, and is refused in words when it is anything else."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import re
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from kuznia.core.errors import ModelError
from kuznia.core.frames.digest import canonical_json
from kuznia.core.models.archive import open_archive
from kuznia.core.models.bundle import Bundle
from kuznia.core.models.ensemble import Ensemble, Member
from kuznia.core.models.inspection import importance, inspect
from kuznia.core.models.learners import read
from kuznia.core.models.learners.sequence import Recurrent
from kuznia.core.models.offered import Step
from kuznia.core.models.score import score
from kuznia.core.models.spec import LEARNERS, SEQUENTIAL
from kuznia.core.models.training import train
from tests.support.markets import small_spec, world
from tests.unit.models.test_bundle import SET, trained

NOW = datetime(2030, 1, 1, tzinfo=UTC)
PLAIN = [one for one in LEARNERS if one not in SEQUENTIAL]
Change = Callable[[dict[str, Any]], None]


def packed(manifest: dict[str, Any], files: dict[str, bytes]) -> bytes:
    """An archive whose digests fit, whatever it holds."""
    told = {name: "sha256:" + hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return zipped({"manifest.json": json.dumps(manifest | {"files": told}).encode(), **files})


def zipped(files: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return sink.getvalue()


def taken_apart(bundle: Bundle | Ensemble) -> tuple[dict[str, Any], dict[str, bytes]]:
    opened = open_archive(bundle.archive())
    return dict(opened.manifest), dict(opened.files)


def respaced() -> bytes:
    manifest, files = taken_apart(trained("ridge"))
    content = json.dumps(json.loads(files["forecast.json"]), indent=1)
    return packed(manifest, files | {"forecast.json": content.encode()})


def changed(learner: str, change: Change) -> bytes:
    """A bundle whose first member was changed in its JSON."""
    manifest, files = taken_apart(trained(learner))
    name = next(iter(files))
    content = json.loads(files[name])
    change(content)
    return packed(manifest, files | {name: json.dumps(content).encode()})


def reworded(learner: str, pattern: str, by: str) -> bytes:
    """A bundle whose first member was changed in its text."""
    manifest, files = taken_apart(trained(learner))
    name = next(iter(files))
    text, found = re.subn(pattern, by, files[name].decode(), count=1)
    assert found
    return packed(manifest, files | {name: text.encode()})


@pytest.mark.parametrize("learner", PLAIN)
def test_what_was_trained_here_is_taken_with_its_digest_scores_and_importance(learner: str) -> None:
    bundle = trained(learner)
    found = inspect(bundle.archive(), NOW)
    assert found.digest == bundle.digest
    assert found.archive == bundle.archive()
    frame, _ = world(60, signal=0.2)
    assert score(found.model, frame).equals(score(bundle, frame))
    shares = importance(found.model)
    assert sum(shares.values()) == pytest.approx(1.0)
    assert list(shares.values()) == sorted(shares.values(), reverse=True)


def test_steps_ensembles_and_networks_over_time_are_taken_as_well() -> None:
    frame, panel = world(200, signal=0.2)
    steps = tuple(Step(kind) for kind in ("rank", "winsorise", "isolation", "dissimilarity", "pca"))
    stepped = train(frame, panel, replace(small_spec("ridge"), steps=steps), feature_set=SET).bundle
    assert inspect(stepped.archive(), NOW).digest == stepped.digest
    parts = (trained("ridge"), trained("lightgbm_regressor"))
    members = tuple(Member(one.spec.learner, 0.5, 0.1, 1.0) for one in parts)
    both = Ensemble("equal", members, parts)
    assert inspect(both.archive(), NOW).archive == both.archive()
    stating = replace(both, forecaster=parts[0].forecaster)
    found = inspect(stating.archive(), NOW)
    assert (found.digest, found.archive) == (stating.digest, stating.archive())
    assert stating.digest != both.digest
    assert stating.forecaster is not None
    late = replace(stating.forecaster, learned_until=NOW)
    with pytest.raises(ModelError, match="behind its training"):
        inspect(replace(both, forecaster=late).archive(), NOW)
    rng = np.random.default_rng(1)
    shapes = ((6, 3), (6,), (6, 2), (6,), (3,))
    weights = Recurrent(3, *(rng.standard_normal(shape) for shape in shapes))
    long = replace(
        trained("ridge"),
        spec=small_spec("gru", seeds=(1,)),
        features=("a", "b", "c", "a@1", "b@1", "c@1", "a@2", "b@2", "c@2"),
        scaler=replace(trained("ridge").scaler, mean=np.zeros(9), scale=np.ones(9)),
        members=(read("gru", weights.content()),),
    )
    assert inspect(long.archive(), NOW).digest == long.digest


def test_a_split_of_known_from_unknown_values_is_taken() -> None:
    """LightGBM gives it the threshold infinity, as the demo's ranker has it."""
    archive = reworded("lightgbm_ranker", r"(?m)^(threshold=)\S+", r"\1inf")
    assert inspect(archive, NOW).model.features


def test_what_an_archive_holds_beside_its_files_is_left_behind() -> None:
    archive = trained("ridge").archive()
    found = inspect(b"#!/bin/sh\necho of another kind\n" + archive, NOW)
    assert found.archive == archive


def hostile() -> dict[str, tuple[Callable[[], bytes], str]]:
    def manifest(**entries: Any) -> Callable[[], bytes]:
        def made() -> bytes:
            told, files = taken_apart(trained("ridge"))
            return packed(told | entries, files)

        return made

    def members(**files: bytes) -> Callable[[], bytes]:
        def made() -> bytes:
            told, there = taken_apart(trained("ridge"))
            return packed(told, there | {name.replace("__", "."): one for name, one in files.items()})

        return made

    def text(learner: str, pattern: str, by: str) -> Callable[[], bytes]:
        return lambda: reworded(learner, pattern, by)

    def numbers(learner: str, change: Change) -> Callable[[], bytes]:
        return lambda: changed(learner, change)

    def spec(**entries: Any) -> Callable[[], bytes]:
        return manifest(spec=small_spec("ridge").to_spec() | entries)

    def cyclic(tree: dict[str, Any]) -> None:
        tree["children"][0] = [0, 0]

    def boosted(name: str, value: Any) -> Change:
        def change(content: dict[str, Any]) -> None:
            tree = content["learner"]["gradient_booster"]["model"]["trees"][0]
            tree[name] = [value] * len(tree[name])

        return change

    def split(name: str, value: Any) -> Change:
        def change(content: dict[str, Any]) -> None:
            content["oblivious_trees"][0]["splits"][0][name] = value

        return change

    def put(name: str, value: Any) -> Change:
        return lambda content: content.update({name: value})

    def stated(**entries: Any) -> Callable[[], bytes]:
        def made() -> bytes:
            told, files = taken_apart(trained("ridge"))
            content = json.loads(files["forecast.json"]) | entries
            return packed(told, files | {"forecast.json": canonical_json(content).encode()})

        return made

    def curve(name: str, at: list[Any], value: list[Any]) -> Callable[[], bytes]:
        return stated(**{name: {"at": at, "value": value}})

    return {
        "forecast_nan": (members(forecast__json=b'{"radius": NaN}'), "NaN where a number"),
        "forecast_empty": (members(forecast__json=b"{}"), "make no model"),
        "forecast_list": (members(forecast__json=b"[]"), "make no model"),
        "forecast_spaced": (respaced, "written in another way"),
        "forecast_more": (stated(code="import os"), "written in another way"),
        "forecast_text": (curve("chance", ["0.0", 1.0], [0.1, 0.2]), "written in another way"),
        "forecast_none": (curve("chance", [], []), "shape"),
        "forecast_shape": (curve("expected", [0.0, 1.0], [0.1]), "shape"),
        "forecast_falls": (curve("expected", [0.0, 1.0], [0.2, 0.1]), "less of a higher score"),
        "forecast_chance": (curve("chance", [0.0, 1.0], [0.2, 1.1]), "no chance"),
        "forecast_places": (curve("chance", [1.0, 0.0], [0.1, 0.2]), "do not rise"),
        "forecast_radius": (stated(radius=-0.1), "cannot be"),
        "forecast_radius_text": (stated(radius="wide"), "make no model"),
        "forecast_rows": (stated(rows=True), "cannot be"),
        "forecast_names": (stated(names=0), "cannot be"),
        "forecast_horizon": (stated(horizon=3), "over 3 bars and learned those over 2"),
        "forecast_late": (stated(learned_until="2020-12-01T00:00:00+00:00"), "behind its training"),
        "forecast_zoneless": (stated(learned_until="2020-05-01T00:00:00"), "behind its training"),
        "nothing": (lambda: b"", "no readable archive"),
        "truncated": (lambda: trained("ridge").archive()[:-200], "no readable archive"),
        "damaged": (lambda: flipped(trained("ridge").archive()), "no readable archive"),
        "bomb": (bomb, "bytes and"),
        "lying_bomb": (lying_bomb, "no readable archive|other files"),
        "gigabyte": (gigabyte, "bytes and"),
        "thousands": (lambda: zipped({f"a_{n}.json": b"" for n in range(1000)}), "1000 files"),
        "parent": (lambda: zipped({"../manifest.json": b"{}"}), "no bundle has"),
        "absolute": (lambda: zipped({"/etc/passwd": b""}), "no bundle has"),
        "code": (members(setup__py=b"import os"), "no bundle has"),
        "pickle": (members(member_1__json=pickle.dumps([1.0])), "no readable member_1"),
        "no_manifest": (lambda: zipped({"member_1.json": b"{}"}), "no manifest"),
        "nested": (lambda: zipped({"manifest.json": b"[" * 100_000}), "too deeply"),
        "list": (lambda: zipped({"manifest.json": b"[]"}), "names no format"),
        "format": (manifest(format="kuznia-bundle/99"), "unknown format"),
        "more": (manifest(more=1), "differs from its format in 'more'"),
        "kind": (manifest(features="abc"), "'features' is no list"),
        "features": (manifest(features=["a", "b", "b"]), "not 1 bars"),
        "unnamed": (manifest(features=[1, 2, 3]), "names no features"),
        "set": (manifest(feature_set="of somebody"), "no digest of a feature set"),
        "until": (manifest(trained_until="2999-01-01T00:00:00+00:00"), "cannot be"),
        "zoneless": (manifest(trained_until="2020-01-01T00:00:00"), "cannot be"),
        "no_time": (manifest(trained_until="soon"), "make no model"),
        "mean": (manifest(mean=[0.0]), "shape"),
        "scale": (manifest(scale=[0.0, 1.0, 1.0]), "not above 0"),
        "text_for_number": (manifest(mean=["x", 0.0, 0.0]), "make no model"),
        "huge": (manifest(mean=[10**400, 0, 0]), "make no model|JSON number"),
        "nan": (lambda: packed_nan("mean"), "NaN where a number"),
        "learner": (spec(learner="oracle"), "Unknown learner"),
        "field": (spec(code="import os"), "Unknown name 'code'"),
        "seeds": (spec(seeds=[1, 2, 3]), "belong"),
        "label": (spec(label={"target": "meta", "side": "q", "horizon": 2}), "gives no chance|lacks"),
        "steps": (spec(steps=[{"kind": "pca", "parameters": {}}]), "was fitted with the steps"),
        "history": (spec(history=2), "not 2 bars"),
        "weights": (members(member_1__json=b'{"weights": [1.0]}'), "shape"),
        "infinite": (members(member_1__json=b'{"weights": [1e999, 0, 0]}'), "none: infinite"),
        "nan_weight": (members(member_1__json=b'{"weights": [NaN, 0, 0]}'), "NaN where"),
        "twice": (members(member_1__json=b'{"weights": [1,2,3], "weights": [1,2,3]}'), "a name twice"),
        "steps_of_none": (members(steps__json=b'[{"kind": "os.system"}]'), "make no model"),
        "threshold": (text("lightgbm_ranker", r"threshold=\S+", "threshold=nan"), "none: infinite"),
        "leaf": (text("lightgbm_ranker", r"leaf_value=\S+", "leaf_value=inf"), "none: infinite"),
        "fewer": (text("lightgbm_ranker", r"leaf_value=\S+ ", "leaf_value="), "no trees|shape"),
        "cycle": (text("lightgbm_ranker", r"left_child=-?\d+", "left_child=0"), "no trees"),
        "beyond": (text("lightgbm_ranker", r"right_child=-?\d+", "right_child=99999"), "no trees"),
        "column": (text("lightgbm_ranker", r"split_feature=\d+", "split_feature=17"), "columns"),
        "overflow": (text("lightgbm_ranker", r"split_feature=\d+", "split_feature=99999999999"), "columns"),
        "category": (text("lightgbm_ranker", r"num_cat=0", "num_cat=1"), "plain splits"),
        "classes": (text("lightgbm_classifier", r"iteration=\d+", "iteration=4000"), "belong|plain"),
        "no_forest": (text("lightgbm_ranker", r"(?s)^.*$", "tree"), "plain splits|make no model"),
        "tree_cycle": (numbers("histogram_boosting", cyclic), "no trees"),
        "tree_type": (numbers("histogram_boosting", put("feature", "all")), "make no model"),
        "tree_gap": (numbers("histogram_boosting", put("threshold", [])), "shape"),
        "layers": (numbers("mlp", put("layers", [])), "3 scores"),
        "layer": (numbers("mlp", put("layers", [{"weights": [[1]], "intercepts": [0]}])), "shape"),
        "xgboost_child": (numbers("xgboost", boosted("left_children", 9_999)), "children that"),
        "xgboost_cycle": (numbers("xgboost", boosted("left_children", 0)), "children that|no trees"),
        "xgboost_column": (numbers("xgboost", boosted("split_indices", 99)), "columns"),
        "xgboost_empty": (numbers("xgboost", put("learner", {})), "make no model"),
        "catboost_column": (numbers("catboost", split("float_feature_index", 99)), "column 99"),
        "catboost_border": (numbers("catboost", split("border", 1e999)), "none: infinite|Infinity"),
        "catboost_bias": (numbers("catboost", put("scale_and_bias", [1, []])), "make no model"),
    }


def flipped(archive: bytes) -> bytes:
    middle = 60
    return archive[:middle] + bytes([archive[middle] ^ 0xFF]) + archive[middle + 1 :]


def bomb() -> bytes:
    """A few tens of kilobytes that unpack to 40 MB."""
    return zipped({"manifest.json": b"{}", "member_1.json": b" " * 40 * 2**20})


def lying_bomb() -> bytes:
    """The same, and its list says that it is small."""
    archive = bytearray(bomb())
    size = struct.pack("<I", 40 * 2**20)
    while (at := archive.find(size)) >= 0:
        archive[at : at + 4] = struct.pack("<I", 40)
    return bytes(archive)


def gigabyte() -> bytes:
    """A small file whose list declares 1 GB."""
    archive = bytearray(zipped({"manifest.json": b"{}", "member_1.json": b"x" * 12_345}))
    at = archive.rfind(struct.pack("<I", 12_345))
    archive[at : at + 4] = struct.pack("<I", 2**30)
    return bytes(archive)


def packed_nan(name: str) -> bytes:
    manifest, files = taken_apart(trained("ridge"))
    return packed(manifest | {name: [float("nan"), 0.0, 0.0]}, files)


HOSTILE = hostile()


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_bundle_is_refused_in_words(name: str) -> None:
    make, words = HOSTILE[name]
    archive = make()
    with pytest.raises(ModelError, match=words):
        inspect(archive, NOW)


@pytest.mark.parametrize("learner", ["ridge", "lightgbm_ranker", "histogram_boosting", "mlp", "xgboost"])
def test_no_damage_to_a_byte_ends_in_anything_but_a_refusal(learner: str) -> None:
    """Two hundred changes of one byte in what the archive holds, its digests made to fit."""
    manifest, files = taken_apart(trained(learner))
    rng, name = np.random.default_rng(3), next(iter(files))
    for _ in range(200):
        content = bytearray(files[name])
        content[int(rng.integers(len(content)))] = int(rng.integers(32, 127))
        try:
            found = inspect(packed(manifest, files | {name: bytes(content)}), NOW)
        except ModelError:
            continue
        assert np.isfinite(score(found.model, world(5, signal=0.2)[0])["score"].to_numpy()).all()
