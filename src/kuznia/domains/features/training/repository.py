"""All SQL of training frames."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kuznia.db.access import visible
from kuznia.db.tables import File, Run, RunFile, RunInput

PART = "frame/"
"""Begins the role of a part's file; the span's label follows."""


def visible_run(session: Session, run_id: UUID, account_id: UUID, is_admin: bool) -> Run | None:
    """A run whose job the account may see."""
    seen = visible(Run.job_id, account_id, is_admin=is_admin)
    return session.scalars(select(Run).where(Run.id == run_id, seen)).one_or_none()


def inputs(session: Session, run_id: UUID) -> Sequence[RunInput]:
    query = select(RunInput).where(RunInput.run_id == run_id).order_by(RunInput.role, RunInput.position)
    return session.scalars(query).all()


def parts(session: Session, run_id: UUID) -> Sequence[tuple[str, int | None]]:
    """Digest and rows of each part, in the order of time."""
    query = (
        select(RunFile.digest, File.rows)
        .join(File, File.digest == RunFile.digest)
        .where(RunFile.run_id == run_id, func.starts_with(RunFile.role, PART))
        .order_by(RunFile.role)
    )
    return session.execute(query).all()
