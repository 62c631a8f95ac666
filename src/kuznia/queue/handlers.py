"""How a kind of job is done: read, compute without a session, record in the fenced transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.db.session import WriteSession
from kuznia.db.tables import Job

if TYPE_CHECKING:
    # The parent of a worker's processes imports this module and must not load Polars before it forks.
    from kuznia.store import Store

Loaded = TypeVar("Loaded")
Computed = TypeVar("Computed")


class Resources(Protocol):
    """What a computation may use besides its input. Built by the worker from its settings."""

    @property
    def store(self) -> Store: ...

    @property
    def code(self) -> str:
        """The version of this code, with a digest of uncommitted changes if there are any."""

    @property
    def environment(self) -> str:
        """Digest of the interpreter and the installed distributions."""

    def now(self) -> datetime:
        """The clock, UTC."""

    def report(self, fraction: float, message: str) -> None:
        """Say how far it is (0 to 1); raises when the job was cancelled or given to another worker."""

    def log(self, message: str, level: str = "info") -> None:
        """Add a line to the job's log."""

    def keep(self, write: Callable[[Session, Job], None]) -> None:
        """Write a finished part of the work down, in a fenced transaction of its own.

        The next attempt at the job finds it. Raises when the job was cancelled or given to another worker.
        """


@dataclass(frozen=True, slots=True)
class Handler(Generic[Loaded, Computed]):
    """The three functions of one kind.

    Parameters
    ----------
    kind : str
        Name of its ``JobKind``.
    load : (session, job) -> Loaded
        Checks the owner's rights, pins versions, reads everything the computation needs.
    compute : (Loaded, resources) -> Computed
        Runs in a process without a session.
    record : (session, job, Computed) -> {output: id}
        Writes rows in the transaction that marks the job done; refused if the fence moved.
    """

    kind: str
    load: Callable[[Session, Job], Loaded]
    compute: Callable[[Loaded, Resources], Computed]
    record: Callable[[Session, Job, Computed], Mapping[str, UUID]]


@dataclass(frozen=True, slots=True)
class Periodic:
    """Something small that is done again and again, in an interactive process of some worker.

    Parameters
    ----------
    name : str
        For the logs.
    every : float
        Seconds between two times, at least; it may be done more often.
    run : (session, resources) -> None
        The caller commits, and sends what it enqueued.
    """

    name: str
    every: float
    run: Callable[[WriteSession, Resources], None]
