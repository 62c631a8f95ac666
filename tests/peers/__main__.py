"""Measure how closely peers agree: ``python -m tests.peers [--write]``, into docs/methods/peers.md."""

import re
import sys
from contextlib import ExitStack

from bench._peers import ROOT, Peer, missing
from tests.peers.comparison import CHECKS, NAMES, Agreement

PAGE = ROOT / "docs" / "methods" / "peers.md"
OPENING, CLOSING = "<!-- agreement -->", "<!-- end of agreement -->"


def amount(value: float) -> str:
    return "–" if value == 0.0 else f"{value:.0e}"


def row(peer: str, version: str, name: str, tolerance: float, found: Agreement) -> str:
    orders = f"{found.orders}, all the same" if found.same_orders else "differ"
    gaps = (found.equity, found.cash, found.positions, found.quantity, found.price, found.fees)
    met = found.same_orders and found.largest <= tolerance
    cells = (
        f"{peer} {version}",
        name,
        orders,
        *map(amount, gaps),
        f"{tolerance:.0e}, {'met' if met else '**not met**'}",
    )
    return "| " + " | ".join(cells) + " |"


def main() -> int:
    head = (
        "peer",
        "case",
        "orders (number, bar, instrument, side)",
        "equity",
        "cash",
        "positions",
        "fills",
        "price",
    )
    lines = ["| " + " | ".join((*head, "fees", "wanted")) + " |", "|---" * (len(head) + 2) + "|"]
    lacking = missing(NAMES)
    with ExitStack() as stack:
        running: dict[str, Peer] = {}
        for check in CHECKS:
            if check.peer in lacking:
                continue
            if check.peer not in running:
                running[check.peer] = stack.enter_context(Peer(check.peer))
            peer = running[check.peer]
            lines.append(row(check.peer, peer.version(), check.name, check.tolerance, check.compare(peer)))
            print(lines[-1], flush=True)
    if "--write" in sys.argv:
        body = "\n".join((OPENING, *lines, CLOSING))
        pattern = re.escape(OPENING) + ".*?" + re.escape(CLOSING)
        PAGE.write_text(re.sub(pattern, lambda _: body, PAGE.read_text(), flags=re.DOTALL))
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
