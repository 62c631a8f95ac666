"""Routes of questions and their trials."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from kuznia.domains.trials import repository, service
from kuznia.domains.trials.repository import QuestionRow
from kuznia.domains.trials.schemas import OwnerRead, QuestionCreate, QuestionRead, TrialRead
from kuznia.rest.paging import Cursor, Limit, Page, page_of, read_cursor, write_cursor
from kuznia.rest.principal import Reader, Writer
from kuznia.rest.session import Reading, Writing

router = APIRouter(prefix="/questions", tags=["questions"])


def show(row: QuestionRow, trials: int) -> QuestionRead:
    question, owned, account = row
    return QuestionRead(
        id=question.id,
        name=question.name,
        description=question.description,
        owner=OwnerRead(id=account.id, name=account.name),
        created_at=owned.created_at,
        revision=question.revision,
        trials=trials,
    )


@router.get("", operation_id="list_questions", summary="Questions with their numbers of trials")
def list_questions(
    session: Reading, principal: Reader, limit: Limit = 50, cursor: Cursor = None
) -> Page[QuestionRead]:
    after = read_cursor(cursor, 1, UUID)
    rows = repository.questions(
        session,
        principal.account_id,
        principal.is_admin,
        after=UUID(str(after[0])) if after else None,
        limit=limit,
    )
    counts = service.counts(session, [row[0].id for row in rows])
    return page_of(rows, limit, lambda row: show(row, counts[row[0].id]), lambda row: write_cursor(row[0].id))


@router.post("", status_code=201, operation_id="create_question", summary="Open a question")
def create_question(session: Writing, principal: Writer, new: QuestionCreate) -> QuestionRead:
    return show(service.create(session, principal, new), 0)


@router.get("/{question_id}", operation_id="read_question", summary="One question")
def read_question(session: Reading, principal: Reader, question_id: UUID) -> QuestionRead:
    row = service.get(session, principal, question_id)
    return show(row, service.counts(session, [question_id])[question_id])


@router.get(
    "/{question_id}/trials",
    operation_id="list_trials",
    summary="Trials of a question, whoever evaluated them",
)
def list_trials(
    session: Reading, principal: Reader, question_id: UUID, limit: Limit = 50, cursor: Cursor = None
) -> Page[TrialRead]:
    after = read_cursor(cursor, 1, UUID)
    rows = service.visible_trials(
        session, principal, question_id, UUID(str(after[0])) if after else None, limit
    )
    return page_of(
        rows,
        limit,
        lambda row: TrialRead.model_validate(row, from_attributes=True),
        lambda row: write_cursor(row.id),
    )
