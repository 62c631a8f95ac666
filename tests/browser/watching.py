"""A page under watch: what its console says, where its requests go, what axe finds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, Request, expect

AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
PHONE, HEIGHT = 390, 844
SIZE = "[document.scrollingElement.scrollWidth, document.scrollingElement.scrollHeight]"
REST_MS = 1000
"""What charts and skeletons take to settle."""


@dataclass
class Watched:
    """A page, what was complained of, and requests to strangers."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def sign_in(self, email: str, password: str) -> None:
        """Sign in as a person does."""
        self.page.goto("/")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_role("navigation").first.wait_for()

    def violations(self) -> list[dict[str, Any]]:
        """What axe finds on the page as it is now."""
        self.page.evaluate(AXE.read_text())
        found: list[dict[str, Any]] = self.page.evaluate(
            "async () => (await axe.run()).violations.map(v => ({id: v.id, help: v.help,"
            " nodes: v.nodes.slice(0, 3).map(n => n.html)}))"
        )
        return found

    def seen(self, pages: Mapping[str, str], pictures: Path, theme: str) -> dict[str, list[dict[str, Any]]]:
        """Open every page in a theme and take its picture; what axe finds, by path."""
        self.page.emulate_media(color_scheme="light" if theme == "light" else "dark")
        found = {}
        for name, path in pages.items():
            self.open(path)
            self.page.screenshot(path=pictures / f"{theme}-{name}.png")
            if violations := self.violations():
                found[path] = violations
        return found

    def too_large(self, pages: Mapping[str, str], pictures: Path) -> dict[str, list[int]]:
        """Open every page in Polish on a phone and take its picture; sizes of those that do not fit.

        What is long scrolls inside the page, which itself is as high as the window.
        """
        self.page.get_by_role("button", name="EN, polski").click()
        expect(self.page.get_by_role("link", name="Przegląd").first).to_be_visible()
        self.page.set_viewport_size({"width": PHONE, "height": HEIGHT})
        large = {}
        for name, path in pages.items():
            self.open(path)
            self.page.screenshot(path=pictures / f"phone-{name}.png")
            size = self.page.evaluate(SIZE)
            if size[0] > PHONE or size[1] > HEIGHT:
                large[path] = size
        return large

    def open(self, path: str) -> None:
        """Go to a page and wait until it stands still."""
        self.page.goto(path)
        self.page.get_by_role("heading", level=1).wait_for()
        self.page.wait_for_timeout(REST_MS)


def watch(page: Page, origin: str) -> Watched:
    """Write down every console line, page error and foreign request from now on."""
    watched = Watched(page)

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            watched.complaints.append(f"{message.type}: {message.text}")

    def on_request(request: Request) -> None:
        if not request.url.startswith((f"{origin}/", "data:", f"blob:{origin}")):
            watched.strangers.append(request.url)

    page.on("console", on_console)
    page.on("pageerror", lambda error: watched.complaints.append(f"thrown: {error}"))
    page.on("request", on_request)
    return watched
