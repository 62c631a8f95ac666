"""All SQL of universes and their versions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from kuznia.db.access import Level, visible
from kuznia.db.tables import Account, Instrument, InstrumentSymbol, Object, Universe, UniverseVersion

UniverseRow = tuple[Universe, Object, Account, UniverseVersion]


def _universes() -> Select[Universe, Object, Account, UniverseVersion]:
    newest = (
        select(UniverseVersion.universe_id, func.max(UniverseVersion.seq).label("seq"))
        .group_by(UniverseVersion.universe_id)
        .subquery()
    )
    return (
        select(Universe, Object, Account, UniverseVersion)
        .join(Object, Object.id == Universe.id)
        .join(Account, Account.id == Object.owner_id)
        .join(newest, newest.c.universe_id == Universe.id)
        .join(
            UniverseVersion,
            (UniverseVersion.universe_id == Universe.id) & (UniverseVersion.seq == newest.c.seq),
        )
    )


def universes(
    session: Session, account_id: UUID, is_admin: bool, *, after: tuple[Any, ...] | None, limit: int
) -> Sequence[UniverseRow]:
    """Visible universes by name, one more than `limit`."""
    query = _universes().where(visible(Universe.id, account_id, is_admin=is_admin))
    if after:
        query = query.where(tuple_(Universe.name, Universe.id) > (after[0], UUID(str(after[1]))))
    rows = session.execute(query.order_by(Universe.name, Universe.id).limit(limit + 1))
    return list(rows)


def universe(
    session: Session, universe_id: UUID, account_id: UUID, is_admin: bool, level: Level = "read"
) -> UniverseRow | None:
    seen = visible(Universe.id, account_id, is_admin=is_admin, level=level)
    row = session.execute(_universes().where(Universe.id == universe_id, seen)).one_or_none()
    return row


def named(session: Session, owner_id: UUID, name: str) -> Universe | None:
    query = (
        select(Universe)
        .join(Object, Object.id == Universe.id)
        .where(Object.owner_id == owner_id, Universe.name == name, Object.deleted_at.is_(None))
    )
    return session.scalars(query).first()


def lock(session: Session, universe_id: UUID) -> None:
    session.execute(select(Universe.id).where(Universe.id == universe_id).with_for_update())


def versions(session: Session, universe_id: UUID) -> Sequence[UniverseVersion]:
    """Newest first."""
    query = select(UniverseVersion).where(UniverseVersion.universe_id == universe_id)
    return session.scalars(query.order_by(UniverseVersion.seq.desc())).all()


def version(session: Session, version_id: UUID) -> UniverseVersion | None:
    return session.get(UniverseVersion, version_id)


def classes(session: Session, keys: Collection[str]) -> dict[str, str]:
    """Asset class of each registered instrument."""
    query = select(Instrument.key, Instrument.asset_class).where(Instrument.key.in_(keys))
    return {row.key: row.asset_class for row in session.execute(query)}


def delisted(session: Session, keys: Collection[str]) -> set[str]:
    """Instruments whose last symbol has ended."""
    query = (
        select(InstrumentSymbol.instrument)
        .where(InstrumentSymbol.instrument.in_(keys))
        .group_by(InstrumentSymbol.instrument)
        .having(func.bool_and(InstrumentSymbol.valid_until.is_not(None)))
    )
    return set(session.scalars(query))
