"""Chains that are posted again and again, from their table."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, select

from kuznia.db.access import visible
from kuznia.db.session import WriteSession
from kuznia.db.tables import Job, Object, Schedule
from kuznia.queue.chains import Link, post_chain
from kuznia.queue.kinds import JobKind


def next_due(session: WriteSession) -> Schedule | None:
    """A schedule whose time has come, locked; another worker takes another one."""
    query = (
        select(Schedule)
        .where(Schedule.enabled, Schedule.next_at <= func.clock_timestamp())
        .order_by(Schedule.next_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(query).one_or_none()


def post_scheduled(session: WriteSession, schedule: Schedule, kinds: Mapping[str, JobKind]) -> list[Job]:
    """Post a schedule's chain with its owner's rights."""
    owner_id = session.scalars(select(Object.owner_id).where(Object.id == schedule.id)).one()

    def kind_of(job_id: UUID) -> str | None:
        query = select(Job.kind).where(Job.id == job_id, visible(Job.id, owner_id))
        return session.scalars(query).one_or_none()

    links = [Link(one["key"], one["kind"], one.get("input", {}), one.get("name")) for one in schedule.chain]
    return post_chain(session, kinds, links, kind_of, owner_id=owner_id)
