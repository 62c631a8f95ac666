"""An automated pipeline is run from its page, and its stages are seen as they are finished."""

from __future__ import annotations

import re
import time

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
        (set_id,) = (one["id"] for one in api.get("/feature-sets", params={"q": "Prices"}).json()["items"])
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
