"""Publishing where the aliases are, so that the scoring service answers with them, and what they say now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import polars as pl
from sqlalchemy.orm import Session

from kuznia.core.errors import CoreError, ModelError
from kuznia.core.frames.digest import json_digest
from kuznia.core.models.history import with_history
from kuznia.core.models.routes import FILE, Route, Routes
from kuznia.core.models.score import routed_scores
from kuznia.db.session import WriteSession
from kuznia.db.tables import Job
from kuznia.domains.features import service as feature_sets
from kuznia.domains.jobs.service import Pin, record_run
from kuznia.domains.models import repository, scores
from kuznia.domains.models.schemas import PUBLISH, PublishInput
from kuznia.errors import KuzniaError
from kuznia.queue.enqueue import enqueue
from kuznia.queue.handlers import Handler, Periodic, Resources
from kuznia.store import Store
from kuznia.store.published import publish, published
from kuznia.store.store import Stored


@dataclass(frozen=True, slots=True)
class AliasAt:
    """An alias with what scoring needs.

    ``values`` are the files of the latest rows, in order of time; with ``cut`` they hold earlier ones too,
    which are left out once each row has the ``history`` that the model reads. ``expires_at`` is when the
    version becomes too old by the policy of its alias.
    """

    model_id: UUID
    alias: str
    version_id: UUID
    bundle_file: str
    bundle: str
    feature_set: str
    values: tuple[str, ...]
    cut: bool
    history: int
    expires_at: datetime | None
    refuse_expired: bool


@dataclass(frozen=True, slots=True)
class PublishLoad:
    revision: int
    aliases: Sequence[AliasAt]


@dataclass(frozen=True, slots=True)
class Published:
    load: PublishLoad
    routes: Routes
    latest: Sequence[Stored]
    scores: Mapping[str, Stored]
    code: str
    environment: str
    started_at: datetime


def load_routes(session: Session, job: Job) -> PublishLoad:  # noqa: ARG001 (every alias of the installation)
    """Where every alias is, with the newest values of the features it was trained on.

    Those are of the newest run over the same datasets, universe and decision lag as the training's, so
    that new days reach scoring without a new model. The number of the last move is the revision, so it
    only grows.
    """
    move = repository.newest_move(session)
    found = []
    for alias, version, feature_set, source, policy in repository.routed(session):
        values = feature_sets.newest_values(session, source) if source else None
        if values is not None:
            history = int(version.spec.get("history", 1))
            newest = values.latest if history == 1 else None
            found.append(
                AliasAt(
                    alias.model_id,
                    alias.name,
                    version.id,
                    version.bundle,
                    version.digest,
                    feature_set,
                    values=(newest,) if newest else values.files,
                    cut=newest is None,
                    history=history,
                    expires_at=version.created_at + timedelta(days=policy.expires_days)
                    if policy and policy.expires_days
                    else None,
                    refuse_expired=bool(policy and policy.refuse_expired),
                )
            )
    return PublishLoad(move.n if move else 0, found)


def compute_routes(load: PublishLoad, resources: Resources) -> Published:
    """Cut out the latest values and replace the routes, unless newer ones are there."""
    started_at, store = resources.now(), resources.store
    latest = {}
    for wanted in sorted({(one.values, one.cut, one.history) for one in load.aliases}):
        latest[wanted] = store.put_frame(_newest(store, *wanted), ["instrument", "ts"])
    routes = Routes(
        load.revision,
        tuple(
            Route(
                model=str(one.model_id),
                alias=one.alias,
                model_version=str(one.version_id),
                bundle_file=one.bundle_file,
                bundle=one.bundle,
                feature_set=one.feature_set,
                values=latest[one.values, one.cut, one.history].digest,
                expires_at=one.expires_at.isoformat() if one.expires_at else None,
                refuse_expired=one.refuse_expired,
            )
            for one in load.aliases
        ),
    )
    put = publish(store, FILE, routes.to_json(), lambda old: _is_newer(routes, old))
    resources.log(f"Revision {routes.revision}: {'published' if put else 'a newer one is there'}.")
    return Published(
        load,
        routes,
        tuple(latest.values()),
        _scores(routes, resources),
        resources.code,
        resources.environment,
        started_at,
    )


def _scores(routes: Routes, resources: Resources) -> Mapping[str, Stored]:
    """Scores of each version that answers to an alias; one that cannot be scored is told and left out."""
    store, made = resources.store, {}
    for route in routes.routes:
        role = scores.role(route.model_version)
        if role in made:
            continue
        try:
            _, said = routed_scores(store.bytes(route.bundle_file), route, store.frame(route.values))
        except (CoreError, KuzniaError) as error:
            resources.log(f"{route.alias} of model {route.model} has no scores: {error}")
            continue
        made[role] = store.put_frame(said, ["instrument", "ts"])
    return made


def _newest(store: Store, values: Sequence[str], cut: bool, history: int) -> pl.DataFrame:
    """Rows of the newest bar, each with its history; no more files are read than that takes."""
    rows = store.frame(values[-1])
    for digest in reversed(values[:-1]):
        if rows["ts"].n_unique() >= history:
            break
        rows = pl.concat([store.frame(digest), rows])
    rows = with_history(rows, history)
    return rows.filter(pl.col("ts") == pl.col("ts").max()) if cut else rows


def _is_newer(routes: Routes, old: bytes | None) -> bool:
    there = _revision(old)
    return there is None or there <= routes.revision


def _revision(content: bytes | None) -> int | None:
    """Revision of published routes; None when there are none that can be read."""
    try:
        return None if content is None else Routes.from_json(content).revision
    except ModelError:
        return None


def record_routes(session: Session, job: Job, made: Published) -> Mapping[str, UUID]:
    """Write the run that holds the files of latest values."""
    versions = [one.version_id for one in made.load.aliases]
    run_id = record_run(
        session,
        job,
        kind=PUBLISH.name,
        code=made.code,
        environment=made.environment,
        parameters={"revision": made.routes.revision},
        seed=None,
        result_digest=json_digest(made.routes.to_json().decode()),
        started_at=made.started_at,
        inputs=[
            Pin(role="model", position=n, model_version_id=version) for n, version in enumerate(versions)
        ],
        files={**{f"latest_{n}": stored for n, stored in enumerate(made.latest)}, **made.scores},
    )
    return {"run": run_id}


def republish(session: WriteSession, resources: Resources) -> None:
    """Enqueue a publication when the routes are not those of the last move: lost, damaged, restored."""
    move = repository.newest_move(session)
    if move is None or _revision(published(resources.store, FILE)) == move.n:
        return
    if not repository.has_unfinished(session, PUBLISH.name):
        enqueue(session, PUBLISH, PublishInput(), owner_id=move.account_id, name="Publish the routes again")


AGAIN = Periodic("models.republish", 60.0, republish)
HANDLER = Handler(PUBLISH.name, load_routes, compute_routes, record_routes)
