"""What this slice does by the clock: sweep the store of what rolled-back transactions left in it."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from typing import Any

from kuznia.db.session import WriteSession
from kuznia.domains.jobs import repository
from kuznia.queue.handlers import Handler, Periodic, Resources

logger = logging.getLogger(__name__)

DAY = 86_400.0
FORGOTTEN = timedelta(days=7)

HANDLERS: tuple[Handler[Any, Any], ...] = ()


def sweep(session: WriteSession, resources: Resources) -> None:
    """Remove week-old files without a row. An empty database is no reason to empty a store."""
    if repository.any_file(session):
        removed = resources.store.sweep(partial(repository.registered, session), FORGOTTEN)
        if removed:
            logger.info("swept %d forgotten files of the store", len(removed))


PERIODIC = (Periodic("sweep the store", DAY, sweep),)
