"""Words that an expression may use, and the datasets that hold them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from sqlalchemy.orm import Session

from kuznia.core.expressions import Context
from kuznia.core.expressions.catalogue import MACRO, MARKET
from kuznia.core.expressions.context import derived, names_of
from kuznia.core.frames.panel import PRICE_FIELDS
from kuznia.domains.context import service as contexts
from kuznia.domains.datasets import service as datasets
from kuznia.domains.datasets.service import PinnedVersion
from kuznia.domains.expressions.schemas import NameRead
from kuznia.domains.features import service as features
from kuznia.domains.features.service import OwnFeature
from kuznia.rest.principal import Principal
from kuznia.store import Store

KINDS = (*contexts.NAMED, "events")
"""Kinds of datasets that add names."""

MOST_DATASETS = 200


def context_versions(session: Session, principal: Principal) -> list[PinnedVersion]:
    """The newest version of every visible dataset that adds names, the newest dataset first."""
    return [one for kind in KINDS for one in datasets.newest(session, principal, kind, most=MOST_DATASETS)]


def holding(store: Store, versions: Sequence[PinnedVersion], wanted: Collection[str]) -> list[PinnedVersion]:
    """The first datasets that together hold the wanted names, and those that hold none."""
    found, missing = [], set(wanted)
    for version in versions:
        held = contexts.names_of(store, version)
        if missing & held or version.kind not in KINDS:
            found.append(version)
            missing -= held
    return found


def instruments_of(store: Store, version: PinnedVersion) -> frozenset[str]:
    """Instruments of which a dataset has bars."""
    return _instruments(store, version.digests)


@lru_cache(maxsize=1_000)
def _instruments(store: Store, digests: tuple[str, ...]) -> frozenset[str]:
    # Files never change, so what they hold is read once.
    if not digests:
        return frozenset()
    return frozenset(store.scan(digests).select("instrument").unique().collect()["instrument"].to_list())


def usable(
    session: Session, store: Store, principal: Principal, versions: Iterable[PinnedVersion]
) -> Context:
    """What the account's expressions over bars and this context may use, and nothing else."""
    own = features.context(session, principal.account_id)
    return contexts.vocabulary(store, versions, PRICE_FIELDS, own)


def words(session: Session, store: Store, principal: Principal) -> list[NameRead]:
    """Fields, groups, series, events and the account's own features, each once."""
    versions = context_versions(session, principal)
    source = {name: one.name for one in reversed(versions) for name in contexts.names_of(store, one)}
    own = features.own(session, principal.account_id)
    within = usable(session, store, principal, versions)
    return [
        _feature(own[name])
        if name in own
        else NameRead(
            name=name,
            kind=_kind(name, within),
            detail=derived(name, within) or source.get(name) or ("all" if name == MARKET else "bars"),
        )
        for name in names_of(within)
        if name not in own or not own[name].is_retired
    ]


def _feature(one: OwnFeature) -> NameRead:
    return NameRead(name=one.name, kind="feature", detail=one.expression, description=one.description)


def _kind(name: str, within: Context) -> str:
    if name.startswith(MACRO):
        return "series"
    if name in within.groups or name == MARKET:
        return "group"
    return "events" if name in within.events else "field"
