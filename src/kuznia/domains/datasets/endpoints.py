"""Routes of datasets and instruments: parse, call the service, return."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, File, Form, Header, Query, Request, UploadFile
from pydantic import ValidationError

from kuznia.db.tables import DatasetVersion
from kuznia.domains.datasets import instruments, service
from kuznia.domains.datasets.charts import ohlc_points, series_points
from kuznia.domains.datasets.errors import BadOptions
from kuznia.domains.datasets.repository import DatasetRow
from kuznia.domains.datasets.schemas import (
    BarsRead,
    CoverageRead,
    CoverageRow,
    DatasetCreate,
    DatasetRead,
    FileRead,
    FindingRead,
    InstrumentCreate,
    InstrumentRead,
    InstrumentsWritten,
    Kind,
    Person,
    QuarantineRead,
    ReleaseCreate,
    SeriesRead,
    Severity,
    UploadOptions,
    VersionDetail,
    VersionRead,
)
from kuznia.domains.jobs.schemas import JobRead
from kuznia.domains.jobs.service import shown
from kuznia.errors import Fault
from kuznia.rest.paging import Cursor, Limit, Page, page_of, read_cursor, write_cursor
from kuznia.rest.principal import Reader, Writer, requires
from kuznia.rest.session import Reading, Writing

router = APIRouter(tags=["datasets"])

Version = Annotated[UUID | None, Query(description="A version; the newest when left out")]
Points = Annotated[int, Query(ge=10, le=5000, description="At most so many points; more bars are summed up")]


def show_version(row: DatasetVersion) -> VersionRead:
    return VersionRead.model_validate(row, from_attributes=True)


def show(row: DatasetRow) -> DatasetRead:
    dataset, owned, account, newest = row
    names = set(DatasetRead.model_fields) - {"owner", "created_at", "latest"}
    return DatasetRead(
        **{name: getattr(dataset, name) for name in names},
        owner=Person(id=account.id, name=account.name),
        created_at=owned.created_at,
        latest=show_version(newest) if newest else None,
    )


@router.get("/datasets", operation_id="list_datasets", summary="Datasets")
def list_datasets(
    session: Reading,
    principal: Reader,
    kind: Kind | None = None,
    q: str | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[DatasetRead]:
    rows = service.listing(
        session, principal, kind=kind, text=q, after=read_cursor(cursor, 2, str, UUID), limit=limit
    )
    return page_of(rows, limit, show, lambda row: write_cursor(row[0].name, row[0].id))


@router.post("/datasets", status_code=201, operation_id="create_dataset", summary="Make a dataset")
def create_dataset(session: Writing, principal: Writer, new: DatasetCreate) -> DatasetRead:
    return show(service.create(session, principal, new))


@router.get("/datasets/{dataset_id}", operation_id="read_dataset", summary="One dataset")
def read_dataset(session: Reading, principal: Reader, dataset_id: UUID) -> DatasetRead:
    return show(service.get(session, principal, dataset_id))


@router.get(
    "/datasets/{dataset_id}/versions", operation_id="list_dataset_versions", summary="Versions of a dataset"
)
def list_versions(
    session: Reading, principal: Reader, dataset_id: UUID, limit: Limit = 50, cursor: Cursor = None
) -> Page[VersionRead]:
    after = read_cursor(cursor, 1, int)
    before = int(after[0]) if after else None
    rows = service.versions(session, principal, dataset_id, before=before, limit=limit)
    return page_of(rows, limit, show_version, lambda row: write_cursor(row.seq))


@router.get(
    "/datasets/{dataset_id}/versions/{version_id}", operation_id="read_dataset_version", summary="One version"
)
def read_version(session: Reading, principal: Reader, dataset_id: UUID, version_id: UUID) -> VersionDetail:
    version = service.version_of(session, principal, dataset_id, version_id)
    files = [
        FileRead(part=file.part, digest=file.digest, rows=file.rows)
        for file in service.files(session, version)
    ]
    return VersionDetail(**show_version(version).model_dump(), files=files)


@router.post(
    "/datasets/{dataset_id}/uploads",
    status_code=202,
    operation_id="upload_file",
    summary="Upload a file; a job reads it",
)
def upload_file(
    request: Request,
    session: Writing,
    principal: Writer,
    dataset_id: UUID,
    file: Annotated[UploadFile, File(description="CSV, TXT, Parquet or Arrow")],
    options: Annotated[str, Form(description="UploadOptions as JSON text")] = "{}",
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> JobRead:
    try:
        chosen = UploadOptions.model_validate_json(options)
    except ValidationError as error:
        faults = [
            Fault("/body/options/" + "/".join(str(part) for part in one["loc"]), one["msg"])
            for one in error.errors()
        ]
        raise BadOptions("The field 'options' is not as UploadOptions has it.", faults) from error
    job = service.submit_upload(
        session,
        request.app.state.store,
        principal,
        dataset_id,
        file.file.read(),
        file.filename or "upload",
        chosen,
        idempotency_key,
    )
    return shown(session, [job])[0]


@router.get("/datasets/{dataset_id}/coverage", operation_id="read_coverage", summary="Rows of each month")
def read_coverage(
    request: Request,
    session: Reading,
    principal: Reader,
    dataset_id: UUID,
    version: Version = None,
    limit: Annotated[int, Query(ge=1, le=2000)] = 500,
) -> CoverageRead:
    chosen = service.version_of(session, principal, dataset_id, version)
    pinned = service.pinned(session, chosen.id, principal.account_id, is_admin=principal.is_admin)
    months, entities, grid = service.coverage(request.app.state.store, pinned, limit)
    place = {month: n for n, month in enumerate(months)}
    items = []
    for row in grid.iter_rows(named=True):
        counts = [0] * len(months)
        for month, count in zip(row["month"], row["counts"], strict=True):
            counts[place[month]] = count
        items.append(CoverageRow(**{**row, "counts": counts}))
    return CoverageRead(version_id=chosen.id, months=months, entities=entities, items=items)


@router.get("/datasets/{dataset_id}/findings", operation_id="list_findings", summary="What is wrong with it")
def list_findings(
    session: Reading,
    principal: Reader,
    dataset_id: UUID,
    version: Version = None,
    severity: Severity | None = None,
    check: str | None = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[FindingRead]:
    choice: dict[str, Any] = {"severity": severity, "check": check, "limit": limit}
    rows = service.findings(
        session, principal, dataset_id, version, after=read_cursor(cursor, 1, UUID), **choice
    )
    return page_of(
        rows,
        limit,
        lambda row: FindingRead.model_validate(row, from_attributes=True),
        lambda row: write_cursor(row.id),
    )


@router.get(
    "/datasets/{dataset_id}/quarantine", operation_id="list_quarantine", summary="Rows set aside, and why"
)
def list_quarantine(
    session: Reading,
    principal: Reader,
    dataset_id: UUID,
    check: str | None = None,
    released: bool = False,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[QuarantineRead]:
    after = read_cursor(cursor, 1, int)
    rows = service.quarantined(
        session,
        principal,
        dataset_id,
        check=check,
        released=released,
        after=int(after[0]) if after else None,
        limit=limit,
    )
    return page_of(
        rows,
        limit,
        lambda row: QuarantineRead.model_validate(row, from_attributes=True),
        lambda row: write_cursor(row.n),
    )


@router.post(
    "/datasets/{dataset_id}/quarantine/release",
    status_code=202,
    operation_id="release_quarantine",
    summary="Release rows",
)
def release_quarantine(
    session: Writing, principal: Writer, dataset_id: UUID, wanted: ReleaseCreate
) -> JobRead:
    job = service.submit_release(session, principal, dataset_id, wanted.rows, wanted.reason)
    return shown(session, [job])[0]


@router.get("/datasets/{dataset_id}/bars", operation_id="read_bars", summary="Bars of an instrument")
def read_bars(
    request: Request,
    session: Reading,
    principal: Reader,
    dataset_id: UUID,
    instrument: str,
    version: Version = None,
    start: datetime | None = None,
    end: datetime | None = None,
    points: Points = 2000,
) -> BarsRead:
    chosen = service.version_of(session, principal, dataset_id, version)
    pinned = service.pinned(session, chosen.id, principal.account_id, is_admin=principal.is_admin)
    service.require_kind(pinned, "bars")
    rows = service.read_one(request.app.state.store, pinned, instrument, start, end)
    bucket, columns = ohlc_points(rows, points)
    return BarsRead(version_id=chosen.id, instrument=instrument, bars=rows.height, bucket=bucket, **columns)


@router.get("/datasets/{dataset_id}/series", operation_id="read_series", summary="Values of a series")
def read_series(
    request: Request,
    session: Reading,
    principal: Reader,
    dataset_id: UUID,
    series: str,
    version: Version = None,
    start: datetime | None = None,
    end: datetime | None = None,
    points: Points = 2000,
) -> SeriesRead:
    chosen = service.version_of(session, principal, dataset_id, version)
    pinned = service.pinned(session, chosen.id, principal.account_id, is_admin=principal.is_admin)
    service.require_kind(pinned, "series")
    rows = service.read_one(request.app.state.store, pinned, series, start, end)
    return SeriesRead(version_id=chosen.id, series=series, **series_points(rows, points))


@router.get(
    "/instruments",
    operation_id="list_instruments",
    dependencies=[requires("read")],
    summary="Search instruments",
)
def list_instruments(
    session: Reading, q: str = "", limit: Limit = 50, cursor: Cursor = None
) -> Page[InstrumentRead]:
    after = read_cursor(cursor, 1, str)
    rows = instruments.find(session, q, after=str(after[0]) if after else None, limit=limit)
    return page_of(rows, limit, lambda row: row, lambda row: write_cursor(row.key))


@router.put("/instruments", operation_id="write_instruments", summary="Register or change instruments")
def write_instruments(session: Writing, principal: Writer, new: list[InstrumentCreate]) -> InstrumentsWritten:
    return InstrumentsWritten(written=instruments.write_instruments(session, principal, new))
