"""The newest scores of a version: made whenever the routes are published, kept as files of that run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.domains.models import repository
from kuznia.domains.models.lookup import get_version
from kuznia.domains.models.schemas import PUBLISH, StatedScoreRead, VersionScoresRead
from kuznia.rest.principal import Principal

if TYPE_CHECKING:
    import polars as pl

    from kuznia.store import Store


def role(version_id: UUID | str) -> str:
    """Role of the file of a version's scores in the run that publishes the routes."""
    return f"scores_{version_id}"


def newest(
    session: Session, store: Store, principal: Principal, version_id: UUID
) -> VersionScoresRead | None:
    """What a version said when its aliases were published last; None if it never was on one."""
    get_version(session, principal, version_id)
    found = repository.newest_file_of_version(session, version_id, PUBLISH.name, role(version_id))
    if found is None:
        return None
    digest, published_at = found
    return VersionScoresRead(published_at=published_at, items=_shown(store.frame(digest)))


def _shown(frame: pl.DataFrame) -> list[StatedScoreRead]:
    rows: Sequence[Mapping[str, object]] = frame.sort(
        "score", "instrument", descending=[True, False], nulls_last=True
    ).to_dicts()
    return [StatedScoreRead.model_validate(row) for row in rows]
