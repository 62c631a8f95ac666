"""A sweep from the page: 4,000 combinations with progress, stopped, run to the end, and looked into."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.watching import Watched
from tests.support.installation import EMAIL, PASSWORD, Installation

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.timeout(600),
    pytest.mark.usefixtures("settled"),
]

OPENER = "4,000 pairs of means on SPY"


@pytest.fixture(scope="module")
def api(demo: Installation) -> Iterator[httpx.Client]:
    with demo.signed_in() as client:
        yield client


@pytest.fixture(autouse=True)
def patient() -> None:
    """Charts and tables may be slow beside other work."""
    expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def opener(api: httpx.Client) -> str:
    """The demo's sweep, when it is there and nothing else of the demo runs beside."""
    end = time.monotonic() + 400
    while time.monotonic() < end:
        found = [one for one in api.get("/sweeps").json()["items"] if one["name"] == OPENER]
        unfinished = {"state": ["waiting", "queued", "running"]}
        if found and not api.get("/jobs", params=unfinished).json()["items"]:
            return str(found[0]["id"])
        time.sleep(0.5)
    raise AssertionError("the demo's sweep did not come")


def fill(page: Page, name: str, universe: str) -> None:
    page.goto("/backtests/sweeps/new")
    page.get_by_role("button", name=re.compile("^Two means")).click()
    page.get_by_role("combobox", name="Universe").click()
    page.get_by_role("option", name=re.compile(universe)).click()
    page.get_by_label("Name", exact=True).fill(name)
    expect(page.get_by_text("4,000 combinations")).to_be_visible(timeout=30_000)


def kept(api: httpx.Client) -> tuple[set[str], int]:
    """Names of the sweeps, and the number of all trials."""
    sweeps = api.get("/sweeps", params={"limit": 100}).json()["items"]
    questions = api.get("/questions", params={"limit": 100}).json()["items"]
    return {one["name"] for one in sweeps}, sum(one["trials"] for one in questions)


def test_a_sweep_is_cancelled_at_once_and_leaves_nothing(
    watched: Watched,
    api: httpx.Client,
    opener: str,
    pictures: Path,
    record_property: pytest.RecordProperty,
) -> None:
    page = watched.page
    before = kept(api)
    watched.sign_in(EMAIL, PASSWORD)
    # The whole universe trades in each combination: long enough to be watched.
    fill(page, "Stopped", "large caps")
    page.get_by_role("button", name="Sweep", exact=True).click()
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", re.compile(r"^([3-9]|\d\d)"), timeout=120_000)
    expect(page.get_by_text(re.compile(r"\d of \d+ parts done"))).to_be_visible(timeout=60_000)
    page.screenshot(path=pictures / "sweep-running.png")
    page.reload()
    expect(page.get_by_text(re.compile(r"\d of \d+ parts done"))).to_be_visible()
    started = datetime.now(UTC)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled: nothing was kept")).to_be_visible(timeout=10_000)
    job = api.get("/jobs", params={"kind": "sweeps.run", "limit": 1}).json()["items"][0]
    took = (datetime.fromisoformat(job["finished_at"]) - started).total_seconds()
    record_property("seconds from click to cancelled", round(took, 2))
    print(f"cancelled in {took:.2f} s")
    # A second on a quiet machine; other tests run beside this one.
    assert took < 2.0
    parts = api.get("/jobs", params={"chain": job["chain_id"], "limit": 100}).json()["items"]
    assert len(parts) > 2
    assert kept(api) == before


def test_a_sweep_of_4000_runs_from_the_page_to_its_end(
    watched: Watched, opener: str, record_property: pytest.RecordProperty
) -> None:
    page = watched.page
    watched.sign_in(EMAIL, PASSWORD)
    fill(page, "Two means, by hand", "SPY")
    started = time.monotonic()
    page.get_by_role("button", name="Sweep", exact=True).click()
    expect(page.get_by_role("progressbar")).to_be_visible(timeout=30_000)
    expect(page.get_by_text(re.compile("of 4,000 beat"))).to_be_visible(timeout=180_000)
    took = time.monotonic() - started
    record_property("seconds from click to verdict", round(took, 2))
    print(f"4,000 combinations in {took:.2f} s")
    expect(page.get_by_role("heading", level=1)).to_have_text("Two means, by hand")


def test_the_heat_map_the_table_and_the_equity_are_one(watched: Watched, opener: str, pictures: Path) -> None:
    page = watched.page
    watched.sign_in(EMAIL, PASSWORD)
    page.goto(f"/backtests/sweeps/{opener}")
    expect(page.get_by_text(re.compile(r"^[\d,]+ of 4,000 beat holding; none is proven\.$"))).to_be_visible()
    heat = page.get_by_role("application", name=re.compile("^Sharpe; arrow"))
    expect(heat.locator("canvas")).to_be_visible()
    expect(page.get_by_role("application", name=re.compile("mean of the neighbours"))).to_be_visible()
    equity = page.get_by_role("img", name="Equity beside holding")
    expect(equity.locator("canvas").first).to_be_visible()
    page.wait_for_timeout(500)
    page.screenshot(path=pictures / "sweep.png")

    box = heat.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.75)
    expect(page.get_by_text(re.compile(r"^fast \d+, slow \d+: ")).first).to_be_visible()
    page.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.75)
    expect(page).to_have_url(re.compile(r"point=\d+"))
    first = page.url
    card = page.get_by_role("heading", level=2, name=re.compile(r"^fast \d+, slow \d+$"))
    before = card.inner_text()
    heat.press("ArrowRight")
    expect(page).not_to_have_url(first)
    expect(card).not_to_have_text(before)
    table = page.get_by_role("grid", name="Combinations")
    table.get_by_role("button", name="Total return").click()
    expect(page).to_have_url(re.compile("sort=-total_return"))
    table.get_by_role("row").nth(3).click()
    chosen = page.url
    page.reload()
    expect(card).to_be_visible(timeout=30_000)
    assert page.url == chosen
    page.get_by_role("combobox", name="Measure").click()
    page.get_by_role("option", name="Max drawdown").click()
    expect(page).to_have_url(re.compile("metric=max_drawdown"))
    expect(page.get_by_role("application", name=re.compile("^Max drawdown; arrow"))).to_be_visible()


def test_one_combination_becomes_a_backtest(watched: Watched, opener: str) -> None:
    page = watched.page
    watched.sign_in(EMAIL, PASSWORD)
    page.goto(f"/backtests/sweeps/{opener}")
    page.get_by_role("button", name="Simulate this one").click()
    expect(page.get_by_text("Deflated Sharpe").first).to_be_visible(timeout=120_000)
    expect(page).to_have_url(re.compile(r"/backtests/[0-9a-f-]{36}"), timeout=120_000)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_pages_have_nothing_that_axe_finds(
    watched: Watched, opener: str, pictures: Path, theme: str
) -> None:
    watched.sign_in(EMAIL, PASSWORD)
    assert watched.seen(paths(opener), pictures, theme) == {}


def test_the_pages_fit_a_phone_and_speak_polish(watched: Watched, opener: str, pictures: Path) -> None:
    watched.sign_in(EMAIL, PASSWORD)
    assert watched.too_large(paths(opener), pictures) == {}


def paths(opener: str) -> dict[str, str]:
    return {
        "sweeps": "/backtests/sweeps",
        "sweeps-new": "/backtests/sweeps/new",
        "sweeps-one": f"/backtests/sweeps/{opener}",
    }
