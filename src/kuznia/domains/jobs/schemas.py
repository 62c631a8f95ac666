"""What jobs look like outside."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

State = Literal["waiting", "queued", "running", "done", "failed", "cancelled"]


class JobOwner(BaseModel):
    id: UUID
    name: str


class JobProblem(BaseModel):
    """Why a job failed: a problem (RFC 9457) without a request of its own."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str


class JobRead(BaseModel):
    """A job. ``revision`` rises with each change; ``inputs`` are the jobs it reads from."""

    id: UUID
    kind: str
    name: str
    state: State
    progress: float = Field(ge=0, le=1)
    message: str
    attempt: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    duration_s: float | None
    owner: JobOwner
    chain_id: UUID | None
    parent_id: Annotated[UUID | None, Field(description="The job that this one is a part of")]
    question_id: UUID | None
    inputs: list[UUID]
    outputs: dict[str, str]
    error: JobProblem | None
    revision: int
    cancel_requested: bool


class JobCreate(BaseModel):
    """One job of a chain. Its input may read ``{"job": key, "output": name}`` of another."""

    model_config = ConfigDict(extra="forbid")

    key: Annotated[str, Field(min_length=1, max_length=80)]
    kind: Annotated[str, Field(max_length=80)]
    input: dict[str, Any] = {}
    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class ChainCreate(BaseModel):
    """Jobs that are posted together, all or none, under a question if they try something."""

    model_config = ConfigDict(extra="forbid")

    question: UUID | None = None
    jobs: Annotated[list[JobCreate], Field(min_length=1, max_length=200)]


class ChainRead(BaseModel):
    """The jobs of a chain in the order they were posted, and each key's job."""

    id: UUID
    jobs: list[JobRead]
    keys: dict[str, UUID]


class LogLine(BaseModel):
    n: int
    attempt: int
    at: datetime
    level: str
    message: str
