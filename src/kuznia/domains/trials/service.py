"""The trial ledger: every evaluated configuration of a question counts, whoever evaluated it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from kuznia.core.frames.digest import json_digest
from kuznia.db.access import Level, new_object
from kuznia.db.session import WriteSession
from kuznia.db.tables import Question, Trial
from kuznia.domains.accounts.service import audit
from kuznia.domains.jobs.service import register_files
from kuznia.domains.trials import repository
from kuznia.domains.trials.errors import QuestionMissing, QuestionNameTaken
from kuznia.domains.trials.repository import QuestionRow
from kuznia.domains.trials.schemas import QuestionCreate
from kuznia.errors import Fault
from kuznia.rest.principal import Principal

if TYPE_CHECKING:
    from kuznia.store.store import Stored

BATCH = 1_000
EVERYDAY = "Simulate"
"""Name of the question that takes what is simulated without naming one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTrial:
    """One evaluated configuration.

    Parameters
    ----------
    kind : str
        What evaluated it: ``backtest``, ``sweep``, ``model``, ``feature``.
    config : mapping
        Everything that was chosen. Span, universe and horizon belong to it: changing them stays in
        the question and is a new trial.
    statistics : mapping of str to float or None
        What came out; ``sharpe`` is annual.
    returns : Stored or None
        Frame with ``ts``, ``value`` (return) and ``judged`` (return in excess of what was to be
        beaten), as float32.
    config_digest : str or None
        Of `config`, where it is known already.
    """

    kind: str
    name: str
    config: Mapping[str, Any]
    account_id: UUID
    run_id: UUID | None
    universe_version_id: UUID | None = None
    first_ts: datetime | None = None
    last_ts: datetime | None = None
    observations: int
    periods_per_year: float
    statistics: Mapping[str, float | str | None]
    returns: Stored | None = None
    config_digest: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A trial as a computation needs it. Holds no session."""

    config_digest: str
    returns: str | None
    statistics: dict[str, Any]
    periods_per_year: float

    @property
    def judged_sharpe(self) -> float | None:
        """Annual ratio of what was judged, if it is known."""
        ratio = self.statistics.get("judged_sharpe", self.statistics.get("sharpe"))
        return None if ratio is None else float(ratio)


def record_trials(session: Session, question_id: UUID, rows: Sequence[NewTrial]) -> int:
    """Write trials under their question, in the fenced transaction of a handler's ``record``.

    Returns
    -------
    int
        How many of them are new to the question.
    """
    register_files(session, [row.returns for row in rows if row.returns is not None])
    values = [
        {
            "id": uuid7(),
            "question_id": question_id,
            "config_digest": row.config_digest or json_digest(row.config),
            "config": dict(row.config),
            "statistics": dict(row.statistics),
            "returns": row.returns.digest if row.returns else None,
        }
        | {
            name: getattr(row, name)
            for name in (
                "kind",
                "name",
                "account_id",
                "run_id",
                "universe_version_id",
                "first_ts",
                "last_ts",
                "observations",
                "periods_per_year",
            )
        }
        for row in rows
    ]
    return sum(
        repository.add_trials(session, values[start : start + BATCH])
        for start in range(0, len(values), BATCH)
    )


def ledger(session: Session, question_id: UUID) -> list[LedgerEntry]:
    """All trials of a question, of all owners, for a computation."""
    return [
        LedgerEntry(digest, returns, statistics, periods)
        for digest, returns, statistics, periods in repository.ledger(session, question_id)
    ]


def counts(session: Session, question_ids: Collection[UUID]) -> dict[UUID, int]:
    """Trials of each question, over all owners: the number reveals nothing else of theirs."""
    found = repository.counts(session, question_ids)
    return {one: found.get(one, 0) for one in question_ids}


def create(session: WriteSession, principal: Principal, new: QuestionCreate) -> QuestionRow:
    repository.lock_account(session, principal.account_id)
    if repository.named(session, principal.account_id, new.name):
        raise QuestionNameTaken(
            f"You have a question named {new.name!r}.", [Fault("/body/name", "Add to it, or choose another.")]
        )
    question_id = _add(session, principal.account_id, new.name, new.description)
    audit(session, principal, "question.create", question_id, after=new.model_dump(mode="json"))
    return get(session, principal, question_id)


def get(session: Session, principal: Principal, question_id: UUID) -> QuestionRow:
    row = repository.question(session, question_id, principal.account_id, principal.is_admin)
    if row is None:
        raise QuestionMissing("There is no such question, or it is not shared with you.")
    return row


def usable(
    session: Session, question_id: UUID, account_id: UUID, *, is_admin: bool = False, level: Level = "read"
) -> UUID:
    """The question, if the account may add to it."""
    if repository.question(session, question_id, account_id, is_admin, level) is None:
        raise QuestionMissing("There is no such question, or it is not shared with you.")
    return question_id


def everyday(session: Session, account_id: UUID) -> UUID:
    """The account's question for ideas that name none; made when it is first needed."""
    found = repository.named(session, account_id, EVERYDAY)
    if found is None:
        repository.lock_account(session, account_id)
        found = repository.named(session, account_id, EVERYDAY)
    return found or _add(session, account_id, EVERYDAY, "Ideas simulated without a question of their own.")


def visible_trials(
    session: Session, principal: Principal, question_id: UUID, after: UUID | None, limit: int
) -> Sequence[Trial]:
    """Own trials; an administrator sees all. Those of others are only counted."""
    get(session, principal, question_id)
    account_id = None if principal.is_admin else principal.account_id
    return repository.trials(session, question_id, account_id=account_id, after=after, limit=limit)


def _add(session: Session, owner_id: UUID, name: str, description: str) -> UUID:
    question_id = new_object(session, "question", owner_id)
    session.add(Question(id=question_id, name=name, description=description))
    session.flush()
    return question_id
