"""Statistics of features, read from the files of the run that measured them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.core.features.drift import MUCH, SOME
from kuznia.db.tables import FeatureVersion, Run
from kuznia.domains.features import repository as features
from kuznia.domains.features.catalogue import repository
from kuznia.domains.features.catalogue.schemas import (
    BinRead,
    CorrelationsRead,
    DriftRead,
    FeatureReport,
    HorizonRead,
    MeasuredRun,
    MonthRead,
    NeighbourRead,
    ShapeRead,
    YearRead,
)
from kuznia.domains.features.schemas import ComputedInputs, StatisticsRead
from kuznia.store import Store

Row = Mapping[str, Any]
SHAPE = ("mean", "deviation", "skew", "kurtosis", "zeros", "outliers")
NEIGHBOURS = 8


def report(
    session: Session, store: Store, version: FeatureVersion, account_id: UUID, is_admin: bool
) -> FeatureReport:
    """Everything that the newest run which measured a version says of it."""
    found = repository.measured(session, version.id, account_id, is_admin)
    if found is None:
        return FeatureReport(feature_version_id=version.id, seq=version.seq)
    run, set_version_id = found
    members = features.members(session, set_version_id)
    ids = {feature.name: feature.id for _, _, feature in members}
    name = next(feature.name for _, one, feature in members if one.id == version.id)
    files = repository.run_files(session, run.id)
    # A run of before the store had these columns and files tells less.
    row = next(iter(_rows(store, files, "statistics", name)), {})
    return FeatureReport(
        feature_version_id=version.id,
        seq=version.seq,
        run=measured_run(session, run, account_id, is_admin),
        summary=StatisticsRead.model_validate(row) if row else None,
        same_sign=row.get("same_sign"),
        shape=_shape(row),
        drift=_drift(row),
        histogram=[BinRead.model_validate(one) for one in _rows(store, files, "histograms", name)],
        decay=[HorizonRead.model_validate(one) for one in _rows(store, files, "decay", name)],
        months=[MonthRead.model_validate(one) for one in _rows(store, files, "months", name)],
        years=[YearRead.model_validate(one) for one in _rows(store, files, "years", name)],
        neighbours=_neighbours(store, files, name, ids),
    )


def correlations(
    session: Session, store: Store, set_version_id: UUID, account_id: UUID, is_admin: bool
) -> CorrelationsRead:
    """The matrix of a set's version, in the order of its members."""
    found = features.computed(session, set_version_id, account_id, is_admin)
    if found is None:
        return CorrelationsRead()
    run, files = found
    names = [feature.name for _, _, feature in features.members(session, set_version_id)]
    place = {name: n for n, name in enumerate(names)}
    matrix: list[list[float | None]] = [
        [1.0 if i == j else None for j in range(len(names))] for i in range(len(names))
    ]
    pairs = store.frame(files["correlations"][0]).rows(named=True) if "correlations" in files else []
    for one in pairs:
        i, j = place[one["feature"]], place[one["other"]]
        matrix[i][j] = matrix[j][i] = one["correlation"]
    return CorrelationsRead(
        run=measured_run(session, run, account_id, is_admin), features=names, matrix=matrix
    )


def measured_run(session: Session, run: Run, account_id: UUID, is_admin: bool) -> MeasuredRun:
    universe = repository.run_universe(session, run.id, account_id, is_admin)
    data = repository.run_datasets(session, run.id, account_id, is_admin)
    bars = next((one for one in data if one[0].kind == "bars"), None)
    return MeasuredRun(
        run_id=run.id,
        job_id=run.job_id,
        finished_at=run.finished_at,
        horizon=run.parameters["horizon"],
        universe=universe[1] if universe else None,
        bars=f"{bars[0].name} v{bars[1].seq}" if bars else None,
        first=bars[1].first_ts if bars else None,
        last=bars[1].last_ts if bars else None,
    )


def computed_inputs(session: Session, run: Run, account_id: UUID, is_admin: bool) -> ComputedInputs:
    """What a run read, by the objects rather than their versions."""
    universe = repository.run_universe(session, run.id, account_id, is_admin)
    data = [dataset for dataset, _ in repository.run_datasets(session, run.id, account_id, is_admin)]
    return ComputedInputs(
        universe_id=universe[0] if universe else None,
        bars_id=next((one.id for one in data if one.kind == "bars"), None),
        context_ids=[one.id for one in data if one.kind != "bars"],
        horizon=run.parameters["horizon"],
        decision_lag_minutes=run.parameters["decision_lag_minutes"],
    )


def _rows(store: Store, files: Mapping[str, str], role: str, name: str) -> Sequence[Row]:
    """Rows of one feature in a file of the run, in the file's order."""
    if role not in files:
        return []
    return [one for one in store.frame(files[role]).rows(named=True) if one["feature"] == name]


def _shape(row: Row) -> ShapeRead:
    quantiles = {name[1:]: row[name] for name in row if name[0] == "q" and name[1:].isdigit()}
    return ShapeRead(**{name: row.get(name) for name in SHAPE}, quantiles=quantiles)


def _drift(row: Row) -> DriftRead:
    psi = row.get("psi")
    return DriftRead(psi=psi, ks=row.get("ks"), size=None if psi is None else _size(psi))


def _size(psi: float) -> Literal["little", "some", "much"]:
    return "little" if psi < SOME else "some" if psi <= MUCH else "much"


def _neighbours(
    store: Store, files: Mapping[str, str], name: str, ids: Mapping[str, UUID]
) -> list[NeighbourRead]:
    if "correlations" not in files:
        return []
    found = []
    for one in store.frame(files["correlations"]).rows(named=True):
        if name in (one["feature"], one["other"]) and one["correlation"] is not None:
            other = one["other"] if one["feature"] == name else one["feature"]
            found.append(NeighbourRead(feature_id=ids[other], name=other, correlation=one["correlation"]))
    return sorted(found, key=lambda one: (-abs(one.correlation), one.name))[:NEIGHBOURS]
