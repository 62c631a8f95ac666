"""A search from the page: with progress, its funnel and candidates, and what is kept adopted."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import polars as pl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.watching import Watched
from tests.support.installation import EMAIL, PASSWORD, Installation
from tests.support.noise_markets import noise

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.timeout(600),
    pytest.mark.usefixtures("settled"),
]

NAME = "Thirty of a made-up market"
DECLARED = {
    "name": NAME,
    "kind": "bars",
    "frequency": "day",
    "calendar": "24/7",
    "timezone": "UTC",
    "currency": "USD",
    "known_rule": {"rule": "bar_close"},
}


@pytest.fixture(scope="module")
def api(demo: Installation) -> Iterator[httpx.Client]:
    with demo.signed_in() as client:
        yield client


@pytest.fixture(autouse=True)
def patient() -> None:
    """Tables may be slow beside other work."""
    expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def market(api: httpx.Client) -> str:
    """A universe whose nights follow its days a little, uploaded as a person would; its name."""
    return made_market(api)


def made_market(api: httpx.Client) -> str:
    panel = noise(np.random.default_rng(5), 30, 700, drift=0.12)
    instruments = [
        {"key": key, "name": f"Made up {key[-3:]}", "currency": "USD", "symbols": [{"symbol": key[5:]}]}
        for key in panel.instruments
    ]
    api.put("/instruments", json=instruments).raise_for_status()
    count, length = panel.shape
    frame = pl.DataFrame(
        {
            "symbol": np.repeat([key[5:] for key in panel.instruments], length),
            "date": np.tile(panel.session, count),
            **{name: values.ravel().round(6) for name, values in panel.fields.items()},
        }
    )
    content = io.BytesIO()
    frame.write_csv(content)
    dataset = api.post("/datasets", json=DECLARED).json()
    answer = api.post(
        f"/datasets/{dataset['id']}/uploads",
        files={"file": ("made.csv", content.getvalue())},
        data={"options": '{"exchange": "XNYS"}'},
    )
    answer.raise_for_status()
    ended(api, answer.json()["id"])
    universe = {"name": NAME, "spec": {"instruments": list(panel.instruments)}}
    api.post("/universes", json=universe).raise_for_status()
    return NAME


def ended(api: httpx.Client, job_id: str) -> dict[str, str]:
    end = time.monotonic() + 300
    while time.monotonic() < end:
        job = api.get(f"/jobs/{job_id}").json()
        if job["state"] in ("done", "failed", "cancelled"):
            assert job["state"] == "done", job
            return dict(job["outputs"])
        time.sleep(0.3)
    raise AssertionError("the job did not end")


@pytest.fixture(scope="module")
def discovery(api: httpx.Client, market: str) -> str:
    universe = next(one for one in api.get("/universes").json()["items"] if one["name"] == market)
    wanted = {"name": "What foretells a night", "universe": universe["id"], "horizon": 1, "cost_bps": 1}
    answer = api.post("/discoveries", json=wanted | {"budget": 400, "search": True})
    answer.raise_for_status()
    return ended(api, answer.json()["job"]["id"])["discovery"]


def start(page: Page, market: str, name: str, *, horizon: int, budget: int) -> None:
    page.goto("/features/discoveries/new")
    page.get_by_role("combobox", name="Universe").click()
    page.get_by_role("option", name=re.compile(market)).click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Return ahead").fill(str(horizon))
    page.get_by_label("Candidates at most").fill(str(budget))
    page.get_by_label("Candidates at most").press("Tab")
    page.get_by_role("button", name="Search", exact=True).click()


def test_a_search_runs_from_the_page_and_what_is_kept_becomes_a_feature_set(
    watched: Watched, market: str, pictures: Path
) -> None:
    page = watched.page
    watched.sign_in(EMAIL, PASSWORD)
    start(page, market, "By hand", horizon=1, budget=200)
    expect(page.get_by_role("progressbar")).to_be_visible(timeout=60_000)
    expect(page.get_by_text(re.compile(r"Measured \d+ candidates"))).to_be_visible(timeout=60_000)
    page.screenshot(path=pictures / "discovery-running.png")
    survive = re.compile(r"^\d+ of 200 candidates survive control of false discoveries at 10%\.$")
    expect(page.get_by_text(survive)).to_be_visible(timeout=180_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("By hand")
    kept = page.get_by_role("region", name="Kept").get_by_role("checkbox")
    expect(kept.first).to_be_checked()
    count = kept.count()
    kept.first.uncheck()
    page.get_by_role("button", name=f"Adopt {count - 1} as a feature set").click()
    expect(page).to_have_url(re.compile(r"/features/sets/"), timeout=30_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("By hand")


def test_the_funnel_filters_the_candidates(watched: Watched, discovery: str) -> None:
    page = watched.page
    watched.sign_in(EMAIL, PASSWORD)
    page.goto(f"/features/discoveries/{discovery}")
    table = page.get_by_role("grid", name="Candidates")
    expect(table.get_by_role("row").nth(1)).to_be_visible()
    page.get_by_role("button", name=re.compile("not significant$")).click()
    expect(page).to_have_url(re.compile("reason=insignificant"))
    cells = table.get_by_role("gridcell")
    expect(cells.nth(1)).to_have_text("not significant")
    table.get_by_role("button", name="Coverage").click()
    expect(page).to_have_url(re.compile("sort=-coverage"))
    chosen = page.url
    page.reload()
    expect(cells.nth(1)).to_have_text("not significant", timeout=30_000)
    assert page.url == chosen
    page.get_by_role("button", name="kept", exact=True).first.click()
    expect(page).to_have_url(re.compile("reason=kept"))
    expect(cells.nth(1)).to_have_text("kept")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_pages_have_nothing_that_axe_finds(
    watched: Watched, discovery: str, pictures: Path, theme: str
) -> None:
    watched.sign_in(EMAIL, PASSWORD)
    assert watched.seen(paths(discovery), pictures, theme) == {}


def test_the_pages_fit_a_phone_and_speak_polish(watched: Watched, discovery: str, pictures: Path) -> None:
    watched.sign_in(EMAIL, PASSWORD)
    assert watched.too_large(paths(discovery), pictures) == {}


def paths(discovery: str) -> dict[str, str]:
    return {
        "discoveries": "/features/discoveries",
        "discovery-new": "/features/discoveries/new",
        "discovery": f"/features/discoveries/{discovery}",
    }
