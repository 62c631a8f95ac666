"""The parent's thread: it keeps its processes' leases, kills what was cancelled, and reconciles.

A process deep in C code cannot speak for itself, so its parent does: whatever row one of its living
processes holds is extended, whatever a dead one held goes back to the queue at once.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Engine

from kuznia.db.session import WriteSession
from kuznia.queue.broker import Broker
from kuznia.queue.claim import extend
from kuznia.queue.control import cancel_running, held_by
from kuznia.queue.listening import Listener
from kuznia.queue.reconcile import reconcile, take_back
from kuznia.queue.settle import CANCELLED

logger = logging.getLogger(__name__)

TICK = 1.0
PERIODIC_EVERY = 30.0


class Guardian:
    """Watches over the jobs of one pool.

    Parameters
    ----------
    name : str
        The parent's name; its processes write ``name/pid`` into the rows they hold.
    pids : () -> set of int
        The pool's living processes.
    """

    def __init__(
        self,
        engine: Engine,
        url: str,
        broker: Broker,
        *,
        name: str,
        lease: timedelta,
        pids: Callable[[], set[int]],
    ) -> None:
        self._engine = engine
        self._broker = broker
        self._name = name
        self._lease = lease
        self._pids = pids
        self._wake = threading.Event()
        self._stopping = False
        self._extended = 0.0
        self._periodic = 0.0
        self._first = True
        self._listener = Listener(url, CANCELLED, lambda _: self._wake.set())
        self._thread = threading.Thread(target=self._run, name="guardian", daemon=True)

    def start(self) -> None:
        self._listener.start()
        self._thread.start()

    def stop(self) -> None:
        """Hand back what is left; the pool has stopped."""
        self._stopping = True
        self._wake.set()
        self._thread.join(5)
        self._listener.stop()
        with contextlib.suppress(Exception):
            self._hand_back(set())

    def _run(self) -> None:
        while not self._stopping:
            for act in (self._cancel, self._extend, self._look_after, self._reconcile):
                try:
                    act()
                except Exception as error:  # noqa: BLE001 (the database may be away; the next turn comes)
                    logger.warning("%s: %s", act.__name__.strip("_"), error)
            self._wake.wait(TICK)
            self._wake.clear()

    def _cancel(self) -> None:
        with WriteSession(self._engine) as session:
            workers = cancel_running(session, self._name)
            session.commit()
        for worker in workers:
            self._kill(int(worker.rpartition("/")[2]))

    def _kill(self, pid: int) -> None:
        if pid in self._pids():
            logger.info("killing process %s: its job was cancelled", pid)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _extend(self) -> None:
        if time.monotonic() - self._extended < self._lease.total_seconds() / 4:
            return
        with WriteSession(self._engine) as session:
            extend(session, [f"{self._name}/{pid}" for pid in self._pids()], self._lease)
            session.commit()
        self._extended = time.monotonic()

    def _look_after(self) -> None:
        self._hand_back(None)

    def _hand_back(self, living: set[int] | None) -> None:
        """Queue again what dead processes hold. The rows are read first, and then who lives."""
        with WriteSession(self._engine) as session:
            holders = held_by(session, self._name)
            if not holders:
                return
            alive = self._pids() if living is None else living
            dead = [one for one in holders if int(one.rpartition("/")[2]) not in alive]
            if not dead:
                return
            taken = take_back(session, dead)
            session.commit()
            sent = session.enqueued
        logger.info("handed back %d jobs of dead processes", taken)
        self._broker.send(sent)

    def _reconcile(self) -> None:
        done = reconcile(self._engine, self._broker, lease=self._lease, everything=self._first)
        self._first = False
        due = time.monotonic() - self._periodic >= PERIODIC_EVERY
        if done.elected and (due or done.schedules_due):
            self._broker.send_periodic()
            self._periodic = time.monotonic()
