"""Database sessions of a request. The commit comes before the response is sent.

``request.app.state.database`` (an engine) and ``request.app.state.broker`` are put there by ``api``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request

from kuznia.db.idempotency import claim
from kuznia.db.session import ReadSession, WriteSession
from kuznia.rest.idempotency import ClaimedBefore


def reading(request: Request) -> Iterator[ReadSession]:
    with ReadSession(request.app.state.database) as session:
        yield session


def writing(request: Request) -> Iterator[WriteSession]:
    """Commit once when the endpoint is done, then send the jobs it enqueued.

    A failed send is no error of the request: the reconciler sends what is queued.
    """
    with WriteSession(request.app.state.database) as session:
        wanted = getattr(request.state, "claim", None)
        if wanted is not None and not claim(session, wanted()):
            raise ClaimedBefore
        yield session
        session.commit()
        if session.enqueued:
            request.app.state.broker.send(session.enqueued)


Reading = Annotated[ReadSession, Depends(reading, scope="function")]
Writing = Annotated[WriteSession, Depends(writing, scope="function")]
