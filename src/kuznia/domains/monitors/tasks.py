"""The jobs of this slice: check a version, and put a new one beside the champion."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.db import access
from kuznia.db.session import WriteSession
from kuznia.db.tables import DriftAlert, DriftReport, Job, Proposal
from kuznia.domains.datasets import service as datasets
from kuznia.domains.features import service as feature_sets
from kuznia.domains.jobs.service import Pin, record_run
from kuznia.domains.models import service as models
from kuznia.domains.models.schemas import AliasMove
from kuznia.domains.monitors import repository
from kuznia.domains.monitors.checking import enqueue_check
from kuznia.domains.monitors.computation import Computed, Loaded, Watched, compute, proposes
from kuznia.domains.monitors.errors import MonitorMissing, NothingToCheck
from kuznia.domains.monitors.retraining import cause_of, challenger_of, retrain
from kuznia.domains.monitors.schemas import CHALLENGE, CHECK, ChallengeInput, CheckInput, Policy
from kuznia.domains.universes import service as universes
from kuznia.errors import KuzniaError
from kuznia.queue.handlers import Handler, Periodic, Resources
from kuznia.queue.inputs import resolved
from kuznia.rest.principal import Principal

logger = logging.getLogger(__name__)


def load(session: Session, job: Job) -> Loaded:
    """Check the owner's rights on everything and pin it."""
    wanted = resolved(session, job, CheckInput)
    admin = access.is_admin(session, job.owner_id)
    watched = _watched(session, wanted.version, job.owner_id, admin)
    policy, beside, looks = Policy(), "", 0
    challenger = None
    if wanted.alias is not None:
        row = repository.monitor(session, watched.model.model_id, wanted.alias)
        if row is None:
            raise MonitorMissing(f"The alias {wanted.alias!r} of this model is not watched any more.")
        policy, beside = Policy.model_validate(row[0].policy), challenger_of(wanted.alias)
        other = repository.alias(session, watched.model.model_id, beside)
        if other is not None and other.version_id != wanted.version:
            challenger = _watched(session, other.version_id, job.owner_id, admin)
            looks = repository.last_look(session, wanted.version, other.version_id)
    version = repository.version(session, wanted.version)
    assert version is not None, "it was pinned"
    return Loaded(watched, wanted.alias, policy, version.summary["rank_ic"], challenger, beside, looks)


def _watched(session: Session, version_id: UUID, owner: UUID, admin: bool) -> Watched:
    model = models.pinned(session, version_id, owner, is_admin=admin)
    origin = repository.origin(session, version_id)
    trained_on = feature_sets.values_of(session, origin.features_run_id) if origin else None
    if origin is None or trained_on is None:
        raise NothingToCheck(f"Version {model.seq} was not trained on feature values of this installation.")
    newest_run = feature_sets.newest_run(session, origin.features_run_id) or origin.features_run_id
    newest = feature_sets.values_of(session, newest_run) or trained_on
    pins = {pin.role: pin for pin in repository.pins(session, newest_run)}
    bars, universe = pins["bars"].dataset_version_id, pins["universe"].universe_version_id
    assert bars is not None and universe is not None, "a run of features pins both"
    return Watched(
        model=model,
        feature_set=str(origin.version.feature_set_version_id),
        trained_on=trained_on.files,
        newest=newest.files,
        newest_run_id=newest_run,
        bars=datasets.pinned(session, bars, owner, is_admin=admin),
        universe=universes.pinned(session, universe, owner, is_admin=admin),
        created_at=origin.version.created_at,
    )


def record(session: Session, job: Job, done: Computed) -> Mapping[str, UUID]:
    """Write run, report, alerts; propose a promotion, and train anew, where the policy says so."""
    loaded, watched = done.loaded, done.loaded.watched
    challenger = loaded.challenger
    run_id = _record_run(session, job, done)
    report = DriftReport(
        model_version_id=watched.model.version_id,
        challenger_id=challenger.model.version_id if challenger else None,
        alias=loaded.alias,
        run_id=run_id,
        summary=done.summary,
        alerts=len(done.alerts),
    )
    repository.add(session, report)
    rows = [
        DriftAlert(
            report_id=report.id, position=n, kind=a.kind, subject=a.subject, value=a.value, bound=a.bound
        )
        for n, a in enumerate(done.alerts)
    ]
    repository.add(session, *rows)
    if loaded.alias is not None:
        _propose(session, done, report)
        _retrain(session, job, done, report)
    return {"report": report.id, "run": run_id}


