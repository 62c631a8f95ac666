"""Previews for an API that computes nothing: one process beside it, asked by one request at a time.

The process starts with the first need and ends when it was not needed for a while. What takes longer than a
preview may is killed with it, whatever it does; the next request starts another.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import UUID

from kuznia.domains.expressions.errors import PreviewBusy, PreviewReplaced, PreviewStopped
from kuznia.domains.expressions.preview_work import IDLE_SECONDS, Outcome, Work
from kuznia.domains.expressions.schemas import PreviewValues
from kuznia.rest.allowance import Allowance

MODULE = "kuznia.domains.expressions.preview_process"
ONE_THREAD = ("POLARS_MAX_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
START_SECONDS = 120.0
"""What a start may take, when kernels must be compiled first."""

SECONDS = 5.0
"""What one preview may take, reading included."""

WAIT_SECONDS = 10.0
"""What a request waits for its turn, or for the start."""

MOST_WAITING = 8
MOST_KEPT = 64
REMEDY = "Shorten its windows, show fewer bars, or choose a smaller universe."
CHARGE = 12.0
"""Requests of a person's allowance that a second of computing is worth."""


class Previews:
    """Computes previews in a process of its own.

    Parameters
    ----------
    store : Path
        Folder of the store.
    allowance : Allowance
        What each person may ask for in a minute.
    """

    def __init__(self, store: Path, allowance: Allowance) -> None:
        self._store, self._allowance = store, allowance
        self._turn = threading.Lock()
        self._state = threading.Lock()
        self._tickets = count()
        self._newest: dict[UUID, int] = {}
        self._kept: OrderedDict[tuple[object, ...], PreviewValues] = OrderedDict()
        self._process: _Process | None = None
        self._closed = False

    def warm(self) -> None:
        """Start the process, without waiting for it, if it does not run."""
        threading.Thread(target=self._start_quietly, daemon=True).start()

    def compute(self, account_id: UUID, work: Work) -> Outcome:
        """Compute one preview; the newest of a person replaces those of theirs that still wait.

        Raises
        ------
        PreviewBusy, PreviewReplaced, PreviewStopped, TooManyRequests
        """
        self._allowance.take(str(account_id))
        known = self._known(work)
        if known is not None:
            return known
        ticket = self._queue(account_id)
        try:
            if not self._turn.acquire(timeout=WAIT_SECONDS):
                raise PreviewBusy("Try again in a moment.", retry_after=1)
            try:
                if self._newest.get(account_id) != ticket:
                    raise PreviewReplaced("Only the newest of your previews is computed.")
                return self._ask(account_id, work)
            finally:
                self._turn.release()
        finally:
            self._leave(account_id, ticket)

    def close(self) -> None:
        """End the process."""
        with self._state:
            self._closed = True
            process, self._process = self._process, None
        if process:
            process.kill()

    def _known(self, work: Work) -> PreviewValues | None:
        with self._state:
            if work.key in self._kept:
                self._kept.move_to_end(work.key)
            return self._kept.get(work.key)

    def _keep(self, work: Work, values: PreviewValues) -> None:
        with self._state:
            self._kept[work.key] = values
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)

    def _queue(self, account_id: UUID) -> int:
        with self._state:
            if len(self._newest) >= MOST_WAITING and account_id not in self._newest:
                raise PreviewBusy("Try again in a moment.", retry_after=1)
            ticket = self._newest[account_id] = next(self._tickets)
            return ticket

    def _leave(self, account_id: UUID, ticket: int) -> None:
        with self._state:
            if self._newest.get(account_id) == ticket:
                del self._newest[account_id]

    def _ask(self, account_id: UUID, work: Work) -> Outcome:
        process = self._running()
        began = time.monotonic()
        try:
            outcome = process.ask(work, SECONDS)
        except (EOFError, OSError, TimeoutError) as error:
            process.kill()
            self.warm()
            late = isinstance(error, TimeoutError)
            reason = f"It took longer than {SECONDS:.0f} s." if late else "It took more than there is."
            raise PreviewStopped(f"{reason} {REMEDY}") from None
        finally:
            self._allowance.charge(str(account_id), CHARGE * (time.monotonic() - began))
        if isinstance(outcome, PreviewValues):
            self._keep(work, outcome)
        return outcome

    def _start_quietly(self) -> None:
        with self._turn, suppress(PreviewBusy):
            self._started()

    def _running(self) -> _Process:
        """The process, ready; under the turn."""
        process = self._started()
        try:
            process.wait_until_ready(WAIT_SECONDS)
        except TimeoutError:
            if process.age > START_SECONDS:
                process.kill()
            raise PreviewBusy("The process that computes them is starting.", retry_after=2) from None
        except (EOFError, OSError):
            process.kill()
            raise PreviewBusy("The process that computes them did not start.", retry_after=5) from None
        return process

    def _started(self) -> _Process:
        """The process, perhaps still starting; under the turn."""
        process = self._process
        if process and process.about_to_end:
            process.kill()
        if process is None or not process.alive:
            with self._state:
                if self._closed:
                    raise PreviewBusy("The server is stopping.", retry_after=5)
                process = self._process = _Process(self._store)
        return process


class _Process:
    """The child and the socket to it."""

    def __init__(self, store: Path) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", MODULE, str(theirs.fileno()), str(os.getpid()), str(store)],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={**os.environ, **dict.fromkeys(ONE_THREAD, "1")},
            )
        self._connection = Connection(ours.detach())
        self.ready, self._born, self._used = False, time.monotonic(), time.monotonic()

    @property
    def age(self) -> float:
        return time.monotonic() - self._born

    @property
    def about_to_end(self) -> bool:
        return time.monotonic() - self._used > 0.9 * IDLE_SECONDS

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def wait_until_ready(self, seconds: float) -> None:
        if not self.ready:
            self._receive(seconds)
            self.ready = True

    def ask(self, work: Work, seconds: float) -> Outcome:
        self._used = time.monotonic()
        self._connection.send(work)
        outcome: Outcome = self._receive(seconds)
        return outcome

    def kill(self) -> None:
        # The socket stays open until nobody reads from it: a reader then meets its end.
        self._process.kill()
        self._process.wait()

    def _receive(self, seconds: float) -> Outcome:
        if not self._connection.poll(seconds):
            raise TimeoutError
        received: Outcome = self._connection.recv()
        return received
