"""How a backtest is run, and run again: read the pins, compute, record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy.orm import Session

from kuznia.db import access
from kuznia.db.access import new_object
from kuznia.db.tables import Backtest, Job
from kuznia.domains.backtests import repository, service
from kuznia.domains.backtests.computation import Computed, Examined, Loaded, compute, examine, rehearse
from kuznia.domains.backtests.errors import UnusableBacktest
from kuznia.domains.backtests.schemas import BacktestInput, BacktestSettings, ReproduceInput
from kuznia.domains.context import service as contexts
from kuznia.domains.datasets import service as datasets
from kuznia.domains.jobs.service import Pin, record_run
from kuznia.domains.models import service as models
from kuznia.domains.strategies import service as strategies
from kuznia.domains.trials import service as trials
from kuznia.domains.trials.service import NewTrial
from kuznia.domains.universes import service as universes
from kuznia.queue.handlers import Handler
from kuznia.queue.inputs import resolved

AGAIN = {"backtests.reproduce": "reproduced", "backtests.examine": "examined"}
"""What a second run is to the first."""


def load(session: Session, job: Job) -> Loaded:
    given = resolved(session, job, BacktestInput)
    return _load(session, job.owner_id, given, given.question or job.question_id)


def _load(session: Session, owner: UUID, given: BacktestInput, question_id: UUID | None) -> Loaded:
    admin = access.is_admin(session, owner)
    if question_id:
        trials.usable(session, question_id, owner, is_admin=admin)
    version = None
    if given.strategy_version is not None:
        version = strategies.pinned(session, _id(given.strategy_version), owner, admin)
    model_id = version.model_version_id if version else given.model_version
    model = models.pinned(session, _id(model_id), owner, is_admin=admin) if model_id else None
    if model is not None:
        model.require_measured()
    if version is not None:
        spec = version.spec
    else:
        assert given.strategy is not None
        spec = strategies.check(
            session, owner, given.strategy.model_dump(), has_model=model is not None, pointer="/strategy"
        )
    bars = datasets.pinned(session, _id(given.bars), owner, is_admin=admin)
    datasets.require_kind(bars, "bars")
    actions = datasets.pinned(session, _id(given.actions), owner, is_admin=admin) if given.actions else None
    universe = universes.pinned(session, _id(given.universe_version), owner, is_admin=admin)
    benchmark = given.settings.benchmark
    return Loaded(
        name=given.name,
        question_id=question_id,
        universe=universe,
        bars=bars,
        actions=actions,
        context=contexts.pinned_context(session, [_id(one) for one in given.context], owner, is_admin=admin),
        sectors=datasets.pinned(session, _id(given.sectors), owner, is_admin=admin)
        if given.sectors
        else None,
        fx=datasets.pinned(session, _id(given.fx), owner, is_admin=admin) if given.fx else None,
        currencies=service.currencies_of(
            session, [*universe.instruments, *([benchmark] if benchmark else [])]
        ),
        strategy_name=given.strategy_name or given.name,
        strategy_version_id=version.id if version else None,
        spec=spec,
        model=model,
        settings=given.settings,
        ledger=tuple(trials.ledger(session, question_id)) if question_id else (),
    )


def _id(value: object) -> UUID:
    if not isinstance(value, UUID):
        raise UnusableBacktest(f"{value!r} was not resolved to an id.")
    return value


def record(session: Session, job: Job, done: Computed) -> Mapping[str, UUID]:
    loaded, owner = done.loaded, job.owner_id
    question_id = loaded.question_id or trials.everyday(session, owner)
    version_id = (
        loaded.strategy_version_id
        or strategies.ensure_version(
            session,
            owner,
            loaded.strategy_name,
            loaded.spec,
            loaded.model.version_id if loaded.model else None,
        ).id
    )
    run_id = _record_run(session, job, done, version_id)
    row = Backtest(
        id=new_object(session, "backtest", owner),
        name=loaded.name,
        question_id=question_id,
        strategy_version_id=version_id,
        universe_version_id=loaded.universe.version_id,
        run_id=run_id,
        settings=loaded.settings.model_dump(mode="json"),
        summary=done.summary,
        trades=done.trades.height,
    )
    trials.record_trials(session, question_id, [_trial(done, owner, run_id)])
    repository.add_backtest(session, row)
    repository.copy_trades(session, _trade_rows(row.id, done.trades))
    return {"backtest": row.id, "run": run_id}


def _record_run(session: Session, job: Job, done: Computed | Examined, version_id: UUID) -> UUID:
    loaded = done.loaded
    pins = [
        Pin(role="strategy", strategy_version_id=version_id),
        Pin(role="universe", universe_version_id=loaded.universe.version_id),
        Pin(role="bars", dataset_version_id=loaded.bars.version_id),
    ]
    if loaded.actions:
        pins.append(Pin(role="actions", dataset_version_id=loaded.actions.version_id))
    pins += [
        Pin(role="context", position=n, dataset_version_id=one.version_id)
        for n, one in enumerate(loaded.context)
    ]
    if loaded.sectors:
        pins.append(Pin(role="sectors", dataset_version_id=loaded.sectors.version_id))
    if loaded.fx:
        pins.append(Pin(role="fx", dataset_version_id=loaded.fx.version_id))
    if loaded.model:
        pins.append(Pin(role="model", model_version_id=loaded.model.version_id))
    if loaded.again:
        role, run_id = loaded.again
        pins.append(Pin(role=role, source_run_id=run_id))
    return record_run(
        session,
        job,
        kind=job.kind,
        code=done.code,
        environment=done.environment,
        parameters=loaded.config | done.told | {"name": loaded.name, "strategy_name": loaded.strategy_name},
        seed=loaded.settings.seed,
        result_digest=done.result_digest,
        started_at=done.started_at,
        inputs=pins,
        files=done.files,
    )


def _trial(done: Computed, owner: UUID, run_id: UUID) -> NewTrial:
    loaded = done.loaded
    return NewTrial(
        kind="backtest",
        name=loaded.name,
        config=loaded.config,
        account_id=owner,
        run_id=run_id,
        universe_version_id=loaded.universe.version_id,
        first_ts=done.ts[0],
        last_ts=done.ts[1],
        observations=done.observations,
        periods_per_year=done.periods_per_year,
        statistics=done.statistics,
        returns=done.files["returns"],
    )


def _trade_rows(backtest_id: UUID, trades: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    columns = ("quantity", "entry", "exit", "bars", "net_return", "pnl", "costs", "mae", "mfe", "reason")
    rows = trades.select("instrument", "side", "opened_at", "closed_at", *columns).iter_rows()
    for n, (instrument, side, opened, closed, *rest) in enumerate(rows, start=1):
        yield (backtest_id, n, instrument, side, opened, None if rest[-1] == "open" else closed, *rest)


def load_again(session: Session, job: Job) -> Loaded:
    """The pins of an earlier run, with the rights of who asks for it again."""
    given = resolved(session, job, ReproduceInput)
    backtest, *_, run, version, strategy, _, _ = service.pinned(session, _id(given.backtest), job.owner_id)
    pins = repository.run_inputs(session, run.id)
    dataset = {
        role: [p.dataset_version_id for p in pins if p.role == role]
        for role in ("bars", "actions", "context", "sectors", "fx")
    }
    again = BacktestInput(
        name=backtest.name,
        question=backtest.question_id,
        universe_version=backtest.universe_version_id,
        bars=_id(dataset["bars"][0]),
        actions=dataset["actions"][0] if dataset["actions"] else None,
        context=[_id(one) for one in dataset["context"]],
        sectors=dataset["sectors"][0] if dataset["sectors"] else None,
        fx=dataset["fx"][0] if dataset["fx"] else None,
        strategy_version=version.id,
        strategy_name=strategy.name,
        settings=BacktestSettings.model_validate(backtest.settings),
    )
    loaded = _load(session, job.owner_id, again, backtest.question_id)
    return replace(loaded, again=(AGAIN[job.kind], run.id))


def record_again(session: Session, job: Job, done: Computed | Examined) -> Mapping[str, UUID]:
    """Store the second run beside the first: equal digests or not, or what an examination found."""
    assert done.loaded.strategy_version_id is not None
    run_id = _record_run(session, job, done, done.loaded.strategy_version_id)
    return {"run": run_id}


def warm() -> None:
    """Run a small simulation once, so that the first job does not wait for kernels to load."""
    rehearse()


HANDLERS: tuple[Handler[Any, Any], ...] = (
    Handler("backtests.run", load, compute, record),
    Handler("backtests.reproduce", load_again, compute, record_again),
    Handler("backtests.examine", load_again, examine, record_again),
)
