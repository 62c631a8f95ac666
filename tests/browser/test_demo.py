"""The demo as a person sees it: its progress, its pages, and an idea of one's own."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.watching import Watched
from tests.support.installation import DEMO_MODEL, EMAIL, PASSWORD, Installation

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(600)]

TRAINING = "Train the ranker, eight seeds"
MOMENTUM = "12-1 momentum, top 6, monthly"
REVERSAL = "Five-day reversal, 6 long and 6 short, weekly"
RANKER = "Ranker, top 6, weekly"
PAGES = ("/", "/jobs", "/data", "/features", "/models", "/strategies", "/backtests", "/simulate", "/admin")


@pytest.fixture(scope="module")
def api(demo: Installation) -> Iterator[httpx.Client]:
    with demo.signed_in() as client:
        yield client


def wait_for(api: httpx.Client, name: str, states: set[str], seconds: float = 300) -> dict[str, Any]:
    """The demo's job of this name, once it is in one of these states."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        jobs = api.get("/jobs", params={"limit": 100}).json()["items"]
        found = [job for job in jobs if job["name"] == name]
        if found and found[0]["state"] in states:
            return found[0]
        time.sleep(0.2)
    raise AssertionError(f"{name} did not reach {states} within {seconds} s")


@pytest.fixture(scope="module")
def finished(api: httpx.Client) -> dict[str, str]:
    """The demo's backtests by name, when all are there."""
    for name in (TRAINING, RANKER, MOMENTUM, REVERSAL):
        assert wait_for(api, name, {"done", "failed"})["state"] == "done"
    backtests = api.get("/backtests").json()["items"]
    return {one["name"]: one["id"] for one in backtests}


def test_a_reload_during_training_comes_back_to_its_progress(
    watched: Watched, api: httpx.Client, finished: dict[str, str], pictures: Path
) -> None:
    job = train_again(api)
    page = watched.page
    watched.sign_in(EMAIL, PASSWORD)
    page.goto(f"/jobs/{job}")
    bar = page.get_by_role("progressbar").first
    expect(bar).to_be_visible()
    expect(bar).to_have_attribute("aria-valuenow", re.compile(r"^[1-9]"), timeout=60_000)
    page.screenshot(path=pictures / "job-running.png")
    before = float(bar.get_attribute("aria-valuenow") or 0)
    page.reload()
    expect(page.get_by_text("Running", exact=True)).to_be_visible()
    assert float(bar.get_attribute("aria-valuenow") or 0) >= before
    expect(page.get_by_text("Done", exact=True).first).to_be_visible(timeout=300_000)


def train_again(api: httpx.Client) -> str:
    """Post one more training on the demo's features, long enough to be watched."""
    first = wait_for(api, TRAINING, {"done"})
    features = api.get(f"/jobs/{first['inputs'][0]}").json()["outputs"]["feature_values"]
    model = next(one["id"] for one in api.get("/models").json()["items"] if one["name"] == DEMO_MODEL)
    wanted = {"model": model, "features": features, "spec": {"seeds": [11, 12, 13, 14, 15, 16]}}
    job = {"key": "train", "kind": "models.train", "name": "Train again", "input": wanted}
    chain = {"question": first["question_id"], "jobs": [job]}
    posted = api.post("/jobs", json=chain)
    assert posted.status_code == 201, posted.text
    return str(posted.json()["keys"]["train"])


def test_a_backtest_shows_what_the_issue_of_trust_needs(
    watched: Watched, finished: dict[str, str], pictures: Path
) -> None:
    page = watched.page
    watched.sign_in(EMAIL, PASSWORD)
    page.goto(f"/backtests/{finished[MOMENTUM]}")
    expect(page.get_by_role("heading", level=1)).to_have_text(MOMENTUM)
    expect(page.get_by_text("Biased universe")).to_be_visible()
    expect(page.get_by_text("Price returns", exact=True)).to_be_visible()
    expect(page.get_by_text("Unproven").first).to_be_visible()
    expect(page.get_by_text(re.compile("not luck against its universe"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"95% CI 0\.\d\d – \d\.\d\d"))).to_be_visible()
    chart = page.get_by_role("img", name=re.compile("with trades, equity against benchmarks"))
    expect(chart.locator("canvas").first).to_be_visible()
    expect(page.get_by_text("Universe, equal weight").first).to_be_visible()
    expect(page.get_by_text("ARCX:SPY").first).to_be_visible()
    expect(page.get_by_text("Long entry")).to_be_visible()
    expect(page.get_by_role("table", name="Monthly returns")).to_be_visible()
    trades = page.get_by_role("grid", name="Trades")
    expect(trades.get_by_role("row").nth(1)).to_be_visible()
    page.wait_for_timeout(500)
    page.screenshot(path=pictures / "backtest.png")


def test_the_reversal_says_how_costs_turn_it_negative(watched: Watched, finished: dict[str, str]) -> None:
    watched.sign_in(EMAIL, PASSWORD)
    watched.page.goto(f"/backtests/{finished[REVERSAL]}?tab=benchmarks")
    expect(watched.page.get_by_text("Costs turn it negative.", exact=True)).to_be_visible()


def test_a_trade_and_a_month_move_the_chart(watched: Watched, finished: dict[str, str]) -> None:
    page = watched.page
    watched.sign_in(EMAIL, PASSWORD)
    page.goto(f"/backtests/{finished[MOMENTUM]}")
    page.get_by_role("grid", name="Trades").get_by_role("row").nth(3).click()
    expect(page).to_have_url(re.compile("trade="))
    page.get_by_role("button", name=re.compile("^March 2016")).click()
    expect(page).to_have_url(re.compile(r"from=1456\d+"))


