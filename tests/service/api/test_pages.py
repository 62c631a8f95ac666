"""The web interface is served as files, and as one page for every address of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from kuznia.api.app import make_app
from kuznia.settings import Settings
from tests.support.serving import served

HTML = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def site(settings: Settings, tmp_path: Path) -> Iterator[httpx.Client]:
    pages = tmp_path / "pages"
    (pages / "assets").mkdir(parents=True)
    (pages / "index.html").write_text("<!doctype html><title>Kuznia</title>")
    (pages / "assets" / "index-abc123.js").write_text("export {};" * 300)
    (tmp_path / "private.txt").write_text("what nobody may read")
    with served(make_app(settings, pages=pages)) as address, httpx.Client(base_url=address) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/backtests", "/backtests/018f-aaa?tab=trades", "/data/x/y"])
def test_every_address_of_the_application_is_its_page(site: httpx.Client, path: str) -> None:
    answer = site.get(path, headers=HTML)
    assert answer.status_code == 200 and "<title>Kuznia</title>" in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/v1/nothing",
        "/api/other",
        "/assets/missing.js",
        "/assets/missing",
        "/favicon.ico",
        "/x.png",
    ],
)
def test_what_is_missing_stays_missing(site: httpx.Client, path: str) -> None:
    answer = site.get(path, headers=HTML)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_only_a_browser_that_opens_a_page_gets_one(site: httpx.Client) -> None:
    assert site.get("/backtests", headers={"Accept": "application/json"}).status_code == 404
    assert site.post("/backtests", headers=HTML).status_code == 405


def test_hashed_files_are_kept_for_ever(site: httpx.Client) -> None:
    answer = site.get("/assets/index-abc123.js")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    again = site.get("/assets/index-abc123.js", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_no_file_outside_the_folder_is_served(site: httpx.Client) -> None:
    for path in ("/../private.txt", "/%2e%2e/private.txt", "/assets/..%2f..%2fprivate.txt", "//etc/passwd"):
        answer = site.get(path)
        assert "nobody may read" not in answer.text and "root:" not in answer.text
