"""Rules of backtests: what is pinned when one is asked for, who sees it, and what it was made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import polars as pl
from sqlalchemy.orm import Session

from kuznia.core.frames.panel import Panel
from kuznia.db import access
from kuznia.db.access import Level
from kuznia.db.session import WriteSession
from kuznia.db.tables import Job, Run, Trade
from kuznia.domains.accounts.service import audit
from kuznia.domains.backtests import repository
from kuznia.domains.backtests.errors import BacktestMissing, UnusableBacktest
from kuznia.domains.backtests.pinning import (
    PinnedData,
    UniverseBars,
    conversion,
    currencies_of,
    given,
    pin_context,
    pin_data,
    pin_fx,
    pin_sectors,
)
from kuznia.domains.backtests.repository import BacktestRow
from kuznia.domains.backtests.schemas import (
    EXAMINE,
    REPRODUCE,
    RUN,
    BacktestCreate,
    BacktestInput,
    BacktestSettings,
    ReproduceInput,
    Reproduction,
)
from kuznia.domains.context import service as contexts
from kuznia.domains.datasets import service as datasets
from kuznia.domains.strategies import service as strategies
from kuznia.domains.trials import service as trials
from kuznia.errors import Fault
from kuznia.queue.enqueue import enqueue
from kuznia.queue.kinds import JobKind
from kuznia.rest.principal import Principal
from kuznia.store import Store

if TYPE_CHECKING:
    from kuznia.domains.backtests.material import Material

__all__ = ["PinnedData", "UniverseBars", "currencies_of", "pin_context", "pin_data", "pin_fx", "pin_sectors"]


def submit(session: WriteSession, store: Store, principal: Principal, new: BacktestCreate) -> Job:
    """Pin the newest versions and enqueue the simulation."""
    account, admin = principal.account_id, principal.is_admin
    question = (
        trials.usable(session, new.question, account, is_admin=admin)
        if new.question
        else trials.everyday(session, account)
    )
    check_settings(new.settings)
    data = pin_data(session, store, principal, new, new.settings.benchmark)
    name = new.strategy_name or (new.name or "Idea")
    if new.strategy is not None:
        spec = strategies.check(
            session,
            account,
            new.strategy.model_dump(),
            has_model=new.model_version is not None,
            pointer="/body/strategy",
        )
    else:
        spec = strategies.pinned(session, given(new.strategy_version), account, admin).spec
    if new.model_version and not repository.model_version(session, new.model_version, account, admin):
        raise UnusableBacktest(
            "There is no such model version.", [Fault("/body/model_version", "Choose another.")]
        )
    rest = pin_context(session, store, principal, new.context, spec)
    sectors = pin_sectors(session, store, principal, new.sectors, new.settings)
    fx = pin_fx(session, store, principal, new.fx, data, new.settings)
    job = enqueue(
        session,
        RUN,
        BacktestInput(
            name=new.name or name,
            question=question,
            universe_version=data.universe.version_id,
            bars=data.bars.version_id,
            actions=data.actions.version_id if data.actions else None,
            context=[one.version_id for one in rest],
            sectors=sectors.version_id if sectors else None,
            fx=fx.version_id if fx else None,
            strategy_version=new.strategy_version,
            strategy=new.strategy,
            strategy_name=name,
            model_version=new.model_version,
            settings=new.settings,
        ),
        owner_id=account,
        name=new.name or name,
        question_id=question,
        request_id=principal.request_id,
    )
    audit(session, principal, "backtest.submit", None, after={"job": str(job.id), "name": job.name})
    return job


def check_settings(settings: BacktestSettings, pointer: str = "/body/settings") -> None:
    """Refuse settings that contradict each other, as the engine would."""
    from kuznia.core.backtest.settings import Settings
    from kuznia.core.errors import BacktestError

    if settings.start and settings.end and settings.end < settings.start:
        fault = Fault(f"{pointer}/end", "Let it end after its start.")
        raise UnusableBacktest(f"It ends at {settings.end}, before {settings.start}.", [fault])
    try:
        Settings.from_spec(settings.account())
    except BacktestError as error:
        name = error.what.split(" ", 1)[0]
        where = f"{pointer}/{name}" if name in BacktestSettings.model_fields else pointer
        raise UnusableBacktest(error.what, [Fault(where, error.remedy)]) from error


def configuration(
    spec: Mapping[str, Any],
    settings: BacktestSettings,
    data: PinnedData,
    context: Sequence[datasets.PinnedVersion],
    model: str | None,
) -> dict[str, Any]:
    """Everything that was chosen, of which a trial is made: the same again is no new trial."""
    limited = settings.limit_sector is not None
    told = {"seed", "benchmark"} | (set() if limited else {"sectors"}) | (set() if data.fx else {"currency"})
    return {
        "strategy": dict(spec),
        "settings": settings.model_dump(mode="json", exclude=told),
        "universe": data.universe.digest,
        "bars": data.bars.digest,
        "actions": data.actions.digest if data.actions else None,
        "context": [one.digest for one in context],
        "model": model,
        **({"sectors": data.sectors.digest} if limited and data.sectors else {}),
        **({"fx": data.fx.digest} if data.fx else {}),
    }


def read_material(
    store: Store,
    data: PinnedData,
    context: Sequence[datasets.PinnedVersion],
    settings: BacktestSettings,
    wanted: Set[str],
    predictions: str | None = None,
) -> Material:
    """Read what is pinned and align it; for computations, as it loads what they compute with.

    `wanted` are the names that expressions read.
    """
    from kuznia.domains.backtests.material import material

    benchmark, actions = settings.benchmark, data.actions
    held = sorted({*data.universe.instruments, *([benchmark] if benchmark else [])})
    columns = ["instrument", "ts", "available_at", "score"]
    beside = [*context, *([actions] if actions else [])]

    grouped = (one for one in context if settings.sectors in wanted & contexts.names_of(store, one))
    sectors = next(grouped, data.sectors)

    def joined(panel: Panel, factors: pl.DataFrame | None) -> Panel:
        return contexts.joined(store, panel, beside, data.bars, wanted, factors)

    found = material(
        datasets.read(store, data.bars, entities=held),
        data.universe.instruments,
        settings,
        actions=datasets.read(store, actions, entities=held) if actions else None,
        joined=joined,
        sectors=_of_scheme(store, sectors, settings.sectors, held),
        predictions=store.frame(predictions, columns) if predictions else None,
        adjusted_for=data.bars.adjusted_for,
        conversion=conversion(store, data, settings),
    )
    return replace(found, told=contexts.facts(store, beside, wanted))


def _of_scheme(
    store: Store, version: datasets.PinnedVersion | None, scheme: str, instruments: Sequence[str]
) -> pl.DataFrame | None:
    if version is None:
        return None
    return datasets.read(store, version, entities=instruments).filter(pl.col("scheme") == scheme)


def labels(
    data: PinnedData,
    context: Sequence[datasets.PinnedVersion],
    settings: BacktestSettings,
    given: Material,
) -> list[dict[str, str]]:
    """What is shown beside a result because of what it was computed on."""
    from kuznia.domains.backtests.labels import label_keys, worded

    return worded(label_keys(data, context, settings, given))


def get(session: Session, principal: Principal, backtest_id: UUID, level: Level = "read") -> BacktestRow:
    row = repository.backtest(session, backtest_id, principal.account_id, principal.is_admin, level)
    if row is None:
        raise BacktestMissing("There is no such backtest, or it is not shared with you.")
    return row


def pinned(session: Session, backtest_id: UUID, account_id: UUID) -> BacktestRow:
    """A backtest to compute again, with the rights of the job's owner."""
    row = repository.backtest(session, backtest_id, account_id, access.is_admin(session, account_id))
    if row is None:
        raise BacktestMissing(f"There is no backtest {backtest_id}, or it is not shared with you.")
    return row


