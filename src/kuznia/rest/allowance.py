"""What one person may ask for in a minute, counted in this process."""

from __future__ import annotations

import time
from threading import Lock

from kuznia.errors import TooMany

MOST_PEOPLE = 10_000


class TooManyRequests(TooMany):
    code, title = "too_many_requests", "Too many requests in a minute"


class Allowance:
    """Requests of a minute for each person: a bucket that fills evenly.

    Parameters
    ----------
    per_minute : int
        Its size, and what flows in during a minute.
    """

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = Lock()

    def take(self, who: str) -> None:
        """Take one.

        Raises
        ------
        TooManyRequests
            If none is left.
        """
        with self._lock:
            left, now = self._now(who)
            self._left[who] = (left - 1 if left >= 1 else left, now)
        if left < 1:
            wait = int((1 - left) * 60 / self.per_minute) + 1
            raise TooManyRequests(f"Go on in {wait} s.", retry_after=wait)

    def charge(self, who: str, more: float) -> None:
        """Take more for what turned out to be dear; it may leave less than nothing."""
        with self._lock:
            left, now = self._now(who)
            self._left[who] = (left - more, now)

    def _now(self, who: str) -> tuple[float, float]:
        now = time.monotonic()
        if len(self._left) > MOST_PEOPLE:
            self._left = {key: one for key, one in self._left.items() if one[1] > now - 60}
        left, at = self._left.get(who, (float(self.per_minute), now))
        return min(self.per_minute, left + (now - at) * self.per_minute / 60), now
