"""Rules of datasets: declaring them, handing files to jobs, and reading pinned versions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl
from sqlalchemy.orm import Session

from kuznia.core.frames.kinds import KINDS
from kuznia.db import access
from kuznia.db.access import Level, new_object
from kuznia.db.session import WriteSession
from kuznia.db.tables import Dataset, DatasetVersion, Finding, Job, Quarantine, VersionFile
from kuznia.domains.accounts.service import audit
from kuznia.domains.datasets import repository
from kuznia.domains.datasets.errors import (
    DatasetEmpty,
    DatasetMissing,
    EntityMissing,
    NameTaken,
    NotReleasable,
    UnusableDataset,
    VersionMissing,
    WrongKind,
)
from kuznia.domains.datasets.instruments import instruments
from kuznia.domains.datasets.repository import DatasetRow
from kuznia.domains.datasets.schemas import (
    INGEST,
    RELEASE,
    DatasetCreate,
    IngestInput,
    ReleaseInput,
    UploadOptions,
)
from kuznia.domains.jobs.service import register_files
from kuznia.errors import Fault
from kuznia.queue.enqueue import enqueue
from kuznia.rest.principal import Principal
from kuznia.store import Store

__all__ = ["PinnedVersion", "instruments", "latest", "newest", "pinned", "read", "scan"]
"""What other slices use."""

BY_BAR = ("bars", "actions")


@dataclass(frozen=True, slots=True)
class PinnedVersion:
    """One version of a dataset, with what is needed to read and to judge it. Holds no session."""

    version_id: UUID
    dataset_id: UUID
    name: str
    kind: str
    digests: tuple[str, ...]
    digest: str
    frequency: str | None
    calendar: str | None
    timezone: str
    currency: str | None
    adjusted_for: tuple[str, ...]
    known_from: str | None
    max_staleness_days: int | None
    first_ts: datetime | None
    last_ts: datetime | None


def create(session: WriteSession, principal: Principal, new: DatasetCreate) -> DatasetRow:
    """Declare a dataset; it has no version yet."""
    if repository.named(session, principal.account_id, new.name):
        raise NameTaken(f"You have a dataset named {new.name!r}.", [Fault("/body/name", "Choose another.")])
    check_declaration(new)
    values = new.model_dump(exclude={"known_rule"})
    known_from = "listing" if new.known_rule.rule == "listing" else None
    row = Dataset(
        id=new_object(session, "dataset", principal.account_id),
        known_rule=new.known_rule.model_dump(mode="json"),
        known_from=known_from,
        **values,
    )
    session.add(row)
    session.flush()
    audit(session, principal, "dataset.create", row.id, after=new.model_dump(mode="json"))
    return get(session, principal, row.id)


def check_declaration(new: DatasetCreate) -> None:
    """Refuse what cannot mean anything: unknown zones, a bar's rule on rows that have no bar, no calendar."""
    faults = []
    zones = {"/body/timezone": new.timezone}
    if new.known_rule.rule == "local_time":
        zones["/body/known_rule/timezone"] = new.known_rule.timezone
    for pointer, zone in zones.items():
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            faults.append(Fault(pointer, f"{zone!r} is no time zone; write one such as America/New_York."))
    if new.kind in BY_BAR and new.calendar is None:
        faults.append(Fault("/body/calendar", "Name the calendar, for instance XNYS, 24/5 or 24/7."))
    if new.kind == "bars" and new.frequency not in ("minute", "hour", "day"):
        faults.append(Fault("/body/frequency", "Bars are of a 'minute', an 'hour' or a 'day'."))
    if new.known_rule.rule == "bar_close" and new.kind not in BY_BAR:
        faults.append(Fault("/body/known_rule", "Only bars and actions are known at a bar's close."))
    if new.known_rule.rule == "listing" and new.kind != "classification":
        faults.append(Fault("/body/known_rule", "Only a classification may be taken as known from listing."))
    if faults:
        raise UnusableDataset("The dataset cannot be declared like this.", faults)


def get(session: Session, principal: Principal, dataset_id: UUID, level: Level = "read") -> DatasetRow:
    row = repository.dataset(session, dataset_id, principal.account_id, principal.is_admin, level)
    if row is None:
        raise DatasetMissing("There is no such dataset, or it is not shared with you.")
    return row


def listing(
    session: Session,
    principal: Principal,
    *,
    kind: str | None,
    text: str | None,
    after: tuple[Any, ...] | None,
    limit: int,
) -> Sequence[DatasetRow]:
    account_id, admin = principal.account_id, principal.is_admin
    return repository.datasets(session, account_id, admin, kind=kind, text=text, after=after, limit=limit)


