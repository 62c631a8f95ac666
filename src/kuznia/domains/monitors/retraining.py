"""Training a version anew as it was specified, on the newest data: a chain of jobs."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from kuznia.core.models.offered import ENSEMBLE
from kuznia.db import access
from kuznia.db.session import WriteSession
from kuznia.db.tables import Job, ModelVersion, Monitor, Retraining
from kuznia.domains.models.schemas import TRAIN, TrainInput, TrainSpec
from kuznia.domains.monitors import repository
from kuznia.domains.monitors.errors import NothingNew, NothingToCheck, NotRetrained, RetrainingRuns
from kuznia.domains.monitors.newest import newest_values
from kuznia.domains.monitors.schemas import CHALLENGE, Cause, ChallengeInput, Policy
from kuznia.domains.trials import service as trials
from kuznia.queue.enqueue import enqueue
from kuznia.queue.kinds import Produced

CHAMPION, CHALLENGER = "champion", "challenger"


def challenger_of(alias: str) -> str:
    """Name of the alias that stands beside another one in shadow.

    >>> challenger_of("champion"), challenger_of("europe")
    ('challenger', 'europe-challenger')
    """
    return CHALLENGER if alias == CHAMPION else f"{alias[:28]}-{CHALLENGER}"


def retrain(
    session: WriteSession,
    monitor: Monitor,
    version: ModelVersion,
    cause: Cause,
    *,
    account_id: UUID,
    report_id: UUID | None = None,
    request_id: str | None = None,
) -> Job:
    """Enqueue values of the newest data, a training as `version` was specified, and its place in shadow.

    Returns
    -------
    Job
        The last one of the chain.
    """
    _refuse_two(session, monitor)
    if version.spec["learner"] == ENSEMBLE:
        raise NotRetrained(
            f"Version {version.seq} combines other models; run its pipeline again on the newest values."
        )
    origin = repository.origin(session, version.id)
    if origin is None:
        raise NothingToCheck(f"Version {version.seq} was not trained on feature values of this installation.")
    admin = access.is_admin(session, account_id)
    question = origin.question_id or trials.everyday(session, account_id)
    trials.usable(session, question, account_id, is_admin=admin)
    newest = newest_values(session, origin.features_run_id, account_id, admin, request_id)
    if newest.run_id is not None:
        _refuse_the_same(session, monitor, version, newest.run_id)
    name = f"{monitor.alias}, v{version.seq} again"
    training = enqueue(
        session,
        TRAIN,
        TrainInput(
            model=monitor.model_id, features=newest.values, spec=TrainSpec.model_validate(version.spec)
        ),
        owner_id=account_id,
        name=f"Train {name}",
        question_id=question,
        request_id=request_id,
    )
    last = enqueue(
        session,
        CHALLENGE,
        ChallengeInput(
            model=monitor.model_id,
            alias=monitor.alias,
            version=Produced(job=str(training.id), output="model_version"),
        ),
        owner_id=account_id,
        name=f"Challenge {name}",
        request_id=request_id,
    )
    row = Retraining(
        model_id=monitor.model_id,
        alias=monitor.alias,
        version_id=version.id,
        job_id=last.id,
        report_id=report_id,
        cause=cause,
        account_id=account_id,
    )
    repository.add(session, row)
    return last


def cause_of(
    session: WriteSession, monitor: Monitor, version: ModelVersion, *, drifted: bool, now: datetime
) -> Cause | None:
    """Why the policy wants a training now; None when it does not, or an ensemble is watched."""
    if version.spec["learner"] == ENSEMBLE:
        return None
    policy = Policy.model_validate(monitor.policy)
    last = repository.last_retraining(session, monitor.model_id, monitor.alias)
    if last is not None and last[1].state in repository.UNFINISHED:
        return None
    since = max(last[0].at, version.created_at) if last else version.created_at
    if policy.retrain_days is not None and now - since >= timedelta(days=policy.retrain_days):
        return "schedule"
    rested = last is None or now - last[0].at >= timedelta(days=policy.rest_days)
    return "drift" if drifted and policy.retrain_on_drift and rested else None


def _refuse_two(session: WriteSession, monitor: Monitor) -> None:
    last = repository.last_retraining(session, monitor.model_id, monitor.alias)
    if last is not None and last[1].state in repository.UNFINISHED:
        raise RetrainingRuns(f"Job {last[1].id} trains it; wait for it or cancel it.")


def _refuse_the_same(
    session: WriteSession, monitor: Monitor, version: ModelVersion, features_run_id: UUID
) -> None:
    """The same specification on the same values would be the same version."""
    beside = repository.alias(session, monitor.model_id, challenger_of(monitor.alias))
    for one in {version.id, beside.version_id if beside else version.id}:
        made = repository.origin(session, one)
        same = made is not None and made.features_run_id == features_run_id
        if same and made is not None and made.version.spec == version.spec:
            raise NothingNew(
                f"Version {made.version.seq} was trained on the newest values; load newer bars first."
            )
