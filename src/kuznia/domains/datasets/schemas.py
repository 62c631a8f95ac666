"""What the datasets API reads and answers, and the kinds of job of this slice."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kuznia.queue.kinds import JobInput, JobKind

Name = Annotated[str, Field(min_length=1, max_length=120)]
Kind = Literal["bars", "series", "events", "fundamentals", "actions", "classification", "membership"]
Severity = Literal["info", "warning", "error"]
Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class BarClose(Strict):
    """A row is known when its bar closes; an action, at the close of its last day with the right."""

    rule: Literal["bar_close"]


class InColumn(Strict):
    """The file itself says when each row was known."""

    rule: Literal["column"]
    column: str = "available_at"


class LocalTime(Strict):
    """So many days after the row's date, at a wall-clock time: "the next day at 08:30 in New York"."""

    rule: Literal["local_time"]
    days: Annotated[int, Field(ge=0, le=400)] = 0
    time: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    timezone: str


class FromListing(Strict):
    """Only a later snapshot exists; it is taken as known from the start and flagged ``backfilled``."""

    rule: Literal["listing"]


KnownRule = Annotated[BarClose | InColumn | LocalTime | FromListing, Field(discriminator="rule")]


class DatasetCreate(Strict):
    name: Name
    kind: Kind
    description: str = ""
    source: str = ""
    licence: str = ""
    frequency: Literal["minute", "hour", "day", "week", "month", "quarter", "year"] | None = None
    calendar: Annotated[
        str | None, Field(description="An exchange's MIC such as XNYS, or 24/7, or 24/5", examples=["XNYS"])
    ] = None
    timezone: Annotated[str, Field(description="Of times in files that name none")] = "UTC"
    currency: Annotated[str | None, Field(pattern=r"^[A-Z]{3,5}$")] = None
    known_rule: Annotated[KnownRule, Field(description="When a row could first be known; no default")]
    adjusted_for: list[Literal["splits", "dividends", "spin_offs"]] = []
    max_staleness_days: Annotated[int | None, Field(ge=1)] = None


class Person(BaseModel):
    id: UUID
    name: str


class FileRead(BaseModel):
    part: str
    digest: str
    rows: int


class VersionRead(BaseModel):
    id: UUID
    dataset_id: UUID
    seq: int
    parent_id: UUID | None
    digest: str
    rows: int
    first_ts: datetime | None
    last_ts: datetime | None
    quality: dict[str, Any]
    run_id: UUID
    created_by: UUID
    created_at: datetime


class VersionDetail(VersionRead):
    files: list[FileRead]


class DatasetRead(BaseModel):
    id: UUID
    name: str
    kind: Kind
    description: str
    source: str
    licence: str
    frequency: str | None
    calendar: str | None
    timezone: str
    currency: str | None
    known_rule: dict[str, Any]
    adjusted_for: list[str]
    max_staleness_days: int | None
    known_from: str | None
    revision: int
    owner: Person
    created_at: datetime
    latest: VersionRead | None


class CoverageRow(BaseModel):
    entity: str
    rows: int
    first_ts: datetime
    last_ts: datetime
    counts: Annotated[list[int], Field(description="Rows in each of `months`")]


class CoverageRead(BaseModel):
    """How many rows each instrument (or series) has in each month."""

    version_id: UUID
    months: list[str]
    entities: Annotated[int, Field(description="How many there are; `items` may hold fewer")]
    items: list[CoverageRow]


class FindingRead(BaseModel):
    id: UUID
    version_id: UUID
    check: str
    severity: Severity
    instrument: Annotated[str | None, Field(description="The instrument or series it is about")]
    first_ts: datetime | None
    last_ts: datetime | None
    rows: int
    message: str
    remedy: str
    detail: dict[str, Any]


class QuarantineRead(BaseModel):
    n: int
    version_id: UUID
    upload: str
    line: Annotated[int, Field(description="Line of the uploaded file; the header is line 1")]
    values: dict[str, Any]
    check: str
    reason: str
    remedy: str
    released_in: UUID | None


class ReleaseCreate(Strict):
    rows: Annotated[list[int], Field(min_length=1, max_length=10_000, description="`n` of quarantined rows")]
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class BarsRead(BaseModel):
    """Columns of equal length. With `bucket` > 1 each point sums up that many bars."""

    version_id: UUID
    instrument: str
    bars: Annotated[int, Field(description="How many bars the range holds")]
    bucket: int
    ts: list[datetime]
    open: list[float]
    high: list[float]
    low: list[float]
    close: list[float]
    volume: list[float | None]


class SeriesRead(BaseModel):
    """Columns of equal length: the last value known today of each period."""

    version_id: UUID
    series: str
    ts: list[datetime]
    value: list[float]
    available_at: list[datetime]


class SymbolInterval(Strict):
    symbol: Annotated[str, Field(min_length=1, max_length=40)]
    valid_from: date | None = None
    valid_until: Annotated[date | None, Field(description="First session without it")] = None


class InstrumentCreate(Strict):
    key: Annotated[
        str,
        Field(
            pattern=r"^[A-Z0-9]{4}:[A-Z0-9.\-]{1,30}(~[2-9])?$",
            description="MIC:ticker; ~2 for the second owner of a ticker",
            examples=["XNAS:AAPL"],
        ),
    ]
    name: Name
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3,5}$")]
    asset_class: Literal["share", "etf", "index", "currency", "coin"] = "share"
    symbols: list[SymbolInterval] = []


class InstrumentRead(BaseModel):
    key: str
    name: str
    exchange: str
    currency: str
    asset_class: str
    symbols: list[SymbolInterval]


class InstrumentsWritten(BaseModel):
    written: int


class UploadOptions(Strict):
    """How to read a file. Whatever is left out is found from the file itself."""

    format: Literal["csv", "parquet", "arrow"] | None = None
    delimiter: Annotated[str | None, Field(min_length=1, max_length=1)] = None
    decimal: Literal[".", ","] | None = None
    encoding: str | None = None
    date_format: Annotated[str | None, Field(description="strptime, for instance %d.%m.%Y")] = None
    columns: Annotated[
        dict[str, str], Field(description="The kind's column → the file's column, where detection errs")
    ] = {}
    values: Annotated[
        dict[str, str],
        Field(description="The file's column → series or field, for files with a column for each"),
    ] = {}
    constants: Annotated[
        dict[str, str | float | bool], Field(description="Value of a kind's column that the file lacks")
    ] = {}
    per_share: Annotated[
        list[str],
        Field(description="Fields of fundamentals that are amounts for one share, as printed at the time"),
    ] = []
    symbol: Annotated[str | None, Field(description="The instrument or series of a file that names none")] = (
        None
    )
    exchange: Annotated[
        str | None, Field(pattern=r"^[A-Z0-9]{4}$", description="MIC of symbols not known yet")
    ] = None
    asset_class: Literal["share", "etf", "index", "currency", "coin"] = "share"
    stamp: Annotated[
        Literal["start", "close"], Field(description="What the time of an intraday bar marks")
    ] = "close"


class IngestInput(JobInput):
    dataset: UUID
    upload: Digest
    filename: str
    options: UploadOptions = UploadOptions()


class ReleaseInput(JobInput):
    dataset: UUID
    rows: list[int]
    reason: str


INGEST = JobKind(
    "datasets.ingest", IngestInput, "interactive", "Load a file into a dataset", ("dataset_version",)
)
RELEASE = JobKind(
    "datasets.release", ReleaseInput, "interactive", "Release rows from quarantine", ("dataset_version",)
)
JOB_KINDS: tuple[JobKind, ...] = (INGEST, RELEASE)
