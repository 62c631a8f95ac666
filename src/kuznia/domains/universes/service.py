"""Rules of universes: immutable versions, and an honest label of survivorship."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.core.frames.digest import json_digest
from kuznia.db import access
from kuznia.db.access import Level, new_object
from kuznia.db.session import WriteSession
from kuznia.db.tables import Universe, UniverseVersion
from kuznia.domains.accounts.service import audit
from kuznia.domains.universes import repository
from kuznia.domains.universes.errors import UniverseMissing, UniverseNameTaken, UnknownInstruments
from kuznia.domains.universes.repository import UniverseRow
from kuznia.domains.universes.schemas import UniverseCreate, UniverseSpec
from kuznia.errors import Fault
from kuznia.rest.principal import Principal


@dataclass(frozen=True, slots=True)
class PinnedUniverse:
    """One version of a universe. Holds no session."""

    version_id: UUID
    universe_id: UUID
    name: str
    seq: int
    instruments: tuple[str, ...]
    biased: bool
    bias_reason: str | None
    digest: str


def create(session: WriteSession, principal: Principal, new: UniverseCreate) -> UniverseRow:
    """Make a universe with its first version."""
    if repository.named(session, principal.account_id, new.name):
        raise UniverseNameTaken(
            f"You have a universe named {new.name!r}.", [Fault("/body/name", "Choose another.")]
        )
    row = Universe(
        id=new_object(session, "universe", principal.account_id), name=new.name, description=new.description
    )
    session.add(row)
    session.flush()
    _add_version(session, principal, row.id, 1, new.spec, "/body/spec")
    audit(session, principal, "universe.create", row.id, after=new.model_dump(mode="json"))
    return get(session, principal, row.id)


def add_version(
    session: WriteSession, principal: Principal, universe_id: UUID, spec: UniverseSpec
) -> UniverseRow:
    """Make the next version; the same list again makes none."""
    get(session, principal, universe_id, "edit")
    repository.lock(session, universe_id)
    newest = repository.versions(session, universe_id)[0]
    if newest.digest != json_digest(_canonical(spec)):
        _add_version(session, principal, universe_id, newest.seq + 1, spec, "/body")
        after = spec.model_dump(mode="json")
        audit(session, principal, "universe.version", universe_id, before=newest.spec, after=after)
    return get(session, principal, universe_id)


def _canonical(spec: UniverseSpec) -> dict[str, Any]:
    return {"instruments": sorted(set(spec.instruments))}


def _add_version(
    session: WriteSession,
    principal: Principal,
    universe_id: UUID,
    seq: int,
    spec: UniverseSpec,
    pointer: str,
) -> None:
    content = _canonical(spec)
    keys = content["instruments"]
    classes = repository.classes(session, keys)
    unknown = [key for key in keys if key not in classes]
    if unknown:
        faults = [
            Fault(f"{pointer}/instruments", f"{key} is not registered; load its bars first.")
            for key in unknown[:20]
        ]
        raise UnknownInstruments(f"{len(unknown)} of {len(keys)} instruments are not registered.", faults)
    reason = bias(classes, repository.delisted(session, keys))
    session.add(
        UniverseVersion(
            universe_id=universe_id,
            seq=seq,
            spec=content,
            digest=json_digest(content),
            created_by=principal.account_id,
            biased=reason is not None,
            bias_reason=reason,
        )
    )
    session.flush()


def bias(classes: dict[str, str], delisted: set[str]) -> str | None:
    """Why a static list flatters every result, or None: shares of which none was ever delisted."""
    shares = [key for key, asset_class in classes.items() if asset_class == "share"]
    if not shares or delisted.intersection(shares):
        return None
    return (
        f"All {len(shares)} shares still traded when the list was made; "
        "names that failed or were bought are not in it, so its returns are those of survivors."
    )


def get(session: Session, principal: Principal, universe_id: UUID, level: Level = "read") -> UniverseRow:
    row = repository.universe(session, universe_id, principal.account_id, principal.is_admin, level)
    if row is None:
        raise UniverseMissing("There is no such universe, or it is not shared with you.")
    return row


def listing(
    session: Session, principal: Principal, *, after: tuple[Any, ...] | None, limit: int
) -> Sequence[UniverseRow]:
    return repository.universes(session, principal.account_id, principal.is_admin, after=after, limit=limit)


def versions(session: Session, universe_id: UUID) -> Sequence[UniverseVersion]:
    """Of a universe that :func:`get` gave; newest first."""
    return repository.versions(session, universe_id)


def pinned(
    session: Session, version_id: UUID, account_id: UUID, *, is_admin: bool | None = None
) -> PinnedUniverse:
    """A version to compute from; for ``load`` functions, with the rights of the job's owner.

    `is_admin` is looked up when it is not given.
    """
    admin = access.is_admin(session, account_id) if is_admin is None else is_admin
    version = repository.version(session, version_id)
    row = repository.universe(session, version.universe_id, account_id, admin) if version else None
    if version is None or row is None:
        raise UniverseMissing(f"There is no universe version {version_id}, or it is not shared with you.")
    return PinnedUniverse(
        version_id=version.id,
        universe_id=version.universe_id,
        name=row[0].name,
        seq=version.seq,
        instruments=tuple(version.spec["instruments"]),
        biased=version.biased,
        bias_reason=version.bias_reason,
        digest=version.digest,
    )
