"""A page under watch: what its console says, where its requests go, what axe finds."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, Request

AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"


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
