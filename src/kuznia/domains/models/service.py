"""Rules of the registry: naming models, showing versions, judging a training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import NormalDist
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.core.models.offered import (
    CLASSES,
    EXTRAS,
    LEARNERS,
    PROBABLE,
    SEQUENTIAL,
    STEPS,
    Range,
    installed,
)
from kuznia.db import access
from kuznia.db.access import new_object
from kuznia.db.session import WriteSession
from kuznia.db.tables import Alias, Model, Run, RunInput
from kuznia.db.tables.runs import PINS
from kuznia.domains.accounts.service import audit
from kuznia.domains.models import repository
from kuznia.domains.models.errors import (
    AliasMissing,
    ModelMissing,
    ModelNameTaken,
    ModelVersionMissing,
    NotMeasured,
)
from kuznia.domains.models.listing import repository as listed
from kuznia.domains.models.lookup import get, get_version
from kuznia.domains.models.pinning import LAG, PinnedValues, pin_values
from kuznia.domains.models.registering import NewVersion, add_version, evidence, seed_trial
from kuznia.domains.models.registry.aliases import move_alias, show_alias
from kuznia.domains.models.repository import ModelRow, VersionRow
from kuznia.domains.models.schemas import (
    EnsembleRead,
    ImportanceRead,
    LearnerRead,
    LimitedParameterRead,
    ModelCreate,
    ModelRead,
    ModelVerdict,
    ModelVersionDetail,
    ModelVersionRead,
    Person,
    PinRead,
    RunRead,
    StepRead,
    TrainSpec,
)
from kuznia.errors import Fault
from kuznia.rest.principal import Principal

__all__ = [
    "LAG",
    "NewVersion",
    "PinnedValues",
    "add_version",
    "evidence",
    "get",
    "move_alias",
    "pin_values",
    "seed_trial",
    "show_alias",
]
"""Made in other modules, and met by other slices here."""

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class PinnedModel:
    """A model version to compute from. Holds no session.

    Parameters
    ----------
    predictions : str
        Out-of-sample scores in the store: ``instrument``, ``ts``, ``session``, ``available_at``,
        ``score`` and one ``score_<seed>`` for each seed. A backtest trades these.
    trained_until : datetime
        The bundle's own scores count only after it.
    measured : bool
        Whether it was proven here; an imported version was not and has no predictions.
    """

    version_id: UUID
    model_id: UUID
    name: str
    seq: int
    digest: str
    bundle: str
    predictions: str
    trained_until: datetime
    feature_set_version_id: UUID
    seeds: tuple[int, ...]
    horizon: int
    measured: bool = True

    def require_measured(self) -> None:
        """Refuse an imported version where out-of-sample scores are needed."""
        if not self.measured:
            raise NotMeasured(
                f"{self.name!r} v{self.seq} was imported, so no out-of-sample scores of it are here, and"
                " its own figures are not taken on trust. Train its specification here."
            )


def create(session: WriteSession, principal: Principal, new: ModelCreate) -> ModelRead:
    """Name a model; it has no version yet."""
    if repository.named(session, principal.account_id, new.name):
        raise ModelNameTaken(
            f"You have a model named {new.name!r}.", [Fault("/body/name", "Choose another.")]
        )
    row = Model(id=new_object(session, "model", principal.account_id), **new.model_dump())
    session.add(row)
    session.flush()
    audit(session, principal, "model.create", row.id, after=new.model_dump())
    return read(session, principal, row.id)


def owned(session: Session, model_id: UUID, account_id: UUID, *, is_admin: bool) -> None:
    """Refuse a model that the account may not add a version to; for ``load`` functions."""
    if repository.model(session, model_id, account_id, is_admin, "edit") is None:
        raise ModelMissing("There is no such model, or it is not shared with you.")


def read(session: Session, principal: Principal, model_id: UUID) -> ModelRead:
    return show_models(session, [get(session, principal, model_id)])[0]


def show_models(session: Session, rows: Sequence[ModelRow]) -> list[ModelRead]:
    """Models with their aliases and newest versions, in four queries."""
    ids = [row[0].id for row in rows]
    counts = repository.version_counts(session, ids)
    newest = repository.newest(session, ids)
    aliases = repository.aliases(session, ids)
    shown = []
    for model, owned, account in rows:
        own = [(alias, seq) for alias, seq in aliases if alias.model_id == model.id]
        latest = newest.get(model.id)
        shown.append(
            ModelRead(
                id=model.id,
                name=model.name,
                description=model.description,
                revision=model.revision,
                owner=Person(id=account.id, name=account.name),
                created_at=owned.created_at,
                versions=counts.get(model.id, 0),
                aliases=[show_alias(alias, seq) for alias, seq in own],
                latest=show_version(latest, [alias for alias, _ in own]) if latest else None,
            )
        )
    return shown


def show_version(row: VersionRow, aliases: Sequence[Alias]) -> ModelVersionRead:
    return ModelVersionRead(**version_values(row, aliases))


def version_values(row: VersionRow, aliases: Sequence[Alias]) -> dict[str, Any]:
    version, account = row
    summary = version.summary
    return {
        "id": version.id,
        "model_id": version.model_id,
        "seq": version.seq,
        "digest": version.digest,
        "learner": version.spec["learner"],
        "horizon": version.spec["label"]["horizon"],
        "seeds": len(version.spec["seeds"]),
        "features": len(summary["importance"]),
        "rank_ic": summary["rank_ic"],
        "verdict": summary["verdict"],
        "labels": summary["labels"],
        "aliases": [alias.name for alias in aliases if alias.version_id == version.id],
        "trained_until": version.trained_until,
        "created_at": version.created_at,
        "created_by": Person(id=account.id, name=account.name),
    }


def versions(
    session: Session, principal: Principal, model_id: UUID, *, before: int | None, limit: int
) -> list[ModelVersionRead]:
    """Newest first, one more than `limit`."""
    get(session, principal, model_id)
    rows = listed.versions(session, model_id, before=before, limit=limit)
    return [show_listed(row) for row in rows]


def aliased_version(session: Session, principal: Principal, model_id: UUID, name: str) -> ModelVersionRead:
    """The version that an alias is on."""
    get(session, principal, model_id)
    row = listed.version_by_alias(session, model_id, name)
    if row is None:
        raise AliasMissing(f"The model has no alias {name!r}.")
    return show_listed(row)


def show_listed(written: str) -> ModelVersionRead:
    """A version from the JSON that the database wrote."""
    return ModelVersionRead.model_validate_json(written)


def read_version(session: Session, principal: Principal, version_id: UUID) -> ModelVersionDetail:
    """A version with its folds, seeds, importance and everything it was made from."""
    row, (model, _, _) = get_version(session, principal, version_id)
    version = row[0]
    run = repository.run(session, version.run_id)
    assert run is not None, "a foreign key holds it"
    aliases = [alias for alias, _ in repository.aliases(session, [model.id])]
    summary = version.summary
    return ModelVersionDetail(
        **version_values(row, aliases),
        model_name=model.name,
        spec=(EnsembleRead if version.spec["learner"] == "ensemble" else TrainSpec).model_validate(
            version.spec
        ),
        folds=summary["folds"],
        per_seed=summary["per_seed"],
        importance=[ImportanceRead(feature=name, share=share) for name, share in summary["importance"]],
        paths=summary.get("paths", []),
        predictions=summary["predictions"],
        span=summary["span"],
        imported=summary.get("imported"),
        forecast=summary.get("forecast"),
        no_forecast=summary.get("no_forecast"),
        pins=pins_of(session, run),
        run=_show_run(run),
        bundle=version.bundle,
        predictions_file=version.predictions,
    )


def _show_run(run: Run) -> RunRead:
    names = ("id", "job_id", "code", "environment", "result_digest", "started_at", "finished_at")
    seconds = (run.finished_at - run.started_at).total_seconds()
    return RunRead(**{name: getattr(run, name) for name in names}, duration_s=seconds)


def pins_of(session: Session, run: Run) -> list[PinRead]:
    pins = repository.run_inputs(session, run.id)
    names = repository.pinned_names(session, pins)
    return [_show_pin(pin, names) for pin in pins if pin.upload is None]


def _show_pin(pin: RunInput, names: dict[UUID, tuple[str, int]]) -> PinRead:
    column = next(name for name in PINS if getattr(pin, name) is not None)
    name, seq = names.get(getattr(pin, column), (None, None))
    return PinRead(
        role=pin.role, kind=column.removesuffix("_id"), id=getattr(pin, column), name=name, seq=seq
    )


def pinned(
    session: Session, version_id: UUID, account_id: UUID, *, is_admin: bool | None = None
) -> PinnedModel:
    """A version to compute from; for ``load`` functions, with the rights of the job's owner.

    `is_admin` is looked up when it is not given.
    """
    admin = access.is_admin(session, account_id) if is_admin is None else is_admin
    row = repository.version(session, version_id)
    seen = repository.model(session, row[0].model_id, account_id, admin) if row else None
    if row is None or seen is None:
        raise ModelVersionMissing(f"There is no model version {version_id}, or it is not shared with you.")
    version = row[0]
    return PinnedModel(
        version_id=version.id,
        model_id=version.model_id,
        name=seen[0].name,
        seq=version.seq,
        digest=version.digest,
        bundle=version.bundle,
        predictions=version.predictions,
        trained_until=version.trained_until,
        feature_set_version_id=version.feature_set_version_id,
        seeds=tuple(version.spec["seeds"]),
        horizon=version.spec["label"]["horizon"],
        measured="imported" not in version.summary,
    )


def learners() -> list[LearnerRead]:
    """Every learner, as a form needs it."""
    return [
        LearnerRead(
            name=name,  # type: ignore[arg-type]  # a test holds both lists equal
            classes=name in CLASSES,
            probable=name in PROBABLE,
            sequential=name in SEQUENTIAL,
            installed=(there := installed(name)),
            remedy=None if there else EXTRAS[name][1],
            parameters=_show_parameters(parameters),
        )
        for name, parameters in LEARNERS.items()
    ]


def steps() -> list[StepRead]:
    """Every step between features and learner, as a form needs it."""
    return [
        StepRead(kind=kind, parameters=_show_parameters(parameters))  # type: ignore[arg-type]  # as above
        for kind, parameters in STEPS.items()
    ]


def _show_parameters(parameters: Mapping[str, Range]) -> list[LimitedParameterRead]:
    return [
        LimitedParameterRead(name=name, default=one.default, low=one.low, high=one.high, whole=one.whole)
        for name, one in parameters.items()
    ]


def judge(mean: float, standard_error: float, trials: int, *, biased: bool) -> ModelVerdict:
    """What a training's rank IC allows to be said: unproven unless its statistics pass.

    The best of `trials` must be convincing after Bonferroni, and a biased universe never is.
    """
    alone = adjusted = math.nan
    if standard_error > 0:
        chance = 1.0 - NormalDist().cdf(mean / standard_error)
        alone, adjusted = 1.0 - chance, 1.0 - min(1.0, chance * max(trials, 1))
    reasons = ["biased"] if biased else []
    if not alone >= CONFIDENCE:
        reasons.append("interval")
    elif not adjusted >= CONFIDENCE:
        reasons.append("trials")
    return ModelVerdict(
        key="unproven" if reasons else "not_luck",
        probability=None if math.isnan(adjusted) else adjusted,
        trials=trials,
        reasons=reasons,
    )
