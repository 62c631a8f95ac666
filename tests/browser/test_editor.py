"""The editor of expressions: it completes, marks, mends and previews; catalogue and reference around it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.watching import Watched
from tests.support.installation import EMAIL, PASSWORD, Installation

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(600)]

NEW = "/features/new"
STYLES_REFUSED = """
document.addEventListener('securitypolicyviolation', (event) => {
  if (event.violatedDirective.startsWith('style')) console.error('style refused: ' + event.sourceFile);
});
"""


@pytest.fixture(scope="module")
def api(demo: Installation) -> Iterator[httpx.Client]:
    """A client, once the demo's bars, series and features are there."""
    with demo.signed_in() as client:
        end = time.monotonic() + 400
        while time.monotonic() < end:
            names = {one["name"] for one in client.get("/expressions/names").json()}
            kinds = {one["kind"] for one in client.get("/datasets").json()["items"] if one["latest"]}
            if {"macro.VIXCLS", "sector", "momentum_12_1"} <= names and "bars" in kinds:
                break
            time.sleep(0.5)
        yield client


@pytest.fixture
def page(watched: Watched, api: httpx.Client) -> Page:
    """A signed-in page whose console would say when a style was refused."""
    expect.set_options(timeout=30_000)
    watched.page.add_init_script(STYLES_REFUSED)
    watched.sign_in(EMAIL, PASSWORD)
    return watched.page


def editor(page: Page) -> Locator:
    """The editor itself, which comes after its field."""
    found = page.locator("[data-editor]").get_by_role("textbox", name="Expression")
    found.wait_for()
    return found


def previewed(page: Page) -> Locator:
    return page.get_by_text(re.compile(r"30 instruments × 756 bars in [\d,]+ ms"))


def test_an_expression_is_completed_mended_and_previewed(page: Page, pictures: Path) -> None:
    page.goto(NEW)
    box = editor(page)
    box.click()
    page.keyboard.type("rank(ts_me")
    options = page.get_by_role("listbox", name="Completions").get_by_role("option")
    expect(options.first).to_contain_text("ts_mean")
    page.screenshot(path=pictures / "editor-completes.png")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Mean of the last d bars.").first).to_be_visible()
    # The closing brackets that were put in are typed over.
    page.keyboard.type("close, 20) / clos - 1)")
    expect(box).to_have_text("rank(ts_mean(close, 20) / clos - 1)")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("There is no field or feature clos.")
    expect(page.locator("[data-editor] .cm-lintRange-error")).to_have_text("clos")
    page.screenshot(path=pictures / "editor-error.png")
    alert.get_by_role("button", name="Write close").click()
    expect(box).to_have_text("rank(ts_mean(close, 20) / close - 1)")
    expect(page.get_by_text("looks back 19 bars")).to_be_visible()
    expect(page.get_by_text("reads nothing after its decision")).to_be_visible()
    expect(previewed(page)).to_be_visible(timeout=60_000)
    expect(page.get_by_role("img", name="Values over time").locator("canvas").first).to_be_visible()
    expect(page.get_by_role("img", name="Distribution across instruments")).to_be_visible()
    page.screenshot(path=pictures / "editor-preview.png")


