"""Logs: one JSON object a line on standard output, with the names of the Elastic Common Schema."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

Event = MutableMapping[str, Any]
ECS = {"timestamp": "@timestamp", "level": "log.level", "event": "message", "logger": "log.logger"}
CHATTY = ("httpx", "httpcore", "alembic", "kombu", "celery.beat", "amqp")


def _ecs(_: Any, __: str, event: Event) -> Event:
    for ours, theirs in ECS.items():
        if ours in event:
            event[theirs] = event.pop(ours)
    return event


def _error(_: Any, __: str, event: Event) -> Event:
    """An exception as ``error.*``; runs after structlog has formatted its trace."""
    trace = event.pop("exception", None)
    if trace:
        event["error.stack_trace"] = trace
    return event


def configure(service: str, level: str = "info") -> None:
    """Send this process's logs, the standard library's too, to standard output.

    Parameters
    ----------
    service : str
        ``api``, ``worker`` or ``scoring``.
    level : str
        The least that is said.
    """

    def named(_: Any, __: str, event: Event) -> Event:
        event["service.name"] = f"kuznia-{service}"
        return event

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        named,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared[:2], structlog.stdlib.ExtraAdder(), *shared[2:]],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _error,
            _ecs,
            structlog.processors.JSONRenderer(default=str, sort_keys=False),
        ],
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def with_context(**values: Any) -> None:
    """Put values on every line that this request or job logs from here on."""
    structlog.contextvars.bind_contextvars(**values)


def without_context() -> None:
    structlog.contextvars.clear_contextvars()
