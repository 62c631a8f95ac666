"""What the list of alerts reads and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kuznia.domains.models.schemas import Person
from kuznia.domains.monitors.schemas import AlertRead

MOST = 1_000
"""Open alerts that are counted, at most."""


class AlertKey(BaseModel):
    """Which alert: its report, and its place there."""

    model_config = ConfigDict(extra="forbid")

    report_id: UUID
    position: Annotated[int, Field(ge=0, le=100_000)]


class Acknowledge(BaseModel):
    """Take notice of alerts, for all who see them, or take that back."""

    model_config = ConfigDict(extra="forbid")

    alerts: Annotated[list[AlertKey], Field(min_length=1, max_length=500)]
    acknowledged: Annotated[bool, Field(description="false: they are open again")] = True


class AcknowledgedRead(BaseModel):
    by: Person
    at: datetime


class ModelAlertRead(AlertRead):
    """One bound that a check found passed, with where it was found."""

    report_id: UUID
    position: int
    at: datetime
    model_id: UUID
    model_name: str
    version_id: UUID
    version_seq: int
    alias: Annotated[str | None, Field(description="Whose policy was followed; null: asked without one")]
    link: Annotated[str, Field(description="Page of the report, under the installation's address")]
    acknowledged: Annotated[AcknowledgedRead | None, Field(description="null: open")]


class AlertCount(BaseModel):
    open: Annotated[int, Field(description=f"Alerts that nobody took notice of; {MOST} stands for more too")]
