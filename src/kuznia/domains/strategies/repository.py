"""The SQL of strategies and their versions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from kuznia.db.access import Level, visible
from kuznia.db.tables import Account, Backtest, Object, Strategy, StrategyVersion

StrategyRow = tuple[Strategy, Object, Account, StrategyVersion]


def _strategies(
    account_id: UUID, is_admin: bool, level: Level = "read"
) -> Select[Strategy, Object, Account, StrategyVersion]:
    newest = (
        select(StrategyVersion.strategy_id, func.max(StrategyVersion.seq).label("seq"))
        .group_by(StrategyVersion.strategy_id)
        .subquery()
    )
    return (
        select(Strategy, Object, Account, StrategyVersion)
        .join(Object, Object.id == Strategy.id)
        .join(Account, Account.id == Object.owner_id)
        .join(newest, newest.c.strategy_id == Strategy.id)
        .join(
            StrategyVersion,
            (StrategyVersion.strategy_id == Strategy.id) & (StrategyVersion.seq == newest.c.seq),
        )
        .where(visible(Strategy.id, account_id, is_admin=is_admin, level=level))
    )


def strategies(
    session: Session, account_id: UUID, is_admin: bool, *, text: str | None, after: UUID | None, limit: int
) -> Sequence[StrategyRow]:
    """Newest first, one more than `limit`."""
    query = _strategies(account_id, is_admin)
    if text:
        query = query.where(Strategy.name.icontains(text, autoescape=True))
    if after:
        query = query.where(Strategy.id < after)
    return list(session.execute(query.order_by(Strategy.id.desc()).limit(limit + 1)))


def strategy(
    session: Session, strategy_id: UUID, account_id: UUID, is_admin: bool, level: Level = "read"
) -> StrategyRow | None:
    query = _strategies(account_id, is_admin, level).where(Strategy.id == strategy_id)
    row = session.execute(query).one_or_none()
    return row


def named(session: Session, owner_id: UUID, name: str) -> Strategy | None:
    return session.scalars(
        select(Strategy)
        .join(Object, Object.id == Strategy.id)
        .where(Object.owner_id == owner_id, Strategy.name == name, Object.deleted_at.is_(None))
        .order_by(Strategy.id)
        .limit(1)
    ).first()


def lock_account(session: Session, account_id: UUID) -> None:
    """One at a time of those who name things for this account."""
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))


def versions(session: Session, strategy_id: UUID) -> Sequence[StrategyVersion]:
    query = select(StrategyVersion).where(StrategyVersion.strategy_id == strategy_id)
    return session.scalars(query.order_by(StrategyVersion.seq.desc())).all()


def version(session: Session, version_id: UUID, account_id: UUID, is_admin: bool) -> StrategyVersion | None:
    seen = visible(StrategyVersion.strategy_id, account_id, is_admin=is_admin)
    query = select(StrategyVersion).where(StrategyVersion.id == version_id, seen)
    return session.scalars(query).one_or_none()


def add_version(session: Session, row: StrategyVersion) -> StrategyVersion:
    """Append a version; the strategy's row is held, so that its line has one writer."""
    session.execute(select(Strategy.id).where(Strategy.id == row.strategy_id).with_for_update(key_share=True))
    last = session.scalar(
        select(func.max(StrategyVersion.seq)).where(StrategyVersion.strategy_id == row.strategy_id)
    )
    row.seq = (last or 0) + 1
    session.add(row)
    session.flush()
    return row


def backtest_counts(session: Session, strategy_ids: Collection[UUID]) -> dict[UUID, int]:
    query = (
        select(StrategyVersion.strategy_id, func.count(Backtest.id))
        .join(Backtest, Backtest.strategy_version_id == StrategyVersion.id)
        .join(Object, Object.id == Backtest.id)
        .where(StrategyVersion.strategy_id.in_(strategy_ids), Object.deleted_at.is_(None))
        .group_by(StrategyVersion.strategy_id)
    )
    return dict(session.execute(query).all())
