"""Values of a feature set over the newest data: those of a run, or of a job that is enqueued for them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kuznia.db.session import WriteSession
from kuznia.domains.datasets import service as datasets
from kuznia.domains.features import service as feature_sets
from kuznia.domains.features.schemas import MATERIALISE, MaterialiseInput
from kuznia.domains.monitors import repository
from kuznia.queue.enqueue import enqueue
from kuznia.queue.kinds import Produced, Ref


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest values, or the promise of a job that makes them; ``run_id`` is None for the latter."""

    values: Ref
    run_id: UUID | None


def newest_values(
    session: WriteSession, features_run_id: UUID, account_id: UUID, admin: bool, request_id: str | None
) -> Newest:
    """Values over the newest version of every dataset, computed by a job unless some run has them."""
    run_id = feature_sets.newest_run(session, features_run_id) or features_run_id
    pins = repository.pins(session, run_id)
    newest: dict[UUID, UUID] = {}
    for pin in pins:
        if pin.dataset_version_id:
            dataset = repository.dataset_of(session, pin.dataset_version_id)
            found = datasets.latest(session, dataset, account_id, is_admin=admin)
            newest[pin.dataset_version_id] = found.version_id
    if all(old == new for old, new in newest.items()):
        return Newest(run_id, run_id)
    by_role = {pin.role: pin for pin in pins}
    lag = repository.run(session, run_id).parameters.get("decision_lag_minutes", 30)
    job = enqueue(
        session,
        MATERIALISE,
        MaterialiseInput(
            feature_set=_pinned(by_role["feature_set"].feature_set_version_id),
            universe=_pinned(by_role["universe"].universe_version_id),
            bars=newest[_pinned(by_role["bars"].dataset_version_id)],
            context=[newest[_pinned(pin.dataset_version_id)] for pin in pins if pin.role == "context"],
            decision_lag_minutes=lag,
        ),
        owner_id=account_id,
        name="Values of the newest data",
        request_id=request_id,
    )
    return Newest(Produced(job=str(job.id), output="feature_values"), None)


def _pinned(found: UUID | None) -> UUID:
    assert found is not None, "a run of features pins its set, universe and bars"
    return found
