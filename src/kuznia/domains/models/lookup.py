"""Models and versions that a person may see, or an error that says there is none."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.db.access import Level
from kuznia.domains.models import repository
from kuznia.domains.models.errors import ModelMissing, ModelVersionMissing
from kuznia.domains.models.repository import ModelRow, VersionRow
from kuznia.rest.principal import Principal


def get(session: Session, principal: Principal, model_id: UUID, level: Level = "read") -> ModelRow:
    row = repository.model(session, model_id, principal.account_id, principal.is_admin, level)
    if row is None:
        raise ModelMissing("There is no such model, or it is not shared with you.")
    return row


def get_version(
    session: Session, principal: Principal, version_id: UUID, level: Level = "read"
) -> tuple[VersionRow, ModelRow]:
    """A version with its model."""
    row = repository.version(session, version_id)
    if row is None:
        raise ModelVersionMissing("There is no such model version, or it is not shared with you.")
    return row, get(session, principal, row[0].model_id, level)
