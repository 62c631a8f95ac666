"""The audit's hash chain: each row's digest covers its values and the digest before it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from kuznia.db.tables import Audit

FIRST = "sha256:" + "0" * 64


def plain(value: Any) -> Any:
    """A value as PostgreSQL gives it back from JSONB, so that the digest can be computed again."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return None
        return int(value) if value.is_integer() else value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bool | int | str) or value is None:
        return value
    return str(value)


def link(row: Audit) -> str:
    """The digest of an audit row."""
    values = {
        "at": row.at.astimezone(UTC).isoformat(),
        "account_id": _text(row.account_id),
        "action": row.action,
        "object_id": _text(row.object_id),
        "before": plain(row.before),
        "after": plain(row.after),
        "address": row.address,
        "request_id": row.request_id,
        "previous": row.previous,
    }
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _text(key: UUID | None) -> str | None:
    return None if key is None else str(key)
