"""Rules of sweeps: what is pinned when one is asked for, who sees it, and what one point becomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.db import access
from kuznia.db.access import Level
from kuznia.db.session import WriteSession
from kuznia.db.tables import Job, RunInput, Sweep
from kuznia.domains.accounts.service import audit
from kuznia.domains.backtests import service as backtests
from kuznia.domains.backtests.schemas import RUN as BACKTEST
from kuznia.domains.backtests.schemas import BacktestInput, BacktestSettings
from kuznia.domains.features import service as features
from kuznia.domains.strategies import service as strategies
from kuznia.domains.sweeps import repository
from kuznia.domains.sweeps.errors import PointMissing, SweepMissing, UnusableSweep
from kuznia.domains.sweeps.plan import Plan, core_spec, plan
from kuznia.domains.sweeps.reading import point
from kuznia.domains.sweeps.repository import SweepRow
from kuznia.domains.sweeps.schemas import (
    MOST,
    PART,
    REPRODUCE,
    RUN,
    Cost,
    PartInput,
    ReproduceSweepInput,
    SweepCheck,
    SweepChecked,
    SweepCreate,
    SweepInput,
    SweepOf,
    Value,
    Wrong,
)
from kuznia.domains.trials import service as trials
from kuznia.domains.universes import service as universes
from kuznia.errors import Fault, KuzniaError
from kuznia.queue.enqueue import enqueue
from kuznia.queue.parts import enqueue_split
from kuznia.rest.principal import Principal
from kuznia.store import Store

BARS, SECONDS, MINUTES = 5_000, 1e7, 1e9
"""Bars that an instrument may have, and bars of all combinations that take about so long."""
PART_WORK, MOST_PARTS = 100_000_000, 64
"""Bars of all combinations that are worth a job of their own, and most such jobs of a sweep."""


def submit(session: WriteSession, store: Store, principal: Principal, new: SweepCreate) -> Job:
    """Pin the newest versions and enqueue the sweep."""
    account, admin = principal.account_id, principal.is_admin
    question = (
        trials.usable(session, new.question, account, is_admin=admin)
        if new.question
        else trials.everyday(session, account)
    )
    data = backtests.pin_data(session, store, principal, new, new.settings.benchmark)
    backtests.check_settings(new.settings)
    wanted, first = checked(session, account, asked(new))
    context = backtests.pin_context(session, store, principal, new.context, first)
    fx = backtests.pin_fx(session, store, principal, new.fx, data, new.settings)
    name = new.name or wanted.name
    given = SweepInput(
        name=name,
        question=question,
        universe_version=data.universe.version_id,
        bars=data.bars.version_id,
        actions=data.actions.version_id if data.actions else None,
        context=[one.version_id for one in context],
        fx=fx.version_id if fx else None,
        sweep=wanted.given,
        settings=new.settings,
        parts=[],
    )
    parts = parts_of(wanted, first, len(data.universe.instruments))
    job = _enqueue(session, principal, given, wanted.count, parts)
    after = {"job": str(job.id), "name": name, "combinations": wanted.count}
    audit(session, principal, "sweep.submit", None, after=after)
    return job


def _enqueue(session: WriteSession, principal: Principal, given: SweepInput, count: int, parts: int) -> Job:
    """The sweep as one job, or as one that waits for its parts."""
    of: dict[str, Any] = {
        "owner_id": principal.account_id,
        "name": given.name,
        "question_id": given.question,
        "request_id": principal.request_id,
    }
    if parts == 1:
        return enqueue(session, RUN, given, **of)
    bounds = [n * count // parts for n in range(parts + 1)]
    split = [PartInput(begin=begin, end=end, whole=given) for begin, end in pairwise(bounds)]
    return enqueue_split(
        session, RUN, lambda made: given.model_copy(update={"parts": made}), PART, split, **of
    )


def checked(
    session: Session, account_id: UUID, given: SweepOf, pointer: str = "/body"
) -> tuple[Plan, Mapping[str, Any]]:
    """What a sweep will try and the strategy of its first combination, or an error with what is wrong.

    What is wrong with the first combination is wrong with all, so that it is the template that is named;
    of the others each shows a value of one parameter.
    """
    within = features.context(session, account_id)
    wanted = plan(given, within.features, pointer)
    first: Mapping[str, Any] | None = None
    for name, values in wanted.samples:
        at = f"{pointer}/template" if first is None else f"{pointer}/parameters/{name}"
        try:
            found = strategies.check_within(
                within, wanted.spec.filled(values), has_model=False, pointer=f"{pointer}/template"
            )
        except KuzniaError as error:
            if first is None:
                raise
            faults = [Fault(at, f"With {said(values)}: {one.detail}") for one in error.errors]
            raise UnusableSweep(f"With {said(values)}: {error.detail}", faults) from None
        first = first or found
    assert first is not None
    return wanted, first


def asked(given: SweepOf) -> SweepOf:
    """The sweep itself, without what is asked beside it."""
    return SweepOf(**{name: getattr(given, name) for name in SweepOf.model_fields})


def check(session: Session, principal: Principal, given: SweepCheck) -> SweepChecked:
    """What would be said of a sweep if it were posted."""
    size = None
    if given.universe:
        universes.get(session, principal, given.universe)
        size = len(universes.versions(session, given.universe)[0].spec["instruments"])
    try:
        wanted, first = checked(session, principal.account_id, asked(given))
    except KuzniaError as error:
        wrong = [Wrong(pointer=one.pointer, detail=f"{error.detail} {one.detail}") for one in error.errors]
        return SweepChecked(
            ok=False, combinations=0, most=MOST, instruments=size, cost="seconds", errors=wrong
        )
    cost = cost_of(wanted.count, first, size or 1)
    return SweepChecked(ok=True, combinations=wanted.count, most=MOST, instruments=size, cost=cost, errors=[])


def cost_of(count: int, first: Mapping[str, Any], instruments: int) -> Cost:
    """About how long it takes; a rule on one instrument has a kernel of its own."""
    if instruments == 1 and first["kind"] == "rule" and not strategies.by_orders(first):
        return "seconds"
    work = BARS * instruments * count
    return "seconds" if work < SECONDS else "minutes" if work < MINUTES else "long"


def parts_of(wanted: Plan, first: Mapping[str, Any], instruments: int) -> int:
    """In how many jobs a sweep is done. Optuna needs all results so far for its next choice: in one."""
    quick = instruments == 1 and first["kind"] == "rule" and not strategies.by_orders(first)
    if quick or wanted.spec.search == "optuna":
        return 1
    return max(1, min(BARS * instruments * wanted.count // PART_WORK, MOST_PARTS))


def get(session: Session, principal: Principal, sweep_id: UUID, level: Level = "read") -> SweepRow:
    row = repository.sweep(session, sweep_id, principal.account_id, principal.is_admin, level)
    if row is None:
        raise SweepMissing("There is no such sweep, or it is not shared with you.")
    return row


def file_of(session: Session, row: SweepRow, role: str) -> str:
    """Digest of a file that the sweep's run made."""
    digest = repository.run_file(session, row[0].run_id, role)
    if digest is None:
        raise SweepMissing("The points of this sweep were not kept.")
    return digest


