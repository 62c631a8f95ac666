"""A bundle reads back to the same scores, and a changed one is refused."""

from __future__ import annotations

import functools
import io
import re
import subprocess
import sys
import zipfile

import numpy as np
import polars as pl
import pytest

from kuznia.core.errors import ModelError
from kuznia.core.models.bundle import Bundle, load_bundle
from kuznia.core.models.score import score
from kuznia.core.models.spec import LEARNERS, SEQUENTIAL
from kuznia.core.models.training import train
from tests.support.markets import small_spec, world

SET = "sha256:" + "0" * 64


@pytest.fixture(params=[one for one in LEARNERS if one not in SEQUENTIAL])
def bundle(request: pytest.FixtureRequest) -> Bundle:
    return trained(request.param)


@functools.cache
def trained(learner: str) -> Bundle:
    """Once a process, whatever the order of tests: fixtures of a parameter are made again."""
    frame, panel = world(200, signal=0.2)
    return train(frame, panel, small_spec(learner), feature_set=SET).bundle


def test_a_loaded_bundle_scores_the_same_bits(bundle: Bundle) -> None:
    frame, _ = world(200, signal=0.2)
    loaded = load_bundle(bundle.archive(), bundle.digest)
    assert loaded.digest == bundle.digest
    assert loaded.features == ("a", "b", "c")
    assert score(loaded, frame).equals(score(bundle, frame))


def test_a_score_depends_on_its_row_alone(bundle: Bundle) -> None:
    frame, _ = world(200, signal=0.2)
    whole = score(bundle, frame)["score"]
    one = score(bundle, frame[77:78])["score"]
    assert one.item() == whole[77]


def test_unknown_rows_have_no_score_and_gaps_are_allowed(bundle: Bundle) -> None:
    frame = pl.DataFrame({"instrument": ["x", "y"], "a": [None, 1.0], "b": [np.nan, None], "c": [None, 0.5]})
    values = score(bundle, frame)["score"].to_list()
    assert values[0] is None
    assert values[1] is not None


def test_a_missing_feature_is_refused(bundle: Bundle) -> None:
    with pytest.raises(ModelError, match=r"lack the features \['c'\]"):
        score(bundle, pl.DataFrame({"instrument": ["x"], "a": [1.0], "b": [1.0]}))


def test_another_digest_is_refused(bundle: Bundle) -> None:
    with pytest.raises(ModelError, match="does not have the digest"):
        load_bundle(bundle.archive(), "sha256:" + "1" * 64)


def test_a_changed_member_is_refused(bundle: Bundle) -> None:
    with pytest.raises(ModelError, match="manifest does not describe"):
        load_bundle(_changed(bundle, "member_1"), bundle.digest)


def test_a_changed_manifest_is_refused(bundle: Bundle) -> None:
    with pytest.raises(ModelError, match="does not have the digest"):
        load_bundle(_changed(bundle, "manifest"), bundle.digest)


def test_noise_is_no_archive(bundle: Bundle) -> None:
    for content in (b"", b"noise", bundle.archive()[:-400]):
        with pytest.raises(ModelError, match="no readable archive"):
            load_bundle(content, bundle.digest)


def _changed(bundle: Bundle, stem: str) -> bytes:
    """The archive with one digit of one file changed."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(bundle.archive())) as old,
        zipfile.ZipFile(target, "w") as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, _other(content) if name.startswith(stem) else content)
    return target.getvalue()


def _other(content: bytes) -> bytes:
    return re.sub(rb"[0-9]", lambda found: b"%d" % ((int(found[0]) + 1) % 10), content, count=1)


def test_lightgbm_comes_without_what_it_does_not_need() -> None:
    """In a process of its own: pandas and scikit-learn stay out, and can be imported later."""
    code = (
        "import sys\n"
        "import kuznia.core.models.training, kuznia.core.models.score\n"
        "assert 'lightgbm' not in sys.modules\n"
        "from kuznia.core.models.learners.trees import lightgbm\n"
        "lightgbm().Booster\n"
        "assert not {'pandas', 'sklearn'} & set(sys.modules)\n"
        "import sklearn\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
