"""Which versions a simulation reads: those that are named, and the newest that fit where none is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.domains.backtests import repository
from kuznia.domains.backtests.currencies import Conversion, foreign, lacking, pairs
from kuznia.domains.backtests.errors import NoBars, NoRate, UnusableBacktest
from kuznia.domains.backtests.settings import BacktestSettings
from kuznia.domains.context import service as contexts
from kuznia.domains.datasets import service as datasets
from kuznia.domains.strategies import service as strategies
from kuznia.domains.universes import service as universes
from kuznia.errors import Fault
from kuznia.rest.principal import Principal
from kuznia.store import Store

RATES = {"series": "series", "bars": "instrument"}
"""Kinds of dataset that may hold rates of exchange, and the column that names them."""


@dataclass(frozen=True, slots=True)
class PinnedData:
    """What is simulated on, in fixed versions."""

    universe: universes.PinnedUniverse
    bars: datasets.PinnedVersion
    actions: datasets.PinnedVersion | None
    sectors: datasets.PinnedVersion | None = None
    fx: datasets.PinnedVersion | None = None
    currencies: Mapping[str, str] = field(default_factory=dict)
    """What each instrument trades in, the benchmark's too."""


class WantedData(Protocol):
    """The part of a request that names what is simulated on; what it leaves out is found."""

    @property
    def universe(self) -> UUID | None: ...
    @property
    def universe_version(self) -> UUID | None: ...
    @property
    def bars(self) -> UUID | None: ...
    @property
    def actions(self) -> UUID | None: ...


@dataclass(frozen=True, slots=True)
class UniverseBars:
    """Wanted data of what is asked for a universe in its newest version, and for bars or those that fit."""

    universe: UUID
    bars: UUID | None
    universe_version: UUID | None = None
    actions: UUID | None = None


def pin_data(
    session: Session, store: Store, principal: Principal, wanted: WantedData, benchmark: str | None
) -> PinnedData:
    """The newest versions of what a request names, and bars that hold the universe if it names none."""
    account, admin = principal.account_id, principal.is_admin
    version = wanted.universe_version or repository.newest_universe_version(session, given(wanted.universe))
    universe = universes.pinned(session, given(version), account, is_admin=admin)
    held = [*universe.instruments, *([benchmark] if benchmark else [])]
    bars = (
        datasets.latest(session, wanted.bars, account, is_admin=admin)
        if wanted.bars
        else _bars_with(session, store, principal, held)
    )
    datasets.require_kind(bars, "bars")
    actions = datasets.latest(session, wanted.actions, account, is_admin=admin) if wanted.actions else None
    return PinnedData(universe, bars, actions, currencies=currencies_of(session, held))


def pin_context(
    session: Session, store: Store, principal: Principal, named: Sequence[UUID], spec: Mapping[str, Any]
) -> list[datasets.PinnedVersion]:
    """The datasets that are named, and the newest of the rest that a checked strategy reads."""
    account, admin = principal.account_id, principal.is_admin
    rest = [datasets.latest(session, one, account, is_admin=admin) for one in dict.fromkeys(named)]
    contexts.require_context(rest, "/body/context")
    missing = strategies.reads(spec)
    missing -= {name for one in rest for name in contexts.names_of(store, one)}
    held: set[str] = set()
    for kind in contexts.kinds_of(missing):
        for dataset_id in repository.datasets_of(session, kind, account, admin):
            version = datasets.latest(session, dataset_id, account, is_admin=admin)
            names = contexts.names_of(store, version)
            held |= names
            if missing & names:
                rest.append(version)
                missing -= names
    if missing:
        raise contexts.missing_from(missing, held, "/body/strategy")
    return rest