def versions(
    session: Session, principal: Principal, dataset_id: UUID, *, before: int | None, limit: int
) -> Sequence[DatasetVersion]:
    get(session, principal, dataset_id)
    return repository.versions(session, dataset_id, before=before, limit=limit)


def submit_upload(
    session: WriteSession,
    store: Store,
    principal: Principal,
    dataset_id: UUID,
    content: bytes,
    filename: str,
    options: UploadOptions,
    idempotency_key: str | None = None,
) -> Job:
    """Keep the file as it came and enqueue its reading."""
    dataset, *_ = get(session, principal, dataset_id, "edit")
    stored = store.put_bytes(content, "upload")
    register_files(session, [stored])
    job = enqueue(
        session,
        INGEST,
        IngestInput(dataset=dataset_id, upload=stored.digest, filename=filename, options=options),
        owner_id=principal.account_id,
        name=f"Load {filename} into {dataset.name}",
        idempotency_key=idempotency_key,
        request_id=principal.request_id,
    )
    audit(session, principal, "dataset.upload", dataset_id, after={"file": filename, "digest": stored.digest})
    return job


def submit_release(
    session: WriteSession, principal: Principal, dataset_id: UUID, rows: Collection[int], reason: str
) -> Job:
    """Enqueue the release of quarantined rows into a new version."""
    dataset, *_ = get(session, principal, dataset_id, "edit")
    held = {row.n for row in repository.held(session, dataset_id, rows)}
    missing = sorted(set(rows) - held)
    if missing:
        raise NotReleasable(
            f"Rows {missing[:5]} are not in this dataset's quarantine.",
            [Fault("/body/rows", "Name rows that were not released yet.")],
        )
    job = enqueue(
        session,
        RELEASE,
        ReleaseInput(dataset=dataset_id, rows=sorted(held), reason=reason),
        owner_id=principal.account_id,
        name=f"Release {len(held)} rows into {dataset.name}",
        request_id=principal.request_id,
    )
    audit(session, principal, "dataset.release", dataset_id, after={"rows": sorted(held), "reason": reason})
    return job


def version_of(
    session: Session, principal: Principal, dataset_id: UUID, version_id: UUID | None
) -> DatasetVersion:
    """The named version of a dataset, or its newest."""
    get(session, principal, dataset_id)
    if version_id is None:
        newest = repository.newest(session, dataset_id)
        if newest is None:
            raise DatasetEmpty("Nothing was loaded into this dataset yet; upload a file.")
        return newest
    version = repository.version(session, version_id)
    if version is None or version.dataset_id != dataset_id:
        raise VersionMissing("This dataset has no such version.")
    return version


def files(session: Session, version: DatasetVersion) -> Sequence[VersionFile]:
    return repository.version_files(session, version.id)


def findings(
    session: Session,
    principal: Principal,
    dataset_id: UUID,
    version_id: UUID | None,
    **choice: Any,
) -> Sequence[Finding]:
    version = version_of(session, principal, dataset_id, version_id)
    return repository.findings(session, version.id, **choice)


def quarantined(
    session: Session, principal: Principal, dataset_id: UUID, **choice: Any
) -> Sequence[Quarantine]:
    get(session, principal, dataset_id)
    return repository.quarantine(session, dataset_id, **choice)


def pinned(
    session: Session, version_id: UUID, account_id: UUID, *, is_admin: bool | None = None
) -> PinnedVersion:
    """A version to compute from; for ``load`` functions, with the rights of the job's owner.

    `is_admin` is looked up when it is not given.
    """
    admin = access.is_admin(session, account_id) if is_admin is None else is_admin
    version = repository.version(session, version_id)
    row = repository.dataset(session, version.dataset_id, account_id, admin) if version else None
    if version is None or row is None:
        raise VersionMissing(f"There is no dataset version {version_id}, or it is not shared with you.")
    return _pin(row[0], version, repository.digests_of(session, [version.id]))


def latest(
    session: Session, dataset_id: UUID, account_id: UUID, *, is_admin: bool | None = None
) -> PinnedVersion:
    """The newest version of a dataset, to be pinned."""
    admin = access.is_admin(session, account_id) if is_admin is None else is_admin
    row = repository.dataset(session, dataset_id, account_id, admin)
    if row is None:
        raise DatasetMissing(f"There is no dataset {dataset_id}, or it is not shared with you.")
    if row[3] is None:
        raise DatasetEmpty(f"Nothing was loaded into {row[0].name!r} yet.")
    return _pin(row[0], row[3], repository.digests_of(session, [row[3].id]))


