"""How a trained model becomes a version, whichever job trained it; other slices come by ``service``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.db.tables import Job
from kuznia.domains.models import repository

if TYPE_CHECKING:
    from kuznia.core.models.training import SeedResult, Training
    from kuznia.domains.trials.service import NewTrial
    from kuznia.store.store import Stored


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A trained model to be registered; its files are those of its run."""

    model_id: UUID
    run_id: UUID
    spec: Mapping[str, Any]
    digest: str
    bundle: str
    predictions: str
    feature_set_version_id: UUID
    trained_until: datetime
    summary: Mapping[str, Any]


def add_version(session: Session, job: Job, new: NewVersion) -> UUID:
    """Give a model its next version, in a handler's ``record``."""
    repository.lock_model(session, new.model_id)
    values = {one.name: getattr(new, one.name) for one in fields(new)}
    return repository.add_version(session, {**values, "created_by": job.owner_id})


def evidence(training: Training, *, biased: bool, backfilled: bool) -> dict[str, Any]:
    """What a version keeps of a training; its verdict is given when it is registered."""
    from kuznia.domains.models import summary  # what computes stays out of the API

    found = summary.summarise(training, 0, biased=biased, backfilled=backfilled)
    return {name: value for name, value in found.items() if name != "verdict"}


def seed_trial(
    made: SeedResult,
    made_with: Mapping[str, Any],
    returns: Stored,
    periods: float,
    account_id: UUID,
    run_id: UUID | None,
    universe_version_id: UUID,
) -> NewTrial:
    """The trial of one seed, for other slices, whose run may not be written yet."""
    from kuznia.domains.models import summary  # what computes stays out of the API

    return summary.trial_of(made, made_with, returns, periods, account_id, run_id, universe_version_id)
