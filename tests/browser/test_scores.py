"""The scores of a served version, with what they say of the returns to come, as a person sees them."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.watching import Watched
from tests.support.installation import EMAIL, PASSWORD, Installation

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.timeout(600),
    pytest.mark.usefixtures("settled"),
]
INTERVAL = re.compile(r"^[+−]?\d+\.\d% … [+−]?\d+\.\d%$")


def served(api: httpx.Client) -> tuple[str, str, dict[str, Any]]:
    """The demo's model, the version with an alias, and its scores, once they are there."""
    end = time.monotonic() + 300
    while time.monotonic() < end:
        for model in api.get("/models").json()["items"]:
            for alias in model["aliases"]:
                version = alias["version_id"]
                if scores := api.get(f"/model-versions/{version}/scores").json():
                    return model["id"], version, scores
        time.sleep(0.5)
    raise AssertionError("the demo's version was not scored")


def test_a_served_version_shows_its_scores_and_what_they_say(
    demo: Installation, watched: Watched, pictures: Path
) -> None:
    with demo.signed_in() as api:
        model, version, scores = served(api)
    assert all(one["low"] < one["expected"] < one["high"] for one in scores["items"])
    watched.sign_in(EMAIL, PASSWORD)
    page = watched.page
    path = f"/models/{model}/versions/{version}?tab=scores"
    page.goto(path)
    grid = page.get_by_role("grid", name="Newest scores")
    first = grid.get_by_role("row").nth(1).get_by_role("gridcell")
    expect(first.nth(0)).to_have_text(scores["items"][0]["instrument"])
    expect(first.nth(2)).to_have_text(f"{scores['items'][0]['chance']:.1%}")
    expect(first.nth(4)).to_have_text(INTERVAL)
    expect(page.get_by_text("Brier score saved")).to_be_visible()
    assert watched.seen({"scores": path}, pictures, "dark") == {}
    assert watched.seen({"scores": path}, pictures, "light") == {}
    assert watched.too_large({"scores": path}, pictures) == {}
