"""A broker made of files, for the embedded installation.

kombu's own file transport writes messages in place and stops for good at a half-written one. This one
writes beside and renames, takes a message by renaming it, and steps over what it cannot read.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem, virtual

logger = logging.getLogger(__name__)

MESSAGE, TAKEN = ".msg", ".taken"


class Channel(filesystem.Channel):
    """Messages of queue ``q`` are the files ``<time>-<random>.q.msg`` of one folder."""

    @property
    def folder(self) -> Path:
        return Path(self.transport_options["folder"])

    def _lookup(self, exchange: str, routing_key: str, default: object = None) -> list[str]:  # noqa: ARG002
        """A routing key is a queue's name: no tables of exchanges have to be kept."""
        return [routing_key]

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:  # noqa: ARG002
        return None

    def _delete(self, queue: str, *_: object, **__: object) -> None:
        self._purge(queue)

    def _put(self, queue: str, payload: dict[str, Any], **_: object) -> None:  # type: ignore[override]
        name = f"{time.time_ns():020d}-{uuid.uuid4().hex}.{queue}{MESSAGE}"
        draft = self.folder / f".{name}"
        try:
            draft.write_text(json.dumps(payload))
            draft.rename(self.folder / name)
        except OSError:
            draft.unlink(missing_ok=True)
            raise

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:  # noqa: ARG002
        for path in self._messages(queue):
            taken = path.with_suffix(TAKEN)
            try:
                path.rename(taken)
            except FileNotFoundError:
                continue  # another worker was faster
            try:
                return _read(taken)
            except (OSError, ValueError) as error:
                logger.warning("stepped over the unreadable message %s: %s", path.name, error)
            finally:
                taken.unlink(missing_ok=True)
        raise Empty

    def _size(self, queue: str) -> int:
        return sum(1 for _ in self._messages(queue))

    def _purge(self, queue: str) -> int:
        purged = list(self._messages(queue))
        for path in purged:
            path.unlink(missing_ok=True)
        return len(purged)

    def _messages(self, queue: str) -> Iterator[Path]:
        ending = f".{queue}{MESSAGE}"
        for name in sorted(os.listdir(self.folder)):  # noqa: PTH208 (polled often, and twice as fast)
            if name.endswith(ending) and not name.startswith("."):
                yield self.folder / name


def _read(path: Path) -> dict[str, Any]:
    message = json.loads(path.read_text())
    if not isinstance(message, dict) or "body" not in message or "properties" not in message:
        raise ValueError("it is no message")
    return message


class Transport(filesystem.Transport):
    """Polled by the worker's event loop: its pool then has pipes of its own for each process.

    Celery's other pool, for transports without an event loop, shares one locked pipe among its
    processes, and a process that is killed while it waits takes the lock with it.
    """

    Channel = Channel
    implements = filesystem.Transport.implements.extend(asynchronous=True)
    global_state = virtual.BrokerState()  # type: ignore[no-untyped-call]

    def register_with_event_loop(self, connection: Any, loop: Any) -> None:  # noqa: ARG002
        loop.call_repeatedly(self.polling_interval, self._poll)

    def _poll(self) -> None:
        cycle = self.cycle
        with contextlib.suppress(Empty):
            while cycle is not None:
                cycle.get(self._deliver)  # type: ignore[no-untyped-call]