def test_the_preview_follows_a_pause_in_typing(
    page: Page, api: httpx.Client, record_property: pytest.RecordProperty
) -> None:
    page.goto(NEW)
    box = editor(page)
    box.fill("ts_mean(close, 20) / close")
    expect(previewed(page)).to_be_visible(timeout=60_000)
    took = []
    for lag in range(21, 33):
        with page.expect_response("**/expressions/preview") as answer:
            box.fill(f"ts_mean(close, {lag}) / close")
            began = time.monotonic()
        assert answer.value.ok
        took.append(time.monotonic() - began)
    median = sorted(took)[len(took) // 2]
    record_property("seconds from the last key to the preview's answer, median", round(median, 3))
    print(f"preview {median * 1000:.0f} ms after the last key, of {len(took)}")


def test_looking_ahead_is_refused_and_the_last_good_values_stay(page: Page) -> None:
    page.goto(f"{NEW}?expression=close")
    box = editor(page)
    expect(previewed(page)).to_be_visible(timeout=60_000)
    box.fill("Ref(close, -3)")
    expect(page.get_by_role("alert")).to_contain_text("A negative lag looks into the future")
    expect(previewed(page)).to_be_visible()
    page.get_by_role("button", name="Write 3").click()
    expect(box).to_have_text("Ref(close, 3)")
    expect(page.get_by_text("looks back 3 bars")).to_be_visible()


def test_what_is_shown_lives_in_the_address(page: Page) -> None:
    page.goto(f"{NEW}?expression=close")
    expect(previewed(page)).to_be_visible(timeout=60_000)
    page.get_by_role("combobox", name="Show an instrument").click()
    page.get_by_role("option", name="XNAS:MSFT").click()
    expect(page).to_have_url(re.compile("XNAS%3AMSFT|XNAS:MSFT"))
    page.get_by_role("button", name="252", exact=True).click()
    expect(page).to_have_url(re.compile("span=252"))
    page.reload()
    expect(page.get_by_role("button", name="Take XNAS:MSFT away")).to_be_visible()
    expect(page.get_by_text("30 instruments × 252 bars")).to_be_visible(timeout=60_000)


def test_a_feature_is_made_by_the_keyboard_and_gets_a_version(page: Page, api: httpx.Client) -> None:
    page.goto(NEW)
    page.get_by_label("Name", exact=True).fill("typed_here")
    page.get_by_label("Tags").fill("typed, momentum")
    box = editor(page)
    box.fill("close / ts_max(high, 60) - 1")
    expect(page.get_by_role("button", name="Create", exact=True)).to_be_enabled()
    box.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("typed_here")
    page.get_by_role("link", name="New version").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New version of typed_here")
    box = editor(page)
    expect(box).to_have_text("close / ts_max(high, 60) - 1")
    box.fill("close / ts_max(high, 90) - 1")
    expect(page.get_by_text("looks back 89 bars")).to_be_visible()
    page.get_by_role("button", name="Save version").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("typed_here")
    found = api.get("/features", params={"q": "ts_max(high, 90)"}).json()["items"]
    assert [(one["name"], one["latest"]["seq"], one["tags"]) for one in found] == [
        ("typed_here", 2, ["typed", "momentum"])
    ]


def test_the_catalogue_finds_and_filters(page: Page) -> None:
    page.goto("/features?tab=features")
    rows = page.get_by_role("grid", name="Features").get_by_role("row")
    expect(rows.nth(5)).to_be_visible()
    page.get_by_role("searchbox", name="Find…").fill("macro.vixcls")
    expect(page.get_by_role("link", name="vix_beta_60")).to_be_visible()
    expect(page.get_by_role("link", name="reversal_1", exact=True)).to_have_count(0)
    page.get_by_role("list", name="Filter by tag").get_by_role("button", name=re.compile("^momentum")).click()
    expect(page).to_have_url(re.compile("tags=momentum"))
    expect(page.get_by_role("link", name="vix_beta_60")).to_have_count(0)
    expect(page.get_by_role("link", name="calm_momentum")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="calm_momentum")).to_be_visible()
    page.get_by_role("searchbox", name="Find…").fill("nothing is called so")
    page.get_by_role("button", name="Clear all filters").click()
    expect(page.get_by_role("link", name="best_day_20")).to_be_visible()


def test_the_reference_opens_from_the_editor_and_its_examples_in_it(page: Page) -> None:
    page.goto(NEW)
    box = editor(page)
    box.fill("ts_corr")
    with page.context.expect_page() as opened:
        box.press("F1")
    other = opened.value
    expect(other).to_have_url(re.compile("/features/language.*ts_corr"))
    expect(other.get_by_role("article").first).to_contain_text("ts_corr(")
    other.get_by_role("link", name="Try it ts_corr", exact=True).click()
    expect(editor(other)).to_contain_text("ts_corr(")
    other.close()


def test_a_label_focuses_the_editor_and_a_sweep_has_one(page: Page) -> None:
    page.goto("/simulate")
    editor(page)
    page.locator("label", has_text="Expression").click()
    page.keyboard.type("-retur")
    expect(page.get_by_role("option", name=re.compile("^returns")).first).to_be_visible()
    page.goto("/backtests/sweeps/new")
    expect(page.locator("[data-editor]").get_by_role("textbox").first).to_be_visible()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_pages_have_nothing_that_axe_finds(
    page: Page, watched: Watched, pictures: Path, theme: str
) -> None:
    assert watched.seen(PAGES, pictures, theme) == {}


def test_the_pages_fit_a_phone_and_speak_polish(page: Page, watched: Watched, pictures: Path) -> None:
    assert watched.too_large(PAGES, pictures) == {}


PAGES = {
    "feature-new": f"{NEW}?expression=rank(ts_corr(close, volume, 20))",
    "feature-catalogue": "/features?tab=features",
    "language": "/features/language",
}