def simulate_point(session: WriteSession, store: Store, principal: Principal, sweep_id: UUID, n: int) -> Job:
    """Enqueue the whole backtest of one combination, on the pins of its sweep and from the same bar on."""
    row = get(session, principal, sweep_id)
    sweep = row[0]
    if not 1 <= n <= sweep.points:
        raise PointMissing(f"The combinations of this sweep are 1 to {sweep.points}.")
    given = SweepOf.model_validate(sweep.spec)
    chosen = point(store, file_of(session, row, "points"), n, list(given.parameters))
    spec = core_spec(given).filled(
        {name: as_given(given, name, value) for name, value in chosen.values.items()}
    )
    pins = repository.run_inputs(session, sweep.run_id)
    name = f"{sweep.name}: {said(chosen.values)}"[:120]
    job = enqueue(
        session,
        BACKTEST,
        BacktestInput.model_validate(
            {
                "name": name,
                "strategy_name": name,
                "question": sweep.question_id,
                "universe_version": sweep.universe_version_id,
                "bars": _pinned(pins, "bars")[0],
                "actions": next(iter(_pinned(pins, "actions")), None),
                "context": _pinned(pins, "context"),
                "fx": next(iter(_pinned(pins, "fx")), None),
                "strategy": spec,
                "settings": sweep.settings | {"start": sweep.summary["first_session"]},
            }
        ),
        owner_id=principal.account_id,
        name=name,
        question_id=sweep.question_id,
        request_id=principal.request_id,
    )
    audit(session, principal, "sweep.simulate", sweep_id, after={"job": str(job.id), "point": n})
    return job


def said(values: Mapping[str, float]) -> str:
    """A combination in few words.

    >>> said({"fast": 20.0, "slow": 200.0})
    'fast 20, slow 200'
    """
    return ", ".join(f"{name} {value:g}" for name, value in values.items())


def as_given(given: SweepOf, name: str, value: float) -> Value:
    """A parameter's value as it was given: windows are whole numbers."""
    return next(one for one in given.parameters[name] if float(one) == value)


def _pinned(pins: Any, role: str) -> list[UUID]:
    chosen: list[RunInput] = [one for one in pins if one.role == role]
    return [one.dataset_version_id for one in chosen if one.dataset_version_id]


def pinned(session: Session, sweep_id: UUID, account_id: UUID) -> SweepRow:
    """A sweep to compute again, with the rights of the job's owner."""
    row = repository.sweep(session, sweep_id, account_id, access.is_admin(session, account_id))
    if row is None:
        raise SweepMissing(f"There is no sweep {sweep_id}, or it is not shared with you.")
    return row


def input_again(sweep: Sweep, pins: Sequence[RunInput]) -> SweepInput:
    """What an earlier sweep read, to be read again."""
    return SweepInput(
        name=sweep.name,
        question=sweep.question_id,
        universe_version=sweep.universe_version_id,
        bars=_pinned(pins, "bars")[0],
        actions=next(iter(_pinned(pins, "actions")), None),
        context=list(_pinned(pins, "context")),
        fx=next(iter(_pinned(pins, "fx")), None),
        sweep=SweepOf.model_validate(sweep.spec),
        settings=BacktestSettings.model_validate(sweep.settings),
        parts=[],
    )


def submit_reproduction(session: WriteSession, principal: Principal, sweep_id: UUID) -> Job:
    """Enqueue the same computation on the same pins, whole."""
    sweep = get(session, principal, sweep_id)[0]
    job = enqueue(
        session,
        REPRODUCE,
        ReproduceSweepInput(sweep=sweep_id),
        owner_id=principal.account_id,
        name=f"Reproduce {sweep.name}"[:120],
        question_id=sweep.question_id,
        request_id=principal.request_id,
    )
    audit(session, principal, "sweep.reproduce", sweep_id, after={"job": str(job.id)})
    return job


def delete(session: WriteSession, principal: Principal, sweep_id: UUID) -> None:
    """Hide a sweep. Its trials stay: what was tried cannot be untried."""
    sweep = get(session, principal, sweep_id, "edit")[0]
    access.hide(session, sweep_id)
    audit(session, principal, "sweep.delete", sweep_id, before={"name": sweep.name})
