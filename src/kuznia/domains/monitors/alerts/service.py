"""Rules of the list of alerts: who sees which, and who takes notice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.db.session import WriteSession
from kuznia.domains.accounts.service import audit
from kuznia.domains.models.schemas import Person
from kuznia.domains.monitors.alerts import repository
from kuznia.domains.monitors.alerts.repository import Key, Wanted
from kuznia.domains.monitors.alerts.schemas import MOST, AcknowledgedRead, ModelAlertRead
from kuznia.domains.monitors.errors import AlertMissing
from kuznia.rest.principal import Principal


def alerts(
    session: Session, principal: Principal, wanted: Wanted, *, after: Key | None, limit: int
) -> list[ModelAlertRead]:
    """Newest first, one more than `limit`."""
    rows = repository.alerts(
        session, principal.account_id, principal.is_admin, wanted, after=after, limit=limit
    )
    return [_shown(row._mapping) for row in rows]


def count(session: Session, principal: Principal) -> int:
    return repository.count_open(session, principal.account_id, principal.is_admin, most=MOST)


def acknowledge(session: WriteSession, principal: Principal, keys: Sequence[Key], *, taken: bool) -> None:
    """Take notice of alerts for all who see them, or take it back; all of them or none."""
    wanted = sorted(set(keys))
    found = repository.models_of(session, wanted, principal.account_id, principal.is_admin, "edit")
    missing = [key for key in wanted if key not in found]
    if missing:
        report, position = missing[0]
        raise AlertMissing(f"There is no alert {position} of the report {report}, or its model is not yours.")
    if taken:
        repository.acknowledge(session, wanted, principal.account_id)
    else:
        repository.withdraw(session, wanted)
    for model_id in sorted(set(found.values())):
        _audit(session, principal, model_id, [key for key in wanted if found[key] == model_id], taken)


def _audit(session: Session, principal: Principal, model_id: UUID, keys: Sequence[Key], taken: bool) -> None:
    after = {"alerts": [f"{report}:{position}" for report, position in keys], "acknowledged": taken}
    audit(session, principal, "model.acknowledge_alerts", model_id, after=after)


def _shown(row: Mapping[Any, Any]) -> ModelAlertRead:
    one, account = row["DriftAlert"], row["Account"]
    where = f"/models/{row['model_id']}/versions/{row['version_id']}"
    return ModelAlertRead(
        kind=one.kind,
        subject=one.subject,
        value=one.value,
        bound=one.bound,
        report_id=one.report_id,
        position=one.position,
        at=row["created_at"],
        model_id=row["model_id"],
        model_name=row["model_name"],
        version_id=row["version_id"],
        version_seq=row["version_seq"],
        alias=row["alias"],
        link=f"{where}?tab=drift&report={one.report_id}",
        acknowledged=AcknowledgedRead(by=Person(id=account.id, name=account.name), at=row["acknowledged_at"])
        if account
        else None,
    )