def _record_run(session: Session, job: Job, done: Computed) -> UUID:
    loaded, watched = done.loaded, done.loaded.watched
    pins = [
        Pin(role="model", model_version_id=watched.model.version_id),
        Pin(role="features", source_run_id=watched.newest_run_id),
        Pin(role="bars", dataset_version_id=watched.bars.version_id),
    ]
    if loaded.challenger is not None:
        pins.append(Pin(role="challenger", model_version_id=loaded.challenger.model.version_id))
    return record_run(
        session,
        job,
        kind=CHECK.name,
        code=done.code,
        environment=done.environment,
        parameters={"alias": loaded.alias, "policy": loaded.policy.model_dump()},
        seed=None,
        result_digest=done.result_digest,
        started_at=done.started_at,
        inputs=pins,
        files={},
    )


def _propose(session: Session, done: Computed, report: DriftReport) -> None:
    """A row for a person to decide; the alias stays where it is."""
    loaded, found = done.loaded, done.summary["challenger"]
    if loaded.challenger is None or not proposes(found):
        return
    row = Proposal(
        model_id=loaded.watched.model.model_id,
        alias=loaded.alias,
        champion_id=loaded.watched.model.version_id,
        challenger_id=loaded.challenger.model.version_id,
        report_id=report.id,
        look=found["look"],
    )
    repository.add(session, row)


def _retrain(session: Session, job: Job, done: Computed, report: DriftReport) -> None:
    """Train anew when the policy wants it and the alias is still where it was."""
    assert isinstance(session, WriteSession), "a job is recorded by a writing session"
    alias, model = done.loaded.alias or "", done.loaded.watched.model
    row = repository.monitor(session, model.model_id, alias)
    monitor, _, version = row or (None, None, None)
    if monitor is None or version is None or version.id != model.version_id:
        return
    cause = cause_of(session, monitor, version, drifted=done.drifted, now=done.started_at)
    if cause is None:
        return
    try:
        with session.begin_nested():
            retrain(session, monitor, version, cause, account_id=job.owner_id, report_id=report.id)
    except KuzniaError as error:
        logger.info("%s of model %s is not trained anew: %s", alias, model.model_id, error.detail)


def load_challenge(session: Session, job: Job) -> ChallengeInput:
    """The version that the training before it made."""
    wanted = resolved(session, job, ChallengeInput)
    admin = access.is_admin(session, job.owner_id)
    models.owned(session, wanted.model, job.owner_id, is_admin=admin)
    models.pinned(session, UUID(str(wanted.version)), job.owner_id, is_admin=admin)
    return wanted


def same(wanted: ChallengeInput, resources: Resources) -> ChallengeInput:
    """Nothing is computed."""
    resources.report(0.5, "Moving the alias")
    return wanted


def record_challenge(session: Session, job: Job, wanted: ChallengeInput) -> Mapping[str, UUID]:
    """Move the challenger's alias, which scoring serves too."""
    assert isinstance(session, WriteSession), "a job is recorded by a writing session"
    version_id, admin = UUID(str(wanted.version)), access.is_admin(session, job.owner_id)
    beside = challenger_of(wanted.alias)
    there = repository.alias(session, wanted.model, beside)
    if there is None or there.version_id != version_id:
        models.move_alias(
            session,
            Principal(job.owner_id, "admin" if admin else "user", frozenset(), request_id=job.request_id),
            wanted.model,
            beside,
            AliasMove(version=version_id, reason=f"Trained anew to stand beside {wanted.alias}"),
            None,
        )
    return {"version": version_id}


def check_due(session: WriteSession, resources: Resources) -> None:
    """Enqueue the checks whose time has come."""
    for monitor, version_id in repository.due(session):
        days = Policy.model_validate(monitor.policy).check_days
        monitor.next_check_at = resources.now() + timedelta(days=days)
        name = f"Check {monitor.alias} for drift"
        try:
            with session.begin_nested():
                enqueue_check(session, version_id, monitor.alias, account_id=monitor.account_id, name=name)
        except KuzniaError as error:
            logger.warning("monitor %s cannot be checked: %s", monitor.id, error.detail)


HANDLERS: tuple[Handler[Any, Any], ...] = (
    Handler(CHECK.name, load, compute, record),
    Handler(CHALLENGE.name, load_challenge, same, record_challenge),
)
PERIODIC = (Periodic("monitors.check_due", 60.0, check_due),)
