"""Versions that an automated pipeline made are trained anew by running it again on newer data."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import polars as pl
import pytest
from sqlalchemy import func, select, text

from kuznia.core.models.ensemble import Ensemble, load_model
from kuznia.db.session import ReadSession, WriteSession
from kuznia.db.tables import ModelVersion, Pipeline, Run, RunInput, Trial, Universe
from kuznia.domains.pipelines import service as pipelines
from tests.service.monitors.conftest import GATE, World, bars

PIPELINE: dict[str, Any] = {
    "name": "Automated",
    "learners": ["ridge", "elastic_net"],
    "trials": 2,
    "seeds": [1],
    "seed": 7,
    "label": {"horizon": 1, "target": "excess"},
    "folds": 2,
    "test": 10,
}
GENERATE = {"families": ["momentum"], "windows": [3, 5], "budget": 30, "most": 8}


def champion(made: World, *, entry: str, **wanted: Any) -> World:
    """Run a pipeline for the model and put its champion on the entry that it recommends, or its blend."""
    answer = made.client.post("/pipelines", json={**PIPELINE, "model": made.model, **wanted})
    assert answer.status_code == 201, answer.text
    made.work()
    page = made.client.get(f"/pipelines/{answer.json()['id']}").json()
    assert page["state"] == "done", page["job"]["error"]["detail"]
    board = made.client.get(f"/pipelines/{answer.json()['id']}/leader-board").json()
    version = next(one["id"] for one in page["versions"] if one["entry"] == board[entry])
    move = {"version": version, "reason": "It combines what others are", "override": GATE}
    moved = made.client.put(f"/models/{made.model}/aliases/champion", json=move)
    assert moved.status_code == 200, moved.text
    made.work()
    return replace(made, version=version)


@pytest.fixture
def blended(made: World) -> World:
    with ReadSession(made.engine) as session:
        run = session.scalars(select(Run.id).where(Run.kind == "features.materialise")).one()
    return champion(made, entry="blend", features=str(run))


def again(made: World) -> httpx.Response:
    return made.client.post(f"/models/{made.model}/monitors/champion/retrain")


def pins(made: World, version: str) -> dict[str, UUID]:
    with ReadSession(made.engine) as session:
        run = session.get_one(ModelVersion, UUID(version)).run_id
        found = session.scalars(select(RunInput).where(RunInput.run_id == run)).all()
    return {
        pin.role: next(
            one
            for one in (
                pin.source_run_id,
                pin.feature_set_version_id,
                pin.universe_version_id,
                pin.dataset_version_id,
            )
            if one is not None
        )
        for pin in found
    }


def challenger(made: World) -> str:
    aliases = made.client.get(f"/models/{made.model}").json()["aliases"]
    return str(next(one["version_id"] for one in aliases if one["name"] == "challenger"))


def test_an_ensemble_is_trained_anew_by_its_pipeline_on_newer_bars(
    blended: World, other: httpx.Client
) -> None:
    assert blended.client.get(f"/model-versions/{blended.version}").json()["learner"] == "ensemble"
    blended.watch()
    blended.work()
    refused = again(blended)
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_new"), refused.text
    blended.load(bars(2021, 2022))
    assert other.post(f"/models/{blended.model}/monitors/champion/retrain").status_code == 404
    with ReadSession(blended.engine) as session:
        before = session.scalars(select(func.count()).select_from(Trial)).one()
    answer = again(blended)
    assert answer.status_code == 202, answer.text
    assert again(blended).json()["code"] == "retraining_runs"
    assert set(blended.work()) == {"done"}

    newest = challenger(blended)
    old, new = pins(blended, blended.version), pins(blended, newest)
    assert (old["universe"], old["feature_set"]) == (new["universe"], new["feature_set"])
    assert old["bars"] != new["bars"] and old["features"] != new["features"]
    with ReadSession(blended.engine) as session:
        first, second = session.scalars(select(Pipeline).order_by(Pipeline.id)).all()
        recipe = pipelines.recipe(session, UUID(newest))
        after = session.scalars(select(func.count()).select_from(Trial)).one()
    assert first.spec == second.spec and first.question_id == second.question_id
    assert recipe is not None and recipe.reads.features == new["features"]
    # Two tunings and one seed of each learner, and one seed of each of four blends: all of them count.
    assert after - before == 2 * 2 + 2 + 4
    page = blended.client.get(f"/pipelines/{second.id}").json()
    seq = blended.client.get(f"/model-versions/{blended.version}").json()["seq"]
    assert page["name"] == f"Ranker v{seq} again"
    assert page["features_run"] == str(new["features"])
    assert page["versions"][-1]["id"] == newest
    assert again(blended).json()["code"] == "nothing_new"


def test_the_challenger_of_an_ensemble_is_tested_in_shadow_and_proposed(blended: World) -> None:
    """Drift by the live rank IC runs the pipeline again; what it made is better on days neither saw."""
    blended.watch(retrain_on_drift=True, live_rank_ic=0.0, least_bars=30, feature_psi=None, score_psi=None)
    blended.work()
    blended.load(bars(2022))
    blended.check()
    (made,) = blended.client.get(f"/models/{blended.model}/retrainings").json()["items"]
    assert (made["cause"], made["job"]["state"]) == ("drift", "done")
    blended.load(bars(2022, 2023))
    shadow = blended.check()["challenger"]
    assert shadow["version_id"] == challenger(blended) and shadow["why_not"] is None
    assert shadow["live"]["mean"] > 0.2 > -0.2 > shadow["champion"]["mean"]
    (proposal,) = blended.client.get(f"/models/{blended.model}/proposals").json()["items"]
    assert (proposal["state"], proposal["challenger_id"]) == ("open", shadow["version_id"])
    aliases = {
        one["name"]: one["version_id"]
        for one in blended.client.get(f"/models/{blended.model}").json()["aliases"]
    }
    assert aliases["champion"] == blended.version, "a test moves nothing"


def test_the_schedule_runs_the_pipeline_again(blended: World) -> None:
    blended.watch(retrain_days=1)
    blended.load(bars(2021, 2022))
    blended.check()
    assert blended.client.get(f"/models/{blended.model}/retrainings").json()["items"] == []
    with WriteSession(blended.engine) as session:
        session.execute(text("ALTER TABLE model_versions DISABLE TRIGGER immutable"))
        session.execute(text("UPDATE model_versions SET created_at = created_at - interval '2 days'"))
        session.execute(text("ALTER TABLE model_versions ENABLE TRIGGER immutable"))
        session.commit()
    blended.check()
    (made,) = blended.client.get(f"/models/{blended.model}/retrainings").json()["items"]
    assert (made["cause"], made["job"]["state"]) == ("schedule", "done")


def test_generated_features_are_generated_anew_and_their_values_kept_new(made: World) -> None:
    """The challenger has a feature set of its own, so that a check brings both sets' values up to date."""
    with ReadSession(made.engine) as session:
        universe = session.scalars(select(Universe.id)).one()
    made.load(bars(2021, 2022))
    wanted = {"universe": str(universe), "generate": GENERATE, "learners": ["ridge"]}
    generated = champion(made, entry="recommended", **wanted)
    generated.watch(least_bars=20)
    assert again(generated).json()["code"] == "nothing_new"
    year = bars(2023)
    half = pl.concat([bars(2021, 2022), year.filter(pl.col("ts").dt.ordinal_day() < 160)])
    generated.load(half)
    assert again(generated).status_code == 202
    assert set(generated.work()) == {"done"}
    newest = challenger(generated)
    old, new = pins(generated, generated.version), pins(generated, newest)
    assert old["universe"] == new["universe"] and old["bars"] != new["bars"]
    assert old["feature_set"] != new["feature_set"]
    assert again(generated).json()["code"] == "nothing_new"

    generated.load(bars(2021, 2022, 2023))
    shadow = generated.check()["challenger"]
    assert shadow["version_id"] == newest and shadow["why_not"] is None
    assert shadow["difference"]["bars"] > 30, "both were scored on the rest of the year"


