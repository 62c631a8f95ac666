"""Parts of a big sweep: some combinations each, simulated by any worker, put together by the sweep itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl
from sqlalchemy.orm import Session

from kuznia.core.frames.digest import json_digest
from kuznia.domains.sweeps import repository
from kuznia.domains.sweeps.computation import BEGUN, Loaded, prepared
from kuznia.domains.sweeps.errors import UnusableSweep
from kuznia.domains.sweeps.schemas import NUMBER, PartInput, SweepInput
from kuznia.queue.handlers import Resources
from kuznia.store.store import Stored

OUTCOME = "outcome"


@dataclass(frozen=True, slots=True)
class Part:
    """What a part computes from."""

    given: PartInput
    loaded: Loaded


@dataclass(frozen=True, slots=True)
class Simulated:
    """What is recorded of a part: the sums of its combinations."""

    given: PartInput
    loaded: Loaded
    files: dict[str, Stored]
    result_digest: str
    code: str
    environment: str
    started_at: datetime


def compute(part: Part, resources: Resources) -> Simulated:
    started_at = resources.now()
    sweep, *_ = prepared(part.loaded, resources)
    begin, end = part.given.begin, min(part.given.end, len(sweep.places))
    outcome = sweep.outcome(
        begin, end, lambda share, text: resources.report(BEGUN + (1.0 - BEGUN) * share, text)
    )
    numbers = pl.Series(NUMBER, np.arange(begin + 1, end + 1), dtype=pl.Int64)
    kept = resources.store.put_frame(outcome.frame().with_columns(numbers), [NUMBER])
    return Simulated(
        given=part.given,
        loaded=part.loaded,
        files={OUTCOME: kept},
        result_digest=json_digest({OUTCOME: kept.digest}),
        code=resources.code,
        environment=resources.environment,
        started_at=started_at,
    )


def parameters(given: PartInput) -> dict[str, Any]:
    """What a part's run keeps: everything that its numbers hang on."""
    return {"begin": given.begin, "end": given.end} | _whole(given.whole)


def _whole(given: SweepInput) -> dict[str, Any]:
    return given.model_dump(mode="json", exclude={"name", "question", "parts"})


def made(session: Session, owner_id: UUID, given: SweepInput) -> tuple[tuple[UUID, str], ...]:
    """Runs of a sweep's parts with the digests of their outcomes, in the order of the combinations.

    A job's input is anybody's to write: what is no part of this very sweep, made for its owner, is refused.
    """
    ids = [one for one in given.parts if isinstance(one, UUID)]
    runs = {run.id: (run, digest) for run, digest in repository.part_runs(session, ids, owner_id, OUTCOME)}
    wanted, reached = _whole(given), 0
    for one in ids:
        found = dict(runs[one][0].parameters) if one in runs else {}
        begin, end = found.pop("begin", None), found.pop("end", None)
        if begin != reached or found != wanted:
            raise UnusableSweep(f"The run {one} is no part of this sweep, or not the next one.")
        reached = end
    return tuple((one, runs[one][1]) for one in ids)
