"""Published feature sets that a person takes over with one request."""

from __future__ import annotations

from dataclasses import dataclass

from kuznia.core.features.ready_made import READY_MADE
from kuznia.db.session import WriteSession
from kuznia.domains.features import service
from kuznia.domains.features.errors import FeatureSetMissing
from kuznia.domains.features.repository import SetRow
from kuznia.domains.features.schemas import FeatureCreate, FeatureSetCreate, ReadyMadeRead
from kuznia.rest.principal import Principal


@dataclass(frozen=True, slots=True)
class _Published:
    """A set of the library: its name there, and where it comes from."""

    name: str
    source: str


PUBLISHED = {
    "alpha158": _Published("Alpha158", "Qlib's Alpha158 (Yang et al. 2020, arXiv 2009.11189)"),
    "alpha360": _Published("Alpha360", "Qlib's Alpha360 (Yang et al. 2020, arXiv 2009.11189)"),
    "alphas101": _Published("101 alphas", "Kakushadze, 101 Formulaic Alphas (2015, arXiv 1601.00991)"),
}
"""By the word that begins the names of a set's features."""

GROUPS = frozenset({"sector"})
"""Classifications that a new feature may use before data is chosen."""


def listed() -> list[ReadyMadeRead]:
    """What may be taken over."""
    return [
        ReadyMadeRead(
            key=key, name=one.name, source=one.source, features=len(READY_MADE[one.name](GROUPS).features)
        )
        for key, one in PUBLISHED.items()
    ]


def take_over(session: WriteSession, principal: Principal, key: str) -> SetRow:
    """Make the features of a published set, named after it, and the set."""
    if key not in PUBLISHED:
        raise FeatureSetMissing(f"There is no ready-made set {key!r}; there are {', '.join(PUBLISHED)}.")
    one = PUBLISHED[key]
    members = [
        FeatureCreate(name=f"{key}_{feature.name}", expression=feature.expression, tags=[key])
        for feature in READY_MADE[one.name](GROUPS).features
    ]
    new = FeatureSetCreate(name=one.name, description=one.source, members=list(members))
    return service.create_set(session, principal, new)
