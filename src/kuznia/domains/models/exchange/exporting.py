"""Writing a version's model as ONNX, as a job: the package for it is the worker's alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.core.models.ensemble import load_model
from kuznia.core.models.export.onnx import to_onnx
from kuznia.db.tables import Job
from kuznia.domains.jobs.service import Pin, record_run
from kuznia.domains.models import service
from kuznia.domains.models.exchange.schemas import EXPORT, ExportInput
from kuznia.domains.models.service import PinnedModel
from kuznia.queue.handlers import Handler, Resources
from kuznia.queue.inputs import resolved
from kuznia.store.store import Stored


@dataclass(frozen=True, slots=True)
class Exported:
    """An ONNX file; it is in the store already."""

    model: PinnedModel
    stored: Stored
    code: str
    environment: str
    started_at: datetime


def load_export(session: Session, job: Job) -> PinnedModel:
    """The version, if the owner may see it."""
    return service.pinned(session, resolved(session, job, ExportInput).version, job.owner_id)


def compute_export(model: PinnedModel, resources: Resources) -> Exported:
    """Write the graph, or say what does not map."""
    started_at, store = resources.now(), resources.store
    resources.report(0.1, "Writing the graph")
    content = to_onnx(load_model(store.bytes(model.bundle), model.digest))
    resources.log(f"{len(content):,} bytes of ONNX.")
    stored = store.put_bytes(content, "report")
    return Exported(model, stored, resources.code, resources.environment, started_at)


def record_export(session: Session, job: Job, made: Exported) -> Mapping[str, UUID]:
    """Write the run that holds the file."""
    run_id = record_run(
        session,
        job,
        kind=EXPORT.name,
        code=made.code,
        environment=made.environment,
        parameters={"bundle": made.model.digest},
        seed=None,
        result_digest=made.stored.digest,
        started_at=made.started_at,
        inputs=[Pin(role="model", model_version_id=made.model.version_id)],
        files={"onnx": made.stored},
    )
    return {"run": run_id}


HANDLER = Handler(EXPORT.name, load_export, compute_export, record_export)
