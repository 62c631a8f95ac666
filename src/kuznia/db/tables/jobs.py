"""Jobs and schedules. ``kuznia.queue`` alone changes a job's state."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Sequence, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kuznia.db.tables.base import AccountId, Base, Now, ObjectId

JOB_REVISION = Sequence("job_revision", metadata=Base.metadata)


class Job(Base):
    """One unit of background work. ``token`` is the fence: a write with an older one is refused.

    A trigger gives each change the next ``revision`` and notifies the channel ``jobs`` with the id.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'queued', 'running', 'done', 'failed', 'cancelled')", name="state"
        ),
        CheckConstraint("pool IN ('interactive', 'heavy')", name="pool"),
        CheckConstraint("progress BETWEEN 0 AND 1", name="progress"),
        UniqueConstraint("owner_id", "idempotency_key"),
        Index("ix_jobs_due", "run_after", postgresql_where=text("state = 'queued'")),
        Index("ix_jobs_leases", "lease_until", postgresql_where=text("state = 'running'")),
    )

    id: Mapped[ObjectId]
    kind: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    pool: Mapped[str]
    owner_id: Mapped[AccountId]
    question_id: Mapped[UUID | None] = mapped_column(ForeignKey("questions.id"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("jobs.id"), index=True)
    chain_id: Mapped[UUID | None] = mapped_column(index=True)
    input: Mapped[dict[str, Any]]
    outputs: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    error: Mapped[dict[str, Any] | None]
    state: Mapped[str]
    progress: Mapped[float] = mapped_column(server_default="0")
    message: Mapped[str] = mapped_column(server_default="")
    attempt: Mapped[int] = mapped_column(server_default="0")
    hand_backs: Mapped[int] = mapped_column(server_default="0")
    token: Mapped[int] = mapped_column(server_default="0")
    lease_until: Mapped[datetime | None]
    worker: Mapped[str | None]
    cancel_requested: Mapped[bool] = mapped_column(server_default="false")
    run_after: Mapped[Now]
    sent_at: Mapped[datetime | None]
    sends: Mapped[int] = mapped_column(server_default="0")
    idempotency_key: Mapped[str | None]
    request_id: Mapped[str | None]
    created_at: Mapped[Now]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(JOB_REVISION, server_default=JOB_REVISION.next_value(), index=True)


class JobInput(Base):
    """A job waits for another to produce what it reads."""

    __tablename__ = "job_inputs"

    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id"), primary_key=True)
    producer_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id"), primary_key=True, index=True)


class JobLog(Base):
    __tablename__ = "job_logs"

    n: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id"), index=True)
    attempt: Mapped[int]
    at: Mapped[Now]
    level: Mapped[str]
    message: Mapped[str]


class Schedule(Base):
    """A chain posted again and again."""

    __tablename__ = "schedules"

    id: Mapped[ObjectId]
    name: Mapped[str]
    chain: Mapped[list[Any]]
    every_seconds: Mapped[int]
    next_at: Mapped[datetime] = mapped_column(index=True)
    enabled: Mapped[bool] = mapped_column(server_default="true")
    revision: Mapped[int] = mapped_column(server_default="1")
