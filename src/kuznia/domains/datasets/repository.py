"""All SQL of datasets, their versions, findings, quarantine and instruments."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, not_, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from kuznia.db.access import Level, visible
from kuznia.db.tables import (
    Account,
    Dataset,
    DatasetVersion,
    Finding,
    Instrument,
    InstrumentSymbol,
    Object,
    Quarantine,
    VersionFile,
)

DatasetRow = tuple[Dataset, Object, Account, DatasetVersion | None]


def _datasets() -> Select[Dataset, Object, Account, DatasetVersion]:
    newest = (
        select(DatasetVersion.dataset_id, func.max(DatasetVersion.seq).label("seq"))
        .group_by(DatasetVersion.dataset_id)
        .subquery()
    )
    return (
        select(Dataset, Object, Account, DatasetVersion)
        .join(Object, Object.id == Dataset.id)
        .join(Account, Account.id == Object.owner_id)
        .outerjoin(newest, newest.c.dataset_id == Dataset.id)
        .outerjoin(
            DatasetVersion,
            (DatasetVersion.dataset_id == Dataset.id) & (DatasetVersion.seq == newest.c.seq),
        )
    )


def datasets(
    session: Session,
    account_id: UUID,
    is_admin: bool,
    *,
    kind: str | None,
    text: str | None,
    after: tuple[Any, ...] | None,
    limit: int,
) -> Sequence[DatasetRow]:
    """Visible datasets by name, one more than `limit`."""
    query = _datasets().where(visible(Dataset.id, account_id, is_admin=is_admin))
    if kind:
        query = query.where(Dataset.kind == kind)
    if text:
        query = query.where(Dataset.name.icontains(text, autoescape=True))
    if after:
        query = query.where(tuple_(Dataset.name, Dataset.id) > (after[0], UUID(str(after[1]))))
    return list(session.execute(query.order_by(Dataset.name, Dataset.id).limit(limit + 1)))


def dataset(
    session: Session, dataset_id: UUID, account_id: UUID, is_admin: bool, level: Level = "read"
) -> DatasetRow | None:
    seen = visible(Dataset.id, account_id, is_admin=is_admin, level=level)
    row = session.execute(_datasets().where(Dataset.id == dataset_id, seen)).one_or_none()
    return row


def named(session: Session, owner_id: UUID, name: str) -> Dataset | None:
    query = (
        select(Dataset)
        .join(Object, Object.id == Dataset.id)
        .where(Object.owner_id == owner_id, Dataset.name == name, Object.deleted_at.is_(None))
    )
    return session.scalars(query).first()


def versions(
    session: Session, dataset_id: UUID, *, before: int | None, limit: int
) -> Sequence[DatasetVersion]:
    """Newest first, one more than `limit`."""
    query = select(DatasetVersion).where(DatasetVersion.dataset_id == dataset_id)
    if before is not None:
        query = query.where(DatasetVersion.seq < before)
    return session.scalars(query.order_by(DatasetVersion.seq.desc()).limit(limit + 1)).all()


def version(session: Session, version_id: UUID) -> DatasetVersion | None:
    return session.get(DatasetVersion, version_id)


def newest(session: Session, dataset_id: UUID) -> DatasetVersion | None:
    return session.scalars(
        select(DatasetVersion)
        .where(DatasetVersion.dataset_id == dataset_id)
        .order_by(DatasetVersion.seq.desc())
        .limit(1)
    ).first()


def lock(session: Session, dataset_id: UUID) -> None:
    """Hold the dataset's row until the transaction ends, so that its line of versions has one writer."""
    session.execute(select(Dataset.id).where(Dataset.id == dataset_id).with_for_update())


def version_files(session: Session, version_id: UUID) -> Sequence[VersionFile]:
    query = select(VersionFile).where(VersionFile.version_id == version_id)
    return session.scalars(query.order_by(VersionFile.position)).all()


