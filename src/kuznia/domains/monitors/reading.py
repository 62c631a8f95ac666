"""From stored rows to what the API answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kuznia.db.tables import Account, DriftReport, ModelVersion, Monitor
from kuznia.domains.jobs.service import shown
from kuznia.domains.models.schemas import Person
from kuznia.domains.monitors import repository
from kuznia.domains.monitors.repository import MonitorRow, ProposalRow, RetrainingRow
from kuznia.domains.monitors.schemas import (
    AlertRead,
    DriftReportRead,
    DriftReportSummary,
    MonitorRead,
    Policy,
    ProposalRead,
    RetrainingRead,
)


def monitor(row: MonitorRow, now: datetime) -> MonitorRead:
    found, account, version = row
    ends = expiry(found, version)
    return MonitorRead(
        model_id=found.model_id,
        alias=found.alias,
        policy=Policy.model_validate(found.policy),
        revision=found.revision,
        account=_person(account),
        next_check_at=found.next_check_at,
        version_id=version.id if version else None,
        expires_at=ends,
        expired=ends is not None and ends <= now,
    )


def expiry(found: Monitor, version: ModelVersion | None) -> datetime | None:
    """When the version that the alias is on becomes too old."""
    if version is None or found.expires_days is None:
        return None
    return version.created_at + timedelta(days=found.expires_days)


def summary(row: DriftReport) -> DriftReportSummary:
    said = row.summary
    known = [one["psi"] for one in said["columns"] if one["psi"] is not None]
    return DriftReportSummary(
        id=row.id,
        version_id=row.model_version_id,
        alias=row.alias,
        created_at=row.created_at,
        alerts=row.alerts,
        drifted=said["drifted"],
        features=len(said["columns"]),
        worst_psi=max(known, default=None),
        score_psi=said["score"]["psi"],
        live=said["live"],
    )


def report(session: Session, row: DriftReport) -> DriftReportRead:
    said = row.summary
    names = ("reference", "recent", "unseen_bars", "columns", "score", "expected", "challenger", "policy")
    return DriftReportRead(
        **summary(row).model_dump(),
        **{name: said[name] for name in names},
        found=[
            AlertRead(kind=one.kind, subject=one.subject, value=one.value, bound=one.bound)  # type: ignore[arg-type]  # tasks write these kinds
            for one in repository.alerts(session, row.id)
        ],
        run_id=row.run_id,
    )


def retrainings(session: Session, rows: Sequence[RetrainingRow]) -> list[RetrainingRead]:
    jobs = shown(session, [job for _, job, _ in rows])
    return [
        RetrainingRead(id=row.id, alias=row.alias, cause=row.cause, from_seq=seq, job=job, at=row.at)  # type: ignore[arg-type]  # the database checks it
        for (row, _, seq), job in zip(rows, jobs, strict=True)
    ]


def proposal(row: ProposalRow) -> ProposalRead:
    found, champion, challenger, said, account = row
    return ProposalRead(
        id=found.id,
        alias=found.alias,
        champion_id=found.champion_id,
        champion_seq=champion,
        challenger_id=found.challenger_id,
        challenger_seq=challenger,
        difference=said["challenger"]["difference"],
        level=said["challenger"]["level"],
        state=found.state,  # type: ignore[arg-type]  # the database checks it
        reason=found.reason,
        decided_by=_person(account) if account else None,
        decided_at=found.decided_at,
        created_at=found.created_at,
    )


def _person(account: Account) -> Person:
    return Person(id=account.id, name=account.name)
