"""A run's values beside a label, as a job makes them and a client reads them."""

from __future__ import annotations

from uuid import UUID

import httpx
import polars as pl
import pytest

from kuznia.client import Client, ProblemError
from kuznia.core.expressions import Context
from kuznia.core.features import FeatureSet, check_label, forward_return, training_frame
from tests.service.conftest import PASSWORD
from tests.service.features.test_values import SET, Bench, bench, data, panel_of, warehouse
from tests.support.stored import bars

__all__ = ["bench", "data", "warehouse"]


def made(bench: Bench, run: str, **wanted: object) -> httpx.Response:
    given = {"features": run, **wanted}
    answer = bench.client.post(
        "/jobs", json={"jobs": [{"key": "t", "kind": "features.frame", "input": given}]}
    )
    if answer.status_code != 201:
        return answer
    job = answer.json()["jobs"][0]["id"]
    bench.execute(job)
    return bench.client.get(f"/jobs/{job}")


def expected(label: str | None = None, horizon: int = 5) -> pl.DataFrame:
    context = Context(series=frozenset({"VIX"}))
    checked = FeatureSet.from_spec({"features": SET}).checked(context)
    wanted = check_label(label, context) if label else forward_return(horizon)
    return training_frame(checked, panel_of(bars()), wanted)


@pytest.mark.parametrize("wanted", [{"horizon": 5}, {"label": "Ref($close, -3) / close - 1 + 0 * macro.VIX"}])
def test_a_frame_is_what_the_core_gives(
    wanted: dict[str, str | int], bench: Bench, data: dict[str, UUID], address: str
) -> None:
    run = bench.run(bench.make_set(SET), data)
    job = made(bench, run, **wanted).json()
    frame_id = job["outputs"]["training_frame"]
    told = bench.client.get(f"/training-frames/{frame_id}").json()
    assert (told["features_run_id"], told["features"]) == (run, ["short", "long", "macro"])
    with Client(address, patience=2.0) as client:
        client.login("user@kuznia.example", PASSWORD)
        found = client.read_training_frame(frame_id)
    assert found.equals(expected(**wanted))  # type: ignore[arg-type]
    assert found.height == told["rows"] > 1_800
    assert (found["label_known_at"] > found["available_at"]).all()
    assert len({role for role in bench.files(frame_id) if role.startswith("frame/")}) == 3


def test_a_label_is_optional(bench: Bench, data: dict[str, UUID]) -> None:
    run = bench.run(bench.make_set(SET), data)
    frame_id = made(bench, run).json()["outputs"]["training_frame"]
    rows = pl.read_ipc_stream(bench.client.get(f"/training-frames/{frame_id}/rows").content)
    assert rows.equals(bench.values(run))


def test_what_cannot_be_made_says_why(bench: Bench, data: dict[str, UUID]) -> None:
    assert made(bench, str(bench.warehouse.run), horizon=5).json()["error"]["code"] == "values_missing"
    run = bench.run(bench.make_set(SET), data)
    problem = made(bench, run, label="Ref($close, -3) / clse")
    assert problem.json()["error"]["code"] == "unusable_expression"
    assert "close" in problem.json()["error"]["detail"]
    assert made(bench, run, label="close", horizon=3).status_code == 422
    named = bench.run(bench.make_set([{"name": "label", "expression": "close"}], "Named so"), data)
    assert made(bench, named, horizon=3).json()["error"]["code"] == "unusable_feature_set"


def test_others_do_not_see_it(bench: Bench, data: dict[str, UUID], address: str) -> None:
    run = bench.run(bench.make_set(SET), data)
    frame_id = made(bench, run, horizon=2).json()["outputs"]["training_frame"]
    with Client(address, patience=2.0) as other:
        other.login("other@kuznia.example", PASSWORD)
        with pytest.raises(ProblemError) as caught:
            other.read_training_frame(frame_id)
        assert caught.value.code == "training_frame_missing"
        with pytest.raises(ProblemError, match="no training frame"):
            other.get(f"/training-frames/{run}")