def pin_sectors(
    session: Session, store: Store, principal: Principal, named: UUID | None, settings: BacktestSettings
) -> datasets.PinnedVersion | None:
    """The classification that is named, or the newest that has the scheme; a sector limit needs one."""
    account, admin = principal.account_id, principal.is_admin
    if named is not None:
        version = datasets.latest(session, named, account, is_admin=admin)
        datasets.require_kind(version, "classification")
        return version
    for dataset_id in repository.datasets_of(session, "classification", account, admin):
        version = datasets.latest(session, dataset_id, account, is_admin=admin)
        if settings.sectors in contexts.names_of(store, version):
            return version
    if settings.limit_sector is not None:
        raise UnusableBacktest(
            f"No dataset classifies instruments by {settings.sectors!r}.",
            [Fault("/body/settings/limit_sector", "Load a classification first, or leave it out.")],
        )
    return None


def given(value: UUID | None) -> UUID:
    if value is None:
        raise UnusableBacktest("The universe has no version.", [Fault("/body/universe", "Choose another.")])
    return value


def _bars_with(
    session: Session, store: Store, principal: Principal, wanted: Sequence[str]
) -> datasets.PinnedVersion:
    """The newest dataset of bars that holds all these instruments."""
    best: set[str] = set(wanted)
    for dataset_id in repository.datasets_of(session, "bars", principal.account_id, principal.is_admin):
        version = datasets.latest(session, dataset_id, principal.account_id, is_admin=principal.is_admin)
        held = set(datasets.scan(store, version).select("instrument").unique().collect()["instrument"])
        missing = set(wanted) - held
        if not missing:
            return version
        best = min(best, missing, key=len)
    names = ", ".join(sorted(best)[:5])
    raise NoBars(
        f"No dataset of bars holds the whole universe; missing are {names}.",
        [Fault("/body/bars", "Name a dataset, or load bars of these instruments.")],
    )


def currencies_of(session: Session, instruments: Collection[str]) -> dict[str, str]:
    """What instruments trade in; a key's currency never changes."""
    known = datasets.instruments(session, instruments)
    return {key: known[key].currency for key in sorted(known)}


def pin_fx(
    session: Session,
    store: Store,
    principal: Principal,
    named: UUID | None,
    data: PinnedData,
    settings: BacktestSettings,
) -> datasets.PinnedVersion | None:
    """Rates for what trades in another currency than the account's: as named, or the newest that fit."""
    converted = foreign(data.currencies, settings.currency)
    if not converted:
        return None
    account, admin = principal.account_id, principal.is_admin
    wanted = pairs(converted.values(), str(settings.currency))
    ids = [named] if named else []
    for kind in () if named else RATES:
        ids += repository.datasets_of(session, kind, account, admin)
    missing = list(wanted)
    for dataset_id in ids:
        version = datasets.latest(session, dataset_id, account, is_admin=admin)
        if version.kind not in RATES:
            fault = Fault("/body/fx", "Choose a dataset of series or of bars.")
            raise UnusableBacktest(f"A dataset of {version.kind} holds no rates of exchange.", [fault])
        column = RATES[version.kind]
        names = datasets.scan(store, version).select(column).unique().collect()[column]
        missing = lacking(names, wanted)
        if not missing:
            return version
    currency = missing[0]
    instrument = next(key for key, found in converted.items() if found == currency)
    direct, inverse = wanted[currency]
    raise NoRate(
        f"{instrument} trades in {currency}, and no dataset holds its rate to {settings.currency}.",
        [Fault("/body/fx", f"Load {direct} or {inverse}, as a series or as bars.")],
    )


def conversion(store: Store, data: PinnedData, settings: BacktestSettings) -> Conversion | None:
    """The rates that are pinned, and what they convert."""
    converted = foreign(data.currencies, settings.currency)
    if not converted:
        return None
    if data.fx is None:
        instrument, currency = next(iter(converted.items()))
        fault = Fault("/fx", f"Pin a dataset with the rate of {currency} to {settings.currency}.")
        raise NoRate(f"{instrument} trades in {currency}, and no rates are pinned.", [fault])
    rows = datasets.read(store, data.fx)
    if data.fx.kind == "bars":
        rows = rows.rename({"instrument": "series", "close": "value"})
    rates = rows.select("series", "ts", "value", "available_at")
    return Conversion(str(settings.currency), converted, rates, data.fx.max_staleness_days)
