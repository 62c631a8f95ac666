"""The store: immutable files named by the digest of their content, in a folder.

A frame's name is the canonical digest of its values, a bundle's or upload's that of its bytes. A file
appears under its name whole or not at all: it is written beside, synced, and renamed.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from kuznia.errors import Unavailable

if TYPE_CHECKING:  # Polars takes half a second to load, and the API starts without it
    import polars as pl

Kind = Literal["frame", "bundle", "upload", "report"]


class FileMissing(Unavailable):
    code, title = "file_missing", "A file of the store is missing"


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is in the store; make its row in ``files`` from this."""

    digest: str
    kind: Kind
    size: int
    rows: int | None


class Store:
    """A folder of immutable files.

    Parameters
    ----------
    root : Path
        Made when missing.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def path(self, digest: str) -> Path:
        """Where a file lies: two folders of fan-out below the root."""
        algorithm, _, name = digest.partition(":")
        if algorithm != "sha256" or len(name) != 64 or not set(name) <= set("0123456789abcdef"):
            raise ValueError(f"{digest!r} is no digest of the form sha256:<64 hex digits>")
        return self.root / name[:2] / name[2:4] / name

    def has(self, digest: str) -> bool:
        return self.path(digest).exists()

    def put_frame(self, frame: pl.DataFrame, key: Sequence[str]) -> Stored:
        """Store a frame, sorted by `key`, under the digest of its values."""
        from kuznia.core.frames.digest import frame_digest

        digest = frame_digest(frame, key)
        path = self.path(digest)
        if not path.exists():
            with self._appearing(path) as sink:
                frame.sort(key).write_parquet(sink, compression="zstd", statistics=True)
        return Stored(digest, "frame", path.stat().st_size, frame.height)

    def put_bytes(self, content: bytes, kind: Kind) -> Stored:
        """Store bytes under their digest."""
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        path = self.path(digest)
        if not path.exists():
            with self._appearing(path) as sink:
                sink.write(content)
        return Stored(digest, kind, len(content), None)

    def frame(self, digest: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Read a frame, or some of its columns."""
        import polars as pl

        return pl.read_parquet(self._existing(digest), columns=list(columns) if columns else None)

    def scan(self, digests: Sequence[str]) -> pl.LazyFrame:
        """Read several frames of one schema lazily; their order is not kept, so sort."""
        import polars as pl

        return pl.scan_parquet([self._existing(digest) for digest in digests])

    def bytes(self, digest: str) -> bytes:
        """Read bytes and check them against their name."""
        content = self._existing(digest).read_bytes()
        if "sha256:" + hashlib.sha256(content).hexdigest() != digest:
            raise FileMissing(f"The content of {digest} was damaged; restore it from a backup.")
        return content

    def _existing(self, digest: str) -> Path:
        path = self.path(digest)
        if not path.exists():
            raise FileMissing(f"{digest} is not in the store; restore it from a backup.")
        return path

    @contextmanager
    def _appearing(self, path: Path) -> Iterator[BinaryIO]:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        try:
            with os.fdopen(descriptor, "wb") as sink:
                yield sink
                sink.flush()
                os.fsync(sink.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
