"""Routes of training frames."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from kuznia.domains.features.schemas import TrainingFrameRead
from kuznia.domains.features.training import reading
from kuznia.rest.principal import Reader
from kuznia.rest.session import Reading

router = APIRouter(prefix="/training-frames", tags=["features"])

STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {reading.MEDIA_TYPE: {}}, "description": "The rows, as an Arrow IPC stream"}
}


@router.get("/{training_frame_id}", operation_id="read_training_frame", summary="What a training frame holds")
def read_training_frame(session: Reading, principal: Reader, training_frame_id: UUID) -> TrainingFrameRead:
    return reading.read(session, principal, training_frame_id)[0]


@router.get(
    "/{training_frame_id}/rows",
    operation_id="download_training_frame",
    response_class=StreamingResponse,
    responses=STREAM,
    summary="All rows of a training frame, as an Arrow IPC stream",
)
def download_training_frame(
    request: Request, session: Reading, principal: Reader, training_frame_id: UUID
) -> StreamingResponse:
    digests = reading.read(session, principal, training_frame_id)[1]
    name = f"training-frame-{training_frame_id}.arrows"
    return StreamingResponse(
        reading.streamed(request.app.state.store, digests),
        media_type=reading.MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
