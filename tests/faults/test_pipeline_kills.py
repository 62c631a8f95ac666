"""kill -9 of the worker in the middle of an automated pipeline: it goes on to the same result."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select

from kuznia.db.session import ReadSession, WriteSession, make_engine
from kuznia.db.tables import Account, Job, ModelVersion, Pipeline, PipelineStep, Run, Trial
from kuznia.domains.pipelines import service
from kuznia.domains.pipelines.schemas import PipelineCreate
from kuznia.queue.broker import Broker
from kuznia.rest.principal import Principal
from kuznia.store import Store
from tests.support.computed import computed
from tests.support.markets import world
from tests.support.restartable import Postgres
from tests.support.workers import row, wait_for, wait_until, workers

SLICE = "kuznia.domains.pipelines"


@pytest.fixture
def engine(postgres: Postgres) -> Iterator[Engine]:
    made = make_engine(postgres.url, application="tests")
    yield made
    made.dispose()


def principal_of(session: WriteSession) -> Principal:
    account = Account(email="u@kuznia.example", name="User", role="user", password_hash="none")
    session.add(account)
    session.flush()
    return Principal(account.id, "user", frozenset())


def steps(engine: Engine, job: UUID) -> int:
    query = (
        select(func.count()).select_from(PipelineStep).join(Pipeline, Pipeline.id == PipelineStep.pipeline_id)
    )
    with ReadSession(engine) as session:
        return session.scalars(query.where(Pipeline.job_id == job)).one()


def digest(engine: Engine, job: UUID) -> str:
    """Of the whole; the runs of the versions have no ``spec`` with a preset."""
    with ReadSession(engine) as session:
        runs = session.scalars(select(Run).where(Run.job_id == job)).all()
    (whole,) = [one for one in runs if "entry" not in one.parameters]
    return whole.result_digest


@pytest.mark.timeout(600)
def test_a_killed_pipeline_goes_on_and_ends_with_the_same_result(
    postgres: Postgres, engine: Engine, tmp_path: Path
) -> None:
    values, panel = world(300, signal=0.25)
    with WriteSession(engine) as session:
        principal = principal_of(session)
        store = Store(tmp_path / "store")
        features = computed(session, store, principal.account_id, values, panel)
        session.commit()
    broker_url = f"filesystem://{tmp_path}/broker"
    broker = Broker(broker_url)

    def post(name: str) -> UUID:
        asked = {
            "learners": ["ridge", "extra_trees"],
            "trials": 4,
            "seeds": [1, 2],
            "label": {"horizon": 2},
            "folds": 2,
            "test": 60,
        }
        new = PipelineCreate.model_validate({"name": name, "features": str(features), **asked})
        with WriteSession(engine) as session:
            _, job = service.submit(session, store, principal, new)
            session.commit()
            broker.send(session.enqueued)
            return job.id

    with workers(postgres.url, broker_url, tmp_path, lease=4.0) as made:
        pool = made.start("heavy", SLICE)
        whole = post("Whole")
        wait_for(engine, [whole], "done", 240)
        killed = post("Killed")
        for finished in (1, 4):
            wait_until(lambda least=finished: steps(engine, killed) >= least, 120, "steps are finished")
            assert row(engine, killed).state == "running"
            pool.kill()
            pool.wait()
            pool = made.start("heavy", SLICE)
        wait_for(engine, [killed], "done", 240)
    broker.close()
    assert row(engine, killed).attempt >= 3
    assert digest(engine, whole) == digest(engine, killed)
    with ReadSession(engine) as reading:
        attempts = reading.scalars(
            select(PipelineStep.attempt)
            .join(Pipeline, Pipeline.id == PipelineStep.pipeline_id)
            .where(Pipeline.job_id == killed)
        ).all()
        assert min(attempts) == 1 and max(attempts) == row(engine, killed).attempt
        made_by = {
            job: reading.scalars(
                select(ModelVersion.digest).join(Run, Run.id == ModelVersion.run_id).where(Run.job_id == job)
            ).all()
            for job in (whole, killed)
        }
        assert made_by[whole] == made_by[killed] and len(made_by[whole]) == 2
        # Both asked the same of the same data: every configuration was tried once.
        assert reading.scalars(select(func.count()).select_from(Trial)).one() == 2 * 4 + 2 * 2 + 4 * 2
        assert reading.scalars(select(func.count()).select_from(Job).where(Job.state != "done")).one() == 0
