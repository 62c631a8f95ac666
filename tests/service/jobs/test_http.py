"""Jobs over HTTP: chains whole or not at all, others' jobs invisible, cancel, retry, the log."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from kuznia.worker.execution import Executor
from tests.support.steps.schemas import JOB_KINDS
from tests.support.workers import run_all


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    app.state.job_kinds |= {kind.name: kind for kind in JOB_KINDS}
    return app


def step(key: str, **given: Any) -> dict[str, Any]:
    return {"key": key, "kind": "steps.short", "input": given}


def read_from(*keys: str) -> list[dict[str, str]]:
    return [{"job": key, "output": "run"} for key in keys]


def test_a_chain_is_posted_done_and_listed(user: httpx.Client, here: Executor) -> None:
    chain = [step("b", reads=read_from("a")), step("a"), {**step("c", reads=read_from("b")), "name": "Last"}]
    posted = user.post("/jobs", json={"jobs": chain})
    assert posted.status_code == 201, posted.text
    body = posted.json()
    assert [job["state"] for job in body["jobs"]] == ["waiting", "queued", "waiting"]
    assert [job["name"] for job in body["jobs"]] == ["A short step", "A short step", "Last"]
    assert body["jobs"][0]["inputs"] == [body["keys"]["a"]]
    assert [end for _, end in run_all(here)] == ["done"] * 3
    listed = user.get("/jobs", params={"chain": body["id"], "state": "done"}).json()["items"]
    assert [job["id"] for job in listed] == [body["keys"][key] for key in "cba"]
    done = user.get(f"/jobs/{body['keys']['a']}").json()
    assert (done["progress"], done["attempt"], done["error"]) == (1.0, 1, None)
    assert done["duration_s"] > 0
    later = user.post("/jobs", json={"jobs": [step("d", reads=read_from(body["keys"]["a"]))]})
    assert later.json()["jobs"][0]["state"] == "queued"


def test_pages_follow_each_other(user: httpx.Client) -> None:
    ids = user.post("/jobs", json={"jobs": [step(f"k{n}") for n in range(5)]}).json()["keys"]
    first = user.get("/jobs", params={"limit": 3}).json()
    second = user.get("/jobs", params={"limit": 3, "cursor": first["next"]}).json()
    seen = [job["id"] for job in first["items"] + second["items"]]
    assert seen == [ids[f"k{n}"] for n in (4, 3, 2, 1, 0)]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("chain", "pointer"),
    [
        ([step("a"), {"key": "b", "kind": "steps.none", "input": {}}], "/body/jobs/1/kind"),
        ([step("a", number="many")], "/body/jobs/0/input/number"),
        ([step("a", numbr=1)], "/body/jobs/0/input/numbr"),
        ([step("a", reads=read_from("z"))], "/body/jobs/0/input/reads/0/job"),
        ([step("a", reads=[{"job": str(uuid4()), "output": "run"}])], "/body/jobs/0/input/reads/0/job"),
        ([step("a"), step("b", reads=[{"job": "a", "output": "x"}])], "/body/jobs/1/input/reads/0/output"),
        ([step("a", reads=read_from("b")), step("b", reads=read_from("a"))], "/body/jobs"),
        ([step("a"), step("a")], "/body/jobs"),
    ],
)
def test_a_wrong_chain_starts_nothing_and_says_where(
    user: httpx.Client, chain: list[dict[str, Any]], pointer: str
) -> None:
    answer = user.post("/jobs", json={"jobs": chain})
    assert answer.status_code == 422
    problem = answer.json()
    assert (problem["code"], [fault["pointer"] for fault in problem["errors"]]) == ("bad_chain", [pointer])
    assert user.get("/jobs").json()["items"] == []


def test_one_key_posts_one_chain(user: httpx.Client) -> None:
    headers = {"Idempotency-Key": "once"}
    first = user.post("/jobs", json={"jobs": [step("a")]}, headers=headers)
    again = user.post("/jobs", json={"jobs": [step("a")]}, headers=headers)
    assert first.json() == again.json()
    assert len(user.get("/jobs").json()["items"]) == 1


def test_others_jobs_do_not_exist(user: httpx.Client, other: httpx.Client, admin: httpx.Client) -> None:
    job_id = user.post("/jobs", json={"jobs": [step("a")]}).json()["keys"]["a"]
    assert other.get("/jobs").json()["items"] == []
    for answer in (
        other.get(f"/jobs/{job_id}"),
        other.get(f"/jobs/{job_id}/log"),
        other.post(f"/jobs/{job_id}/cancel"),
        other.post(f"/jobs/{job_id}/retry"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "job_not_found")
    used = other.post("/jobs", json={"jobs": [step("b", reads=read_from(job_id))]})
    assert used.status_code == 422
    assert admin.get(f"/jobs/{job_id}").json()["owner"]["name"] == "User"


def test_a_viewer_reads_and_does_not_start(viewer: httpx.Client) -> None:
    assert viewer.get("/jobs").status_code == 200
    assert viewer.post("/jobs", json={"jobs": [step("a")]}).status_code == 403


def test_cancel_and_retry_are_audited(user: httpx.Client, admin: httpx.Client) -> None:
    chain = user.post("/jobs", json={"jobs": [step("a"), step("b", reads=read_from("a"))]}).json()
    job_id = chain["keys"]["a"]
    assert user.post(f"/jobs/{job_id}/cancel").json()["state"] == "cancelled"
    assert user.get(f"/jobs/{chain['keys']['b']}").json()["state"] == "cancelled"
    assert user.post(f"/jobs/{job_id}/cancel").json()["state"] == "cancelled"
    assert user.post(f"/jobs/{job_id}/retry").json()["state"] == "queued"
    assert user.get(f"/jobs/{chain['keys']['b']}").json()["state"] == "waiting"
    refused = user.post(f"/jobs/{job_id}/retry")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_retryable")
    actions = [one["action"] for one in admin.get("/audit").json()["items"]]
    assert actions == ["jobs.retry", "jobs.cancel", "jobs.post"]


def test_a_trace_is_in_the_log_for_administrators_only(
    user: httpx.Client, admin: httpx.Client, here: Executor, engine: Engine
) -> None:
    job_id = user.post("/jobs", json={"jobs": [step("a", act="bug")]}).json()["keys"]["a"]
    run_all(here)
    problem = user.get(f"/jobs/{job_id}").json()["error"]
    assert problem["code"] == "internal"
    assert [line["level"] for line in user.get(f"/jobs/{job_id}/log").json()["items"]] == ["info"]
    lines = admin.get(f"/jobs/{job_id}/log").json()["items"]
    assert "ZeroDivisionError" in lines[1]["message"]
    assert problem["trace_id"] in lines[1]["message"]


def test_unfinished_jobs_are_limited(app: FastAPI, user: httpx.Client) -> None:
    app.state.limits = app.state.limits.model_copy(update={"unfinished_jobs": 2})
    assert user.post("/jobs", json={"jobs": [step("a"), step("b")]}).status_code == 201
    refused = user.post("/jobs", json={"jobs": [step("c")]})
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_jobs")
