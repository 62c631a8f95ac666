"""Asking for a check: the newest values first, then the comparison."""

from __future__ import annotations

from uuid import UUID

from kuznia.db import access
from kuznia.db.session import WriteSession
from kuznia.db.tables import Job
from kuznia.domains.features import service as feature_sets
from kuznia.domains.monitors import repository
from kuznia.domains.monitors.errors import NothingToCheck
from kuznia.domains.monitors.newest import newest_values
from kuznia.domains.monitors.repository import Origin
from kuznia.domains.monitors.retraining import challenger_of
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
    """Enqueue values over the newest data, unless some run has them, and a check that waits for them.

    A challenger whose features are others, as one that a pipeline generated anew, gets its own values.
    """
    origin = repository.origin(session, version_id)
    if origin is None:
        raise NothingToCheck("The version was not trained on feature values of this installation.")
    admin = access.is_admin(session, account_id)
    values = newest_values(session, origin.features_run_id, account_id, admin, request_id).values
    wanted = CheckInput(version=version_id, alias=alias, values=values)
    beside = _other_features(session, origin, alias) if alias is not None else None
    if beside is not None:
        wanted.challenger_values = newest_values(session, beside, account_id, admin, request_id).values
    return enqueue(session, CHECK, wanted, owner_id=account_id, name=name, request_id=request_id)


def _other_features(session: WriteSession, origin: Origin, alias: str) -> UUID | None:
    """The run of features behind the challenger, if its values are not those of the champion."""
    there = repository.alias(session, origin.version.model_id, challenger_of(alias))
    made = repository.origin(session, there.version_id) if there is not None else None
    if made is None:
        return None
    runs = (made.features_run_id, origin.features_run_id)
    newest, champions = (feature_sets.newest_run(session, one) or one for one in runs)
    return newest if newest != champions else None
