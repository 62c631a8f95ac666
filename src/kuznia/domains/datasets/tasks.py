"""How files are loaded and quarantined rows released: read, compute, record a version in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy.orm import Session

from kuznia.connectors.sources import calendars
from kuznia.connectors.sources.plan import UploadPlan
from kuznia.connectors.sources.uploads import RAW, Parsed, read_upload
from kuznia.core.frames import quality
from kuznia.core.frames.findings import Checked, WrongFile
from kuznia.core.frames.kinds import KINDS, DatasetKind
from kuznia.db import access
from kuznia.db.tables import Dataset, Job
from kuznia.domains.datasets import repository
from kuznia.domains.datasets.errors import DatasetMissing, FileRefused, NotReleasable
from kuznia.domains.datasets.outcomes import Outcome, Target, record
from kuznia.domains.datasets.schemas import INGEST, RELEASE, IngestInput, ReleaseInput
from kuznia.domains.datasets.versions import (
    Parent,
    Part,
    against_parent,
    as_values,
    draft,
    from_values,
    present,
)
from kuznia.domains.jobs.service import Pin
from kuznia.errors import Fault
from kuznia.queue.handlers import Handler, Resources
from kuznia.queue.inputs import resolved

LINE = "line"
NO_CURRENCY = "XXX"
"""ISO 4217: no currency."""


@dataclass(frozen=True, slots=True)
class Ingest:
    target: Target
    upload: str
    plan: UploadPlan
    asset_class: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Release:
    target: Target
    rows: tuple[int, ...]
    values: tuple[dict[str, Any], ...]
    parameters: dict[str, Any]


def _target(session: Session, job: Job, dataset_id: UUID) -> tuple[Target, Dataset]:
    admin = access.is_admin(session, job.owner_id)
    row = repository.dataset(session, dataset_id, job.owner_id, admin, "edit")
    if row is None:
        raise DatasetMissing("There is no such dataset, or the job's owner may not change it.")
    dataset, _, _, newest = row
    parent = None
    if newest is not None:
        files = repository.version_files(session, newest.id)
        parts = tuple(Part(file.part, file.digest, file.rows) for file in files)
        parent = Parent(newest.id, newest.seq, parts)
    target = Target(
        dataset_id=dataset.id,
        kind=KINDS[dataset.kind],
        frequency=dataset.frequency,
        calendar=dataset.calendar,
        currency=dataset.currency,
        adjusted_for=tuple(dataset.adjusted_for),
        parent=parent,
    )
    return target, dataset


def load_ingest(session: Session, job: Job) -> Ingest:
    wanted = resolved(session, job, IngestInput)
    target, dataset = _target(session, job, wanted.dataset)
    options = wanted.options.model_dump(exclude={"asset_class"})
    plan = UploadPlan(
        kind=dataset.kind,
        frequency=dataset.frequency,
        calendar=dataset.calendar,
        timezone=dataset.timezone,
        known_rule=dataset.known_rule,
        registered=tuple(repository.all_symbols(session)),
        **options,
    )
    parameters = wanted.model_dump(mode="json", exclude_defaults=True)
    return Ingest(target, wanted.upload, plan, wanted.options.asset_class, parameters)


def compute_ingest(wanted: Ingest, resources: Resources) -> Outcome:
    started = resources.now()
    target, store = wanted.target, resources.store
    resources.report(0.05, "Reading the file")
    try:
        parsed = read_upload(store.bytes(wanted.upload), wanted.plan)
        resources.report(0.3, "Checking quality")
        checked, repeated = _checked(parsed, target, resources, started)
    except WrongFile as error:
        raise FileRefused(error.what, [Fault("/file", error.remedy)], check=error.check) from error
    resources.log(
        f"{checked.good.height} rows are good, {checked.bad.height} are kept out,"
        f" {repeated} were there before; {len(checked.findings)} findings."
    )
    resources.report(0.8, "Writing the version")
    made = draft(store, target.kind, target.frequency, target.parts, checked.good, repeated)
    instruments, symbols = _registrations(parsed, checked.good, target, wanted.asset_class)
    refreshed = frozenset(checked.good[target.kind.entity].unique()) if checked.good.height else frozenset()
    report = {
        **quality.summary(checked),
        "added": made.added,
        "repeated": repeated,
        "entities": made.entities,
    }
    return Outcome(
        target=target,
        made=made,
        quality=report,
        started_at=started,
        code=resources.code,
        environment=resources.environment,
        parameters=wanted.parameters,
        pins=(Pin(role="upload", upload=wanted.upload), *_parent_pin(target)),
        upload=wanted.upload,
        findings=checked.findings,
        quarantined=[_kept_out(row, target.kind) for row in checked.bad.iter_rows(named=True)],
        instruments=instruments,
        symbols=symbols,
        refreshed=refreshed,
    )


def _parent_pin(target: Target) -> tuple[Pin, ...]:
    if target.parent is None:
        return ()
    return (Pin(role="parent", dataset_version_id=target.parent.version_id),)


def _checked(parsed: Parsed, target: Target, resources: Resources, now: datetime) -> tuple[Checked, int]:
    kind = target.kind
    before = None
    calendar = parsed.calendar
    if kind.name == "bars":
        before = present(resources.store, kind, target.parts, ["instrument", "ts", "session", "close"])
        calendar = _wider(calendar, target.calendar, before, parsed.checked.good)
    context = quality.Context(now, target.frequency, target.adjusted_for, calendar, before, parsed.extras)
    step = parsed.checked.then(quality.check(parsed.checked.good, kind, context))
    quality.refuse_if_nothing_is_good(step)
    fresh, repeated = against_parent(resources.store, kind, target.frequency, target.parts, step.good)
    return step.then(fresh), repeated


def _wider(
    calendar: pl.DataFrame | None, name: str | None, before: pl.DataFrame, rows: pl.DataFrame
) -> pl.DataFrame | None:
    """The calendar over what is there and what comes."""
    if calendar is None or name is None or before.is_empty():
        return calendar
    days = pl.concat([before["session"], rows["session"].drop_nulls()])
    span = days.to_frame("d").select(first=pl.col("d").min(), last=pl.col("d").max()).row(0)
    return calendars.sessions(name, *span)


def _kept_out(row: Mapping[str, Any], kind: DatasetKind) -> dict[str, Any]:
    raw = row.get(RAW)
    values = raw if raw is not None else {name: row[name] for name in kind.columns if name in row}
    return {
        "line": row[LINE],
        "values": as_values(values or {}),
        "check": row["check"],
        "reason": row["reason"],
        "remedy": row["remedy"],
    }


def _registrations(
    parsed: Parsed, good: pl.DataFrame, target: Target, asset_class: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of instruments that nobody registered and that have good rows."""
    if "instrument" not in target.kind.columns:
        return [], []
    used = set(good["instrument"].unique())
    fresh = {key: symbol for key, symbol in sorted(parsed.fresh.items()) if key in used}
    instruments = [
        {
            "key": key,
            "name": symbol.partition(":")[2] or symbol,
            "exchange": key.partition(":")[0],
            "currency": target.currency or NO_CURRENCY,
            "asset_class": asset_class,
        }
        for key, symbol in fresh.items()
    ]
    symbols = [
        {
            "instrument": key,
            "symbol": key.partition(":")[2].partition("~")[0],
            "valid_from": None,
            "valid_until": None,
        }
        for key in fresh
    ]
    return instruments, symbols


