"""Computed feature values with everything that they were computed from, pinned for a training."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.domains.datasets import service as datasets
from kuznia.domains.features import service as feature_sets
from kuznia.domains.models import repository
from kuznia.domains.models.errors import NoFeatureValues
from kuznia.domains.universes import service as universes

LAG = 30
"""Minutes from a bar's close to its decision, where nothing says another."""


@dataclass(frozen=True, slots=True)
class PinnedValues:
    """What a training reads. Holds no session."""

    features_run_id: UUID
    values: tuple[str, ...]
    feature_names: tuple[str, ...]
    feature_set_version_id: UUID
    feature_set: str
    universe: universes.PinnedUniverse
    bars: datasets.PinnedVersion
    backfilled: bool
    decision_lag_minutes: int
    context: tuple[UUID, ...]
    """Versions of the other datasets that the values were made of."""


def pin_values(session: Session, run_id: UUID, account_id: UUID, *, is_admin: bool) -> PinnedValues:
    """The values of a run, with the rights of the job's owner."""
    run = repository.visible_run(session, run_id, account_id, is_admin)
    if run is None:
        raise NoFeatureValues(f"There is no run {run_id}, or it is not shared with you.")
    values = feature_sets.values_of(session, run_id)
    pins = repository.run_inputs(session, run_id)
    set_id = next((pin.feature_set_version_id for pin in pins if pin.feature_set_version_id), None)
    universe_id = next((pin.universe_version_id for pin in pins if pin.universe_version_id), None)
    pinned = [
        datasets.pinned(session, pin.dataset_version_id, account_id, is_admin=is_admin)
        for pin in pins
        if pin.dataset_version_id
    ]
    bars = next((one for one in pinned if one.kind == "bars"), None)
    if values is None or set_id is None or universe_id is None or bars is None:
        raise NoFeatureValues(f"The run {run_id} did not compute a feature set over a universe's bars.")
    features = repository.feature_set_version(session, set_id)
    assert features is not None, "a foreign key holds it"
    return PinnedValues(
        features_run_id=run_id,
        values=values.files,
        feature_names=tuple(one["name"] for one in features.spec.get("features", ())),
        feature_set_version_id=set_id,
        feature_set=features.digest,
        universe=universes.pinned(session, universe_id, account_id, is_admin=is_admin),
        bars=bars,
        backfilled=any(one.known_from is not None for one in pinned),
        decision_lag_minutes=run.parameters.get("decision_lag_minutes", LAG),
        context=tuple(one for pin in pins if pin.role == "context" and (one := pin.dataset_version_id)),
    )
