"""Dying with the parent, so that nothing is orphaned whatever is killed."""

from __future__ import annotations

import os
import resource
import signal
from pathlib import Path

from celery.platforms import set_pdeathsig


def die_with(parent: int, number: signal.Signals) -> None:
    """Ask for a signal at the parent's death; end at once if it is dead already."""
    set_pdeathsig(number.name)
    if os.getppid() != parent:
        os._exit(0)


def limit_memory(share: float = 0.9) -> None:
    """Let an allocation fail, rather than the machine, when a job asks for nearly all memory."""
    limit = int(_memory() * share)
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))


def _memory() -> int:
    """Bytes of memory: the container's limit, or the machine's."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        given = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return machine
    return min(machine, int(given)) if given.isdecimal() else machine
