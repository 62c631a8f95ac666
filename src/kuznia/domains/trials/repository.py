"""The SQL of questions and trials."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kuznia.db.access import Level, visible
from kuznia.db.tables import Account, Object, Question, Trial

QuestionRow = tuple[Question, Object, Account]


def _questions(account_id: UUID, is_admin: bool, level: Level = "read") -> Select[Question, Object, Account]:
    return (
        select(Question, Object, Account)
        .join(Object, Object.id == Question.id)
        .join(Account, Account.id == Object.owner_id)
        .where(visible(Question.id, account_id, is_admin=is_admin, level=level))
    )


def questions(
    session: Session, account_id: UUID, is_admin: bool, *, after: UUID | None, limit: int
) -> Sequence[QuestionRow]:
    """Newest first, one more than `limit`."""
    query = _questions(account_id, is_admin)
    if after:
        query = query.where(Question.id < after)
    rows = session.execute(query.order_by(Question.id.desc()).limit(limit + 1))
    return list(rows)


def question(
    session: Session, question_id: UUID, account_id: UUID, is_admin: bool, level: Level = "read"
) -> QuestionRow | None:
    query = _questions(account_id, is_admin, level).where(Question.id == question_id)
    row = session.execute(query).one_or_none()
    return row


def named(session: Session, owner_id: UUID, name: str) -> UUID | None:
    return session.scalar(
        select(Question.id)
        .join(Object, Object.id == Question.id)
        .where(Object.owner_id == owner_id, Question.name == name, Object.deleted_at.is_(None))
        .order_by(Question.id)
        .limit(1)
    )


def lock_account(session: Session, account_id: UUID) -> None:
    """One at a time of those who name things for this account."""
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))


def counts(session: Session, question_ids: Collection[UUID]) -> dict[UUID, int]:
    query = (
        select(Trial.question_id, func.count())
        .where(Trial.question_id.in_(question_ids))
        .group_by(Trial.question_id)
    )
    return dict(session.execute(query).all())


def trials(
    session: Session,
    question_id: UUID,
    *,
    account_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Trial]:
    """Trials of a question, newest first, of one account or of all; one more than `limit`."""
    query = select(Trial).where(Trial.question_id == question_id)
    if account_id is not None:
        query = query.where(Trial.account_id == account_id)
    if after:
        query = query.where(Trial.id < after)
    return session.scalars(query.order_by(Trial.id.desc()).limit(limit + 1)).all()


def ledger(session: Session, question_id: UUID) -> Sequence[tuple[str, str | None, dict[str, Any], float]]:
    """Digest, returns, statistics and bars of a year of every trial, oldest first."""
    query = select(Trial.config_digest, Trial.returns, Trial.statistics, Trial.periods_per_year)
    rows = session.execute(query.where(Trial.question_id == question_id).order_by(Trial.id))
    return [(digest, returns, statistics, periods) for digest, returns, statistics, periods in rows]


def add_trials(session: Session, rows: Sequence[dict[str, Any]]) -> int:
    """Insert trials; one that was evaluated before is no new trial. Returns how many are new."""
    if not rows:
        return 0
    statement = insert(Trial).on_conflict_do_nothing(index_elements=["question_id", "config_digest"])
    return len(session.scalars(statement.returning(Trial.id), list(rows)).all())
