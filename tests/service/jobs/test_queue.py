"""The queue's laws on a real database: one claim, a fence, dependencies, cancelling, retrying."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select, update

from kuznia.db.session import ReadSession, WriteSession
from kuznia.db.tables import Job, JobLog, Run, RunInput
from kuznia.queue import claim as claims
from kuznia.queue.broker import Broker
from kuznia.queue.control import cancel_running, request_cancel, retry
from kuznia.queue.errors import FenceLost, InputFailed, InputMissing, KeyReused, NotRetryable
from kuznia.queue.reconcile import reconcile, take_back
from kuznia.queue.settle import HAND_BACKS, TRIES, finish
from kuznia.worker.execution import Executor
from tests.support.steps.schemas import SHORT, StepInput
from tests.support.workers import post, row, run_all, runs, states

LEASE = timedelta(seconds=15)


def claim(engine: Engine, job_id: UUID, worker: str = "host:1/2") -> claims.Claim | None:
    return claims.claim(engine, job_id, worker=worker, lease=LEASE)


def cancelled(engine: Engine, job_id: UUID) -> Job:
    with WriteSession(engine) as session:
        request_cancel(session, job_id)
        session.commit()
    return row(engine, job_id)


def test_of_many_claims_at_once_one_wins(engine: Engine) -> None:
    job = post(engine, None)
    won: list[claims.Claim | None] = []
    racers = [threading.Thread(target=lambda: won.append(claim(engine, job))) for _ in range(8)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(one is not None for one in won) == [False] * 7 + [True]
    assert (row(engine, job).state, row(engine, job).attempt) == ("running", 1)


def test_a_job_is_done_once_with_its_run_and_its_outputs(engine: Engine, here: Executor) -> None:
    first = post(engine, None, number=7)
    second = post(engine, None, reads=[first])
    assert states(engine, [first, second]) == ["queued", "waiting"]
    assert run_all(here) == [(first, "done"), (second, "done")]
    with ReadSession(engine) as session:
        run = session.scalars(select(Run).where(Run.job_id == first)).one()
        read = session.scalars(select(RunInput).join(Run, Run.id == RunInput.run_id)).one()
        assert row(engine, first).outputs == {"run": str(run.id)}
        assert read.source_run_id == run.id
    assert here.run(first) == "nothing"


def test_a_process_that_was_given_up_on_can_write_nothing(engine: Engine) -> None:
    job = post(engine, None)
    stale = claim(engine, job)
    assert stale is not None
    with WriteSession(engine) as session:
        assert take_back(session, ["host:1/2"]) == 1
        session.commit()
    fresh = claim(engine, job, "host:1/3")
    assert fresh is not None
    assert (fresh.token > stale.token, row(engine, job).hand_backs) == (True, 1)
    with pytest.raises(FenceLost):
        claims.report(engine, stale, 0.5, "still here")
    with WriteSession(engine) as session, pytest.raises(FenceLost):
        claims.fenced(session, stale)
    claims.report(engine, fresh, 0.5, "half")
    with WriteSession(engine) as session:
        finish(session, claims.fenced(session, fresh), {})
        session.commit()
    assert row(engine, job).state == "done"


def test_two_producers_that_finish_at_once_free_their_consumer(engine: Engine) -> None:
    producers = [post(engine, None), post(engine, None)]
    consumer = post(engine, None, reads=producers)
    held = [claim(engine, one) for one in producers]
    meet = threading.Barrier(2)

    def end(one: claims.Claim) -> None:
        with WriteSession(engine) as session:
            job = claims.fenced(session, one)
            meet.wait()
            finish(session, job, {})
            session.commit()

    enders = [threading.Thread(target=end, args=(one,)) for one in held]
    for ender in enders:
        ender.start()
    for ender in enders:
        ender.join()
    assert states(engine, [consumer]) == ["queued"]


def test_a_failure_is_told_to_all_that_wait_and_undone_with_it(engine: Engine, here: Executor) -> None:
    first = post(engine, None, act="mistake")
    second = post(engine, None, reads=[first])
    third = post(engine, None, reads=[second])
    assert run_all(here) == [(first, "failed")]
    assert states(engine, [first, second, third]) == ["failed"] * 3
    problems = [row(engine, one).error or {} for one in (first, second, third)]
    assert [problem["code"] for problem in problems] == ["invalid", "input_failed", "input_failed"]
    assert problems[0]["detail"] == "The step was told to fail."
    assert str(first) in problems[1]["detail"]
    with WriteSession(engine) as session:
        session.execute(update(Job).where(Job.id == first).values(input=StepInput().model_dump(mode="json")))
        retry(session, first)
        session.commit()
    assert states(engine, [first, second, third]) == ["queued", "waiting", "waiting"]
    assert [end for _, end in run_all(here)] == ["done"] * 3
    assert row(engine, first).attempt == 2


def test_a_job_cannot_read_from_one_that_failed_or_is_not(engine: Engine, here: Executor) -> None:
    first = post(engine, None, act="mistake")
    run_all(here)
    with pytest.raises(InputFailed):
        post(engine, None, reads=[first])
    with pytest.raises(InputMissing):
        post(engine, None, reads=[UUID(int=1)])


def test_a_bug_shows_a_trace_id_and_keeps_its_trace_for_administrators(
    engine: Engine, here: Executor
) -> None:
    job = post(engine, None, act="bug")
    run_all(here)
    problem = row(engine, job).error or {}
    assert (problem["code"], "secret" in str(problem)) == ("internal", False)
    with ReadSession(engine) as session:
        lines = session.scalars(select(JobLog).where(JobLog.job_id == job).order_by(JobLog.n)).all()
    assert [line.level for line in lines] == ["info", "internal"]
    assert problem["trace_id"] in lines[1].message
    assert "a secret in a message" in lines[1].message


def test_running_out_of_memory_is_said(engine: Engine, here: Executor) -> None:
    job = post(engine, None, act="memory")
    run_all(here)
    assert (row(engine, job).error or {})["code"] == "out_of_memory"


def test_what_may_pass_is_tried_again_later_and_not_for_ever(engine: Engine, here: Executor) -> None:
    job = post(engine, None, act="unavailable")
    for tries in range(1, TRIES):
        assert run_all(here) == [(job, "later")]
        waiting = row(engine, job)
        assert (waiting.state, waiting.attempt) == ("queued", tries)
        assert here.run(job) == "nothing"  # its time has not come
        with WriteSession(engine) as session:
            session.execute(update(Job).values(run_after=func.clock_timestamp()))
            session.commit()
    assert here.run(job) == "later"
    assert row(engine, job).state == "failed"
    assert (row(engine, job).error or {})["code"] == "tries_exhausted"


def test_hand_backs_are_no_tries_but_have_a_limit(engine: Engine) -> None:
    job = post(engine, None)
    for n in range(HAND_BACKS + 1):
        assert claim(engine, job) is not None, n
        with WriteSession(engine) as session:
            take_back(session, ["host:1/2"])
            session.commit()
    assert row(engine, job).state == "failed"
    assert (row(engine, job).error or {})["code"] == "worker_lost"


def test_cancelling_ends_a_waiting_job_at_once_and_its_dependents(engine: Engine) -> None:
    first = post(engine, None)
    second = post(engine, None, reads=[first])
    third = post(engine, None, reads=[second])
    assert cancelled(engine, second).state == "cancelled"
    assert states(engine, [first, second, third]) == ["queued", "cancelled", "cancelled"]
    assert claim(engine, second) is None
    with WriteSession(engine) as session:
        retry(session, second)
        session.commit()
    assert states(engine, [first, second, third]) == ["queued", "waiting", "waiting"]
    with WriteSession(engine) as session, pytest.raises(NotRetryable):
        retry(session, second)


def test_cancelling_a_running_job_takes_its_fence_and_names_its_process(engine: Engine) -> None:
    job = post(engine, None)
    held = claim(engine, job)
    assert held is not None
    assert cancelled(engine, job).state == "running"
    with pytest.raises(FenceLost):
        claims.report(engine, held, 0.1, "on it")
    with WriteSession(engine) as session:
        assert cancel_running(session, "host:9") == []
        assert cancel_running(session, "host:1") == ["host:1/2"]
        session.commit()
    assert row(engine, job).state == "cancelled"


def test_an_expired_lease_is_taken_back_but_not_right_after_the_database_started(
    engine: Engine, broker: Broker
) -> None:
    job = post(engine, None)
    claims.claim(engine, job, worker="host:1/2", lease=timedelta(seconds=-1))
    assert reconcile(engine, broker, lease=timedelta(days=1)).handed_back == 0
    done = reconcile(engine, broker, lease=timedelta(seconds=0))
    assert (done.handed_back, done.sent) == (1, (("interactive", job),))
    assert row(engine, job).state == "queued"


def test_what_was_committed_and_never_sent_is_sent_with_growing_pauses(
    engine: Engine, broker: Broker
) -> None:
    job = post(engine, None)

    def later(seconds: float) -> int:
        ago = func.now() - timedelta(seconds=seconds)
        with WriteSession(engine) as session:
            session.execute(update(Job).values(sent_at=ago, run_after=ago))
            session.commit()
        return len(reconcile(engine, broker, lease=LEASE).sent)

    assert reconcile(engine, broker, lease=LEASE).sent == ()
    assert (later(1.5), later(2.5)) == (0, 1)
    assert (later(2.5), later(4.5)) == (0, 1)
    assert row(engine, job).sends == 3
    assert len(reconcile(engine, broker, lease=LEASE, everything=True).sent) == 1


def test_one_reconciler_at_a_time(engine: Engine, broker: Broker) -> None:
    with engine.connect() as other:
        other.execute(select(func.pg_advisory_xact_lock(0x6B757A6E)))
        assert not reconcile(engine, broker, lease=LEASE).elected
    assert reconcile(engine, broker, lease=LEASE).elected


def test_a_lost_wake_up_is_found(engine: Engine, broker: Broker, here: Executor) -> None:
    first = post(engine, None)
    second = post(engine, None, reads=[first])
    run_all(here)
    with WriteSession(engine) as session:
        session.execute(update(Job).where(Job.id == second).values(state="waiting", finished_at=None))
        session.commit()
    assert reconcile(engine, broker, lease=LEASE).sent == (("interactive", second),)


def test_a_key_makes_one_job(engine: Engine, people: dict[str, UUID]) -> None:
    from kuznia.queue.enqueue import enqueue

    def make(number: int) -> UUID:
        with WriteSession(engine) as session:
            job = enqueue(
                session,
                SHORT,
                StepInput(number=number),
                owner_id=people["user"],
                name="once",
                idempotency_key="k",
            )
            session.commit()
            return job.id

    assert make(1) == make(1)
    with pytest.raises(KeyReused):
        make(2)


def test_runs_count_effects(engine: Engine, here: Executor) -> None:
    job = post(engine, None)
    run_all(here)
    assert runs(engine, job) == 1