def digests_of(session: Session, version_ids: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
    """Digests of the files of each version, in their order."""
    query = select(VersionFile.version_id, VersionFile.digest).where(VersionFile.version_id.in_(version_ids))
    found: dict[UUID, list[str]] = {}
    for version_id, digest in session.execute(query.order_by(VersionFile.version_id, VersionFile.position)):
        found.setdefault(version_id, []).append(digest)
    return {version_id: tuple(digests) for version_id, digests in found.items()}


def findings(
    session: Session,
    version_id: UUID,
    *,
    severity: str | None,
    check: str | None,
    after: tuple[Any, ...] | None,
    limit: int,
) -> Sequence[Finding]:
    query = select(Finding).where(Finding.version_id == version_id)
    if severity:
        query = query.where(Finding.severity == severity)
    if check:
        query = query.where(Finding.check == check)
    if after:
        query = query.where(Finding.id > UUID(str(after[0])))
    return session.scalars(query.order_by(Finding.id).limit(limit + 1)).all()


def quarantine(
    session: Session,
    dataset_id: UUID,
    *,
    check: str | None,
    released: bool,
    after: int | None,
    limit: int,
) -> Sequence[Quarantine]:
    query = select(Quarantine).where(Quarantine.dataset_id == dataset_id)
    query = query.where(Quarantine.released_in.is_not(None) if released else Quarantine.released_in.is_(None))
    if check:
        query = query.where(Quarantine.check == check)
    if after is not None:
        query = query.where(Quarantine.n > after)
    return session.scalars(query.order_by(Quarantine.n).limit(limit + 1)).all()


def held(session: Session, dataset_id: UUID, rows: Collection[int]) -> Sequence[Quarantine]:
    """Those of the named rows that are in this dataset's quarantine still."""
    query = select(Quarantine).where(
        Quarantine.dataset_id == dataset_id, Quarantine.n.in_(rows), Quarantine.released_in.is_(None)
    )
    return session.scalars(query.order_by(Quarantine.n)).all()


def held_lines(session: Session, dataset_id: UUID, upload: str) -> set[tuple[int, str]]:
    """(line, check) of every row of this file that was ever kept out."""
    query = select(Quarantine.line, Quarantine.check).where(
        Quarantine.dataset_id == dataset_id, Quarantine.upload == upload
    )
    return {(line, check) for line, check in session.execute(query)}


def release(session: Session, rows: Collection[int], version_id: UUID) -> int:
    result = session.execute(
        update(Quarantine)
        .where(Quarantine.n.in_(rows), Quarantine.released_in.is_(None))
        .values(released_in=version_id)
        .returning(Quarantine.n)
    )
    return len(result.all())


def carry_findings(session: Session, parent_id: UUID, version_id: UUID, refreshed: Collection[str]) -> None:
    """Copy what was found in the parent, but for gaps of entities that were looked at again."""
    query = select(Finding).where(Finding.version_id == parent_id)
    again = and_(Finding.check == "gap", Finding.instrument.in_(refreshed))
    names = [column.key for column in Finding.__table__.columns if column.key not in ("id", "version_id")]
    rows = [
        {"id": uuid7(), "version_id": version_id, **{name: getattr(one, name) for name in names}}
        for one in session.scalars(query.where(not_(again)).order_by(Finding.id))
    ]
    add_all(session, Finding, rows)


def add_all(session: Session, table: type[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows of a table in one go."""
    if rows:
        session.execute(insert(table), list(rows))


def instruments(session: Session, keys: Collection[str]) -> Sequence[Instrument]:
    return session.scalars(select(Instrument).where(Instrument.key.in_(keys))).all()


def find_instruments(session: Session, text: str, *, after: str | None, limit: int) -> Sequence[Instrument]:
    """By key, name or symbol; in order of keys, one more than `limit`."""
    by_symbol = (
        select(InstrumentSymbol.id)
        .where(InstrumentSymbol.instrument == Instrument.key, InstrumentSymbol.symbol == text.upper())
        .exists()
    )
    query = select(Instrument)
    if text:
        query = query.where(
            or_(
                Instrument.key.icontains(text, autoescape=True),
                Instrument.name.icontains(text, autoescape=True),
                by_symbol,
            )
        )
    if after:
        query = query.where(Instrument.key > after)
    return session.scalars(query.order_by(Instrument.key).limit(limit + 1)).all()


def symbols_of(session: Session, keys: Collection[str]) -> Sequence[InstrumentSymbol]:
    query = select(InstrumentSymbol).where(InstrumentSymbol.instrument.in_(keys))
    return session.scalars(query.order_by(InstrumentSymbol.instrument, InstrumentSymbol.valid_from)).all()


def all_symbols(session: Session) -> Sequence[tuple[str, str, Any, Any]]:
    """(symbol, instrument, valid_from, valid_until) of every instrument."""
    query = select(
        InstrumentSymbol.symbol,
        InstrumentSymbol.instrument,
        InstrumentSymbol.valid_from,
        InstrumentSymbol.valid_until,
    )
    return list(session.execute(query))


def write_instruments(session: Session, rows: Sequence[Mapping[str, Any]], *, overwrite: bool) -> None:
    """Insert instruments; those that exist keep what they have, or take the new name and class."""
    if not rows:
        return
    statement = insert(Instrument)
    if overwrite:
        fresh = {name: statement.excluded[name] for name in ("name", "currency", "asset_class")}
        statement = statement.on_conflict_do_update(index_elements=["key"], set_=fresh)
    else:
        statement = statement.on_conflict_do_nothing()
    session.execute(statement, list(rows))


def write_symbols(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.execute(insert(InstrumentSymbol).on_conflict_do_nothing(), list(rows))
