"""Jobs as people see them, and the record of what a computation read and made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.db.tables import Job, Run, RunInput
from kuznia.domains.jobs import repository

if TYPE_CHECKING:
    # The API reads jobs without loading the store's Polars.
    from kuznia.store.store import Stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One input of a run in a named role: exactly one of the ids is given.

    Parameters
    ----------
    role : str
        What it was to the run: ``bars``, ``features``, ``strategy``.
    position : int
        Its place among several of one role.
    upload : str or None
        Digest of an uploaded file.
    """

    role: str
    position: int = 0
    dataset_version_id: UUID | None = None
    universe_version_id: UUID | None = None
    feature_version_id: UUID | None = None
    feature_set_version_id: UUID | None = None
    strategy_version_id: UUID | None = None
    model_version_id: UUID | None = None
    source_run_id: UUID | None = None
    upload: str | None = None

    def __post_init__(self) -> None:
        given = [one.name for one in fields(self)[2:] if getattr(self, one.name) is not None]
        if len(given) != 1:
            raise ValueError(f"A pin holds exactly one id, and {self.role!r} has {given or 'none'}.")


def record_run(
    session: Session,
    job: Job,
    *,
    kind: str,
    code: str,
    environment: str,
    parameters: dict[str, Any],
    seed: int | None,
    result_digest: str,
    started_at: datetime,
    inputs: Sequence[Pin],
    files: Mapping[str, Stored],
) -> UUID:
    """Insert a run with its pinned inputs and its files, in a handler's ``record``.

    Parameters
    ----------
    code, environment : str
        From the handler's ``Resources``.
    result_digest : str
        Canonical digest of the run's numbers.
    files : mapping of role to Stored
        What it wrote to the store; registered here.
    """
    register_files(session, list(files.values()))
    run = Run(
        job_id=job.id,
        kind=kind,
        code=code,
        environment=environment,
        parameters=parameters,
        seed=seed,
        result_digest=result_digest,
        started_at=started_at,
        created_by=job.owner_id,
    )
    pins = [RunInput(**{one.name: getattr(pin, one.name) for one in fields(pin)}) for pin in inputs]
    return repository.add_run(session, run, pins, {role: file.digest for role, file in files.items()})


def register_files(session: Session, files: Sequence[Stored]) -> None:
    """Insert the rows of stored files that have none; the same content is registered once."""
    unique = {file.digest: file for file in files}
    rows = [
        {"digest": file.digest, "kind": file.kind, "size": file.size, "rows": file.rows}
        for _, file in sorted(unique.items())
    ]
    repository.add_files(session, rows)
