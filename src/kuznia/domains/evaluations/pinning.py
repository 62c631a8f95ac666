"""What an evaluation reads, pinned with the rights of the job's owner. Holds no session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.core.models.offered import ENSEMBLE
from kuznia.core.models.spec import ModelSpec
from kuznia.db import access
from kuznia.db.tables import Job, Run
from kuznia.domains.context import service as contexts
from kuznia.domains.datasets import service as datasets
from kuznia.domains.evaluations import repository
from kuznia.domains.evaluations.errors import NothingToEvaluate, UnusableFeatures
from kuznia.domains.features import service as feature_sets
from kuznia.domains.jobs.service import Pin
from kuznia.domains.models import service as models
from kuznia.domains.trials import service as trials
from kuznia.domains.trials.errors import QuestionMissing
from kuznia.domains.universes import service as universes


@dataclass(frozen=True, slots=True)
class Material:
    """Feature values with all that they were computed from.

    Parameters
    ----------
    values : tuple of str
        Files of the values, in the order of time.
    names : tuple of str
        Features in the set's order; empty when the set tells none.
    set_digest : str
    lag : int
        Minutes from a bar's close to its decision.
    """

    run_id: UUID
    values: tuple[str, ...]
    names: tuple[str, ...]
    set_digest: str
    feature_set: feature_sets.PinnedFeatureSet
    universe: universes.PinnedUniverse
    bars: datasets.PinnedVersion
    context: tuple[datasets.PinnedVersion, ...]
    lag: int

    @property
    def made_with(self) -> dict[str, Any]:
        """Everything but the specification that makes a trial this one; as when a version is trained."""
        return {"feature_set": self.set_digest, "universe": self.universe.digest, "bars": self.bars.digest}

    @property
    def pins(self) -> list[Pin]:
        return [
            Pin(role="features", source_run_id=self.run_id),
            Pin(role="universe", universe_version_id=self.universe.version_id),
            Pin(role="bars", dataset_version_id=self.bars.version_id),
        ]


@dataclass(frozen=True, slots=True)
class Subject:
    """A version with what it was trained on.

    Parameters
    ----------
    folds : tuple of mapping
        As the version's training drew them: times and rows.
    """

    model: models.PinnedModel
    run_id: UUID
    spec: ModelSpec
    folds: tuple[dict[str, Any], ...]
    material: Material

    @property
    def pins(self) -> list[Pin]:
        return [Pin(role="model", model_version_id=self.model.version_id), *self.material.pins]


def subject(session: Session, version_id: UUID, owner: UUID) -> Subject:
    """A version, its specification, and the values that it learned from."""
    admin = access.is_admin(session, owner)
    model = models.pinned(session, version_id, owner, is_admin=admin)
    model.require_measured()
    version = repository.model_version(session, version_id)
    assert version is not None, "pinned found it"
    inputs = repository.run_inputs(session, version.run_id)
    features = next((one.source_run_id for one in inputs if one.role == "features"), None)
    run = repository.run(session, features) if features else None
    if run is None:
        raise NothingToEvaluate(f"{model.name!r} v{model.seq} does not say which values it was trained on.")
    if version.spec["learner"] == ENSEMBLE:
        raise NothingToEvaluate(f"{model.name!r} v{model.seq} combines other models; choose one of them.")
    return Subject(
        model=model,
        run_id=version.run_id,
        spec=ModelSpec.from_spec(version.spec),
        folds=tuple(version.summary.get("folds", ())),
        material=_material(session, run, owner, admin),
    )


def material(session: Session, run_id: UUID, owner: UUID) -> Material:
    """Values of a run that the owner may see."""
    admin = access.is_admin(session, owner)
    run = repository.visible_run(session, run_id, owner, admin)
    if run is None:
        raise UnusableFeatures(f"There is no run {run_id}, or it is not shared with you.")
    return _material(session, run, owner, admin)


def _material(session: Session, run: Run, owner: UUID, admin: bool) -> Material:
    values = feature_sets.values_of(session, run.id)
    pins = repository.run_inputs(session, run.id)
    set_id = next((one.feature_set_version_id for one in pins if one.feature_set_version_id), None)
    universe_id = next((one.universe_version_id for one in pins if one.universe_version_id), None)
    by_role = {
        role: [one.dataset_version_id for one in pins if one.role == role and one.dataset_version_id]
        for role in ("bars", "context")
    }
    if values is None or set_id is None or universe_id is None or not by_role["bars"]:
        raise UnusableFeatures(f"The run {run.id} did not compute a feature set over a universe's bars.")
    version = repository.feature_set_version(session, set_id)
    assert version is not None, "a foreign key holds it"
    return Material(
        run_id=run.id,
        values=values.files,
        names=tuple(one["name"] for one in version.spec.get("features", ())),
        set_digest=version.digest,
        feature_set=feature_sets.pinned(session, set_id, owner, is_admin=admin),
        universe=universes.pinned(session, universe_id, owner, is_admin=admin),
        bars=datasets.pinned(session, by_role["bars"][0], owner, is_admin=admin),
        context=contexts.pinned_context(session, by_role["context"], owner, is_admin=admin),
        lag=int(run.parameters.get("decision_lag_minutes", 30)),
    )


def sectors(
    session: Session, given: Material, wanted: UUID | None, owner: UUID
) -> datasets.PinnedVersion | None:
    """The classification that is named, the one that the features read, or the newest one there is."""
    admin = access.is_admin(session, owner)
    if wanted is None:
        own = next((one for one in given.context if one.kind == "classification"), None)
        newest = None if own else repository.newest_classification(session, owner, admin)
        return own or (datasets.pinned(session, newest, owner, is_admin=admin) if newest else None)
    found = datasets.pinned(session, wanted, owner, is_admin=admin)
    datasets.require_kind(found, "classification")
    return found


def question(session: Session, job: Job, made_by: UUID) -> UUID | None:
    """Under which question trials count: the job's, else that of the run which is looked into.

    None where nobody asked that one, or somebody who does not share it.
    """
    admin = access.is_admin(session, job.owner_id)
    if job.question_id is not None:
        return trials.usable(session, job.question_id, job.owner_id, is_admin=admin)
    asked = repository.question_of(session, made_by)
    try:
        return trials.usable(session, asked, job.owner_id, is_admin=admin) if asked else None
    except QuestionMissing:
        return None
