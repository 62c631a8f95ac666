"""The SQL of alerts across models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, delete, exists, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kuznia.db.access import Level, visible
from kuznia.db.tables import (
    Account,
    AlertAcknowledgement,
    DriftAlert,
    DriftReport,
    Model,
    ModelVersion,
    ModelVersionRemoval,
)

Columns = TypeVarTuple("Columns")
Key = tuple[UUID, int]
"""Report and place in it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to; None leaves a thing open."""

    kinds: Sequence[str] | None = None
    model_id: UUID | None = None
    open: bool | None = None
    since: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.kinds:
            found.append(DriftAlert.kind.in_(self.kinds))
        if self.model_id is not None:
            found.append(ModelVersion.model_id == self.model_id)
        if self.open is not None:
            nobody = AlertAcknowledgement.account_id.is_(None)
            found.append(nobody if self.open else ~nobody)
        if self.since is not None:
            found.append(DriftReport.created_at >= self.since)
        return found


def _of_living_versions(query: Select[*Columns]) -> Select[*Columns]:
    """Alerts with report, version, and who took notice; long summaries stay where they are."""
    same = and_(
        AlertAcknowledgement.report_id == DriftAlert.report_id,
        AlertAcknowledgement.position == DriftAlert.position,
    )
    return (
        query.select_from(DriftAlert)
        .join(DriftReport, DriftReport.id == DriftAlert.report_id)
        .join(ModelVersion, ModelVersion.id == DriftReport.model_version_id)
        .outerjoin(AlertAcknowledgement, same)
        .where(~exists().where(ModelVersionRemoval.version_id == ModelVersion.id))
    )


def alerts(
    session: Session, account_id: UUID, is_admin: bool, wanted: Wanted, *, after: Key | None, limit: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Of visible models, newest first, one more than `limit`."""
    query = (
        _of_living_versions(
            select(
                DriftAlert,
                DriftReport.created_at,
                DriftReport.alias,
                Model.id.label("model_id"),
                Model.name.label("model_name"),
                ModelVersion.id.label("version_id"),
                ModelVersion.seq.label("version_seq"),
                AlertAcknowledgement.at.label("acknowledged_at"),
                Account,
            )
        )
        .join(Model, Model.id == ModelVersion.model_id)
        .outerjoin(Account, Account.id == AlertAcknowledgement.account_id)
        .where(visible(Model.id, account_id, is_admin=is_admin), *wanted.conditions())
    )
    if after is not None:
        report, position = after
        later = and_(DriftAlert.report_id == report, DriftAlert.position > position)
        query = query.where(or_(DriftAlert.report_id < report, later))
    query = query.order_by(DriftAlert.report_id.desc(), DriftAlert.position)
    return session.execute(query.limit(limit + 1)).all()


def count_open(session: Session, account_id: UUID, is_admin: bool, *, most: int) -> int:
    """Open alerts of visible models, counted up to `most`."""
    seen = visible(ModelVersion.model_id, account_id, is_admin=is_admin)
    query = _of_living_versions(select(DriftAlert.report_id))
    few = query.where(seen, *Wanted(open=True).conditions()).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(few)) or 0


def models_of(
    session: Session, keys: Sequence[Key], account_id: UUID, is_admin: bool, level: Level
) -> dict[Key, UUID]:
    """The model of each alert whose model the account may use so."""
    query = _of_living_versions(
        select(DriftAlert.report_id, DriftAlert.position, ModelVersion.model_id)
    ).where(
        tuple_(DriftAlert.report_id, DriftAlert.position).in_(keys),
        visible(ModelVersion.model_id, account_id, is_admin=is_admin, level=level),
    )
    return {(report, position): model for report, position, model in session.execute(query)}


def acknowledge(session: Session, keys: Sequence[Key], account_id: UUID) -> None:
    """Write that an account took notice; who did so before stays."""
    rows = [{"report_id": report, "position": n, "account_id": account_id} for report, n in keys]
    session.execute(insert(AlertAcknowledgement).values(rows).on_conflict_do_nothing())


def withdraw(session: Session, keys: Sequence[Key]) -> None:
    of = tuple_(AlertAcknowledgement.report_id, AlertAcknowledgement.position)
    session.execute(delete(AlertAcknowledgement).where(of.in_(keys)))
