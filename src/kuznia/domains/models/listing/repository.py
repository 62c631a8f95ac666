"""All SQL of versions as lists show them: a page of a model's, and the one under an alias.

The database writes their JSON: as columns, each value would be named, read and put together again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    Text,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    select,
)
from sqlalchemy.orm import Session

from kuznia.db.tables import Account, Alias, ModelVersion, ModelVersionRemoval, table_of

VERSIONS, ALIASES = table_of(ModelVersion).c, table_of(Alias).c
ACCOUNTS, REMOVALS = table_of(Account).c, table_of(ModelVersionRemoval).c


def _word(word: str) -> ColumnElement[str]:
    """One that stands in the statement: a bound one would be sent along each time."""
    return literal_column(f"'{word}'")


def _part(whole: ColumnElement[Any], *names: str) -> ColumnElement[Any]:
    for name in names:
        whole = whole.op("->")(_word(name))
    return whole


def _listed() -> Select[Any]:
    """What a list shows of versions. The long parts of a summary stay in the database."""
    own = table_of(Alias).alias().c
    on = select(own.name).where(own.version_id == VERSIONS.id).order_by(own.name)
    spec, summary = VERSIONS.spec, VERSIONS.summary
    return select(
        VERSIONS.id,
        VERSIONS.model_id,
        VERSIONS.seq,
        VERSIONS.digest,
        _part(spec, "learner").label("learner"),
        _part(spec, "label", "horizon").label("horizon"),
        func.jsonb_array_length(_part(spec, "seeds")).label("seeds"),
        func.jsonb_array_length(_part(summary, "importance")).label("features"),
        _part(summary, "rank_ic").label("rank_ic"),
        _part(summary, "verdict").label("verdict"),
        _part(summary, "labels").label("labels"),
        func.array(on.scalar_subquery()).label("aliases"),
        VERSIONS.trained_until,
        VERSIONS.created_at,
        func.json_build_object(_word("id"), ACCOUNTS.id, _word("name"), ACCOUNTS.name).label("created_by"),
    ).join(table_of(Account), ACCOUNTS.id == VERSIONS.created_by)


def _written(shown: Subquery) -> Select[str]:
    return select(cast(func.row_to_json(shown.table_valued()), Text))


@cache
def _page(*, below: bool) -> Select[str]:
    """Built once: to build it takes longer than to run it.

    The page is cut first, or the database would take apart the summaries of all versions to sort them.
    """
    living = ~exists().where(REMOVALS.version_id == VERSIONS.id)
    query = select(VERSIONS.id).where(VERSIONS.model_id == bindparam("model"), living)
    if below:
        query = query.where(VERSIONS.seq < bindparam("before"))
    page = query.order_by(VERSIONS.seq.desc()).limit(bindparam("most")).subquery()
    shown = _listed().join(page, page.c.id == VERSIONS.id).subquery()
    return _written(shown).order_by(shown.c.seq.desc())


@cache
def _under_alias() -> Select[str]:
    on = (ALIASES.model_id == bindparam("model"), ALIASES.name == bindparam("alias"))
    return _written(_listed().join(table_of(Alias), ALIASES.version_id == VERSIONS.id).where(*on).subquery())


def versions(session: Session, model_id: UUID, *, before: int | None = None, limit: int) -> Sequence[str]:
    """Newest first, one more than `limit`."""
    given = {"model": model_id, "most": limit + 1, "before": before}
    return session.connection().scalars(_page(below=before is not None), given).all()


def version_by_alias(session: Session, model_id: UUID, name: str) -> str | None:
    """What a list shows of the version that an alias is on."""
    shown: str | None = session.connection().scalar(_under_alias(), {"model": model_id, "alias": name})
    return shown
