"""Making a version of an uploaded bundle, as a job: nothing is written before its numbers make a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy.orm import Session

from kuznia.core.errors import CoreError
from kuznia.core.models.history import feature_of
from kuznia.core.models.inspection import Inspected, importance, inspect
from kuznia.db import access
from kuznia.db.access import new_object
from kuznia.db.tables import Job, Model
from kuznia.domains.accounts.service import audit
from kuznia.domains.jobs.service import Pin, record_run
from kuznia.domains.models import pinning, repository
from kuznia.domains.models.errors import BundleFeaturesDiffer, BundleRefused
from kuznia.domains.models.exchange.schemas import IMPORT, ImportInput
from kuznia.domains.models.exchange.service import (
    destination,
    opened_archive,
    refuse_known,
    same_features,
)
from kuznia.domains.models.pinning import PinnedValues
from kuznia.domains.models.registering import NewVersion, add_version
from kuznia.queue.handlers import Handler, Resources
from kuznia.queue.inputs import resolved
from kuznia.rest.principal import Principal
from kuznia.store.store import Stored

LABEL = "imported"


@dataclass(frozen=True, slots=True)
class Load:
    """What an import reads, pinned."""

    wanted: ImportInput
    values: PinnedValues


@dataclass(frozen=True, slots=True)
class Imported:
    """A bundle that is a model; its files are in the store already."""

    load: Load
    found: Inspected
    importance: Mapping[str, float]
    files: Mapping[str, Stored]
    code: str
    environment: str
    started_at: datetime


def load_import(session: Session, job: Job) -> Load:
    """Check the owner's rights and pin what the bundle is scored on here."""
    wanted = resolved(session, job, ImportInput)
    admin = access.is_admin(session, job.owner_id)
    destination(session, wanted.model, wanted.name, job.owner_id, is_admin=admin)
    values = pinning.pin_values(session, wanted.features, job.owner_id, is_admin=admin)
    return Load(wanted, values)


def compute_import(load: Load, resources: Resources) -> Imported:
    """Look at every number of the bundle, and pack it anew."""
    started_at, store = resources.now(), resources.store
    resources.report(0.1, "Checking the bundle")
    content = store.bytes(load.wanted.upload)
    same_features(opened_archive(content), load.values)
    try:
        found = inspect(content, started_at)
    except CoreError as error:
        raise BundleRefused(str(error)) from error
    _check_names(found, load.values)
    seeds = found.model.spec.seeds
    resources.log(f"{found.model.spec.learner}, {len(found.model.features)} features, {len(seeds)} seeds.")
    return Imported(
        load=load,
        found=found,
        importance=importance(found.model),
        files={
            "bundle": store.put_bytes(found.archive, "bundle"),
            "predictions": store.put_frame(_no_predictions(seeds), ["instrument", "ts"]),
        },
        code=resources.code,
        environment=resources.environment,
        started_at=started_at,
    )


def _check_names(found: Inspected, values: PinnedValues) -> None:
    """Its inputs have to be features of the set; a set of equal digest that lacks one is none of ours."""
    missing = {feature_of(one) for one in found.model.features} - set(values.feature_names)
    if values.feature_names and missing:
        raise BundleFeaturesDiffer(f"The bundle reads {sorted(missing)[:5]}, which its feature set lacks.")


def _no_predictions(seeds: tuple[int, ...]) -> pl.DataFrame:
    """A version's out-of-fold scores, of which an imported one has none."""
    return pl.DataFrame(
        schema={
            "instrument": pl.String,
            "ts": pl.Datetime("us", "UTC"),
            "session": pl.Date,
            "available_at": pl.Datetime("us", "UTC"),
            "score": pl.Float64,
            **{f"score_{seed}": pl.Float64 for seed in seeds},
        }
    )


def record_import(session: Session, job: Job, made: Imported) -> Mapping[str, UUID]:
    """Write the run, the version and, where one was named, the new model."""
    load, found, owner = made.load, made.found, job.owner_id
    admin = access.is_admin(session, owner)
    destination(session, load.wanted.model, load.wanted.name, owner, is_admin=admin)
    repository.lock_digest(session, found.digest)
    refuse_known(session, found.digest, owner, is_admin=admin)
    who = Principal(owner, "user", frozenset(), request_id=job.request_id)
    model_id = load.wanted.model or _new_model(session, who, str(load.wanted.name), load.wanted.filename)
    run_id = record_run(
        session,
        job,
        kind=IMPORT.name,
        code=made.code,
        environment=made.environment,
        parameters={"digest": found.digest, "filename": load.wanted.filename},
        seed=None,
        result_digest=found.digest,
        started_at=made.started_at,
        inputs=[
            Pin(role="bundle", upload=load.wanted.upload),
            Pin(role="features", source_run_id=load.values.features_run_id),
            Pin(role="feature_set", feature_set_version_id=load.values.feature_set_version_id),
            Pin(role="universe", universe_version_id=load.values.universe.version_id),
            Pin(role="bars", dataset_version_id=load.values.bars.version_id),
        ],
        files=made.files,
    )
    version_id = add_version(
        session,
        job,
        NewVersion(
            model_id=model_id,
            run_id=run_id,
            spec=found.model.spec.to_spec(),
            digest=found.digest,
            bundle=made.files["bundle"].digest,
            predictions=made.files["predictions"].digest,
            feature_set_version_id=load.values.feature_set_version_id,
            trained_until=found.model.trained_until,
            summary=_summary(made),
        ),
    )
    after = {"version": version_id, "digest": found.digest, "upload": load.wanted.upload}
    audit(session, who, "model_version.import", model_id, after=after)
    return {"model": model_id, "model_version": version_id}


def _new_model(session: Session, who: Principal, name: str, filename: str) -> UUID:
    row = Model(
        id=new_object(session, "model", who.account_id), name=name, description=f"Imported from {filename}."
    )
    session.add(row)
    session.flush()
    audit(session, who, "model.create", row.id, after={"name": name})
    return row.id


def _summary(made: Imported) -> dict[str, Any]:
    """What is known of an imported version: nothing was measured here, so there is no result to tell."""
    return {
        "rank_ic": {"mean": None, "standard_error": None, "bars": 0},
        "per_seed": [],
        "folds": [],
        "importance": [[name, share] for name, share in made.importance.items()],
        "paths": [],
        "predictions": 0,
        "span": None,
        "verdict": {"key": "unproven", "probability": None, "trials": 0, "reasons": [LABEL]},
        "labels": [LABEL],
        "forecast": made.found.model.forecaster
        and {**made.found.model.forecaster.facts(), "skill": None, "coverage": None},
        "no_forecast": None,
        "imported": {"filename": made.load.wanted.filename, "upload": made.load.wanted.upload},
    }


HANDLER = Handler(IMPORT.name, load_import, compute_import, record_import)
