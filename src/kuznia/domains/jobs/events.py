"""Jobs live: one LISTEN connection for a process, fanned out in memory to every browser it serves.

A notification is an id; the row is read once for all who watch. A watcher that is slow gets each
job's newest state and misses the ones between.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from anyio import to_thread
from sqlalchemy import Engine

from kuznia.db.session import ReadSession
from kuznia.db.tables import Job
from kuznia.domains.jobs import repository
from kuznia.domains.jobs.schemas import JobRead
from kuznia.domains.jobs.service import shown
from kuznia.queue.listening import Listener

HEARTBEAT = 15.0
MARGIN = 1000
"""Revisions are given before a commit, so a smaller one may appear later: resume this far back."""


@dataclass(frozen=True, slots=True)
class Change:
    """A job's new state, and who besides administrators may see it (None: everybody)."""

    job: JobRead
    audience: frozenset[UUID | None]


@dataclass(eq=False)
class Watcher:
    """One open stream: the newest unsent change of each job."""

    account_id: UUID
    is_admin: bool
    only: UUID | None
    loop: asyncio.AbstractEventLoop
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    pending: dict[UUID, JobRead] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def offer(self, change: Change) -> None:
        """Take a change that is for this watcher; called by the listening thread."""
        allowed = self.is_admin or None in change.audience or self.account_id in change.audience
        if allowed and self.only in (None, change.job.id):
            with self.lock:
                self.pending[change.job.id] = change.job
            self.wake()

    def wake(self) -> None:
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.ready.set)

    def take(self) -> list[JobRead]:
        with self.lock:
            taken, self.pending = list(self.pending.values()), {}
        return sorted(taken, key=lambda job: job.revision)


class JobEvents:
    """The fan-out of one API process.

    Parameters
    ----------
    url : str
        SQLAlchemy's URL of the database, for the listening connection.
    engine : Engine
        For reading rows.
    """

    def __init__(self, url: str, engine: Engine) -> None:
        self._engine = engine
        self._watchers: set[Watcher] = set()
        self._lock = threading.Lock()
        self._closed = False
        self._listener = Listener(url, "jobs", self._on_notify)

    def start(self) -> None:
        self._listener.start()

    def close(self) -> None:
        """End every stream and stop listening; called as soon as the process is asked to stop."""
        self._closed = True
        for watcher in self._all():
            watcher.wake()
        self._listener.stop(wait=False)

    async def stream(
        self,
        account_id: UUID,
        *,
        is_admin: bool,
        only: UUID | None = None,
        since: int | None = None,
        until: float | None = None,
    ) -> AsyncIterator[str]:
        """Server-sent events: the unfinished jobs and what changed after `since`, then each change.

        Parameters
        ----------
        only : UUID or None
            Watch one job.
        since : int or None
            ``Last-Event-ID`` of a browser that comes back.
        until : float or None
            When the token ends, in seconds since the epoch.
        """
        watcher = Watcher(account_id, is_admin, only, asyncio.get_running_loop())
        with self._lock:
            self._watchers.add(watcher)
        try:
            yield "retry: 1000\n\n"
            seen: dict[UUID, int] = {}
            batch = await to_thread.run_sync(self._first, watcher, since)
            while True:
                for job in batch:
                    if job.revision > seen.get(job.id, 0):
                        seen[job.id] = job.revision
                        yield f"event: job\nid: {job.revision}\ndata: {job.model_dump_json()}\n\n"
                left = HEARTBEAT if until is None else min(HEARTBEAT, until - time.time())
                if self._closed or left <= 0:
                    return
                try:
                    await asyncio.wait_for(watcher.ready.wait(), left)
                except TimeoutError:
                    yield ": alive\n\n"
                watcher.ready.clear()
                batch = watcher.take()
        finally:
            with self._lock:
                self._watchers.discard(watcher)

    def _first(self, watcher: Watcher, since: int | None) -> list[JobRead]:
        after = None if since is None else max(since - MARGIN, 0)
        with ReadSession(self._engine) as session:
            jobs = repository.watched(session, watcher.account_id, watcher.is_admin, watcher.only, after)
            return shown(session, jobs)

    def _on_notify(self, payloads: set[str] | None) -> None:
        watchers = self._all()
        if not watchers:
            return
        with ReadSession(self._engine) as session:
            if payloads is None:
                jobs: Sequence[Job] = repository.lately_changed(session)
            else:
                jobs = repository.with_ids(session, [UUID(one) for one in payloads])
            shared = repository.grantees_of(session, [job.id for job in jobs])
            changes = [
                Change(one, frozenset({one.owner.id, *shared.get(one.id, ())}))
                for one in shown(session, jobs)
            ]
        for watcher in watchers:
            for change in changes:
                watcher.offer(change)

    def _all(self) -> list[Watcher]:
        with self._lock:
            return list(self._watchers)
