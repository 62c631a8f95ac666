"""An automated pipeline is run from its page, and its stages are seen as they are finished."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.watching import Watched
from tests.support.installation import EMAIL, PASSWORD, Installation

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.timeout(900),
    pytest.mark.usefixtures("settled"),
]


def test_a_pipeline_is_run_from_its_page(demo: Installation, watched: Watched) -> None:
    with demo.signed_in() as api:
        end = time.monotonic() + 300
        while not any(one["latest"] for one in api.get("/models").json()["items"]):
            assert time.monotonic() < end
            time.sleep(0.5)
        (set_id,) = (
            one["id"] for one in api.get("/feature-sets", params={"q": "Prices, volume"}).json()["items"]
        )
    watched.sign_in(EMAIL, PASSWORD)
    page = watched.page
    page.goto("/models")
    page.get_by_role("link", name="Automated").click()
    expect(page.get_by_text("No pipeline yet")).to_be_visible()
    page.goto(f"/models/pipelines/new?set={set_id}")
    start = page.get_by_role("button", name="Run", exact=True)
    expect(start).to_be_enabled(timeout=30_000)
    assert watched.violations() == []
    began = time.monotonic()
    start.click()
    expect(page).to_have_url(re.compile("/models/pipelines/0"), timeout=30_000)
    expect(page.locator("li[data-state=running]")).to_have_count(1, timeout=60_000)
    expect(page.get_by_text("Select features")).to_be_visible()
    expect(page.get_by_text("recommended")).to_be_visible(timeout=300_000)
    assert time.monotonic() - began < 300
    expect(page.locator("li[data-state=done]")).to_have_count(17)
    assert watched.violations() == []
    page.get_by_role("link", name=re.compile("^v[12]$")).first.click()
    expect(page).to_have_url(re.compile("/models/.*/versions/"))
    expect(page.get_by_role("heading", name="Walk-forward folds")).to_be_visible()


def test_features_are_generated_from_prices_when_it_is_chosen(
    demo: Installation, watched: Watched, pictures: Path
) -> None:
    """The pipeline starts from a universe alone; its funnel leads to the set that was made."""
    with demo.signed_in() as api:
        universes = api.get("/universes").json()["items"]
    large = next(one["name"] for one in universes if one["latest"]["size"] > 5)
    watched.sign_in(EMAIL, PASSWORD)
    page = watched.page
    page.emulate_media(color_scheme="light")
    page.goto("/models/pipelines/new")
    choice = page.get_by_role("group", name="Where features come from")
    expect(page.get_by_role("combobox", name="Feature set")).to_be_visible()
    expect(page.get_by_label("Candidates")).to_have_count(0)
    choice.get_by_role("button", name="Both").click()
    expect(page.get_by_label("Candidates")).to_have_value("200")
    expect(page.get_by_role("combobox", name="Feature set")).to_be_visible()
    choice.get_by_role("button", name="Generated from prices").click()
    expect(page.get_by_role("combobox", name="Feature set")).to_have_count(0)
    page.get_by_role("combobox", name="Universe").click()
    page.get_by_role("option", name=large).first.click()
    page.get_by_label("Candidates").fill("30")
    page.get_by_label("Name").fill("From nothing but bars")
    page.screenshot(path=pictures / "light-pipeline-generate.png")
    assert watched.violations() == []
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page).to_have_url(re.compile("/models/pipelines/0"), timeout=30_000)
    funnel = page.get_by_role("region", name="Candidates from prices")
    expect(funnel).to_contain_text("Generated30", timeout=180_000)
    expect(page.locator("li[data-state=done]").first).to_contain_text("candidates")
    page.emulate_media(color_scheme="dark")
    watched.open(page.url)
    page.screenshot(path=pictures / "dark-pipeline-generated.png")
    assert watched.violations() == []
    pipeline = page.url.rpartition("/")[2]
    with demo.signed_in() as api:
        api.post(f"/pipelines/{pipeline}/cancel")
        end = time.monotonic() + 60
        while api.get(f"/pipelines/{pipeline}").json()["state"] not in ("done", "cancelled"):
            assert time.monotonic() < end
            time.sleep(0.2)
        model = api.get(f"/pipelines/{pipeline}").json()["model"]["id"]
    funnel.get_by_role("link", name="a set").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("From nothing but bars, generated")
    with demo.signed_in() as api:
        # The lists are left as they were found.
        assert api.delete(f"/pipelines/{pipeline}").status_code == 204
        assert api.delete(f"/models/{model}", params={"reason": "Made to be looked at"}).status_code == 204
