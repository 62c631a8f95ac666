"""References inside a job's input: find them, and replace them by what was produced."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from kuznia.db.tables import Job
from kuznia.queue.errors import InputMissing
from kuznia.queue.kinds import JobInput, Produced

Input = TypeVar("Input", bound=JobInput)
Swap = Callable[[Produced, str], Any]


def replaced(value: Any, swap: Swap, pointer: str = "") -> Any:
    """A plain copy of an input in which every reference became ``swap(reference, JSON pointer)``."""
    if isinstance(value, Produced):
        return swap(value, pointer)
    if isinstance(value, BaseModel):
        names = type(value).model_fields
        return {name: replaced(getattr(value, name), swap, f"{pointer}/{name}") for name in names}
    if isinstance(value, Mapping):
        return {key: replaced(item, swap, f"{pointer}/{key}") for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [replaced(item, swap, f"{pointer}/{n}") for n, item in enumerate(value)]
    return value


def references(value: JobInput) -> list[tuple[str, Produced]]:
    """Every reference of an input with its JSON pointer."""
    found: list[tuple[str, Produced]] = []
    replaced(value, lambda reference, pointer: found.append((pointer, reference)))
    return found


def producers(value: JobInput) -> set[UUID]:
    """The jobs an input waits for; its references hold ids, not keys of a chain."""
    return {_job_id(reference) for _, reference in references(value)}


def _job_id(reference: Produced) -> UUID:
    try:
        return UUID(reference.job)
    except ValueError:
        raise InputMissing(f"{reference.job!r} is no id of a job.") from None


def resolved(session: Session, job: Job, model: type[Input]) -> Input:
    """The job's input with every reference replaced by the id its producer recorded.

    A producer is done before its dependents are queued, and its outputs never change after that, so
    the ids are pinned.
    """
    given = model.model_validate(job.input)
    wanted = producers(given)
    if not wanted:
        return given
    outputs: dict[UUID, dict[str, Any]] = {
        row.id: row.outputs for row in session.execute(select(Job.id, Job.outputs).where(Job.id.in_(wanted)))
    }

    def produced(reference: Produced, pointer: str) -> str:
        made = outputs.get(UUID(reference.job), {}).get(reference.output)
        if made is None:
            raise InputMissing(f"Job {reference.job} produced no {reference.output!r} for {pointer}.")
        return str(made)

    return model.model_validate(replaced(given, produced))
