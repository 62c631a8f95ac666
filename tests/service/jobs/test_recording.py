"""What a computation read and made, as it is written down."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kuznia.db.access import new_object
from kuznia.db.session import ReadSession, WriteSession
from kuznia.db.tables import File, Job, Run, RunFile, RunInput, Universe, UniverseVersion
from kuznia.domains.jobs.service import Pin, record_run, register_files
from kuznia.store.store import Stored

STARTED = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
PARAMETERS = {"learner": "ridge", "alpha": 0.1, "seeds": [1, 2], "window": None, "label": {"horizon": 5}}


@pytest.fixture
def job(engine: Engine, people: dict[str, UUID]) -> UUID:
    owner = people["user"]
    with WriteSession(engine) as session:
        row = Job(
            id=new_object(session, "job", owner),
            kind="models.train",
            name="Train",
            pool="heavy",
            owner_id=owner,
            input={},
            state="running",
        )
        session.add(row)
        session.commit()
        return row.id


def file(n: int, kind: str = "frame") -> Stored:
    return Stored(f"sha256:{n:064d}", kind, n, n if kind == "frame" else None)


def record(session: Session, job: UUID, pins: Sequence[Pin], files: dict[str, Stored], **more: Any) -> UUID:
    return record_run(
        session,
        session.get_one(Job, job),
        kind="models.train",
        code="0.1.0",
        environment="sha256:e",
        parameters=PARAMETERS,
        seed=7,
        result_digest="sha256:r",
        started_at=STARTED,
        inputs=pins,
        files=files,
        **more,
    )


def universe(session: Session, owner: UUID, versions: int) -> list[UUID]:
    made = Universe(id=new_object(session, "universe", owner), name="All")
    session.add(made)
    session.flush()
    rows = [
        UniverseVersion(
            universe_id=made.id, seq=n, spec={}, digest="d", created_by=owner, biased=False, bias_reason=None
        )
        for n in range(1, versions + 1)
    ]
    session.add_all(rows)
    session.flush()
    return [row.id for row in rows]


def test_a_run_keeps_all_that_it_read_and_made(engine: Engine, people: dict[str, UUID], job: UUID) -> None:
    with WriteSession(engine) as session:
        versions = universe(session, people["user"], 300)
        before = record(session, job, [], {})
        pins = [Pin(role="universe", position=n, universe_version_id=one) for n, one in enumerate(versions)]
        pins += [Pin(role="features", source_run_id=before), Pin(role="upload", upload=file(5).digest)]
        files = {f"part {n}": file(n) for n in range(200)} | {"bundle": file(1000, "bundle")}
        seen: list[str] = []
        event.listen(engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
        run_id = record(session, job, pins, files, facts={"parts": 200})
        assert [one[:4] for one in seen if not one.startswith("SELECT")] == ["WITH"]
        session.commit()
    with ReadSession(engine) as session:
        run = session.get_one(Run, run_id)
        assert (run.job_id, run.created_by, run.kind, run.seed) == (job, people["user"], "models.train", 7)
        assert (run.parameters, run.facts) == (PARAMETERS, {"parts": 200})
        assert run.started_at == STARTED <= run.finished_at
        read = session.scalars(
            select(RunInput).where(RunInput.run_id == run_id).order_by(RunInput.role, RunInput.position)
        ).all()
        assert [one.universe_version_id for one in read if one.role == "universe"] == versions
        assert [one.source_run_id for one in read if one.role == "features"] == [before]
        assert [one.upload for one in read if one.role == "upload"] == [file(5).digest]
        made = session.execute(select(RunFile.role, RunFile.digest).where(RunFile.run_id == run_id)).all()
        assert dict(made) == {role: one.digest for role, one in files.items()}
        rows = session.execute(select(File.digest, File.kind, File.size, File.rows)).all()
        assert {row.digest: tuple(row)[1:] for row in rows} == {
            one.digest: (one.kind, one.size, one.rows) for one in files.values()
        }


def test_the_same_content_is_registered_once(engine: Engine, job: UUID) -> None:
    """In two roles of one run, in two runs, and when it was there before."""
    with WriteSession(engine) as session:
        register_files(session, [file(1), file(1), file(2, "bundle")])
        register_files(session, [])
        first = record(session, job, [], {"scores": file(1), "copy": file(1), "new": file(3)})
        second = record(session, job, [], {"scores": file(3)})
        session.commit()
    with ReadSession(engine) as session:
        assert session.scalar(select(func.count()).select_from(File)) == 3
        counts = session.execute(select(RunFile.run_id, func.count()).group_by(RunFile.run_id)).all()
        assert dict(counts) == {first: 3, second: 1}


@pytest.mark.parametrize(
    "pin",
    [
        Pin(role="bars", dataset_version_id=uuid4()),
        Pin(role="model", model_version_id=uuid4()),
        Pin(role="features", source_run_id=uuid4()),
        Pin(role="upload", upload="sha256:nowhere"),
    ],
    ids=lambda pin: pin.role,
)
def test_a_pin_on_what_is_not_there_is_refused_whole(engine: Engine, job: UUID, pin: Pin) -> None:
    with WriteSession(engine) as session, pytest.raises(IntegrityError, match="violates foreign key"):
        record(session, job, [pin], {"scores": file(1)})
    nothing_is_left(engine)


def test_two_pins_in_one_place_are_refused_whole(engine: Engine, people: dict[str, UUID], job: UUID) -> None:
    with WriteSession(engine) as session:
        version = universe(session, people["user"], 1)[0]
        session.commit()
        pin = Pin(role="universe", universe_version_id=version)
        with pytest.raises(IntegrityError, match="uq_run_inputs"):
            record(session, job, [pin, pin], {"scores": file(1)})
    nothing_is_left(engine)


def nothing_is_left(engine: Engine) -> None:
    with ReadSession(engine) as session:
        for table in (Run, RunInput, RunFile, File):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_runs_that_made_the_same_files_at_once_all_stay(engine: Engine, job: UUID) -> None:
    """Each names them in another order; none waits for another in turn, and none loses a file."""

    def work(n: int) -> UUID:
        files = {f"part {k}": file(k) for k in (range(40) if n % 2 else reversed(range(40)))}
        with WriteSession(engine) as session:
            made = record(session, job, [], files)
            session.commit()
            return made

    with ThreadPoolExecutor(8) as threads:
        runs = list(threads.map(work, range(40)))
    with ReadSession(engine) as session:
        assert session.scalar(select(func.count()).select_from(File)) == 40
        counts = dict(session.execute(select(RunFile.run_id, func.count()).group_by(RunFile.run_id)).all())
        assert counts == dict.fromkeys(runs, 40)