def test_an_ensemble_from_elsewhere_has_no_pipeline_here(blended: World) -> None:
    with ReadSession(blended.engine) as session:
        row = session.get_one(ModelVersion, UUID(blended.version))
    ours = load_model(blended.store.bytes(row.bundle), row.digest)
    assert isinstance(ours, Ensemble)
    first, *rest = ours.members
    theirs = replace(ours, members=(replace(first, weight=first.weight / 2 + 0.1), *rest))
    options = {"features": str(pins(blended, blended.version)["features"]), "name": "From afar"}
    posted = blended.client.post(
        "/model-imports",
        files={"file": ("theirs.zip", theirs.archive())},
        data={"options": json.dumps(options)},
    )
    assert posted.status_code == 202, posted.text
    assert blended.work() == ["done"]
    found = blended.client.get(f"/jobs/{posted.json()['id']}").json()["outputs"]
    move = {"version": found["model_version"], "reason": "To see it", "override": GATE}
    path = f"/models/{found['model']}"
    assert blended.client.put(f"{path}/aliases/champion", json=move).status_code == 200
    policy = {"retrain_days": 1}
    assert blended.client.put(f"{path}/monitors/champion", json=policy).status_code == 200
    blended.load(bars(2021, 2022))
    refused = blended.client.post(f"{path}/monitors/champion/retrain")
    assert (refused.status_code, refused.json()["code"]) == (422, "not_retrained"), refused.text
    assert "run a pipeline here" in refused.json()["detail"]
