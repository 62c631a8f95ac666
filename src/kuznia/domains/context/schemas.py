"""How requests name what is read beside bars."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from kuznia.queue.kinds import Ref

KINDS = "series, classification, fundamentals, membership, events and actions"
MOST = 20

ContextVersions = Annotated[
    list[Ref], Field(default_factory=list, max_length=MOST, description=f"Dataset versions of {KINDS}")
]
"""What jobs read beside bars; actions put per-share fundamentals into the units of the bars."""

ContextDatasets = Annotated[list[UUID], Field(max_length=MOST, description=f"Datasets of {KINDS}")]
"""The same in their newest versions."""


class NamesRead(BaseModel):
    """Bars add none: their fields are the language's own."""

    version_id: UUID
    names: list[str]
