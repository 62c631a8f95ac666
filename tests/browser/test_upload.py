"""A bad file uploaded by hand: told with line, reason and remedy, and the good rows are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.watching import Watched
from tests.support.installation import EMAIL, PASSWORD, Installation

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.timeout(600),
    pytest.mark.usefixtures("settled"),
]

DECLARED = {
    "kind": "bars",
    "frequency": "day",
    "calendar": "XNYS",
    "timezone": "America/New_York",
    "currency": "USD",
    "known_rule": {"rule": "bar_close"},
}
LINES = """date,open,high,low,close,volume
2024-01-02,10.0,10.4,9.9,10.2,1000
2024-01-03,10.2,10.6,10.1,10.5,1100
2024-01-04,10.5,10.1,10.7,10.6,1200
2024-01-05,,,,,
2024-01-08,10.6,10.9,10.4,10.7,900
2024-01-09,10.7,-1.0,10.5,10.8,950
2024-01-10,10.8,11.0,10.6,10.9,970
"""


def test_bad_rows_go_to_quarantine_with_line_reason_and_remedy(
    watched: Watched, demo: Installation, tmp_path: Path
) -> None:
    with demo.signed_in() as api:
        instrument = {"key": "XNYS:ZZZ", "name": "Made for a test", "currency": "USD"}
        api.put("/instruments", json=[instrument | {"symbols": [{"symbol": "ZZZ"}]}]).raise_for_status()
        dataset = api.post("/datasets", json=DECLARED | {"name": "Seven days of ZZZ"}).json()
        file = tmp_path / "zzz.csv"
        file.write_text(LINES)
        page = watched.page
        watched.sign_in(EMAIL, PASSWORD)
        page.goto(f"/data/{dataset['id']}")
        page.get_by_role("button", name="Upload").first.click()
        dialog = page.get_by_role("dialog")
        dialog.locator('input[type="file"]').set_input_files(file)
        dialog.get_by_role("textbox", name="Instrument").fill("XNYS:ZZZ")
        dialog.get_by_role("button", name="Upload").click()
        expect(page).to_have_url(re.compile("/jobs/"))
        expect(page.get_by_text("Done", exact=True).first).to_be_visible(timeout=60_000)

        page.goto(f"/data/{dataset['id']}?tab=quarantine")
        panel = page.get_by_role("tabpanel")
        for line in (4, 5, 7):
            expect(panel.get_by_role("checkbox", name=f"Line {line}")).to_be_visible()
        expect(panel).to_contain_text("high 10.1 is below low 10.7")
        expect(panel).to_contain_text("Correct the price")
        told = api.get(f"/datasets/{dataset['id']}/quarantine").json()["items"]
        assert sorted(one["line"] for one in told) == [4, 5, 7]
        assert all(one["reason"] and one["remedy"] for one in told)
        bars = api.get(f"/datasets/{dataset['id']}/bars", params={"instrument": "XNYS:ZZZ"}).json()
        assert bars["close"] == [10.2, 10.5, 10.7, 10.9]


def test_an_empty_file_is_refused_as_a_whole(watched: Watched, demo: Installation, tmp_path: Path) -> None:
    with demo.signed_in() as api:
        dataset = api.post("/datasets", json=DECLARED | {"name": "Nothing yet"}).json()
        file = tmp_path / "empty.csv"
        file.write_text("")
        page = watched.page
        watched.sign_in(EMAIL, PASSWORD)
        page.goto(f"/data/{dataset['id']}")
        page.get_by_role("button", name="Upload").first.click()
        dialog = page.get_by_role("dialog")
        dialog.locator('input[type="file"]').set_input_files(file)
        dialog.get_by_role("button", name="Upload").click()
        expect(page.get_by_role("alert").first).to_be_visible(timeout=60_000)
        assert api.get(f"/datasets/{dataset['id']}").json()["latest"] is None
