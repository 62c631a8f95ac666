"""What a pipeline generated becomes features of its owner, a feature set, and a run with their values.

Nothing after it knows where the features came from: a version pins the set as any other does.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.core.frames.digest import json_digest
from kuznia.core.models.pipeline.book import Step
from kuznia.db import access
from kuznia.db.session import WriteSession
from kuznia.db.tables import FeatureSetVersion, Job
from kuznia.domains.features import service as features
from kuznia.domains.features.schemas import COMPUTE, FeatureCreate, FeatureSetCreate
from kuznia.domains.jobs.service import Pin, record_run
from kuznia.domains.models import service as models
from kuznia.domains.models.service import PinnedValues
from kuznia.domains.pipelines.inputs import Loaded
from kuznia.domains.trials.service import NewTrial
from kuznia.queue.handlers import Resources
from kuznia.rest.principal import Principal
from kuznia.store.store import Stored


def tried(loaded: Loaded, step: Step, periods: float) -> list[NewTrial]:
    """Every candidate as the trial that a discovery, or computing it in a feature set, would be."""
    made_with = {
        "universe": loaded.universe.digest,
        "bars": loaded.bars.digest,
        "context": [],
        "horizon": loaded.spec.label.horizon,
        "decision_lag_minutes": loaded.decision_lag_minutes,
    }
    return [
        NewTrial(
            kind="feature",
            name=one["expression"][:120],
            config={**made_with, "feature": one["digest"]},
            account_id=loaded.owner_id,
            run_id=None,
            universe_version_id=loaded.universe.version_id,
            observations=one["observations"],
            periods_per_year=periods,
            statistics={name: one[name] for name in ("coverage", "rank_ic", "rank_ic_se", "sharpe")},
        )
        for one in step.facts["candidates"]
    ]


def adopt(
    session: Session,
    job: Job,
    loaded: Loaded,
    step: Step,
    values: Stored,
    resources: Resources,
    started_at: datetime,
) -> PinnedValues:
    """Make the features, the set and the run, and pin them as a training reads them."""
    assert isinstance(session, WriteSession), "a step is kept by a writing session"
    admin = access.is_admin(session, job.owner_id)
    owner = Principal(job.owner_id, "admin" if admin else "user", frozenset(), request_id=job.request_id)
    version = _feature_set(session, owner, loaded, step)
    context = () if loaded.given is None else loaded.given.context
    newest = _newest(resources, values)
    run_id = record_run(
        session,
        job,
        kind=COMPUTE.name,
        code=resources.code,
        environment=resources.environment,
        parameters={"decision_lag_minutes": loaded.decision_lag_minutes},
        seed=loaded.spec.seed,
        result_digest=json_digest({"values": values.digest}),
        started_at=started_at,
        inputs=[
            Pin(role="feature_set", feature_set_version_id=version.id),
            Pin(role="universe", universe_version_id=loaded.universe.version_id),
            Pin(role="bars", dataset_version_id=loaded.bars.version_id),
            *(Pin(role="context", position=n, dataset_version_id=one) for n, one in enumerate(context)),
        ],
        files={"values/all": values, features.LATEST: newest},
    )
    return models.pin_values(session, run_id, job.owner_id, is_admin=admin)


def _newest(resources: Resources, values: Stored) -> Stored:
    """The rows of the newest decision: what scoring answers with."""
    frame = resources.store.frame(values.digest)
    return resources.store.put_frame(frame.filter(frame["ts"] == frame["ts"].max()), ["instrument", "ts"])


def _feature_set(session: WriteSession, owner: Principal, loaded: Loaded, step: Step) -> FeatureSetVersion:
    """The given features and those made; a pipeline that is computed anew gives its set a version."""
    given: list[UUID] = []
    made = dict(step.facts["made"])
    if loaded.given is not None:
        version = loaded.given.feature_set_version_id
        given = [one.version_id for one in features.pinned(session, version, owner.account_id).members]
        made = {name: text for name, text in made.items() if name not in loaded.given.feature_names}
    new = [
        FeatureCreate(
            name=name,
            expression=text,
            description=f"Generated from prices by the pipeline {loaded.name}.",
            tags=["generated"],
        )
        for name, text in made.items()
    ]
    name = f"{loaded.name[:80]}, generated {loaded.pipeline_id.hex[-8:]}"
    there = features.own_set(session, owner.account_id, name)
    if there is not None:
        return features.add_set_version(session, owner, there, [*given, *new])
    wanted = FeatureSetCreate(
        name=name,
        description=f"Candidates of the pipeline {loaded.name}: {len(new)} made from prices.",
        members=[*given, *new],
    )
    return features.create_set(session, owner, wanted)[3]
