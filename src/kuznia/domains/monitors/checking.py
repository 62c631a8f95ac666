"""Asking for a check: the newest values first, then the comparison."""

from __future__ import annotations

from uuid import UUID

from kuznia.db import access
from kuznia.db.session import WriteSession
from kuznia.db.tables import Job
from kuznia.domains.monitors import repository
from kuznia.domains.monitors.errors import NothingToCheck
from kuznia.domains.monitors.newest import newest_values
from kuznia.domains.monitors.schemas import CHECK, CheckInput
from kuznia.queue.enqueue import enqueue


def enqueue_check(
    session: WriteSession,
    version_id: UUID,
    alias: str | None,
    *,
    account_id: UUID,
    name: str,
    request_id: str | None = None,
) -> Job:
    """Enqueue values over the newest data, unless some run has them, and a check that waits for them."""
    origin = repository.origin(session, version_id)
    if origin is None:
        raise NothingToCheck("The version was not trained on feature values of this installation.")
    admin = access.is_admin(session, account_id)
    newest = newest_values(session, origin.features_run_id, account_id, admin, request_id)
    wanted = CheckInput(version=version_id, alias=alias, values=newest.values)
    return enqueue(session, CHECK, wanted, owner_id=account_id, name=name, request_id=request_id)
