"""All SQL of versions as lists show them: a page of a model's, and the one under an alias."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Select, Text, bindparam, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, aliased

from kuznia.db.tables import Account, Alias, ModelVersion
from kuznia.domains.models import repository

LONG = ["folds", "importance", "paths", "per_seed"]
"""Parts of a summary that no list shows."""


def _listed() -> Select[Any]:
    """What a list shows of versions. The long parts of a summary stay in the database."""
    own = aliased(Alias)
    on = select(own.name).where(own.version_id == ModelVersion.id).order_by(own.name)
    spec, summary = ModelVersion.spec, ModelVersion.summary
    return select(
        ModelVersion.id,
        ModelVersion.model_id,
        ModelVersion.seq,
        ModelVersion.digest,
        spec["learner"].as_string().label("learner"),
        spec["label"]["horizon"].as_integer().label("horizon"),
        func.jsonb_array_length(spec["seeds"]).label("seeds"),
        func.jsonb_array_length(summary["importance"]).label("features"),
        summary.op("-", return_type=JSONB())(literal(LONG, ARRAY(Text))).label("summary"),
        func.array(on.scalar_subquery(), type_=ARRAY(Text)).label("aliases"),
        ModelVersion.trained_until,
        ModelVersion.created_at,
        Account.id.label("account_id"),
        Account.name.label("account_name"),
    ).join(Account, Account.id == ModelVersion.created_by)


@cache
def _page(*, below: bool) -> Select[Any]:
    """Built once: to build it takes longer than to run it.

    The page is cut first, or the database would take apart the summaries of all versions to sort them.
    """
    query = select(ModelVersion.id).where(ModelVersion.model_id == bindparam("model"), repository.living())
    if below:
        query = query.where(ModelVersion.seq < bindparam("before"))
    page = query.order_by(ModelVersion.seq.desc()).limit(bindparam("most")).subquery()
    return _listed().join(page, page.c.id == ModelVersion.id).order_by(ModelVersion.seq.desc())


@cache
def _under_alias() -> Select[Any]:
    on = (Alias.model_id == bindparam("model"), Alias.name == bindparam("alias"))
    return _listed().join(Alias, Alias.version_id == ModelVersion.id).where(*on)


def versions(
    session: Session, model_id: UUID, *, before: int | None = None, limit: int
) -> Sequence[RowMapping]:
    """Newest first, one more than `limit`."""
    given = {"model": model_id, "most": limit + 1, "before": before}
    return session.execute(_page(below=before is not None), given).mappings().all()


def version_by_alias(session: Session, model_id: UUID, name: str) -> RowMapping | None:
    """What a list shows of the version that an alias is on."""
    return session.execute(_under_alias(), {"model": model_id, "alias": name}).mappings().one_or_none()
