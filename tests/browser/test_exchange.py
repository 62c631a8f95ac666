"""A bundle goes out of one page and comes in by another; what is none is refused where it was given."""

from __future__ import annotations

import hashlib
import io
import json
import re
import time
import zipfile
from pathlib import Path
from typing import Any

import httpx
import onnxruntime
import pytest
from playwright.sync_api import expect

from tests.browser.watching import Watched
from tests.support.installation import DEMO_MODEL, EMAIL, PASSWORD, Installation

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.timeout(600),
    pytest.mark.usefixtures("settled"),
]
REFUSED = "status of 422"
"""What a browser's console says of the request that has to fail."""


def trained(api: httpx.Client) -> dict[str, Any]:
    """The demo's model, once it is there."""
    end = time.monotonic() + 300
    while True:
        assert time.monotonic() < end
        found = [
            one for one in api.get("/models").json()["items"] if one["name"] == DEMO_MODEL and one["latest"]
        ]
        if found:
            return dict(found[0])
        time.sleep(0.5)


def imported(api: httpx.Client, job: str) -> dict[str, Any]:
    """The model that an import made; the demo's jobs may be before it."""
    end = time.monotonic() + 300
    while (found := api.get(f"/jobs/{job}").json())["state"] != "done":
        assert found["state"] in ("queued", "running") and time.monotonic() < end, found
        time.sleep(0.5)
    return next(dict(one) for one in api.get("/models").json()["items"] if one["name"] == "From afar")


def of_another_installation(archive: bytes) -> bytes:
    """The same model, fitted to slightly other rows."""
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    manifest = json.loads(files.pop("manifest.json"))
    manifest["mean"] = [one + 1e-6 for one in manifest["mean"]]
    manifest["files"] = {name: "sha256:" + hashlib.sha256(one).hexdigest() for name, one in files.items()}
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in {"manifest.json": json.dumps(manifest).encode(), **files}.items():
            packed.writestr(name, content)
    return sink.getvalue()


def test_a_bundle_goes_out_and_another_comes_in(
    demo: Installation, watched: Watched, pictures: Path, tmp_path: Path
) -> None:
    with demo.signed_in() as api:
        model = trained(api)
        pins = api.get(f"/model-versions/{model['latest']['id']}").json()["pins"]
    (feature_set,) = (pin["name"] for pin in pins if pin["role"] == "feature_set")
    version = model["latest"]
    watched.sign_in(EMAIL, PASSWORD)
    page = watched.page
    page.goto(f"/models/{model['id']}/versions/{version['id']}")
    page.get_by_role("button", name="More").click()
    with page.expect_download() as coming:
        page.get_by_role("menuitem", name="Download the bundle").click()
    bundle = Path(coming.value.path()).read_bytes()
    assert coming.value.suggested_filename.endswith(f"_{version['digest'][7:19]}.zip")
    page.get_by_role("button", name="More").click()
    page.screenshot(path=pictures / "exchange-menu.png")
    with page.expect_download() as coming:
        page.get_by_role("menuitem", name="Export as ONNX").click()
    assert onnxruntime.InferenceSession(coming.value.path()).get_outputs()[0].name == "score"

    page.goto("/models")
    page.get_by_role("button", name="Import a bundle").click()
    chosen = page.locator("input[type=file]")
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(bundle[:-100])
    chosen.set_input_files(damaged)
    page.get_by_role("combobox", name="Feature set").click()
    page.get_by_role("option", name=feature_set).first.click()
    start = page.get_by_role("button", name="Import", exact=True)
    start.click()
    expect(page.get_by_role("alert")).to_contain_text("no readable archive")
    page.screenshot(path=pictures / "exchange-refused.png")
    assert watched.violations() == []
    assert len(watched.complaints) == 1 and REFUSED in watched.complaints.pop()

    foreign = tmp_path / "from afar.zip"
    foreign.write_bytes(of_another_installation(bundle))
    chosen.set_input_files(foreign)
    page.get_by_label("Name", exact=True).fill("From afar")
    page.screenshot(path=pictures / "exchange-dialog.png")
    start.click()
    expect(page).to_have_url(re.compile("/jobs/"), timeout=30_000)
    with demo.signed_in() as api:
        made = imported(api, page.url.rpartition("/")[2])
    watched.open(f"/models/{made['id']}/versions/{made['latest']['id']}")
    expect(page.get_by_text("Nothing was measured here.")).to_be_visible()
    page.screenshot(path=pictures / "exchange-version.png")
    assert watched.violations() == []
    page.get_by_role("button", name="Promote", exact=True).click()
    expect(page.get_by_role("rowheader", name="Measured here")).to_be_visible()
    page.screenshot(path=pictures / "exchange-promote.png")
    watched.open("/models")
    page.get_by_role("button", name="EN, polski").click()
    page.get_by_role("button", name="Importuj pakiet").click()
    page.screenshot(path=pictures / "exchange-polish.png")
