"""The store: whole files or none, one for each content, swept when forgotten, full in one sentence."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from kuznia.store.store import FileMissing, Store

AGE = timedelta(days=1)
FILL = """
import os, resource, sys
from pathlib import Path
import polars as pl
from kuznia.store.store import Store, StoreFull
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
store = Store(Path(sys.argv[1]))
frame = pl.DataFrame({"x": [int.from_bytes(os.urandom(7)) for _ in range(20_000)]})
for put in (
    lambda: store.put_bytes(os.urandom(100_000), "bundle"),
    lambda: store.put_frame(frame, ["x"]),
):
    try:
        put()
    except StoreFull as error:
        print(error.detail)
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def files(store: Store) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file()]


def age(path: Path, days: float) -> None:
    then = time.time() - days * 86_400
    os.utime(path, (then, then))


def test_a_frame_comes_back_sorted_and_once(store: Store) -> None:
    frame = pl.DataFrame({"id": ["b", "a"], "value": [2.0, 1.0]})
    first, again = store.put_frame(frame, ["id"]), store.put_frame(frame.reverse(), ["id"])
    assert first == again
    assert store.frame(first.digest).equals(frame.sort("id"))
    assert store.frame(first.digest, ["value"]).columns == ["value"]
    assert store.scan([first.digest]).collect().height == first.rows == 2
    assert len(files(store)) == 1


def test_a_column_that_older_files_lack_is_null_in_their_rows(store: Store) -> None:
    old = store.put_frame(pl.DataFrame({"id": ["a"], "value": [1.0]}), ["id"])
    new = store.put_frame(pl.DataFrame({"id": ["b"], "value": [2.0], "score": [0.5]}), ["id"])
    schema = {"id": pl.String(), "score": pl.Float64(), "value": pl.Float64()}
    read = store.scan([old.digest, new.digest], schema).select("id", "score", "value").collect().sort("id")
    assert read.rows() == [("a", None, 1.0), ("b", 0.5, 2.0)]


def test_damaged_and_missing_files_are_told(store: Store) -> None:
    stored = store.put_bytes(b"content", "bundle")
    store.path(stored.digest).write_bytes(b"changed")
    with pytest.raises(FileMissing, match="damaged"):
        store.bytes(stored.digest)
    store.path(stored.digest).unlink()
    with pytest.raises(FileMissing, match="restore"):
        store.bytes(stored.digest)
    with pytest.raises(ValueError, match="no digest"):
        store.path("sha256:../../etc/passwd")


def test_a_write_that_breaks_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store._appearing(store.path("sha256:" + "0" * 64)) as sink:
        sink.write(b"half")
        raise RuntimeError
    assert files(store) == []


def test_old_files_that_nothing_refers_to_are_swept(store: Store) -> None:
    kept, old, young = (store.put_bytes(text, "bundle").digest for text in (b"kept", b"old", b"young"))
    again = store.put_bytes(b"again", "bundle").digest
    for digest in (kept, old, again):
        age(store.path(digest), 2)
    assert store.put_bytes(b"again", "bundle").digest == again  # new again
    part = store.path(old).with_name(".part-left")
    part.write_bytes(b"half")
    age(part, 2)

    def referenced(digests: Sequence[str]) -> set[str]:
        return {kept} & set(digests)

    assert store.sweep(referenced, AGE) == [old]
    assert {path.name for path in files(store)} == {one[7:] for one in (kept, young, again)}


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    command = [sys.executable, "-c", FILL, str(tmp_path / "store")]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert said.splitlines() == [f"Free some space on the disk of {tmp_path / 'store'} and try again."] * 2
    assert files(Store(tmp_path / "store")) == []
