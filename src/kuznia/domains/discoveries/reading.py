"""From stored rows and files to what the API answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from kuznia.domains.backtests.schemas import Named, QuestionOf, Reproduction, UniverseOf
from kuznia.domains.discoveries import repository
from kuznia.domains.discoveries.errors import CandidateMissing, UnknownColumn
from kuznia.domains.discoveries.repository import DiscoveryRow
from kuznia.domains.discoveries.schemas import (
    SORTS,
    CandidateRead,
    DiscoveryOf,
    DiscoveryRead,
    DiscoverySummary,
)
from kuznia.domains.trials import service as trials
from kuznia.errors import Fault
from kuznia.rest.principal import Principal

if TYPE_CHECKING:
    from kuznia.store import Store

STORED = (
    "bars",
    "context",
    "backfilled",
    "frequency",
    "periods_per_year",
    "taught",
    "judged",
    "new_trials",
    "funnel",
    "luck",
)


def summary(row: DiscoveryRow) -> DiscoverySummary:
    found, owned, account, question, _, version, universe = row
    return DiscoverySummary(
        id=found.id,
        name=found.name,
        created_at=owned.created_at,
        owner=Named(id=account.id, name=account.name),
        question=Named(id=question.id, name=question.name),
        universe=Named(id=universe.id, name=universe.name),
        biased=version.biased,
        candidates=found.candidates,
        kept=found.kept,
        horizon=found.spec["horizon"],
        false_discovery_rate=found.spec["false_discovery_rate"],
    )


def detail(session: Session, row: DiscoveryRow, principal: Principal) -> DiscoveryRead:
    found, owned, account, question, run, version, universe = row
    counts = trials.counts(session, [question.id])
    sets = repository.adopted_sets(session, found.id, principal.account_id, principal.is_admin)
    return DiscoveryRead(
        id=found.id,
        name=found.name,
        created_at=owned.created_at,
        owner=Named(id=account.id, name=account.name),
        duration_s=(run.finished_at - run.started_at).total_seconds(),
        question=QuestionOf(id=question.id, name=question.name, trials=counts[question.id]),
        universe=UniverseOf(
            id=universe.id,
            name=universe.name,
            version_id=version.id,
            seq=version.seq,
            size=len(version.spec["instruments"]),
            biased=version.biased,
            reason=version.bias_reason,
        ),
        spec=DiscoveryOf.model_validate(found.spec),
        candidates=found.candidates,
        kept=found.kept,
        run_id=run.id,
        job_id=run.job_id,
        result_digest=run.result_digest,
        reproduction=_reproduction(session, row),
        adopted=[Named(id=key, name=name) for key, name in sets],
        **{name: found.summary[name] for name in STORED},
    )


def _reproduction(session: Session, row: DiscoveryRow) -> Reproduction | None:
    first = row[4]
    again = repository.newest_reproduction(session, first.id)
    if again is None:
        return None
    pairs = {
        "numbers": (first.result_digest, again.result_digest),
        "code": (first.code, again.code),
        "environment": (first.environment, again.environment),
    }
    return Reproduction(
        run_id=again.id,
        at=again.finished_at,
        equal=first.result_digest == again.result_digest,
        differs=[name for name, (before, after) in pairs.items() if before != after],
    )


def candidates(
    store: Store,
    digest: str,
    *,
    reasons: Collection[str],
    families: Collection[str],
    text: str | None,
    sort: str,
    offset: int,
    limit: int,
) -> list[CandidateRead]:
    """Candidates in the order of `sort` (``-`` descends, ``t`` by size); what has no value comes last.

    ``kept`` among the reasons means those that did not fall.
    """
    import polars as pl

    column = sort.removeprefix("-")
    if column not in SORTS:
        fault = Fault("/query/sort", f"Use one of {', '.join(SORTS)}.")
        raise UnknownColumn(f"Candidates have no {column!r}.", [fault])
    rows = store.scan([digest])
    if reasons:
        kept = pl.col("reason").is_null() if "kept" in reasons else pl.lit(value=False)
        rows = rows.filter(kept | pl.col("reason").is_in(sorted(reasons)))
    if families:
        rows = rows.filter(pl.col("family").is_in(sorted(families)))
    if text:
        rows = rows.filter(pl.col("expression").str.contains(text, literal=True))
    by = pl.col(column).abs() if column in ("t", "ic") else pl.col(column)
    found = rows.with_columns(by.alias("_by")).sort(
        ["_by", "n"], descending=[sort.startswith("-"), False], nulls_last=True
    )
    page = found.drop("_by").slice(offset, limit + 1).collect()
    return [_shown(row) for row in page.iter_rows(named=True)]


def candidates_at(store: Store, digest: str, numbers: Sequence[int]) -> list[CandidateRead]:
    """Candidates by their numbers, in this order, each once."""
    import polars as pl

    rows = store.scan([digest]).filter(pl.col("n").is_in(list(numbers))).collect()
    found = {row["n"]: _shown(row) for row in rows.iter_rows(named=True)}
    for place, n in enumerate(numbers):
        if n not in found:
            fault = Fault(f"/body/candidates/{place}", "Choose another.")
            raise CandidateMissing(f"The discovery has no candidate {n}.", [fault])
    return [found[n] for n in dict.fromkeys(numbers)]


def _shown(row: dict[str, Any]) -> CandidateRead:
    return CandidateRead.model_validate({name: row[name] for name in CandidateRead.model_fields})
