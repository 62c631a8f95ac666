"""Routes by which bundles come and models go."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, BinaryIO
from uuid import UUID

from fastapi import APIRouter, File, Form, Header, Request, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import ValidationError

from kuznia.core.models.archive import MOST_BYTES
from kuznia.domains.jobs.schemas import JobRead
from kuznia.domains.jobs.service import read_job
from kuznia.domains.models.errors import BadImportOptions, BundleTooLarge
from kuznia.domains.models.exchange import service
from kuznia.domains.models.exchange.schemas import ImportOptions
from kuznia.domains.models.lookup import get_version
from kuznia.errors import Fault
from kuznia.rest.principal import Reader, Writer
from kuznia.rest.session import Reading, Writing

router = APIRouter(tags=["models"])

CHUNK = 2**18


def _file(media_type: str, headers: Mapping[str, str]) -> dict[int | str, dict[str, Any]]:
    named = {name: {"description": text, "schema": {"type": "string"}} for name, text in headers.items()}
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {200: {"content": content, "headers": named}}


@router.post(
    "/model-imports",
    status_code=202,
    operation_id="import_bundle",
    summary="Upload a bundle; a job checks its numbers and makes it a version",
)
def import_bundle(
    request: Request,
    session: Writing,
    principal: Writer,
    file: Annotated[UploadFile, File(description="A bundle, as `download_bundle` gives it")],
    options: Annotated[str, Form(description="ImportOptions as JSON text")],
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> JobRead:
    content = file.file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        fault = Fault("/body/file", f"Send {MOST_BYTES:,} bytes at most.")
        raise BundleTooLarge(f"A bundle has {MOST_BYTES:,} bytes at most.", [fault])
    job = service.submit_import(
        session,
        request.app.state.store,
        principal,
        content,
        file.filename or "bundle.zip",
        _options(options),
        idempotency_key,
    )
    return read_job(session, job)


def _options(text: str) -> ImportOptions:
    try:
        return ImportOptions.model_validate_json(text)
    except ValidationError as error:
        faults = [
            Fault("/".join(["/body/options", *map(str, one["loc"])]), one["msg"]) for one in error.errors()
        ]
        raise BadImportOptions("The field 'options' is not as ImportOptions has it.", faults) from error


@router.get(
    "/model-versions/{version_id}/bundle",
    operation_id="download_bundle",
    summary="The trained bundle, checked against its digest",
    response_class=StreamingResponse,
    responses=_file("application/zip", {"Kuznia-Digest": "Digest of the bundle, as the version has it"}),
)
def download_bundle(
    request: Request, session: Reading, principal: Reader, version_id: UUID
) -> StreamingResponse:
    (version, _), (model, *_) = get_version(session, principal, version_id)
    name = f"{model.name}_v{version.seq}_{version.digest[7:19]}.zip"
    opened = request.app.state.store.opened(version.bundle)
    return _streamed(opened, name, "application/zip", version.digest)


@router.get(
    "/model-versions/{version_id}/onnx",
    operation_id="download_onnx",
    summary="The model as ONNX, once the job `models.export_onnx` wrote it",
    response_class=StreamingResponse,
    responses=_file("application/octet-stream", {"Kuznia-Digest": "Digest of the file's bytes"}),
)
def download_onnx(
    request: Request, session: Reading, principal: Reader, version_id: UUID
) -> StreamingResponse:
    digest, name = service.onnx_of(session, principal, version_id)
    return _streamed(request.app.state.store.opened(digest), name, "application/octet-stream", digest)


def _streamed(opened: BinaryIO, name: str, media_type: str, digest: str) -> StreamingResponse:
    safe = re.sub(r"[^A-Za-z0-9_.-]+", "_", name)
    size = opened.seek(0, 2)
    opened.seek(0)
    headers = {
        "Content-Disposition": f'attachment; filename="{safe}"',
        "Content-Length": str(size),
        "Kuznia-Digest": digest,
    }
    return StreamingResponse(_chunks(opened), media_type=media_type, headers=headers)


def _chunks(opened: BinaryIO) -> Iterator[bytes]:
    with opened:
        while chunk := opened.read(CHUNK):
            yield chunk
