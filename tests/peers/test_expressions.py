"""Alpha158 beside Qlib's own expression engine, and where its conventions are others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from bench import _features as features
from bench._peers import Peer
from bench.expressions import agreement, by_convention
from kuznia.core.expressions import evaluate
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Float

PANEL = features.panel(12, 400, gaps=0.02)


@pytest.fixture(scope="module")
def qlib() -> Iterator[Peer]:
    with Peer("qlib") as peer:
        yield peer


def asked(qlib: Peer, formulas: dict[str, str], panel: Panel = PANEL) -> dict[str, Float]:
    answer = qlib.ask("expressions", dict(panel.fields), full=True, formulas=list(formulas.values()))
    return {name: answer.arrays[str(n)].astype(np.float64) for n, name in enumerate(formulas)}


def test_alpha158_agrees(qlib: Peer) -> None:
    formulas = features.alpha158(qlib)
    ours, theirs = evaluate(features.checked(formulas), PANEL), asked(qlib, formulas)
    masks = by_convention(formulas, PANEL)
    assert len(formulas) == 158
    assert {name.rstrip("0123456789") for name in masks} == {"IMAX", "IMIN", "IMXD", "CNTP", "CNTN", "CNTD"}
    for name, masked in masks.items():
        assert masked.mean() < 0.95
        ours[name][masked] = theirs[name][masked] = np.nan
    gap, places = agreement(ours, theirs)
    assert gap < 1e-3
    assert places == 0


def test_without_gaps_and_after_the_first_bars_the_conventions_are_one(qlib: Peer) -> None:
    panel = features.panel(6, 300, gaps=0.0)
    formulas = {name: text for name, text in features.alpha158(qlib).items() if name[:2] in ("IM", "CN")}
    ours, theirs = evaluate(features.checked(formulas), panel), asked(qlib, formulas, panel)
    for name in formulas:
        np.testing.assert_allclose(
            ours[name][:, 60:], theirs[name][:, 60:], rtol=1e-6, atol=1e-6, err_msg=name
        )


def test_qlib_takes_a_gap_for_the_place_of_an_extreme(qlib: Peer) -> None:
    fields = {name: np.arange(10.0, 16.0)[None, :].copy() for name in features.FIELDS}
    fields["high"][0, 3] = np.nan
    ts = np.arange(6, dtype=np.int64)
    panel = Panel(("n0000",), ts, ts.astype("M8[D]"), ts, fields)
    formulas = {"place": "IdxMax($high, 3)"}
    assert asked(qlib, formulas, panel)["place"][0].tolist() == [1, 2, 3, 3, 2, 1]
    assert evaluate(features.checked(formulas), panel)["place"][0].tolist() == [3, 3, 3, 2, 3, 3]


def test_qlib_takes_an_unknown_comparison_for_false(qlib: Peer) -> None:
    theirs = asked(qlib, {"up": "Mean($close>Ref($close, 1), 5)"})["up"]
    ours = evaluate(features.checked({"up": "Mean(nan_to($close > Ref($close, 1), 0), 5)"}), PANEL)["up"]
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-7)
