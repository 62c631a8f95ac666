"""What kinds of job there are, and what each reads. Declared by slices in ``schemas.py``; no code of theirs.

A job's input may point at what another job will produce: ``{"job": "…", "output": "dataset_version"}``.
Such a reference is resolved to an id when the job is claimed, and is pinned from then on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

Pool = Literal["interactive", "heavy"]


class Produced(BaseModel):
    """What another job of the chain (by its key) or of the database (by its id) produces."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    job: str
    output: str


Ref = UUID | Produced
"""An id, or a promise of one."""


class JobInput(BaseModel):
    """Base of every kind's input; an unknown field is an error."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind of job.

    Parameters
    ----------
    name : str
        ``slice.verb``, for example ``backtests.run``.
    input : type of JobInput
        What is validated when it is posted.
    pool : {"interactive", "heavy"}
        Which worker pool runs it.
    title : str
        In English, for lists of jobs.
    outputs : tuple of str
        Names of the ids it produces.
    """

    name: str
    input: type[JobInput]
    pool: Pool
    title: str
    outputs: tuple[str, ...]