def submit_reproduction(session: WriteSession, principal: Principal, backtest_id: UUID) -> Job:
    """Enqueue the same computation on the same pins."""
    return _submit_again(session, principal, backtest_id, REPRODUCE, "Reproduce")


def submit_examination(session: WriteSession, principal: Principal, backtest_id: UUID) -> Job:
    """Enqueue the tests that take longer than an idea may."""
    return _submit_again(session, principal, backtest_id, EXAMINE, "Examine")


def _submit_again(
    session: WriteSession, principal: Principal, backtest_id: UUID, kind: JobKind, word: str
) -> Job:
    backtest = get(session, principal, backtest_id)[0]
    job = enqueue(
        session,
        kind,
        ReproduceInput(backtest=backtest_id),
        owner_id=principal.account_id,
        name=f"{word} {backtest.name}",
        question_id=backtest.question_id,
        request_id=principal.request_id,
    )
    audit(session, principal, f"backtest.{word.lower()}", backtest_id, after={"job": str(job.id)})
    return job


def reproduction(session: Session, first: Run) -> Reproduction | None:
    """The newest run that computed this one again, and what is not the same."""
    again = repository.newest_again(session, first.id, "reproduced")
    if again is None:
        return None
    pairs = {
        "numbers": (first.result_digest, again.result_digest),
        "code": (first.code, again.code),
        "environment": (first.environment, again.environment),
    }
    return Reproduction(
        run_id=again.id,
        at=again.finished_at,
        equal=first.result_digest == again.result_digest,
        differs=[name for name, (before, after) in pairs.items() if before != after],
    )


def delete(session: WriteSession, principal: Principal, backtest_id: UUID) -> None:
    """Hide a backtest. Its trial stays: what was tried cannot be untried."""
    backtest = get(session, principal, backtest_id, "edit")[0]
    access.hide(session, backtest_id)
    audit(session, principal, "backtest.delete", backtest_id, before={"name": backtest.name})


def file_of(session: Session, principal: Principal, backtest_id: UUID, role: str) -> str:
    """Digest of a file that the backtest's run made."""
    return kept_file(session, get(session, principal, backtest_id), role)


def kept_file(session: Session, row: BacktestRow, role: str) -> str:
    digest = repository.run_file(session, row[0].run_id, role)
    if digest is None:
        raise BacktestMissing(f"The {role} of this backtest were not kept: run it again.")
    return digest


def trades(session: Session, principal: Principal, backtest_id: UUID, **choice: Any) -> Sequence[Trade]:
    get(session, principal, backtest_id)
    return repository.trades(session, backtest_id, **choice)
