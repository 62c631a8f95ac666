"""The broker, by its URL alone: RabbitMQ, Redis, or a folder of files. It carries ids, nothing else.

A message may be lost or come twice: the row is the truth, and the reconciler sends again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

from celery import Celery
from kombu.entity import Exchange, Queue
from kombu.transport import TRANSPORT_ALIASES

from kuznia.errors import Unavailable

logger = logging.getLogger(__name__)

RUN = "kuznia.run"
PERIODIC = "kuznia.periodic"
POOLS = ("interactive", "heavy")
POLLING = 0.02
SILENCE = 5.0

TRANSPORT_ALIASES["kuznia-files"] = "kuznia.queue.files:Transport"


class Broker:
    """Sends what was committed, and gives the worker its Celery application.

    Parameters
    ----------
    url : str
        ``amqp://…``, ``redis://…`` or ``filesystem:///folder``.
    """

    def __init__(self, url: str) -> None:
        self.app = make_app(url)
        self._silent_until = 0.0

    def send(self, jobs: Sequence[tuple[str, UUID]]) -> None:
        """Tell the workers of each job's pool. Never raises: what fails is left to the reconciler."""
        if time.monotonic() < self._silent_until:
            return
        try:
            for pool, job_id in jobs:
                self._send(RUN, pool, str(job_id))
        except Exception as error:  # noqa: BLE001 (each transport has errors of its own)
            self._silent_until = time.monotonic() + SILENCE
            logger.warning("the broker does not take messages: %s", error)

    def send_periodic(self) -> None:
        """Ask a worker to do what is due by the clock."""
        try:
            self._send(PERIODIC, "interactive")
        except Exception as error:  # noqa: BLE001
            logger.warning("the broker does not take messages: %s", error)

    def _send(self, task: str, pool: str, *args: str) -> None:
        self.app.send_task(task, args=args, queue=pool, retry=False, ignore_result=True)

    def close(self) -> None:
        self.app.close()


def make_app(url: str) -> Celery:
    """A Celery application whose two queues are the pools."""
    scheme = urlsplit(url).scheme
    app = Celery("kuznia", set_as_current=False)
    app.conf.update(
        **_transport(url, scheme),
        task_queues=_queues(quorum=scheme.startswith("amqp")),
        task_default_queue="interactive",
        task_default_exchange="kuznia",
        task_default_routing_key="interactive",
        task_ignore_result=True,
        task_acks_late=False,
        task_send_sent_event=False,
        worker_prefetch_multiplier=1,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_proc_alive_timeout=120.0,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=4.0,
        task_serializer="json",
        accept_content=["json"],
        enable_utc=True,
    )
    return app


def _queues(*, quorum: bool) -> list[Queue]:
    exchange = Exchange("kuznia", type="direct", durable=True)  # type: ignore[no-untyped-call]
    arguments = {"x-queue-type": "quorum"} if quorum else None
    return [
        Queue(  # type: ignore[no-untyped-call]
            pool, exchange, routing_key=pool, durable=True, queue_arguments=arguments
        )
        for pool in POOLS
    ]


def _transport(url: str, scheme: str) -> dict[str, Any]:
    # A sender gives up at once; without these kombu tries to connect for ever.
    at_once = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
    if scheme == "filesystem":
        folder = Path(unquote(urlsplit(url).path))
        folder.mkdir(parents=True, exist_ok=True)
        options: dict[str, Any] = {"folder": str(folder), "polling_interval": POLLING}
        return {"broker_url": "kuznia-files://localhost//", "broker_transport_options": options}
    if scheme in ("amqp", "amqps"):
        return {"broker_url": url, "broker_transport_options": {**at_once, "confirm_publish": True}}
    if scheme in ("redis", "rediss"):
        limits = {"socket_timeout": 5.0, "socket_connect_timeout": 4.0, "visibility_timeout": 3600}
        return {"broker_url": url, "broker_transport_options": {**at_once, **limits}}
    raise Unavailable(f"{scheme}:// is no broker that Kuznia knows; use amqp://, redis:// or filesystem://.")
