"""Statistics files: one row for each feature of a computed set, found again by expression digest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING
from uuid import UUID

from kuznia.domains.features.schemas import StatisticsRead

if TYPE_CHECKING:
    from kuznia.core.features.statistics import FeatureStatistics
    from kuznia.store import Store

NAMES = {
    "coverage": "coverage",
    "ic": "ic",
    "ic_error": "ic_se",
    "rank_ic": "rank_ic",
    "rank_ic_error": "rank_ic_se",
    "autocorrelation": "autocorrelation",
    "turnover": "turnover",
    "bars": "bars",
}
"""From the library's names to those of answers and files."""


def plain(found: FeatureStatistics) -> dict[str, float | None]:
    """Values by the names of answers; null where there is nothing to measure."""
    values = asdict(found)
    return {name: None if math.isnan(values[field]) else values[field] for field, name in NAMES.items()}


def of_file(store: Store, digest: str) -> dict[str, StatisticsRead]:
    """Statistics by expression digest."""
    rows = store.frame(digest).rows(named=True)
    return {row["expression"]: StatisticsRead.model_validate(row) for row in rows}


def by_version(
    store: Store, files: Mapping[UUID, str], digests: Mapping[UUID, str]
) -> dict[UUID, StatisticsRead]:
    """Statistics of feature versions, each file read once."""
    read = {digest: of_file(store, digest) for digest in set(files.values())}
    found = {version: read[file].get(digests[version]) for version, file in files.items()}
    return {version: one for version, one in found.items() if one is not None}
