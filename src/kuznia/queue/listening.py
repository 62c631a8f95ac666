"""One LISTEN connection in a thread, for wake-ups that need no polling.

A notification may be lost while the connection is: after each reconnection the listener calls back
as if everything had been notified, and its owner reads the rows again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import psycopg
from psycopg import sql

logger = logging.getLogger(__name__)

PAUSE = 1.0
HEARTBEAT = 15.0


class Listener:
    """Calls back with the payloads of notifications, in its thread.

    Parameters
    ----------
    url : str
        SQLAlchemy's URL of the database.
    channel : str
        What to listen to.
    on_notify : (payloads) -> None
        Called with what came since the last call; with None after (re)connecting, which means
        "anything may have happened".
    """

    def __init__(self, url: str, channel: str, on_notify: Callable[[set[str] | None], None]) -> None:
        self._url = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._channel = channel
        self._on_notify = on_notify
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"listen-{channel}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, *, wait: bool = True) -> None:
        self._stopping.set()
        if wait and self._thread.is_alive():
            self._thread.join(5)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except Exception as error:  # noqa: BLE001 (whatever it was, listening starts anew)
                logger.warning("listening to %s was interrupted: %s", self._channel, error)
                self._stopping.wait(PAUSE)

    def _listen(self) -> None:
        with psycopg.connect(
            self._url, autocommit=True, application_name=f"kuznia listening to {self._channel}"
        ) as connection:
            connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)))
            self._on_notify(None)
            quiet = 0.0
            while not self._stopping.is_set():
                payloads = {one.payload for one in connection.notifies(timeout=0.5, stop_after=1)}
                payloads |= {one.payload for one in connection.notifies(timeout=0)}
                if payloads:
                    self._on_notify(payloads)
                    quiet = 0.0
                elif (quiet := quiet + 0.5) >= HEARTBEAT:
                    connection.execute("SELECT 1")
                    quiet = 0.0
