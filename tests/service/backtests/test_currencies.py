"""Instruments of several currencies in one account: what is converted, at which rate, and what is missing."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import httpx
import numpy as np
import polars as pl
import pytest
from sqlalchemy import Engine, select

from kuznia.core.frames.kinds import KINDS
from kuznia.core.frames.panel import PRICE_FIELDS, panel_from_bars
from kuznia.db.session import WriteSession
from kuznia.db.tables import Instrument, RunInput
from kuznia.domains.backtests.currencies import Conversion, foreign
from kuznia.domains.backtests.errors import NoRate
from kuznia.store import Store
from tests.support.bench import listed_universe, loaded_dataset, random_bars
from tests.support.ideas import World, post, run

HERE, THERE = "XNYS:HERE", "XLON:THERE"
HOLD = {"kind": "rule", "entries": "close > 0", "weight": 0.5}
LAST = 199


def still(instrument: str, price: float) -> pl.DataFrame:
    """Two hundred bars that never move."""
    prices = {name: pl.lit(price) for name in ("open", "high", "low", "close")}
    return random_bars([instrument], LAST + 1).with_columns(**prices)


def rates(name: str, values: list[float], *, known_after: timedelta = timedelta()) -> pl.DataFrame:
    """A rate for each bar, from six hours before its close on."""
    days = random_bars([HERE], len(values))["session"].to_list()
    at = [datetime.combine(day, time(15), UTC) for day in days]
    known = [one + known_after for one in at]
    frame = pl.DataFrame({"series": [name] * len(at), "ts": at, "value": values, "available_at": known})
    return frame.cast({column: KINDS["series"].columns[column] for column in frame.columns})  # type: ignore[arg-type]


@pytest.fixture
def abroad(engine: Engine, store: Store, people: dict[str, UUID], world: World) -> UUID:
    """A universe of one instrument at home and one abroad, both at rest."""
    with WriteSession(engine) as session:
        kinds = {"exchange": "XLON", "currency": "GBP", "asset_class": "share"}
        session.add(Instrument(key=THERE, name=THERE, **kinds))
        session.flush()
        bars = pl.concat([still(HERE, 20.0), still(THERE, 10.0)])
        loaded_dataset(session, store, people["user"], bars, name="Two markets")
        universe, _ = listed_universe(session, people["user"], [HERE, THERE], biased=False, name="Both")
        session.commit()
    return universe


def load(engine: Engine, store: Store, people: dict[str, UUID], rows: pl.DataFrame) -> UUID:
    with WriteSession(engine) as session:
        found, _ = loaded_dataset(session, store, people["user"], rows, name="Rates", kind="series")
        session.commit()
    return found


def wanted(universe: UUID, currency: str | None = "USD", **settings: Any) -> dict[str, Any]:
    free = {"commission_bps": 0.0, "half_spread_bps": 0.0, "benchmark": None, "currency": currency}
    return {"universe": str(universe), "strategy": HOLD, "settings": free | settings}


@pytest.mark.parametrize("inverse", [False, True], ids=["GBPUSD", "USDGBP"])
def test_a_rate_that_rises_by_a_tenth_is_earned_on_what_is_abroad(
    engine: Engine,
    store: Store,
    people: dict[str, UUID],
    world: World,
    user: httpx.Client,
    abroad: UUID,
    inverse: bool,
) -> None:
    grown = np.linspace(1.25, 1.25 * 1.1, LAST)
    values = [1.25, *grown] if not inverse else [0.8, *(1.0 / grown)]
    load(engine, store, people, rates("USDGBP" if inverse else "fx.gbpusd", list(values)))
    page = user.get(f"/backtests/{run(user, engine, store, world, **wanted(abroad))}").json()
    # Half of the cash buys pounds' worth at bar 1's rate; nothing else moves.
    assert page["metrics"]["total_return"]["value"] == pytest.approx(0.5 * 0.1, abs=1e-12)
    assert page["settings"]["currency"] == "USD"
    with WriteSession(engine) as session:
        roles = set(session.scalars(select(RunInput.role)))
    assert "fx" in roles


def test_without_a_currency_several_are_refused_and_one_needs_no_rate(
    engine: Engine, store: Store, people: dict[str, UUID], world: World, user: httpx.Client, abroad: UUID
) -> None:
    mixed = post(user, world, **wanted(abroad, None))
    assert mixed.status_code == 422
    assert mixed.json()["errors"][0]["pointer"] == "/body/settings/currency"
    assert f"{THERE} in GBP, {HERE} in USD" in mixed.json()["detail"]
    with WriteSession(engine) as session:
        alone, _ = listed_universe(session, people["user"], [THERE], biased=False, name="Alone")
        session.commit()
    for currency in (None, "GBP"):
        page = run(user, engine, store, world, **wanted(alone, currency))
        assert user.get(f"/backtests/{page}").json()["metrics"]["total_return"]["value"] == 0.0


def test_a_missing_rate_is_named_with_instrument_time_and_remedy(
    engine: Engine, store: Store, people: dict[str, UUID], world: World, user: httpx.Client, abroad: UUID
) -> None:
    none = post(user, world, **wanted(abroad))
    assert (none.status_code, none.json()["code"]) == (422, "no_exchange_rate")
    assert THERE in none.json()["detail"] and "GBPUSD" in none.json()["errors"][0]["detail"]
    load(engine, store, people, rates("GBPUSD", [1.25] * 100))
    template = {"kind": "rule", "entries": "close > $least", "weight": 0.5}
    body = wanted(abroad) | {"template": template, "parameters": {"least": [0, 1]}}
    del body["strategy"]
    assert user.post("/sweeps", json=body).status_code == 201
    answer = post(user, world, **wanted(abroad))
    assert answer.status_code == 201
    from tests.support.ideas import simulated

    with pytest.raises(NoRate, match=f"{THERE} trades in GBP, and no rate to USD was known at 2020-"):
        simulated(engine, store, answer.json()["job"]["id"])


def test_rates_count_from_when_they_are_known_and_while_they_are_fresh() -> None:
    panel = panel_from_bars(still(THERE, 10.0), fields=PRICE_FIELDS)
    values = [1.0 + n / 1000 for n in range(200)]
    there = {THERE: "GBP"}
    at_once = Conversion("USD", there, rates("GBPUSD", values), None).on(panel, 0)
    assert at_once is not None and at_once[:, 0].tolist() == pytest.approx(values)
    # What is published a day later is known at the next bar, and on a Monday still Thursday's.
    later = Conversion("USD", there, rates("GBPUSD", values, known_after=timedelta(days=1)), None)
    found = later.on(panel, 1)
    assert found is not None and found[1:, 0].tolist() == pytest.approx([values[0], *values[1:-1]])
    with pytest.raises(NoRate, match="known at 2020-01-01T21:00:00Z"):
        later.on(panel, 0)
    with pytest.raises(NoRate):
        Conversion("USD", there, rates("GBPUSD", values[:100]), 5.0).on(panel, 0)
    assert Conversion("USD", {}, rates("GBPUSD", values), None).on(panel, 0) is None


def test_an_instrument_without_a_currency_trades_in_the_account_s() -> None:
    assert foreign({HERE: "USD", THERE: "XXX"}, None) == {}
    assert foreign({HERE: "USD", THERE: "GBP"}, "EUR") == {HERE: "USD", THERE: "GBP"}
