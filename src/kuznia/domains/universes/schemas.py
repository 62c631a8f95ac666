"""What the universes API reads and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kuznia.queue.kinds import JobKind

Name = Annotated[str, Field(min_length=1, max_length=120)]


class UniverseSpec(BaseModel):
    """A static list: the same instruments at every time."""

    model_config = ConfigDict(extra="forbid")

    instruments: Annotated[
        list[str], Field(min_length=1, max_length=5000, description="Keys such as XNAS:AAPL")
    ]


class UniverseCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name
    description: str = ""
    spec: UniverseSpec


class Person(BaseModel):
    id: UUID
    name: str


class UniverseVersionRead(BaseModel):
    id: UUID
    universe_id: UUID
    seq: int
    instruments: list[str]
    size: int
    biased: Annotated[bool, Field(description="It leaves out names that were there and vanished")]
    bias_reason: str | None
    digest: str
    created_at: datetime


class UniverseRead(BaseModel):
    id: UUID
    name: str
    description: str
    revision: int
    owner: Person
    created_at: datetime
    latest: UniverseVersionRead


class UniverseDetail(UniverseRead):
    versions: list[UniverseVersionRead]


JOB_KINDS: tuple[JobKind, ...] = ()
