"""Training a version anew as it was specified, on the newest data: a chain of jobs.

A version that an automated pipeline made is as its pipeline was specified: the whole pipeline runs again.
Which features, parameters and weights it has was learned from data, as its coefficients were.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from kuznia.core.models.offered import ENSEMBLE
from kuznia.db import access
from kuznia.db.session import WriteSession
from kuznia.db.tables import Job, ModelVersion, Monitor, Retraining
from kuznia.domains.datasets import service as datasets
from kuznia.domains.models import service as models
from kuznia.domains.models.schemas import TRAIN, TrainInput, TrainSpec
from kuznia.domains.monitors import repository
from kuznia.domains.monitors.errors import NothingNew, NothingToCheck, NotRetrained, RetrainingRuns
from kuznia.domains.monitors.newest import newest_values
from kuznia.domains.monitors.schemas import CHALLENGE, Cause, ChallengeInput, Policy
from kuznia.domains.pipelines import service as pipelines
from kuznia.domains.pipelines.service import Reads, Recipe
from kuznia.domains.trials import service as trials
from kuznia.queue.enqueue import enqueue
from kuznia.queue.kinds import Produced
from kuznia.rest.principal import Principal

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

    A pipeline's challenger is what it recommends, which may be another of its entries than `version` was.

    Returns
    -------
    Job
        The last one of the chain.
    """
    _refuse_two(session, monitor)
    admin = access.is_admin(session, account_id)
    owner = Principal(account_id, "admin" if admin else "user", frozenset(), request_id=request_id)
    name = f"{monitor.alias}, v{version.seq} again"
    made = pipelines.recipe(session, version.id)
    if made is not None:
        training = _pipeline(session, owner, monitor, version, made)
    else:
        training = _training(session, owner, monitor, version, f"Train {name}")
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


def _training(
    session: WriteSession, owner: Principal, monitor: Monitor, version: ModelVersion, name: str
) -> Job:
    """One model, as it was specified."""
    if version.spec["learner"] == ENSEMBLE:
        raise NotRetrained(
            f"Version {version.seq} combines models that no pipeline of this installation made;"
            " run a pipeline here, and train its versions anew."
        )
    origin = repository.origin(session, version.id)
    if origin is None:
        raise NothingToCheck(f"Version {version.seq} was not trained on feature values of this installation.")
    account, admin = owner.account_id, owner.is_admin
    question = origin.question_id or trials.everyday(session, account)
    trials.usable(session, question, account, is_admin=admin)
    newest = newest_values(session, origin.features_run_id, account, admin, owner.request_id)
    if newest.run_id is not None:
        _refuse_the_same(session, monitor, version, newest.run_id)
    return enqueue(
        session,
        TRAIN,
        TrainInput(
            model=monitor.model_id, features=newest.values, spec=TrainSpec.model_validate(version.spec)
        ),
        owner_id=account,
        name=name,
        question_id=question,
        request_id=owner.request_id,
    )


def _pipeline(
    session: WriteSession, owner: Principal, monitor: Monitor, version: ModelVersion, made: Recipe
) -> Job:
    """The version's whole pipeline: what it chose on older data is chosen again, on newer."""
    account, admin = owner.account_id, owner.is_admin
    if made.reads.features is not None:
        given = UUID(str(made.reads.features))
        reads = Reads(newest_values(session, given, account, admin, owner.request_id).values, None, None)
    else:
        assert made.reads.bars is not None, "a pipeline reads values, or bars of a universe"
        dataset = repository.dataset_of(session, made.reads.bars)
        newest = datasets.latest(session, dataset, account, is_admin=admin)
        reads = replace(made.reads, bars=newest.version_id)
    for one in _standing(session, monitor, version):
        there = pipelines.recipe(session, one)
        if there is not None and (there.spec, there.reads) == (made.spec, reads):
            raise NothingNew("Its pipeline has run on the newest data; load newer bars first.")
    model = models.pinned(session, version.id, account, is_admin=admin)
    name = f"{model.name[:100]} v{version.seq} again"
    return pipelines.repeat(session, owner, made, reads, name=name, model_id=monitor.model_id)


def cause_of(
    session: WriteSession, monitor: Monitor, version: ModelVersion, *, drifted: bool, now: datetime
) -> Cause | None:
    """Why the policy wants a training now; None when it does not."""
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
    for one in _standing(session, monitor, version):
        made = repository.origin(session, one)
        same = made is not None and made.features_run_id == features_run_id
        if same and made is not None and made.version.spec == version.spec:
            raise NothingNew(
                f"Version {made.version.seq} was trained on the newest values; load newer bars first."
            )


def _standing(session: WriteSession, monitor: Monitor, version: ModelVersion) -> set[UUID]:
    """The version that is to be trained anew, and the challenger beside it."""
    beside = repository.alias(session, monitor.model_id, challenger_of(monitor.alias))
    return {version.id, beside.version_id if beside else version.id}
