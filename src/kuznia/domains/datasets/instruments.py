"""Rules of instruments: what is known of them, and how they are registered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from kuznia.db.session import WriteSession
from kuznia.db.tables import Instrument
from kuznia.domains.accounts.service import audit
from kuznia.domains.datasets import repository
from kuznia.domains.datasets.errors import InstrumentClash
from kuznia.domains.datasets.schemas import InstrumentCreate, InstrumentRead, SymbolInterval
from kuznia.errors import Fault
from kuznia.rest.principal import Principal


def instruments(session: Session, keys: Collection[str]) -> dict[str, InstrumentRead]:
    """What is known of these instruments; those nobody registered are absent."""
    return with_symbols(session, repository.instruments(session, keys))


def with_symbols(session: Session, rows: Sequence[Instrument]) -> dict[str, InstrumentRead]:
    symbols: dict[str, list[SymbolInterval]] = {row.key: [] for row in rows}
    for one in repository.symbols_of(session, symbols):
        interval = SymbolInterval(symbol=one.symbol, valid_from=one.valid_from, valid_until=one.valid_until)
        symbols[one.instrument].append(interval)
    names = ("key", "name", "exchange", "currency", "asset_class")
    return {
        row.key: InstrumentRead(**{name: getattr(row, name) for name in names}, symbols=symbols[row.key])
        for row in rows
    }


def write_instruments(session: WriteSession, principal: Principal, new: Sequence[InstrumentCreate]) -> int:
    """Register instruments and their symbols; a known one takes its new name, never a new currency."""
    known = {row.key: row for row in repository.instruments(session, [one.key for one in new])}
    for n, one in enumerate(new):
        if one.key in known and known[one.key].currency != one.currency:
            raise InstrumentClash(
                f"{one.key} trades in {known[one.key].currency}.",
                [Fault(f"/body/{n}/currency", "A ticker used again gets a key of its own, such as ~2.")],
            )
    rows: list[Mapping[str, Any]] = [
        {**one.model_dump(exclude={"symbols"}), "exchange": one.key.partition(":")[0]} for one in new
    ]
    repository.write_instruments(session, rows, overwrite=True)
    repository.write_symbols(
        session, [{"instrument": one.key, **each.model_dump()} for one in new for each in one.symbols]
    )
    audit(session, principal, "instruments.write", None, after={"keys": [one.key for one in new]})
    return len(rows)


def find(session: Session, text: str, *, after: str | None, limit: int) -> list[InstrumentRead]:
    """Instruments by key, name or symbol; one more than `limit`."""
    rows = repository.find_instruments(session, text.strip(), after=after, limit=limit)
    known = with_symbols(session, rows)
    return [known[row.key] for row in rows]
