"""Each setting arrives in the engine and moves the result the way it must."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import polars as pl
import pytest
from sqlalchemy import Engine

from kuznia.core.frames.kinds import KINDS
from kuznia.db.session import WriteSession
from kuznia.store import Store
from tests.support.bench import listed_universe, loaded_dataset, random_bars
from tests.support.ideas import MOMENTUM, NAMES, World, post, run, simulated

Page = dict[str, Any]
LONG_SHORT = {**MOMENTUM, "bottom": 3}
TWICE = {**MOMENTUM, "gross": 2.0}
REALISM = {
    "commission_bps": 0.0,
    "commission_per_share": 0.005,
    "commission_per_order": 1.0,
    "commission_minimum": 1.0,
    "commission_maximum_bps": 100.0,
    "commission_tiers": [[0.0, 4.0], [500_000.0, 2.0]],
    "half_spread_bps": 2.0,
    "slippage": "square_root",
    "slippage_coefficient": 1.0,
    "participation": 0.0002,
    "lot": 1.0,
    "tick": 0.01,
    "delay": 2,
    "fill": "next_close",
    "size_at": "fill",
    "cash_interest": 0.02,
    "debit_interest": 0.06,
    "borrow_fee": 0.01,
    "borrow_fees": {"XNYS:N1": 0.2},
    "leverage": 2.0,
    "maintenance": 0.25,
    "limit_gross": 1.5,
    "limit_net": 1.0,
    "limit_name": 0.3,
    "limit_loss": 0.6,
    "delisting": "exchange",
    "cash_flows": [{"date": "2020-06-01", "amount": 20_000.0}],
    "benchmark": "ARCX:SPY",
}


def value(page: Page, name: str) -> float:
    return float(page["metrics"][name]["value"])


def commission(page: Page) -> float:
    return float(page["costs"]["commission"])


def poorer(page: Page, base: Page) -> bool:
    return value(page, "total_return") < value(base, "total_return")


EFFECTS: list[tuple[dict[str, Any], dict[str, Any], Callable[[Page, Page], bool]]] = [
    (MOMENTUM, {"half_spread_bps": 10}, lambda a, b: a["costs"]["spread"] > 0 and poorer(a, b)),
    (
        MOMENTUM,
        {"slippage": "square_root", "slippage_coefficient": 1.0},
        lambda a, b: a["costs"]["slippage"] > 0 and poorer(a, b),
    ),
    (
        MOMENTUM,
        {"slippage": "fixed", "slippage_coefficient": 5.0},
        lambda a, b: a["costs"]["slippage"] > 0 and poorer(a, b),
    ),
    (
        MOMENTUM,
        {"slippage": "volatility", "slippage_coefficient": 0.1, "impact_window": 40},
        lambda a, b: a["costs"]["slippage"] > 0 and poorer(a, b),
    ),
    (MOMENTUM, {"tick": 0.5}, lambda a, b: a["costs"]["slippage"] > 0 and poorer(a, b)),
    (
        MOMENTUM,
        {"commission_per_order": 20},
        lambda a, b: commission(a) > commission(b),
    ),
    (MOMENTUM, {"commission_minimum": 60}, lambda a, b: commission(a) > commission(b)),
    (
        MOMENTUM,
        {"commission_maximum_bps": 2},
        lambda a, b: commission(a) < commission(b),
    ),
    (
        MOMENTUM,
        {"commission_tiers": [[0, 10], [50_000, 1]]},
        lambda a, b: commission(a) < commission(b),
    ),
    (MOMENTUM, {"participation": 0.0001}, lambda a, b: a["orders"].get("partial", 0) > 0),
    (
        MOMENTUM,
        {"participation": 0.0001, "rest": "cancel"},
        lambda a, b: value(a, "gross_exposure") < value(b, "gross_exposure"),
    ),
    (MOMENTUM, {"lot": 400}, lambda a, b: value(a, "gross_exposure") < value(b, "gross_exposure")),
    (MOMENTUM, {"delay": 5}, lambda a, b: value(a, "total_return") != value(b, "total_return")),
    (MOMENTUM, {"fill": "next_close"}, lambda a, b: value(a, "total_return") != value(b, "total_return")),
    (MOMENTUM, {"size_at": "fill"}, lambda a, b: value(a, "total_return") != value(b, "total_return")),
    (MOMENTUM, {"cash_interest": 0.05, "limit_gross": 0.5}, lambda a, b: a["costs"]["interest"] > 500),
    (MOMENTUM, {"limit_gross": 0.5}, lambda a, b: value(a, "gross_exposure") < 0.55),
    (MOMENTUM, {"limit_name": 0.1}, lambda a, b: 0.2 < value(a, "gross_exposure") < 0.35),
    (LONG_SHORT, {"limit_net": 0.0, "limit_gross": 1.0}, lambda a, b: abs(value(a, "net_exposure")) < 0.05),
    (MOMENTUM, {"limit_loss": 0.02}, lambda a, b: a["orders"].get("stopped", 0) > 0),
    (LONG_SHORT, {"borrow_fee": 0.1}, lambda a, b: a["costs"]["borrow"] > 0 and poorer(a, b)),
    (
        LONG_SHORT,
        {"borrow_fees": dict.fromkeys(NAMES, 0.5)},
        lambda a, b: a["costs"]["borrow"] > 0 and poorer(a, b),
    ),
    (TWICE, {"leverage": 2.0}, lambda a, b: value(a, "gross_exposure") > 1.5 > value(b, "gross_exposure")),
    (
        TWICE,
        {"leverage": 2.0, "debit_interest": 0.2},
        lambda a, b: a["costs"]["interest"] < 0,
    ),
    (
        TWICE,
        {"leverage": 2.0, "maintenance": 0.49},
        lambda a, b: a["orders"].get("margin", 0) > 0,
    ),
]


def test_each_setting_moves_the_result_as_it_must(
    engine: Engine, store: Store, world: World, user: httpx.Client
) -> None:
    def page(strategy: dict[str, Any], change: dict[str, Any]) -> Page:
        settings = {"commission_bps": 10.0} | change
        found: Page = user.get(
            f"/backtests/{run(user, engine, store, world, strategy=strategy, settings=settings)}"
        ).json()
        return found

    bases = {str(one): page(one, {}) for one in (MOMENTUM, LONG_SHORT, TWICE)}
    wrong = [
        change
        for strategy, change, holds in EFFECTS
        if not holds(page(strategy, change), bases[str(strategy)])
    ]
    assert wrong == []


def test_a_deposit_is_no_profit(engine: Engine, store: Store, world: World, user: httpx.Client) -> None:
    settings = {"commission_bps": 0.0}
    equal = {"kind": "equal_weight", "rebalance": "daily"}
    paid = {
        "cash_flows": [{"date": "2020-06-01", "amount": 50_000}, {"date": "2020-09-01", "amount": -10_000}]
    }
    pages = []
    for change in ({}, paid):
        one = run(user, engine, store, world, strategy=equal, settings=settings | change)
        series = user.get(f"/backtests/{one}/series").json()
        pages.append((user.get(f"/backtests/{one}").json(), series))
    (before, curve), (after, fed) = pages
    assert after["costs"]["deposits"] == 40_000
    assert fed["equity"][-1] > curve["equity"][-1] + 30_000
    assert fed["growth"][-1] == pytest.approx(curve["growth"][-1], rel=0.02)
    assert value(after, "total_return") == pytest.approx(value(before, "total_return"), abs=0.02)
    assert after["benchmarks"][0]["total_return"] == pytest.approx(
        before["benchmarks"][0]["total_return"], abs=0.02
    )


def test_a_sector_has_its_limit(
    engine: Engine, store: Store, world: World, user: httpx.Client, people: dict[str, UUID]
) -> None:
    settings = {"limit_sector": 0.25}
    refused = post(user, world, settings=settings).json()
    assert refused["errors"][0]["pointer"] == "/body/settings/limit_sector"
    long_ago = datetime(2010, 1, 1, tzinfo=UTC)
    rows = [(name, "sector", "AB"[n % 2], long_ago, long_ago) for n, name in enumerate(NAMES)]
    sectors = pl.DataFrame(rows, schema=dict(KINDS["classification"].columns), orient="row")
    with WriteSession(engine) as session:
        loaded_dataset(session, store, people["user"], sectors, name="Sectors", kind="classification")
        session.commit()
    page = user.get(f"/backtests/{run(user, engine, store, world, settings=settings)}").json()
    assert page["orders"]["limited"] > 0
    assert value(page, "gross_exposure") < 0.55
    analysis = user.get(f"/backtests/{page['id']}/analysis").json()
    parts = analysis["attribution"]
    assert parts["scheme"] == "sector" and {one["key"] for one in parts["sectors"]} == {"A", "B"}
    assert sum(one["pnl"] for one in parts["sectors"]) + parts["cash"] == pytest.approx(parts["total"])


def test_what_ends_is_worth_what_it_is_said_to_be(
    engine: Engine, store: Store, user: httpx.Client, people: dict[str, UUID]
) -> None:
    names = [f"XNAS:N{n}" for n in range(4)]
    bars = random_bars(names, 300)
    last = bars["session"].unique().sort()[200]
    ended = bars.filter((pl.col("instrument") != names[0]) | (pl.col("session") <= last))
    with WriteSession(engine) as session:
        dataset, _ = loaded_dataset(session, store, people["user"], ended)
        universe, _ = listed_universe(session, people["user"], names, biased=False)
        session.commit()
    found = []
    for change in (
        {},
        {"delisting": "exchange"},
        {"delisting": "exchange", "delisting_returns": {names[0]: -1.0}},
    ):
        one = run(
            user,
            engine,
            store,
            World(dataset, universe),
            strategy={"kind": "equal_weight", "rebalance": "monthly"},
            settings={"benchmark": None, **change},
        )
        found.append(value(user.get(f"/backtests/{one}").json(), "total_return"))
    assert found[0] > found[1] + 0.05 > found[2] + 0.1


def test_everything_at_once_is_the_same_again(
    engine: Engine, store: Store, world: World, user: httpx.Client
) -> None:
    first = run(user, engine, store, world, strategy=LONG_SHORT, settings=REALISM)
    second = run(user, engine, store, world, strategy=LONG_SHORT, settings=REALISM)
    pages = [user.get(f"/backtests/{one}").json() for one in (first, second)]
    assert pages[0]["made_from"]["result_digest"] == pages[1]["made_from"]["result_digest"]
    assert pages[0]["question"]["trials"] == 1
    for name, wanted in REALISM.items():
        assert pages[0]["settings"][name] == wanted, name
    assert pages[0]["trust"][5]["key"] == "capacity"
    assert {row["key"]: row["status"] for row in pages[0]["trust"]}["look_ahead"] == "good"
    job = user.post(f"/backtests/{first}/reproduce").json()
    simulated(engine, store, job["id"])
    assert user.get(f"/backtests/{first}").json()["reproduction"]["equal"] is True
    for part in ("analysis", "robustness"):
        one, two = (user.get(f"/backtests/{each}/{part}") for each in (first, second))
        assert one.status_code == 200 and one.json() == two.json()
        assert one.headers["ETag"]


@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        ({"delay": 0}, "/body/settings/delay"),
        ({"participation": 1.5}, "/body/settings/participation"),
        ({"slippage": "magic"}, "/body/settings/slippage"),
        ({"commission_tiers": [[0, 5], [0, 3]]}, "/body/settings"),
        ({"commission_tiers": [[0, 5], [10, 8]]}, "/body/settings/commission_tiers"),
        ({"leverage": 4.0, "maintenance": 0.5}, "/body/settings/maintenance"),
        ({"limit_loss": 1.0}, "/body/settings/limit_loss"),
        ({"half_spread": 3}, "/body/settings/half_spread"),
        ({"cash_flows": [{"date": "soon", "amount": 1}]}, "/body/settings/cash_flows/0/date"),
    ],
)
def test_bad_settings_are_pointed_at(
    world: World, user: httpx.Client, wanted: dict[str, Any], pointer: str
) -> None:
    answer = post(user, world, settings=wanted)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer, answer.json()


def test_a_deposit_before_the_account_is_refused(
    engine: Engine, store: Store, world: World, user: httpx.Client
) -> None:
    from kuznia.domains.backtests.errors import UnusableBacktest

    early = post(user, world, settings={"cash_flows": [{"date": "2020-01-02", "amount": 1.0}]})
    with pytest.raises(UnusableBacktest, match="first decision") as told:
        simulated(engine, store, early.json()["job"]["id"])
    assert told.value.errors[0].pointer == "/settings/cash_flows"


def test_prices_with_splits_in_them_are_labelled_and_prove_nothing(
    engine: Engine, store: Store, user: httpx.Client, people: dict[str, UUID]
) -> None:
    good, bad = NAMES[:3], NAMES[3:]
    bars = pl.concat([random_bars(good, 500, drift=0.004), random_bars(bad, 500, seed=5, drift=-0.001)])
    found = {}
    for adjusted in (("splits",), ()):
        with WriteSession(engine) as session:
            name = " ".join(("Bars", *adjusted))
            dataset, _ = loaded_dataset(
                session, store, people["user"], bars, name=name, adjusted_for=adjusted
            )
            universe, _ = listed_universe(session, people["user"], NAMES, biased=False, name=name)
            session.commit()
        one = run(
            user,
            engine,
            store,
            World(dataset, universe),
            bars=str(dataset),
            question=user.post("/questions", json={"name": name}).json()["id"],
            settings={"benchmark": None},
        )
        found[adjusted] = user.get(f"/backtests/{one}").json()
    clean, raw = found[("splits",)], found[()]
    assert clean["verdict"]["key"] == "not_luck"
    assert "unadjusted" not in {label["key"] for label in clean["labels"]}
    assert "unadjusted" in {label["key"] for label in raw["labels"]}
    assert raw["verdict"]["key"] == "unproven"
    assert raw["verdict"]["params"]["reasons"] == ["unadjusted"]
    assert raw["verdict"]["params"]["probability"] == clean["verdict"]["params"]["probability"]
