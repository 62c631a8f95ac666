"""Families of errors that the service answers with; slices subclass them with a code and a title.

An error says what is wrong (``detail``), where (``errors``: pointers into the request) and how to
mend it. ``kuznia.rest.problem`` alone turns them into responses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One faulty place: a JSON pointer into the request and what is wrong there."""

    pointer: str
    detail: str


class KuzniaError(Exception):
    """Base of all answered errors."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(self, detail: str, errors: Sequence[Fault] = (), **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.extra = extra

    def as_problem(self) -> dict[str, Any]:
        """The RFC 9457 members that do not depend on the request."""
        return {
            "type": f"/docs/problems#{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "errors": [{"pointer": fault.pointer, "detail": fault.detail} for fault in self.errors],
            **self.extra,
        }


class Unauthenticated(KuzniaError):
    status, code, title = 401, "unauthenticated", "Sign in first"


class Forbidden(KuzniaError):
    status, code, title = 403, "forbidden", "Your role does not allow this"


class NotFound(KuzniaError):
    status, code, title = 404, "not_found", "There is no such thing, or it is not shared with you"


class Conflict(KuzniaError):
    status, code, title = 409, "conflict", "This collides with what is already there"


class StaleEdit(KuzniaError):
    status, code, title = 412, "stale_edit", "It was changed since you read it"


class TooLarge(KuzniaError):
    status, code, title = 413, "too_large", "This is larger than the limit"


class Invalid(KuzniaError):
    status, code, title = 422, "invalid", "The request cannot be used as it is"


class TooMany(KuzniaError):
    status, code, title = 429, "too_many", "Too many at once"


class Unavailable(KuzniaError):
    status, code, title = 503, "unavailable", "A part that is needed does not answer"
