"""What checks of models found, in one list: opened, closed for everybody, and opened again."""

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

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.timeout(600),
    pytest.mark.usefixtures("settled"),
]
PAGES = {"alerts": "/alerts", "alerts-all": "/alerts?state=all&days=7", "alerts-none": "/alerts?kind=expired"}


@pytest.fixture(scope="module")
def api(demo: Installation) -> Iterator[httpx.Client]:
    with demo.signed_in() as client:
        yield client


@pytest.fixture(scope="module")
def model(api: httpx.Client) -> dict[str, Any]:
    """The demo's model, watched so closely that something is always found."""
    found: dict[str, Any] = next(
        one for one in api.get("/models").json()["items"] if one["name"] == DEMO_MODEL
    )
    version = found["latest"]["id"]
    reason = "To be watched"
    move = {"version": version, "reason": reason, "override": reason}
    path = f"/models/{found['id']}"
    assert api.put(f"{path}/aliases/watched", json=move).status_code == 200
    policy = {"check_days": 365, "feature_psi": 0.0001, "score_psi": 0.0001}
    assert api.put(f"{path}/monitors/watched", json=policy).status_code == 200
    end = time.monotonic() + 300
    # A new policy's first check follows at once, and the next one in a year.
    while not api.get("/alerts", params={"model": found["id"]}).json()["items"]:
        assert time.monotonic() < end
        time.sleep(0.5)
    return found


@pytest.fixture
def opened(api: httpx.Client, model: dict[str, Any]) -> int:
    """How many there are, all of them open."""
    rows = api.get("/alerts", params={"limit": 500}).json()["items"]
    keys = [{"report_id": one["report_id"], "position": one["position"]} for one in rows]
    count = api.put("/alerts/acknowledgements", json={"alerts": keys, "acknowledged": False})
    assert count.json()["open"] == len(rows) > 3
    return len(rows)


def test_alerts_are_closed_one_by_one_and_together_and_taken_back(
    watched: Watched, model: dict[str, Any], opened: int, pictures: Path
) -> None:
    watched.sign_in(EMAIL, PASSWORD)
    page = watched.page
    entry = page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Alerts")
    expect(entry).to_contain_text(str(opened))
    entry.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Alerts")
    grid = page.get_by_role("grid", name="Alerts")
    first = grid.get_by_role("row").nth(1)
    expect(first).to_contain_text(f"{model['name']} v")
    expect(first).to_contain_text("watched")
    subject = first.get_by_role("gridcell").nth(1).inner_text()
    first.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(page.get_by_text("Alert acknowledged")).to_be_visible()
    expect(entry).to_contain_text(str(opened - 1))
    page.get_by_role("button", name="Undo").click()
    expect(entry).to_contain_text(str(opened))
    expect(first.get_by_role("gridcell").nth(1)).to_have_text(subject)

    page.get_by_role("button", name="Acknowledge all shown").click()
    expect(page.get_by_text("No open alert.")).to_be_visible()
    page.screenshot(path=pictures / "alerts-empty.png")
    assert watched.violations() == []
    page.get_by_role("button", name="Acknowledged", exact=True).click()
    expect(page).to_have_url(re.compile("state=acknowledged"))
    expect(first).to_contain_text("Administrator, now")
    first.get_by_role("button", name="Reopen").click()
    expect(entry).to_contain_text("1")


def test_the_keys_open_the_report_that_found_it(watched: Watched, opened: int) -> None:
    watched.sign_in(EMAIL, PASSWORD)
    page = watched.page
    watched.open("/alerts")
    grid = page.get_by_role("grid", name="Alerts")
    grid.focus()
    grid.press("ArrowDown")
    grid.press("Enter")
    expect(page).to_have_url(re.compile(r"/versions/.*tab=drift&report="))
    expect(page.get_by_role("link", name="All of this model")).to_be_visible()
    page.get_by_role("link", name="All of this model").click()
    expect(page).to_have_url(re.compile("/alerts.*model="))
    expect(grid.get_by_role("row").nth(1)).to_be_visible()
    page.get_by_role("button", name="Show the alerts of all models").click()
    expect(page).not_to_have_url(re.compile("model="))


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_pages_have_nothing_that_axe_finds(
    watched: Watched, opened: int, pictures: Path, theme: str
) -> None:
    watched.sign_in(EMAIL, PASSWORD)
    assert watched.seen(PAGES, pictures, theme) == {}


def test_the_pages_fit_a_phone_and_speak_polish(watched: Watched, opened: int, pictures: Path) -> None:
    watched.sign_in(EMAIL, PASSWORD)
    assert watched.too_large(PAGES, pictures) == {}
