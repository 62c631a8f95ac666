"""The few files of a store that have a fixed name and are replaced: what one service tells another.

A reader sees the old content or the new one, whole. Writers take turns, so that what a slower one
read earlier never replaces what a faster one read later.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from kuznia.store.store import Store


def publish(store: Store, name: str, content: bytes, replaces: Callable[[bytes | None], bool]) -> bool:
    """Put `content` under `name` if it `replaces` what is there now.

    Parameters
    ----------
    store : Store
        Where.
    name : str
        A plain file name.
    content : bytes
        The new content.
    replaces : callable
        Given the present content, or None; false keeps it.

    Returns
    -------
    bool
        Whether it was put there.
    """
    path = store.root / name
    with (store.root / f".{name}.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not replaces(published(store, name)):
            return False
        descriptor, part = tempfile.mkstemp(dir=store.root, prefix=f".{name}.")
        with os.fdopen(descriptor, "wb") as sink:
            sink.write(content)
            sink.flush()
            os.fsync(sink.fileno())
        Path(part).replace(path)
        return True


def published(store: Store, name: str) -> bytes | None:
    """The content under a name, or None."""
    try:
        return (store.root / name).read_bytes()
    except FileNotFoundError:
        return None
