"""Reading training frames: what one is, and its rows as one stream of Arrow's IPC format.

The parts are read one after another, so that memory holds one of them, whatever the frame's size.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.domains.features.errors import TrainingFrameMissing
from kuznia.domains.features.schemas import TrainingFrameRead
from kuznia.domains.features.training import repository
from kuznia.rest.principal import Principal
from kuznia.store import Store

MEDIA_TYPE = "application/vnd.apache.arrow.stream"
END = b"\xff\xff\xff\xff\x00\x00\x00\x00"
"""Ends a stream: a message of length 0 (Arrow columnar format, encapsulated messages)."""


def read(session: Session, principal: Principal, run_id: UUID) -> tuple[TrainingFrameRead, Sequence[str]]:
    """What a training frame is, and its files in the order of time."""
    run = repository.visible_run(session, run_id, principal.account_id, principal.is_admin)
    parts = repository.parts(session, run_id) if run else ()
    if run is None or not parts:
        raise TrainingFrameMissing(f"There is no training frame {run_id}, or it is not shared with you.")
    source = next(pin.source_run_id for pin in repository.inputs(session, run_id) if pin.source_run_id)
    told = TrainingFrameRead(
        id=run.id,
        job_id=run.job_id,
        features_run_id=source,
        label=run.parameters["label"],
        horizon=run.parameters["horizon"],
        features=run.parameters["features"],
        rows=sum(rows or 0 for _, rows in parts),
        result_digest=run.result_digest,
        finished_at=run.finished_at,
    )
    return told, [digest for digest, _ in parts]


def streamed(store: Store, digests: Sequence[str]) -> Iterator[bytes]:
    """Files of one schema as one stream: the first with its schema, of the others their batches alone."""
    import polars as pl  # the API starts without it

    for n, digest in enumerate(digests):
        sink = io.BytesIO()
        frame = store.frame(digest).sort("ts", "instrument")
        frame.write_ipc_stream(sink, compression="zstd", compat_level=pl.CompatLevel.oldest())
        written = sink.getvalue().removesuffix(END)
        yield written if n == 0 else written[_schema_bytes(written) :]
    yield END


def _schema_bytes(stream: bytes) -> int:
    """Length of the first message, which is the schema and has no body."""
    return 8 + int.from_bytes(stream[4:8], "little")
