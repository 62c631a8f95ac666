"""What is asked for when a bundle comes in or a model goes out, and the kinds of job that do it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kuznia.queue.kinds import JobInput, JobKind

Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Name = Annotated[str, Field(min_length=1, max_length=120)]


class ImportOptions(BaseModel):
    """Where a bundle goes, and what it is scored on here.

    Give `model` for a new version of a model that is there, or `name` for a new model.
    """

    model_config = ConfigDict(extra="forbid")

    features: Annotated[
        UUID, Field(description="A run of features.compute of the bundle's feature set; data and universe")
    ]
    model: UUID | None = None
    name: Name | None = None
    digest: Annotated[Digest | None, Field(description="What the bundle has to be, if that is known")] = None

    @model_validator(mode="after")
    def _one_destination(self) -> ImportOptions:
        if (self.model is None) == (self.name is None):
            raise ValueError("give a model that is there, or the name of a new one")
        return self


class ImportInput(JobInput):
    """Check an uploaded bundle and make it a version, under the results that it has here: none."""

    upload: Digest
    filename: Annotated[str, Field(max_length=255)]
    features: UUID
    model: UUID | None = None
    name: Name | None = None


class ExportInput(JobInput):
    """Write a version's model as ONNX."""

    version: UUID


IMPORT = JobKind(
    "models.import_bundle", ImportInput, "interactive", "Import a bundle", ("model", "model_version")
)
EXPORT = JobKind("models.export_onnx", ExportInput, "interactive", "Export a model as ONNX", ("run",))