def newest(session: Session, principal: Principal, kind: str, *, most: int) -> list[PinnedVersion]:
    """The newest version of each visible dataset of a kind that has one, the newest dataset first."""
    rows = listing(session, principal, kind=kind, text=None, after=None, limit=most)
    loaded = sorted(
        ((row[0], row[3]) for row in rows if row[3] is not None), key=lambda one: one[0].id, reverse=True
    )
    digests = repository.digests_of(session, [version.id for _, version in loaded])
    return [_pin(dataset, version, digests) for dataset, version in loaded]


def _pin(dataset: Dataset, version: DatasetVersion, digests: Mapping[UUID, tuple[str, ...]]) -> PinnedVersion:
    return PinnedVersion(
        version_id=version.id,
        dataset_id=dataset.id,
        name=dataset.name,
        kind=dataset.kind,
        digests=digests.get(version.id, ()),
        digest=version.digest,
        frequency=dataset.frequency,
        calendar=dataset.calendar,
        timezone=dataset.timezone,
        currency=dataset.currency,
        adjusted_for=tuple(dataset.adjusted_for),
        known_from=dataset.known_from,
        max_staleness_days=dataset.max_staleness_days,
        first_ts=version.first_ts,
        last_ts=version.last_ts,
    )


def scan(store: Store, version: PinnedVersion) -> pl.LazyFrame:
    """The rows of a version, lazily and in no order."""
    columns = KINDS[version.kind].columns
    return store.scan(version.digests, columns) if version.digests else pl.LazyFrame(schema=dict(columns))


def read(
    store: Store,
    version: PinnedVersion,
    *,
    entities: Sequence[str] | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> pl.DataFrame:
    """The rows of a version, in its kind's schema and sorted by its key.

    Parameters
    ----------
    store : Store
        Where its files are.
    version : PinnedVersion
        What to read.
    entities : sequence of str or None
        Instruments (or series) to keep; all when None.
    start, end : datetime or None
        Keep rows with ``start <= ts <= end``.
    """
    kind = KINDS[version.kind]
    rows = scan(store, version)
    if entities is not None:
        rows = rows.filter(pl.col(kind.entity).is_in(list(entities)))
    if start is not None:
        rows = rows.filter(pl.col("ts") >= start)
    if end is not None:
        rows = rows.filter(pl.col("ts") <= end)
    return rows.select(list(kind.columns)).sort(kind.key).collect()


def require_kind(version: PinnedVersion, kind: str) -> None:
    if version.kind != kind:
        raise WrongKind(f"{version.name!r} is of kind {version.kind!r}, not {kind!r}.")


def read_one(
    store: Store,
    version: PinnedVersion,
    entity: str,
    start: datetime | None,
    end: datetime | None,
) -> pl.DataFrame:
    """The newest known row of each time of one instrument or series."""
    rows = read(store, version, entities=[entity], start=start, end=end)
    if rows.is_empty():
        raise EntityMissing(f"{version.name!r} has no rows of {entity!r} in this range.")
    return rows.unique("ts", keep="last", maintain_order=True)


def coverage(store: Store, version: PinnedVersion, limit: int) -> tuple[list[str], int, pl.DataFrame]:
    """Months, the number of entities, and per entity its rows, span and counts by month."""
    entity = KINDS[version.kind].entity
    month = pl.col("ts").dt.strftime("%Y-%m").alias("month")
    counts = (
        scan(store, version)
        .group_by(pl.col(entity).alias("entity"), month)
        .agg(
            pl.len().alias("rows"), pl.col("ts").min().alias("first_ts"), pl.col("ts").max().alias("last_ts")
        )
    )
    table = counts.collect().sort("entity", "month")
    if table.is_empty():
        return [], 0, table
    span = table.select(first=pl.col("first_ts").min(), last=pl.col("last_ts").max())
    months = (
        span.select(pl.datetime_ranges(pl.col("first").dt.month_start(), "last", "1mo").explode().alias("m"))
        .get_column("m")
        .dt.strftime("%Y-%m")
        .to_list()
    )
    entities = table["entity"].unique().sort()
    shown = table.filter(pl.col("entity").is_in(entities.head(limit).to_list()))
    grid = shown.group_by("entity", maintain_order=True).agg(
        pl.col("rows").sum(),
        pl.col("first_ts").min(),
        pl.col("last_ts").max(),
        pl.col("month"),
        pl.col("rows").alias("counts"),
    )
    return months, len(entities), grid
