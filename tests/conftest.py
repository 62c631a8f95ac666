"""What all tests share: the fixtures of ``tests/support``, and which tests run in one process."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import settings

# An example's time says how busy the machine is; `make check` fills its cores with other things too.
# The same examples every time, so that a change alone can turn a test red; KUZNIA_EXAMPLES=new looks further.
settings.register_profile("kuznia", deadline=None, derandomize=os.environ.get("KUZNIA_EXAMPLES") != "new")
settings.load_profile("kuznia")

pytest_plugins = ("tests.support.postgres",)

TOGETHER = {
    "tests/faults/": "alone",
    "tests/browser/": "alone",
    "tests/peers/": "peers",
    "tests/service/test_promises.py": "promises",
}
"""Tests that one process runs, one after the other: they watch clocks, kill what runs, or share what takes
long to make. The largest of these groups starts first."""


def group_of(nodeid: str) -> str:
    """Name of the group that a test belongs to; most are a group of their own."""
    return next((group for path, group in TOGETHER.items() if nodeid.startswith(path)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Schedule by these groups: marks of pytest-xdist 3.8 are written where pytest 9.2 does not look."""
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return Groups(config, log)
