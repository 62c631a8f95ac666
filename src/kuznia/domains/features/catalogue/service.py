"""Rules of the catalogue: what of a feature may be changed, when it retires, and when it may go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.db import access
from kuznia.db.session import WriteSession
from kuznia.db.tables import Feature, FeatureSet, FeatureVersion
from kuznia.domains.accounts.service import audit
from kuznia.domains.features import repository as features
from kuznia.domains.features import service
from kuznia.domains.features.catalogue import repository
from kuznia.domains.features.catalogue.schemas import FeatureUpdate, UseRead
from kuznia.domains.features.errors import FeatureInUse, FeatureVersionMissing
from kuznia.domains.features.repository import FeatureRow
from kuznia.errors import Fault, StaleEdit
from kuznia.rest.principal import Principal


def update(
    session: WriteSession, principal: Principal, feature_id: UUID, revision: int, wanted: FeatureUpdate
) -> FeatureRow:
    """Change description or tags, retire a feature or bring it back. Its versions never change."""
    row = service.get(session, principal, feature_id, "edit")
    feature = row[0]
    session.refresh(feature, with_for_update=True)
    if feature.revision != revision:
        raise StaleEdit(f"It is at revision {feature.revision}, you have read {revision}. Read it again.")
    before = _state(feature)
    if wanted.description is not None:
        feature.description = wanted.description
    if wanted.tags is not None:
        feature.tags = list(dict.fromkeys(wanted.tags))
    if wanted.retired is not None:
        feature.retired_at = (feature.retired_at or datetime.now(UTC)) if wanted.retired else None
    after = _state(feature)
    if before == after:
        return row
    feature.revision += 1
    session.flush()
    changed = [name for name in after if before[name] != after[name]]
    audit(
        session,
        principal,
        "feature.update",
        feature_id,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return row


def _state(feature: Feature) -> dict[str, Any]:
    return {
        "description": feature.description,
        "tags": list(feature.tags),
        "retired": feature.retired_at is not None,
    }


def delete(session: WriteSession, principal: Principal, feature_id: UUID) -> None:
    """Hide a feature that nothing uses; what uses it is named, and retiring it is always possible."""
    feature = service.get(session, principal, feature_id, "edit")[0]
    who = principal.account_id, principal.is_admin
    faults, others = [], 0
    for query, noun, word in (
        (repository.sets_of(feature_id), FeatureSet, "feature set"),
        (repository.built_on(feature_id), Feature, "feature"),
    ):
        rows, hidden = repository.seen(session, query, noun, *who)
        others += hidden
        faults += [Fault("/path/feature_id", f"The {word} {name} uses it.") for _, name, _ in rows]
    if others:
        faults.append(Fault("/path/feature_id", f"{others} more, not shared with you, use it."))
    if faults:
        raise FeatureInUse(f"{feature.name} is in use; retire it instead.", faults)
    access.hide(session, feature_id)
    audit(session, principal, "feature.delete", feature_id, before={"name": feature.name})


def version(session: Session, principal: Principal, feature_id: UUID, seq: int | None) -> FeatureVersion:
    """A version of a feature by its number, or the newest."""
    row = service.get(session, principal, feature_id)
    if seq is None:
        return row[3]
    found = next((one for one in features.feature_versions(session, feature_id) if one.seq == seq), None)
    if found is None:
        raise FeatureVersionMissing(f"{row[0].name} has no version {seq}; the newest is {row[3].seq}.")
    return found


def uses_of(session: Session, version_ids: list[UUID], principal: Principal) -> Mapping[UUID, list[UseRead]]:
    """By version, the features that its expression names, as they were then."""
    found: dict[UUID, list[UseRead]] = {}
    rows = repository.uses(session, version_ids, principal.account_id, principal.is_admin)
    for version_id, feature, used, newest in rows:
        one = UseRead(feature_id=feature.id, name=feature.name, seq=used.seq, newest=newest)
        found.setdefault(version_id, []).append(one)
    return found
