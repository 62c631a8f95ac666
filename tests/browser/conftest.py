"""The composed installation with its demo, and a real Chromium before it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.watching import Watched, watch
from tests.support.installation import Installation, installation
from tests.support.programs import CHROMIUM

DEMO_SECONDS = 500.0
ENDED = ("done", "failed", "cancelled")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A fresh installation that runs the demo."""
    with installation(tmp_path_factory.mktemp("kuznia"), demo=True) as running:
        yield running


@pytest.fixture(scope="session")
def settled(demo: Installation) -> None:
    """The demo's own jobs are over, so that a job asked for now does not stand behind them."""
    end = time.monotonic() + DEMO_SECONDS
    with demo.signed_in() as api:
        # Before its first job is posted none is unfinished either.
        while api.get("/me").json()["preferences"].get("demo") != "done" or any(
            one["state"] not in ENDED for one in api.get("/jobs?limit=100").json()["items"]
        ):
            assert time.monotonic() < end, "the demo is not over"
            time.sleep(0.5)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM.path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Path:
    """Where screenshots go to be looked at."""
    folder = Path(request.config.rootpath) / "test-results" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def watched(browser: Browser, demo: Installation) -> Iterator[Watched]:
    """A page of its own; the test fails if its console speaks or a request leaves its origin."""
    context = browser.new_context(
        base_url=demo.address,
        viewport={"width": 1440, "height": 900},
        locale="en-GB",
        color_scheme="dark",
        reduced_motion="reduce",  # a spinner drawn without a GPU takes a core from what is tested
    )
    page: Page = context.new_page()
    watching = watch(page, demo.address)
    yield watching
    context.close()
    assert watching.complaints == []
    assert watching.strangers == []
