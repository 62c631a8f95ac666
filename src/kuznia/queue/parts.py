"""A job that is split: its parts are jobs of their own on any worker, and it waits on their rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from uuid_utils.compat import uuid7

from kuznia.db.session import WriteSession
from kuznia.db.tables import Job
from kuznia.queue.enqueue import enqueue
from kuznia.queue.kinds import JobInput, JobKind, Produced


def enqueue_split(
    session: WriteSession,
    kind: JobKind,
    input_of: Callable[[list[Produced]], JobInput],
    part: JobKind,
    parts: Sequence[JobInput],
    *,
    owner_id: UUID,
    name: str,
    question_id: UUID | None = None,
    request_id: str | None = None,
) -> Job:
    """Insert the parts, queued, and the job that reads what all of them produce, waiting.

    Parameters
    ----------
    input_of : list of Produced -> JobInput
        The job's input from the promises of its parts' first outputs, in their order.
    part : JobKind
        What a part does.

    Returns
    -------
    Job
        The one that waits. Cancelled or failed, it takes its unfinished parts with it; a part that
        fails takes it along.
    """
    chain_id = uuid7()
    made = [
        enqueue(
            session,
            part,
            one,
            owner_id=owner_id,
            name=f"{name}: {n} of {len(parts)}",
            question_id=question_id,
            chain_id=chain_id,
            request_id=request_id,
        )
        for n, one in enumerate(parts, start=1)
    ]
    promises = [Produced(job=str(one.id), output=part.outputs[0]) for one in made]
    whole = enqueue(
        session,
        kind,
        input_of(promises),
        owner_id=owner_id,
        name=name,
        question_id=question_id,
        chain_id=chain_id,
        request_id=request_id,
    )
    for one in made:
        one.parent_id = whole.id
    session.flush()
    return whole
