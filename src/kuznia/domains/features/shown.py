"""Rows of features and feature sets as the answers of the API."""

from __future__ import annotations

from kuznia.db.tables import Account, FeatureSetVersion, FeatureVersion
from kuznia.domains.features.repository import FeatureRow, SetRow
from kuznia.domains.features.schemas import (
    FeatureRead,
    FeatureSetRead,
    FeatureSetVersionRead,
    FeatureVersionRead,
    Person,
    StatisticsRead,
)


def show_version(row: FeatureVersion) -> FeatureVersionRead:
    return FeatureVersionRead(
        id=row.id,
        feature_id=row.feature_id,
        seq=row.seq,
        digest=row.digest,
        created_at=row.created_at,
        **row.spec,
    )


def person(account: Account) -> Person:
    return Person(id=account.id, name=account.name)


def show(row: FeatureRow, statistics: StatisticsRead | None, sets: int | None = None) -> FeatureRead:
    feature, owned, account, newest = row
    return FeatureRead(
        id=feature.id,
        name=feature.name,
        description=feature.description,
        tags=feature.tags,
        revision=feature.revision,
        retired_at=feature.retired_at,
        owner=person(account),
        created_at=owned.created_at,
        latest=show_version(newest),
        statistics=statistics,
        sets=sets,
    )


def show_set_version(row: FeatureSetVersion) -> FeatureSetVersionRead:
    return FeatureSetVersionRead(
        id=row.id,
        feature_set_id=row.feature_set_id,
        seq=row.seq,
        digest=row.digest,
        size=len(row.spec["features"]),
        lookback=row.spec["lookback"],
        cost=row.spec["cost"],
        created_at=row.created_at,
    )


def show_set(row: SetRow) -> FeatureSetRead:
    feature_set, owned, account, newest = row
    return FeatureSetRead(
        id=feature_set.id,
        name=feature_set.name,
        description=feature_set.description,
        revision=feature_set.revision,
        owner=person(account),
        created_at=owned.created_at,
        latest=show_set_version(newest),
    )
