"""A chain of jobs as data: validated whole, then enqueued whole, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from pydantic import ValidationError
from uuid_utils.compat import uuid7

from kuznia.db.session import WriteSession
from kuznia.db.tables import Job
from kuznia.errors import Fault
from kuznia.queue.enqueue import enqueue
from kuznia.queue.errors import BadChain
from kuznia.queue.inputs import references, replaced
from kuznia.queue.kinds import JobInput, JobKind, Produced


@dataclass(frozen=True, slots=True)
class Link:
    """One job of a chain: its key, what to do, and its input as it came."""

    key: str
    kind: str
    input: Mapping[str, Any]
    name: str | None = None


class KindOf(Protocol):
    def __call__(self, job_id: UUID, /) -> str | None:
        """The kind of an existing job that the poster may see."""


@dataclass(frozen=True, slots=True)
class _Checked:
    link: Link
    kind: JobKind
    input: JobInput
    reads: frozenset[str]


def post_chain(
    session: WriteSession,
    kinds: Mapping[str, JobKind],
    links: Sequence[Link],
    kind_of: KindOf,
    *,
    owner_id: UUID,
    question_id: UUID | None = None,
    request_id: str | None = None,
) -> list[Job]:
    """Enqueue all jobs of a chain, or none and say what is wrong with each.

    A reference names a job of the chain by its key, or an existing one by its id.

    Parameters
    ----------
    kinds : mapping of name to JobKind
        Every kind there is.
    kind_of : (job id) -> str or None
        Looks up a job outside the chain with the poster's rights.

    Returns
    -------
    list of Job
        In the order of `links`.
    """
    faults: list[Fault] = []
    checked = [_checked(n, link, kinds, faults) for n, link in enumerate(links)]
    outputs = {one.link.key: one.kind.outputs for one in checked if one is not None}
    if len({link.key for link in links}) < len(links):
        faults.append(Fault("/body/jobs", "Two jobs have the same key; give each its own."))
    for n, one in enumerate(checked):
        if one is not None:
            faults += _wrong_references(n, one, outputs, kinds, kind_of)
    sound = [one for one in checked if one is not None]
    ordered = [] if faults else _in_order(sound, faults)
    if faults:
        raise BadChain(f"{len(faults)} places of the chain are wrong; nothing was started.", faults)
    chain_id = uuid7()
    made: dict[str, Job] = {}
    for one in ordered:
        made[one.link.key] = enqueue(
            session,
            one.kind,
            _with_ids(one.input, made),
            owner_id=owner_id,
            name=one.link.name or one.kind.title,
            question_id=question_id,
            chain_id=chain_id,
            request_id=request_id,
        )
    return [made[link.key] for link in links]


def _checked(n: int, link: Link, kinds: Mapping[str, JobKind], faults: list[Fault]) -> _Checked | None:
    kind = kinds.get(link.kind)
    if kind is None:
        known = ", ".join(sorted(kinds))
        faults.append(Fault(f"/body/jobs/{n}/kind", f"There is no kind {link.kind!r}. Known: {known}."))
        return None
    try:
        value = kind.input.model_validate(link.input)
    except ValidationError as error:
        for one in error.errors(include_url=False, include_context=False, include_input=False):
            pointer = _pointer(link.input, one["loc"])
            faults.append(Fault(f"/body/jobs/{n}/input{pointer}", one["msg"]))
        return None
    return _Checked(link, kind, value, frozenset(ref.job for _, ref in references(value)))


def _pointer(given: Any, places: Sequence[int | str]) -> str:
    """The part of pydantic's location that is a place in the given JSON, and a missing field's name."""
    pointer = ""
    for n, place in enumerate(places):
        inside = isinstance(given, Mapping) and place in given
        at = isinstance(given, list) and isinstance(place, int) and place < len(given)
        if inside or at:
            given = given[place]
        elif not (isinstance(given, Mapping) and n == len(places) - 1):
            continue
        pointer += f"/{place}"
    return pointer


def _wrong_references(
    n: int,
    one: _Checked,
    outputs: Mapping[str, Sequence[str]],
    kinds: Mapping[str, JobKind],
    kind_of: KindOf,
) -> list[Fault]:
    faults = []
    for pointer, reference in references(one.input):
        known = outputs.get(reference.job)
        if known is None:
            kind = _existing_kind(reference, kind_of)
            known = kinds[kind].outputs if kind is not None and kind in kinds else None
        if known is None:
            detail = f"There is no job {reference.job!r} in this chain, nor one of yours with this id."
            faults.append(Fault(f"/body/jobs/{n}/input{pointer}/job", detail))
        elif reference.output not in known:
            detail = f"That job produces {', '.join(known) or 'nothing'}, not {reference.output!r}."
            faults.append(Fault(f"/body/jobs/{n}/input{pointer}/output", detail))
    return faults


def _existing_kind(reference: Produced, kind_of: KindOf) -> str | None:
    try:
        return kind_of(UUID(reference.job))
    except ValueError:
        return None


def _in_order(checked: Sequence[_Checked], faults: list[Fault]) -> list[_Checked]:
    """Producers before those that read from them, otherwise as posted."""
    keys = {one.link.key for one in checked}
    ordered: list[_Checked] = []
    left = list(checked)
    while left:
        placed = {one.link.key for one in ordered}
        ready = next((one for one in left if (one.reads & keys) <= placed), None)
        if ready is None:
            circle = ", ".join(one.link.key for one in left)
            faults.append(Fault("/body/jobs", f"These jobs wait for each other: {circle}."))
            return []
        ordered.append(ready)
        left.remove(ready)
    return ordered


def _with_ids(value: JobInput, made: Mapping[str, Job]) -> JobInput:
    def named(reference: Produced, _: str) -> dict[str, str]:
        job = made.get(reference.job)
        return {"job": str(job.id) if job else reference.job, "output": reference.output}

    return type(value).model_validate(replaced(value, named))
