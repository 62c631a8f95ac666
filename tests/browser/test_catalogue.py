"""The feature store as a person sees it: what a feature is worth, where it comes from, what was reused."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
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

PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def features(demo: Installation) -> Iterator[dict[str, str]]:
    """Ids of the demo's features by name, once they are measured; ``set`` is the set's."""
    with demo.signed_in() as api:
        yield _measured(api)


def _measured(api: httpx.Client) -> dict[str, str]:
    end = time.monotonic() + 300
    while time.monotonic() < end:
        # Other tests make sets of their own on the same demo.
        sets = api.get("/feature-sets", params={"q": "Prices, volume"}).json()["items"]
        detail = api.get(f"/feature-sets/{sets[0]['id']}").json() if sets else {}
        if detail.get("computed"):
            ids = {one["name"]: one["feature_id"] for one in detail["members"]}
            return {**ids, "set": detail["id"]}
        time.sleep(0.5)
    raise AssertionError("The demo's features were not computed in time")


def look(watched: Watched, pictures: Path, name: str) -> None:
    """A picture of the page, and nothing that axe would mind."""
    watched.page.wait_for_timeout(400)
    watched.page.screenshot(path=pictures / f"{name}.png")
    assert watched.violations() == []


def inside(page: Page) -> bool:
    width = int(page.evaluate("document.documentElement.scrollWidth"))
    return width <= int(page.evaluate("window.innerWidth"))


def test_a_feature_tells_what_it_is_worth_and_of_which_run(
    watched: Watched, features: dict[str, str], pictures: Path
) -> None:
    page = watched.page
    watched.sign_in(EMAIL, PASSWORD)
    page.goto(f"/features/{features['momentum_sector']}")
    chart = page.get_by_role("img", name="Rank IC by month")
    expect(chart.locator("canvas").first).to_be_visible()
    decay = page.get_by_role("list", name="Rank IC by horizon")
    expect(decay.get_by_role("listitem")).to_have_count(6)
    expect(page.get_by_role("row", name=re.compile("^2016"))).to_be_visible()
    expect(page.get_by_role("img", name="Distribution of values")).to_be_visible()
    near = page.get_by_role("list", name="Correlations with other features")
    expect(near.get_by_role("link", name="momentum_12_1")).to_be_visible()
    expect(page.get_by_text(re.compile("Measured .* against the return over 5 bars"))).to_be_visible()
    look(watched, pictures, "feature")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert inside(page)
    look(watched, pictures, "feature-phone")


def test_lineage_leads_to_the_data_and_to_the_backtest(
    watched: Watched, features: dict[str, str], pictures: Path
) -> None:
    page = watched.page
    watched.sign_in(EMAIL, PASSWORD)
    page.goto(f"/features/{features['momentum_sector']}?tab=lineage")
    graph = page.get_by_role("region", name="What it is made from, and what uses it")
    expect(graph.get_by_role("link", name=re.compile("US large caps, daily"))).to_be_visible()
    expect(graph.get_by_role("link", name=re.compile("Prices, volume"))).to_be_visible()
    look(watched, pictures, "feature-lineage")
    graph.get_by_role("link", name=re.compile("momentum_12_1")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("momentum_12_1")


def test_a_feature_is_described_changed_compared_and_retired(
    watched: Watched, demo: Installation, features: dict[str, str], pictures: Path
) -> None:
    page = watched.page
    with demo.signed_in() as api:
        made = api.post("/features", json={"name": "tried", "expression": "ts_mean(close, 5) / close"})
        feature = made.json()["id"]
        api.post(f"/features/{feature}/versions", json={"expression": "ts_mean(close, 9) / close"})
    watched.sign_in(EMAIL, PASSWORD)
    page.goto(f"/features/{feature}")
    expect(page.get_by_text("Not measured yet.")).to_be_visible()
    page.get_by_role("button", name="Describe").click()
    page.get_by_label("Tags").fill("mean, tried")
    look(watched, pictures, "feature-describe")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("tried", exact=True).nth(1)).to_be_visible()
    page.get_by_role("tab", name="Versions").click()
    expect(page.get_by_role("deletion").first).to_have_text("5")
    expect(page.get_by_role("insertion").first).to_have_text("9")
    look(watched, pictures, "feature-versions")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Retire").click()
    expect(page.get_by_text(re.compile("^retired"))).to_be_visible()


def test_a_feature_in_use_says_who_uses_it(watched: Watched, features: dict[str, str]) -> None:
    page = watched.page
    watched.sign_in(EMAIL, PASSWORD)
    page.goto(f"/features/{features['reversal_5']}")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Delete").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog.get_by_text("The feature reversal_5_sector uses it.")).to_be_visible()
    watched.complaints[:] = [one for one in watched.complaints if "409" not in one]


def test_a_set_is_computed_again_from_what_was_computed(
    watched: Watched, features: dict[str, str], pictures: Path
) -> None:
    page = watched.page
    watched.sign_in(EMAIL, PASSWORD)
    page.goto(f"/features/sets/{features['set']}")
    page.get_by_role("button", name="Compute", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Bars", exact=True)).to_have_text("US large caps, daily")
    look(watched, pictures, "feature-set-compute")
    dialog.get_by_role("button", name="Compute", exact=True).click()
    progress = page.get_by_role("region", name="The computation")
    expect(progress.get_by_text("Done")).to_be_visible(timeout=240_000)
    expect(page.get_by_text(re.compile(r"(\d+) of \1 parts reused"))).to_be_visible(timeout=30_000)
    look(watched, pictures, "feature-set")


def test_the_map_of_correlations_is_walked_by_keys(
    watched: Watched, features: dict[str, str], pictures: Path
) -> None:
    page = watched.page
    watched.sign_in(EMAIL, PASSWORD)
    page.goto(f"/features/sets/{features['set']}?tab=alike")
    heat = page.get_by_role("application", name=re.compile("Correlation of features"))
    expect(heat).to_be_visible()
    expect(page.get_by_role("link", name="calm_momentum").first).to_be_visible()
    heat.focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("pair="))
    look(watched, pictures, "feature-set-alike")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert inside(page)
    look(watched, pictures, "feature-set-alike-phone")
