"""A model is trained from its page, and its version stands where the registry says."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.watching import Watched
from tests.support.installation import EMAIL, PASSWORD, Installation

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.timeout(600),
    pytest.mark.usefixtures("settled"),
]


def test_a_model_is_trained_from_its_page(demo: Installation, watched: Watched) -> None:
    with demo.signed_in() as api:
        end = time.monotonic() + 300
        while not any(one["latest"] for one in api.get("/models").json()["items"]):
            assert time.monotonic() < end
            time.sleep(0.5)
        (set_id,) = (one["id"] for one in api.get("/feature-sets", params={"q": "Prices"}).json()["items"])
    watched.sign_in(EMAIL, PASSWORD)
    page = watched.page
    page.goto(f"/models/new?set={set_id}")
    page.get_by_role("combobox", name="Learner").first.click()
    page.get_by_role("option", name="Elastic net").click()
    page.get_by_text("Purged cross-validation beside it").click()
    page.get_by_text("Winsorise").click()
    page.get_by_text("Ranks in the bar").click()
    page.get_by_label("Share of each tail").fill("0.05")
    train = page.get_by_role("button", name="Train", exact=True)
    expect(train).to_be_disabled()  # no question is guessed: its trials count against each other
    page.get_by_role("combobox", name="Question").click()
    page.get_by_role("option", name="A new question").click()
    assert watched.violations() == []
    train.click()
    expect(page).to_have_url(re.compile("/jobs/"), timeout=30_000)
    with demo.signed_in() as api:
        end = time.monotonic() + 200
        found = None
        while found is None:
            assert time.monotonic() < end
            made = [
                one for one in api.get("/models").json()["items"] if one["name"].startswith("Elastic net")
            ]
            found = made[0]["latest"] if made else None
            time.sleep(0.5)
        version = api.get(f"/model-versions/{found['id']}").json()
    assert version["learner"] == "elastic_net"
    assert len(version["paths"]) == 5
    assert version["spec"]["steps"] == [
        {"kind": "rank", "parameters": {}},
        {"kind": "winsorise", "parameters": {"tail": 0.05}},
    ]
