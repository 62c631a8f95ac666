"""A computed version on its way into the database: the rows of one fenced transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from kuznia.core.frames.findings import Finding
from kuznia.core.frames.kinds import DatasetKind
from kuznia.db.tables import DatasetVersion, Job, Quarantine
from kuznia.db.tables import Finding as FindingRow
from kuznia.db.tables import VersionFile as VersionFileRow
from kuznia.domains.accounts.service import audit
from kuznia.domains.datasets import repository
from kuznia.domains.datasets.errors import DatasetMoved
from kuznia.domains.datasets.versions import Draft, Parent, Part
from kuznia.domains.jobs.service import Pin, record_run
from kuznia.rest.principal import Principal


@dataclass(frozen=True, slots=True)
class Target:
    """The dataset a job grows, detached from the session."""

    dataset_id: UUID
    kind: DatasetKind
    frequency: str | None
    calendar: str | None
    currency: str | None
    adjusted_for: tuple[str, ...]
    parent: Parent | None

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.parent.parts if self.parent else ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be recorded."""

    target: Target
    made: Draft
    quality: dict[str, Any]
    started_at: datetime
    code: str
    environment: str
    parameters: dict[str, Any]
    pins: tuple[Pin, ...]
    upload: str | None = None
    findings: Sequence[Finding] = ()
    quarantined: Sequence[Mapping[str, Any]] = ()
    instruments: Sequence[Mapping[str, Any]] = ()
    symbols: Sequence[Mapping[str, Any]] = ()
    released: tuple[int, ...] = ()
    refreshed: frozenset[str] = field(default_factory=frozenset)


def record(session: Session, job: Job, outcome: Outcome) -> Mapping[str, UUID]:
    """Insert the version if its parent is the newest still; else the job is tried again on the newer one."""
    target = outcome.target
    repository.lock(session, target.dataset_id)
    newest = repository.newest(session, target.dataset_id)
    if (newest.id if newest else None) != (target.parent.version_id if target.parent else None):
        raise DatasetMoved("Another job added a version meanwhile; this one starts again from that.")
    repository.write_instruments(session, outcome.instruments, overwrite=False)
    repository.write_symbols(session, outcome.symbols)
    run_id = record_run(
        session,
        job,
        kind=job.kind,
        code=outcome.code,
        environment=outcome.environment,
        parameters=outcome.parameters,
        seed=None,
        result_digest=outcome.made.digest,
        started_at=outcome.started_at,
        inputs=outcome.pins,
        files={f"part/{label}": stored for label, stored in outcome.made.stored.items()},
    )
    version_id = _version(session, job, outcome, run_id) if outcome.made.added or not newest else newest.id
    _quarantine(session, outcome, version_id)
    repository.release(session, outcome.released, version_id)
    after = {"version": str(version_id), "rows": outcome.made.rows, "added": outcome.made.added}
    owner = Principal(job.owner_id, "user", frozenset(), request_id=job.request_id)
    audit(session, owner, f"{job.kind}.done", target.dataset_id, after=after)
    return {"dataset_version": version_id}


def _version(session: Session, job: Job, outcome: Outcome, run_id: UUID) -> UUID:
    made, parent = outcome.made, outcome.target.parent
    version = DatasetVersion(
        dataset_id=outcome.target.dataset_id,
        seq=parent.seq + 1 if parent else 1,
        parent_id=parent.version_id if parent else None,
        digest=made.digest,
        rows=made.rows,
        first_ts=made.first_ts,
        last_ts=made.last_ts,
        quality=outcome.quality,
        run_id=run_id,
        created_by=job.owner_id,
    )
    session.add(version)
    session.flush()
    files = [
        {
            "version_id": version.id,
            "position": n,
            "digest": part.digest,
            "part": part.label,
            "rows": part.rows,
        }
        for n, part in enumerate(made.parts)
    ]
    repository.add_all(session, VersionFileRow, files)
    if parent is not None:
        repository.carry_findings(session, parent.version_id, version.id, outcome.refreshed)
    findings = [
        {
            "id": uuid7(),
            "version_id": version.id,
            "check": one.check,
            "severity": one.severity,
            "instrument": one.entity,
            "first_ts": one.first_ts,
            "last_ts": one.last_ts,
            "rows": one.rows,
            "message": one.message,
            "remedy": one.remedy,
            "detail": dict(one.detail),
        }
        for one in outcome.findings
    ]
    repository.add_all(session, FindingRow, findings)
    return version.id


def _quarantine(session: Session, outcome: Outcome, version_id: UUID) -> None:
    """Keep each bad line once, however often its file is uploaded."""
    if outcome.upload is None:
        return
    dataset_id = outcome.target.dataset_id
    held = repository.held_lines(session, dataset_id, outcome.upload)
    same = {"dataset_id": dataset_id, "version_id": version_id, "upload": outcome.upload}
    fresh = [row for row in outcome.quarantined if (row["line"], row["check"]) not in held]
    repository.add_all(session, Quarantine, [{**same, **row} for row in fresh])
