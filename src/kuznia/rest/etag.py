"""Conditional requests: edits name the revision they were read at; what never changes is kept for good."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import Depends, Header, Request, Response

from kuznia.errors import Fault, KuzniaError, StaleEdit

FOREVER = "private, max-age=31536000, immutable"


class MatchNeeded(KuzniaError):
    status, code, title = 428, "match_needed", "Say which revision you have read"


class Unchanged(Exception):
    """The caller has it already; answered with 304."""

    def __init__(self, etag: str) -> None:
        super().__init__(etag)
        self.etag = etag


def maybe_revision(
    if_match: Annotated[str | None, Header(description="The ETag that was read")] = None,
) -> int | None:
    """The revision of an ``If-Match`` header, if there is one."""
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        fault = Fault("/header/if-match", "Send the ETag of the answer you edit.")
        raise StaleEdit("This If-Match is not one of ours.", [fault])
    return int(text)


def revision(found: Annotated[int | None, Depends(maybe_revision)]) -> int:
    """The revision of an ``If-Match`` header, which must be there."""
    if found is None:
        fault = Fault("/header/if-match", "Send the ETag of the answer you edit.")
        raise MatchNeeded("An edit needs the header If-Match.", [fault])
    return found


MaybeIfMatch = Annotated[int | None, Depends(maybe_revision)]
IfMatch = Annotated[int, Depends(revision)]


def set_revision(response: Response, number: int) -> None:
    """Give an answer that may be edited its ETag."""
    response.headers["ETag"] = f'"{number}"'


def immutable(request: Request, response: Response, *parts: object) -> None:
    """Mark an answer that never changes; raise `Unchanged` if the caller has it.

    Parameters
    ----------
    request, response : Request, Response
        Of the endpoint.
    *parts : object
        What makes the answer this one: ids, digests, the query.
    """
    text = "\x1f".join(str(part) for part in (request.url.path, request.url.query, *parts))
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    known = request.headers.get("if-none-match", "")
    if etag in {one.strip().removeprefix("W/") for one in known.split(",")}:
        raise Unchanged(etag)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = FOREVER
