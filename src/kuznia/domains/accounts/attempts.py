"""Counts failed sign-ins for each address and e-mail, in this process."""

from __future__ import annotations

import time
from collections import deque
from threading import Lock

WINDOW = 60.0
# One address may fail this many times as often, over all e-mails: a family behind one router.
ADDRESS_FACTOR = 6
MOST_KEYS = 20_000


class Attempts:
    """A sliding minute of failures; a success forgets its own.

    Parameters
    ----------
    per_minute : int
        Failures allowed for one address and e-mail.
    """

    def __init__(self, per_minute: int) -> None:
        self._limits = {"pair": per_minute, "address": per_minute * ADDRESS_FACTOR}
        self._failures: dict[tuple[str, ...], deque[float]] = {}
        self._lock = Lock()

    def wait(self, address: str, email: str) -> int:
        """Seconds until another attempt is let through; 0 now."""
        now = time.monotonic()
        with self._lock:
            return max(
                self._wait(("pair", address, email.lower()), now),
                self._wait(("address", address), now),
            )

    def failed(self, address: str, email: str) -> None:
        now = time.monotonic()
        with self._lock:
            if len(self._failures) > MOST_KEYS:
                self._failures = {k: times for k, times in self._failures.items() if times[-1] > now - WINDOW}
            for key in (("pair", address, email.lower()), ("address", address)):
                self._failures.setdefault(key, deque(maxlen=self._limits[key[0]])).append(now)

    def succeeded(self, address: str, email: str) -> None:
        with self._lock:
            self._failures.pop(("pair", address, email.lower()), None)

    def _wait(self, key: tuple[str, ...], now: float) -> int:
        times = self._failures.get(key)
        if times is None or len(times) < self._limits[key[0]]:
            return 0
        return max(0, int(times[0] + WINDOW - now) + 1) if times[0] > now - WINDOW else 0
