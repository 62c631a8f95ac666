"""All SQL of the index of values: which file holds which expression in which chunk."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kuznia.db.tables import DatasetVersion, FeatureValues, Run, RunFile, RunInput

BATCH = 1_000


def known(
    session: Session, expressions: Collection[str], sources: Collection[str], universe: str
) -> dict[str, tuple[str, str, int]]:
    """File, column and rows of what is known of these expressions on these files of bars, by key."""
    query = select(FeatureValues.key, FeatureValues.digest, FeatureValues.name, FeatureValues.rows).where(
        FeatureValues.expression.in_(expressions),
        FeatureValues.source.in_(sources),
        FeatureValues.universe == universe,
    )
    return {row.key: (row.digest, row.name, row.rows) for row in session.execute(query)}


def add(session: Session, rows: Sequence[dict[str, object]]) -> None:
    """Insert what was computed; what another run recorded meanwhile has the same values."""
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        session.execute(insert(FeatureValues).values(batch).on_conflict_do_nothing(index_elements=["key"]))


def of_run(session: Session, run_id: UUID, prefix: str) -> dict[str, str]:
    """Files of a run whose role begins with `prefix`, by role."""
    query = select(RunFile.role, RunFile.digest).where(
        RunFile.run_id == run_id, func.starts_with(RunFile.role, prefix)
    )
    return dict(session.execute(query.order_by(RunFile.role)).all())


Place = tuple[str, int, UUID]
"""Role, position and id of a thing a run read; of a dataset its own id, whichever version."""


def newest_like(session: Session, run_id: UUID) -> UUID | None:
    """The run with the newest data among those that computed the same set from the same things.

    Newest is the one whose dataset versions are highest, bars first; of equal ones the last to finish.
    """
    like = session.get(Run, run_id)
    if like is None:
        return None
    wanted = _origins(session, [run_id])[run_id]
    lag = like.parameters.get("decision_lag_minutes")
    same_set = (
        select(RunInput.feature_set_version_id)
        .where(RunInput.run_id == run_id, RunInput.feature_set_version_id.is_not(None))
        .scalar_subquery()
    )
    has_values = select(RunFile.run_id).where(func.starts_with(RunFile.role, "values"))
    query = (
        select(Run)
        .join(RunInput, RunInput.run_id == Run.id)
        .where(RunInput.feature_set_version_id == same_set, Run.id.in_(has_values))
    )
    runs = [run for run in session.scalars(query) if run.parameters.get("decision_lag_minutes") == lag]
    found = _origins(session, [run.id for run in runs])
    alike = [run for run in runs if found[run.id].keys() == wanted.keys()]
    return max(alike, key=lambda run: (_seqs(found[run.id]), run.finished_at)).id if alike else None


def _origins(session: Session, run_ids: Collection[UUID]) -> dict[UUID, dict[Place, int]]:
    """By run: what it read, and the number of each dataset's version (0 for other things)."""
    query = (
        select(RunInput, DatasetVersion.dataset_id, DatasetVersion.seq)
        .outerjoin(DatasetVersion, DatasetVersion.id == RunInput.dataset_version_id)
        .where(RunInput.run_id.in_(run_ids))
    )
    found: dict[UUID, dict[Place, int]] = {run_id: {} for run_id in run_ids}
    for pin, dataset_id, seq in session.execute(query):
        thing = dataset_id or pin.universe_version_id or pin.feature_set_version_id or pin.id
        found[pin.run_id][pin.role, pin.position, thing] = seq or 0
    return found


def _seqs(read: dict[Place, int]) -> list[int]:
    """Numbers of the versions read, the bars' first."""
    return [seq for (role, _, _), seq in sorted(read.items(), key=lambda one: (one[0][0] != "bars", one[0]))]
