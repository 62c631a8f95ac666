"""The store: immutable files named by the digest of their content, in a folder.

A frame's name is the canonical digest of its values, a bundle's or upload's that of its bytes. A file
appears under its name whole or not at all: it is written beside, synced, and renamed. What a transaction
that rolled back left behind is found by its age and swept.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from kuznia.errors import KuzniaError, Unavailable

if TYPE_CHECKING:  # Polars takes half a second to load, and the API starts without it
    import polars as pl

Kind = Literal["frame", "bundle", "upload", "report"]


FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
PART = ".part-"


class FileMissing(Unavailable):
    code, title = "file_missing", "A file of the store is missing"


class StoreFull(KuzniaError):
    status, code, title = 507, "store_full", "The store has no space left"


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
        if not _kept(path):
            with self._appearing(path) as sink:
                frame.sort(key).write_parquet(sink, compression="zstd", statistics=True)
        return Stored(digest, "frame", path.stat().st_size, frame.height)

    def put_bytes(self, content: bytes, kind: Kind) -> Stored:
        """Store bytes under their digest."""
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        path = self.path(digest)
        if not _kept(path):
            with self._appearing(path) as sink:
                sink.write(content)
        return Stored(digest, kind, len(content), None)

    def frame(self, digest: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Read a frame, or some of its columns."""
        import polars as pl

        return pl.read_parquet(self._existing(digest), columns=list(columns) if columns else None)

    def scan(self, digests: Sequence[str], schema: Mapping[str, pl.DataType] | None = None) -> pl.LazyFrame:
        """Read several frames of one schema lazily; their order is not kept, so sort.

        A column of `schema` that an older file lacks is null in its rows.
        """
        import polars as pl

        paths = [self._existing(digest) for digest in digests]
        if schema is None:
            return pl.scan_parquet(paths)
        return pl.scan_parquet(paths, schema=dict(schema), missing_columns="insert")

    def bytes(self, digest: str) -> bytes:
        """Read bytes and check them against their name."""
        content = self._existing(digest).read_bytes()
        if "sha256:" + hashlib.sha256(content).hexdigest() != digest:
            raise FileMissing(f"The content of {digest} was damaged; restore it from a backup.")
        return content

    def opened(self, digest: str) -> BinaryIO:
        """A file to be read on, after it was checked against its name without holding it in memory."""
        found = self._existing(digest).open("rb")
        if "sha256:" + hashlib.file_digest(found, "sha256").hexdigest() != digest:
            found.close()
            raise FileMissing(f"The content of {digest} was damaged; restore it from a backup.")
        found.seek(0)
        return found

    def _existing(self, digest: str) -> Path:
        path = self.path(digest)
        if not path.exists():
            raise FileMissing(f"{digest} is not in the store; restore it from a backup.")
        return path

    def sweep(self, referenced: Callable[[Sequence[str]], set[str]], older_than: timedelta) -> list[str]:
        """Remove old files that nothing refers to, and give their digests.

        Parameters
        ----------
        referenced : (digests) -> set of digests
            Which of these a row refers to.
        older_than : timedelta
            A younger file may belong to a transaction that is not committed yet.
        """
        limit = time.time() - older_than.total_seconds()
        for part in self.root.glob(f"??/??/{PART}*"):
            _remove_if_older(part, limit)
        removed: list[str] = []
        for folder in sorted(self.root.glob("??/??")):
            old = {f"sha256:{one.name}": one for one in folder.iterdir() if _is_old(one, limit)}
            forgotten = sorted(old.keys() - referenced(sorted(old))) if old else []
            removed += [digest for digest in forgotten if _remove_if_older(old[digest], limit)]
        return removed

    @contextmanager
    def _appearing(self, path: Path) -> Iterator[BinaryIO]:
        name = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=PART)
            with os.fdopen(descriptor, "wb") as sink:
                yield sink
                sink.flush()
                os.fsync(sink.fileno())
            Path(name).replace(path)
            for folder in (path.parent, path.parent.parent, self.root):
                _sync(folder)
        except BaseException as error:
            if name is not None:
                Path(name).unlink(missing_ok=True)
            if _says_full(error):
                detail = f"Free some space on the disk of {self.root} and try again."
                raise StoreFull(detail) from error
            raise


def _kept(path: Path) -> bool:
    """Whether a file is there; it is new again then, so that no sweep takes it before it is recorded."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _is_old(path: Path, limit: float) -> bool:
    return len(path.name) == 64 and path.stat().st_mtime < limit


def _remove_if_older(path: Path, limit: float) -> bool:
    try:
        if path.stat().st_mtime >= limit:
            return False
        path.unlink()
    except FileNotFoundError:
        return False
    return True


def _sync(folder: Path) -> None:
    """Make a new name last through a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _says_full(error: BaseException) -> bool:
    """Also Polars' own errors, which carry the system's words alone."""
    if isinstance(error, OSError) and error.errno in FULL:
        return True
    return any(os.strerror(number) in str(error) for number in FULL)