def test_reproduce_says_equal(watched: Watched, finished: dict[str, str]) -> None:
    page = watched.page
    watched.sign_in(EMAIL, PASSWORD)
    page.goto(f"/backtests/{finished[MOMENTUM]}")
    page.get_by_role("button", name="Reproduce").click()
    expect(page.get_by_text("Reproduced: equal")).to_be_visible(timeout=60_000)


def test_an_idea_becomes_a_page(
    watched: Watched, finished: dict[str, str], record_property: pytest.RecordProperty
) -> None:
    page = watched.page
    watched.sign_in(EMAIL, PASSWORD)
    page.goto("/simulate")
    for n, idea in enumerate(("rank(-returns(close, 10))", "-ts_std(returns, 60)")):
        page.goto("/simulate")
        page.get_by_role("textbox", name="Expression").fill(idea)
        expect(page.get_by_text("sound")).to_be_visible()
        started = time.monotonic()
        page.get_by_role("button", name="Simulate", exact=True).click()
        expect(page.get_by_text("Deflated Sharpe").first).to_be_visible(timeout=60_000)
        took = time.monotonic() - started
        record_property(f"idea {n}: seconds from click to figures", round(took, 2))
        print(f"idea {n}: {took:.2f} s from click to figures")


def test_a_wrong_expression_is_refused_where_it_is_typed(watched: Watched, finished: dict[str, str]) -> None:
    page = watched.page
    watched.sign_in(EMAIL, PASSWORD)
    page.goto("/simulate")
    page.get_by_role("textbox", name="Expression").fill("rank(delay(close, -5))")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("textbox", name="Expression").fill("rnk(close)")
    expect(page.get_by_role("alert")).to_contain_text("rank")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_no_page_has_what_axe_finds(
    watched: Watched, finished: dict[str, str], pictures: Path, theme: str
) -> None:
    watched.sign_in(EMAIL, PASSWORD)
    assert watched.seen(every_page(watched, finished), pictures, theme) == {}


def test_every_page_fits_a_phone_and_speaks_polish(
    watched: Watched, finished: dict[str, str], pictures: Path
) -> None:
    watched.sign_in(EMAIL, PASSWORD)
    assert watched.too_large(every_page(watched, finished), pictures) == {}


def test_what_lies_behind_a_result_has_its_view(
    watched: Watched, finished: dict[str, str], pictures: Path
) -> None:
    page = watched.page
    watched.sign_in(EMAIL, PASSWORD)
    watched.open(f"/backtests/{finished[REVERSAL]}")
    page.get_by_role("tab", name="Risk").click()
    expect(page).to_have_url(re.compile("view=risk"))
    falls = page.get_by_role("table", name="Deepest falls")
    expect(falls.get_by_role("row").nth(1)).to_be_visible()
    costs = page.get_by_role("table", name="Costs by kind")
    expect(costs.get_by_role("row", name=re.compile("^Slippage"))).to_be_visible()
    page.get_by_role("button", name="Exposure").click()
    expect(page.get_by_role("figure", name="Over time").get_by_text("Gross")).to_be_visible()
    page.get_by_role("tab", name="Attribution").click()
    expect(page.get_by_role("table", name="By year")).to_be_visible()
    page.get_by_role("button", name="Sector").click()
    expect(page.get_by_role("list", name="By sector")).to_contain_text("Information Technology")
    page.screenshot(path=pictures / "backtest-attribution.png")
    page.get_by_role("tab", name="Robustness").click()
    terms = page.get_by_role("table", name="Under other terms")
    expect(terms.get_by_role("row", name=re.compile("^One bar later"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("Worth over resampled paths"))).to_be_visible()
    page.get_by_role("button", name="Examine").click()
    noise = page.get_by_role("img", name=re.compile("Sharpe on prices with noise"))
    expect(noise).to_be_visible(timeout=120_000)
    page.screenshot(path=pictures / "backtest-robustness.png")
    page.get_by_role("tab", name="Orders").click()
    orders = page.get_by_role("grid", name="Orders")
    page.get_by_role("combobox", name="Orders shown").click()
    page.get_by_role("option", name="All orders").click()
    expect(orders.get_by_role("row").nth(1)).to_be_visible()
    page.screenshot(path=pictures / "backtest-orders.png")


VIEWS = ("view=risk", "view=attribution", "view=robustness", "view=orders&status=all")


def every_page(watched: Watched, finished: dict[str, str]) -> dict[str, str]:
    """Paths by the names of their pictures."""
    return {name_of(path): path for path in [*PAGES, *inner_pages(watched, finished)]}


def inner_pages(watched: Watched, finished: dict[str, str]) -> list[str]:
    """One page of each noun, found through the lists as a person finds them."""
    found = [f"/backtests/{finished[RANKER]}", f"/backtests/{finished[REVERSAL]}?tab=benchmarks"]
    found += [f"/backtests/{finished[MOMENTUM]}?{view}" for view in VIEWS]
    for noun in ("jobs", "data", "models", "strategies", "features"):
        watched.open(f"/{noun}")
        # Ids begin with a digit, which tells them from pages such as /models/new.
        links = watched.page.locator(f'main a[href^="/{noun}/0"], main a[href^="/{noun}/sets/0"]')
        links.first.wait_for()
        found.append(links.first.get_attribute("href") or "")
    return found


def name_of(path: str) -> str:
    return re.sub(r"[/?=&]+", "-", re.sub(r"[0-9a-f-]{36}", "one", path)).strip("-") or "overview"