def load_release(session: Session, job: Job) -> Release:
    wanted = resolved(session, job, ReleaseInput)
    target, _ = _target(session, job, wanted.dataset)
    held = repository.held(session, wanted.dataset, wanted.rows)
    if len(held) != len(set(wanted.rows)):
        raise NotReleasable("Some of these rows were released meanwhile.", [Fault("/rows", "Look again.")])
    rows = tuple(row.n for row in held)
    return Release(target, rows, tuple(row.values for row in held), wanted.model_dump(mode="json"))


def compute_release(wanted: Release, resources: Resources) -> Outcome:
    started = resources.now()
    target, kind = wanted.target, wanted.target.kind
    rows = from_values(wanted.values, kind).with_columns(pl.Series(LINE, wanted.rows, dtype=pl.Int64))
    needed = [name for name in kind.columns if name not in kind.optional]
    lacking = rows.filter(pl.any_horizontal(pl.col(needed).is_null()))
    if lacking.height:
        shown = lacking[LINE].head(5).to_list()
        remedy = "Correct the lines and upload them again."
        raise NotReleasable(f"Rows {shown} lack values that {kind.name} need.", [Fault("/rows", remedy)])
    if rows.select(pl.struct(kind.key).is_duplicated().any()).item():
        raise NotReleasable("Two of these rows share their key.", [Fault("/rows", "Release one of them.")])
    fresh, repeated = against_parent(resources.store, kind, target.frequency, target.parts, rows)
    if fresh.bad.height:
        shown = fresh.bad[LINE].head(5).to_list()
        raise NotReleasable(f"Rows {shown}: {fresh.bad['reason'][0]}.", [Fault("/rows", "Leave them out.")])
    made = draft(resources.store, kind, target.frequency, target.parts, fresh.good, repeated)
    return Outcome(
        target=target,
        made=made,
        quality={"released": rows.height, "added": made.added, "entities": made.entities},
        started_at=started,
        code=resources.code,
        environment=resources.environment,
        parameters=wanted.parameters,
        pins=_parent_pin(target),
        released=wanted.rows,
    )


HANDLERS: tuple[Handler[Any, Any], ...] = (
    Handler(INGEST.name, load_ingest, compute_ingest, record),
    Handler(RELEASE.name, load_release, compute_release, record),
)
