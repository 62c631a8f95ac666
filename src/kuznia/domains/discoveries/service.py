"""Rules of discoveries: what is pinned when one is asked for, who sees it, and who adopts what it kept."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.core.features.naming import feature_name
from kuznia.db import access
from kuznia.db.access import Level
from kuznia.db.session import WriteSession
from kuznia.db.tables import Job
from kuznia.domains.accounts.service import audit
from kuznia.domains.backtests import service as backtests
from kuznia.domains.backtests.schemas import Named
from kuznia.domains.context import service as contexts
from kuznia.domains.datasets import service as datasets
from kuznia.domains.discoveries import repository
from kuznia.domains.discoveries.errors import CandidateFell, DiscoveryMissing
from kuznia.domains.discoveries.reading import candidates_at
from kuznia.domains.discoveries.repository import DiscoveryRow
from kuznia.domains.discoveries.schemas import (
    REPRODUCE,
    RUN,
    Adopt,
    Adopted,
    CandidateRead,
    DiscoveryCreate,
    DiscoveryInput,
    DiscoveryOf,
    ReproduceDiscovery,
)
from kuznia.domains.features import service as features
from kuznia.domains.features.schemas import FeatureCreate, FeatureSetCreate
from kuznia.domains.trials import service as trials
from kuznia.domains.universes import service as universes
from kuznia.errors import Fault
from kuznia.queue.enqueue import enqueue
from kuznia.rest.principal import Principal

if TYPE_CHECKING:
    from kuznia.store import Store

CANDIDATES = "candidates"
"""Role of the file that holds them."""


def submit(session: WriteSession, store: Store, principal: Principal, new: DiscoveryCreate) -> Job:
    """Pin the newest versions and enqueue the search."""
    account, admin = principal.account_id, principal.is_admin
    question = (
        trials.usable(session, new.question, account, is_admin=admin)
        if new.question
        else trials.everyday(session, account)
    )
    universe = universes.get(session, principal, new.universe)[0]
    data = backtests.pin_data(session, store, principal, backtests.UniverseBars(new.universe, new.bars), None)
    context = [datasets.latest(session, one, account, is_admin=admin) for one in new.context]
    contexts.require_context(context, "/body/context")
    spec = DiscoveryOf(**{name: getattr(new, name) for name in DiscoveryOf.model_fields})
    name = new.name or f"{universe.name}, {spec.horizon} bars ahead"
    job = enqueue(
        session,
        RUN,
        DiscoveryInput(
            name=name[:120],
            question=question,
            universe_version=data.universe.version_id,
            bars=data.bars.version_id,
            context=[one.version_id for one in context],
            spec=spec,
        ),
        owner_id=account,
        name=name[:120],
        question_id=question,
        request_id=principal.request_id,
    )
    audit(session, principal, "discovery.submit", None, after={"job": str(job.id), "name": job.name})
    return job


def get(session: Session, principal: Principal, discovery_id: UUID, level: Level = "read") -> DiscoveryRow:
    return _seen(session, discovery_id, principal.account_id, principal.is_admin, level)


def pinned(session: Session, discovery_id: UUID, account_id: UUID) -> DiscoveryRow:
    """A discovery to compute again, with the rights of the job's owner."""
    return _seen(session, discovery_id, account_id, access.is_admin(session, account_id))


def _seen(
    session: Session, discovery_id: UUID, account_id: UUID, is_admin: bool, level: Level = "read"
) -> DiscoveryRow:
    row = repository.discovery(session, discovery_id, account_id, is_admin, level)
    if row is None:
        raise DiscoveryMissing("There is no such discovery, or it is not shared with you.")
    return row


def file_of(session: Session, row: DiscoveryRow) -> str:
    """Digest of the file of candidates."""
    digest = repository.run_file(session, row[0].run_id, CANDIDATES)
    if digest is None:
        raise DiscoveryMissing("The candidates of this discovery were not kept.")
    return digest


def submit_reproduction(session: WriteSession, principal: Principal, discovery_id: UUID) -> Job:
    """Enqueue the same search on the same pins."""
    found = get(session, principal, discovery_id)[0]
    job = enqueue(
        session,
        REPRODUCE,
        ReproduceDiscovery(discovery=discovery_id),
        owner_id=principal.account_id,
        name=f"Reproduce {found.name}"[:120],
        question_id=found.question_id,
        request_id=principal.request_id,
    )
    audit(session, principal, "discovery.reproduce", discovery_id, after={"job": str(job.id)})
    return job


def adopt(
    session: WriteSession, store: Store, principal: Principal, discovery_id: UUID, wanted: Adopt
) -> Adopted:
    """Make a feature of each chosen candidate, and a feature set of all of them."""
    row = get(session, principal, discovery_id)
    chosen = candidates_at(store, file_of(session, row), wanted.candidates)
    for n, one in enumerate(chosen):
        if one.reason is not None:
            fault = Fault(f"/body/candidates/{n}", "Leave it out, or search anew with other demands.")
            raise CandidateFell(f"Candidate {one.n} fell: {one.reason}.", [fault])
    found = row[0]
    new = FeatureSetCreate(
        name=wanted.name or found.name,
        description=f"Kept by the discovery {found.name}: {len(chosen)} of {found.candidates:,} candidates.",
        members=[adopted(one, found.name) for one in chosen],
    )
    made, _, _, version = features.create_set(session, principal, new)
    repository.add_adoption(session, discovery_id, version.id)
    names = [one.name for one in new.members if isinstance(one, FeatureCreate)]
    audit(session, principal, "discovery.adopt", discovery_id, after={"set": str(made.id), "features": names})
    return Adopted(feature_set=Named(id=made.id, name=made.name), features=names)


def adopted(one: CandidateRead, discovery: str) -> FeatureCreate:
    """A candidate as a feature, named after its formula and the beginning of its digest."""
    ic, error = one.ic or 0.0, one.ic_error or 0.0
    return FeatureCreate(
        name=feature_name(one.expression, one.digest),
        expression=one.expression,
        description=f"Rank IC {ic:.4f} ± {error:.4f} where the discovery {discovery} judged it.",
        tags=["discovered", one.family],
    )


def delete(session: WriteSession, principal: Principal, discovery_id: UUID) -> None:
    """Hide a discovery. Its trials stay: what was tried cannot be untried."""
    found = get(session, principal, discovery_id, "edit")[0]
    access.hide(session, discovery_id)
    audit(session, principal, "discovery.delete", discovery_id, before={"name": found.name})
