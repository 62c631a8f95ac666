"""Words that an expression may use, and the datasets that hold them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

from sqlalchemy.orm import Session

from kuznia.core.expressions.catalogue import DERIVED_FIELDS, MACRO, MARKET
from kuznia.core.frames.panel import PRICE_FIELDS
from kuznia.domains.datasets import service as datasets
from kuznia.domains.datasets.service import PinnedVersion
from kuznia.domains.expressions.schemas import NameRead
from kuznia.domains.features import service as features
from kuznia.rest.principal import Principal
from kuznia.store import Store

COLUMNS = {"series": "series", "classification": "scheme"}
"""The column of each kind of context whose values are names."""

MOST_DATASETS = 200


def context_versions(session: Session, principal: Principal) -> list[PinnedVersion]:
    """The newest version of every visible dataset of series or groups, the newest dataset first."""
    return [one for kind in COLUMNS for one in datasets.newest(session, principal, kind, most=MOST_DATASETS)]


def names_of(store: Store, version: PinnedVersion) -> frozenset[str]:
    """Names that a dataset of series or groups holds."""
    return _distinct(store, COLUMNS[version.kind], version.digests)


def instruments_of(store: Store, version: PinnedVersion) -> frozenset[str]:
    """Instruments of which a dataset has bars."""
    return _distinct(store, "instrument", version.digests)


@lru_cache(maxsize=1_000)
def _distinct(store: Store, column: str, digests: tuple[str, ...]) -> frozenset[str]:
    # Files never change, so what they hold is read once.
    if not digests:
        return frozenset()
    return frozenset(store.scan(digests).select(column).unique().collect()[column].to_list())


def holding(
    store: Store, versions: Sequence[PinnedVersion], kind: str, wanted: Collection[str]
) -> list[PinnedVersion]:
    """The first datasets of a kind that together hold the wanted names."""
    found, missing = [], set(wanted)
    for version in versions:
        held = names_of(store, version) if version.kind == kind else frozenset[str]()
        if missing & held:
            found.append(version)
            missing -= held
    return found


def vocabulary(session: Session, store: Store, principal: Principal) -> list[NameRead]:
    """Fields, groups, series and the account's own features, each once."""
    words = {name: NameRead(name=name, kind="field", detail="bars") for name in PRICE_FIELDS}
    for name, text in DERIVED_FIELDS.items():
        words[name] = NameRead(name=name, kind="field", detail=text)
    words[MARKET] = NameRead(name=MARKET, kind="group", detail="all instruments")
    for version in context_versions(session, principal):
        for name in sorted(names_of(store, version)):
            kind, word = ("series", f"{MACRO}{name}") if version.kind == "series" else ("group", name)
            words.setdefault(word, NameRead(name=word, kind=kind, detail=version.name))
    for row in features.own(session, principal.account_id):
        feature, newest = row[0], row[3]
        words.setdefault(
            feature.name,
            NameRead(
                name=feature.name,
                kind="feature",
                detail=newest.spec["expression"],
                description=feature.description,
            ),
        )
    return list(words.values())
