"""Which data a preview reads: with the rights of who asks, and chosen where nothing is named."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from kuznia.core.expressions import Context
from kuznia.domains.context import service as contexts
from kuznia.domains.datasets import service as datasets
from kuznia.domains.datasets.service import PinnedVersion
from kuznia.domains.expressions.errors import NothingToPreview
from kuznia.domains.expressions.names import context_versions, instruments_of, usable
from kuznia.domains.expressions.schemas import PreviewRequest
from kuznia.domains.universes import service as universes
from kuznia.domains.universes.service import PinnedUniverse
from kuznia.errors import Fault
from kuznia.rest.principal import Principal
from kuznia.store import Store

MOST_CHOSEN_FROM = 100


@dataclass(frozen=True, slots=True)
class PreviewData:
    """What a preview may read, pinned. Holds no session."""

    universe: PinnedUniverse
    bars: PinnedVersion
    context: tuple[PinnedVersion, ...]
    within: Context


def chosen(session: Session, store: Store, principal: Principal, wanted: PreviewRequest) -> PreviewData:
    """Pin what a request names, and choose what it does not name."""
    universe = _universe(session, principal, wanted)
    bars = _bars(session, store, principal, wanted, universe)
    context = _context(session, principal, wanted)
    return PreviewData(universe, bars, tuple(context), usable(session, store, principal, context))


def _universe(session: Session, principal: Principal, wanted: PreviewRequest) -> PinnedUniverse:
    if wanted.universe is not None:
        row = universes.get(session, principal, wanted.universe)
    else:
        rows = universes.listing(session, principal, after=None, limit=MOST_CHOSEN_FROM)
        if not rows:
            raise NothingToPreview("Make a universe on the page of a dataset first.")
        row = max(rows, key=lambda one: len(one[3].spec["instruments"]))
    return universes.pinned(session, row[3].id, principal.account_id, is_admin=principal.is_admin)


def _bars(
    session: Session, store: Store, principal: Principal, wanted: PreviewRequest, universe: PinnedUniverse
) -> PinnedVersion:
    """The named dataset, or the newest that holds most of the universe."""
    account, admin = principal.account_id, principal.is_admin
    if wanted.bars is not None:
        version = datasets.latest(session, wanted.bars, account, is_admin=admin)
        datasets.require_kind(version, "bars")
        return version
    versions = datasets.newest(session, principal, "bars", most=MOST_CHOSEN_FROM)
    needed = set(universe.instruments)
    held = [len(needed & instruments_of(store, one)) for one in versions]
    if not any(held):
        fault = Fault("/body/universe", "Choose another, or load bars of its instruments.")
        raise NothingToPreview(f"There are no bars of {universe.name!r}.", [fault])
    return versions[held.index(max(held))]


def _context(session: Session, principal: Principal, wanted: PreviewRequest) -> list[PinnedVersion]:
    if wanted.context is None:
        return context_versions(session, principal)
    account, admin = principal.account_id, principal.is_admin
    found = [datasets.latest(session, one, account, is_admin=admin) for one in wanted.context]
    contexts.require_context(found, "/body/context")
    return found
