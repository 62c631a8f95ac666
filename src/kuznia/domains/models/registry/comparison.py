"""Versions beside each other: what was asked of them, how they did on the same bars, what they pin."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from kuznia.core.frames.json_values import json_values
from kuznia.core.metrics.paired import newey_west_error, paired_difference
from kuznia.core.typing import Float
from kuznia.db.tables import Alias, Model, Run
from kuznia.domains.models import repository, service
from kuznia.domains.models.errors import NotComparable
from kuznia.domains.models.lookup import get_version
from kuznia.domains.models.registry.schemas import (
    ComparedVersion,
    ComparisonRead,
    PairedDifference,
    ParameterDifference,
    PinDifference,
    Reservation,
)
from kuznia.domains.models.repository import VersionRow
from kuznia.domains.models.schemas import DAILY, PinRead, RankICRead
from kuznia.errors import Fault
from kuznia.rest.principal import Principal

if TYPE_CHECKING:
    from kuznia.store import Store

MOST = 6
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the versions, with what it is compared by."""

    row: VersionRow
    model: Model
    run: Run
    pins: Sequence[PinRead]
    aliases: Sequence[Alias]
    series: Mapping[datetime, float] | None

    @property
    def id(self) -> UUID:
        return self.row[0].id

    @property
    def horizon(self) -> int:
        return int(self.row[0].spec["label"]["horizon"])

    def pin(self, role: str) -> PinRead | None:
        return next((pin for pin in self.pins if pin.role == role), None)


def compare(session: Session, store: Store, principal: Principal, ids: Sequence[UUID]) -> ComparisonRead:
    """Compare versions; each one after the first with an interval of its paired difference to the first.

    Figures over different universes or horizons are given too, and `reservations` says so.
    """
    if not 2 <= len(ids) <= MOST or len(set(ids)) < len(ids):
        fault = Fault("/query/ids", f"Give 2 to {MOST} ids of versions, none of them twice.")
        raise NotComparable(f"{len(ids)} ids were given, {len(set(ids))} of them different.", [fault])
    sides = [_side(session, store, principal, one) for one in ids]
    series = [side.series for side in sides]
    known = [one for one in series if one is not None]
    bars = sorted(set.intersection(*(set(one) for one in known))) if len(known) == len(sides) else []
    values = [np.array([one[bar] for bar in bars], dtype=np.float64) for one in known] if bars else []
    return ComparisonRead(
        versions=[_shown(side, values[n] if values else None) for n, side in enumerate(sides)],
        parameters=_parameters(sides),
        pins=_pin_differences(sides),
        span=[bars[0], bars[-1]] if bars else None,
        differences=[
            _difference(sides[0], values[0], side, values[n]) for n, side in enumerate(sides[1:], 1) if values
        ],
        reservations=_reservations(sides),
        without_series=[side.id for side in sides if side.series is None],
    )


def _side(session: Session, store: Store, principal: Principal, version_id: UUID) -> _Side:
    row, (model, *_) = get_version(session, principal, version_id)
    run = repository.run(session, row[0].run_id)
    assert run is not None, "a foreign key holds it"
    digest = repository.run_files(session, run.id).get(DAILY)
    return _Side(
        row=row,
        model=model,
        run=run,
        pins=service.pins_of(session, run),
        aliases=[alias for alias, _ in repository.aliases(session, [model.id])],
        series=dict(store.frame(digest, ["ts", "rank_ic"]).iter_rows()) if digest else None,
    )


def _shown(side: _Side, common: Float | None) -> ComparedVersion:
    folds = [RankICRead.model_validate(fold["rank_ic"]) for fold in side.row[0].summary["folds"]]
    return ComparedVersion(
        **service.version_values(side.row, side.aliases),
        model_name=side.model.name,
        duration_s=(side.run.finished_at - side.run.started_at).total_seconds(),
        positive_folds=sum((fold.mean or 0.0) > 0 for fold in folds),
        folds=folds,
        common=None if common is None else _mean(common, side.horizon),
    )


def _mean(values: Float, horizon: int) -> RankICRead:
    return RankICRead(
        mean=json_values(float(values.mean())),
        standard_error=json_values(newey_west_error(values, horizon)),
        bars=len(values),
    )


def _difference(base: _Side, first: Float, side: _Side, second: Float) -> PairedDifference:
    overlap = max(base.horizon, side.horizon)
    found = paired_difference(first, second, overlap, confidence=CONFIDENCE)
    return PairedDifference(
        version_id=side.id,
        mean=json_values(found.mean),
        low=json_values(found.low),
        high=json_values(found.high),
        bars=found.bars,
        block=found.block,
        confidence=CONFIDENCE,
    )


def _reservations(sides: Sequence[_Side]) -> list[Reservation]:
    found: list[Reservation] = []
    universes = {pin.id if (pin := side.pin("universe")) else None for side in sides}
    if len(universes) > 1 or None in universes:
        found.append("universe")
    if len({side.horizon for side in sides}) > 1:
        found.append("horizon")
    return found


def _parameters(sides: Sequence[_Side]) -> list[ParameterDifference]:
    """Every setting of the specifications, those that differ first."""
    flat = [dict(_flat(side.row[0].spec)) for side in sides]
    names = list(dict.fromkeys(name for one in flat for name in one))
    found = []
    for name in names:
        values = [one.get(name) for one in flat]
        equal = len({json.dumps(value, sort_keys=True) for value in values}) == 1
        found.append(ParameterDifference(name=name, values=values, equal=equal))
    return sorted(found, key=lambda one: one.equal)


def _flat(value: Mapping[str, Any], above: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, one in value.items():
        if isinstance(one, Mapping):
            found.extend(_flat(one, f"{above}{name}."))
        else:
            found.append((above + name, one))
    return found


def _pin_differences(sides: Sequence[_Side]) -> list[PinDifference]:
    roles = list(dict.fromkeys(pin.role for side in sides for pin in side.pins))
    found = []
    for role in roles:
        pins = [side.pin(role) for side in sides]
        equal = len({pin.id if pin else None for pin in pins}) == 1
        found.append(PinDifference(role=role, pins=pins, equal=equal))
    return found
