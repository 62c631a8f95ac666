"""What all tests share: the fixtures of ``tests/support``, and where tests run that need the machine."""

import pytest
from hypothesis import settings

# An example's time says how busy the machine is; `make check` fills its cores with other things too.
settings.register_profile("kuznia", deadline=None)
settings.load_profile("kuznia")

pytest_plugins = ("tests.support.postgres",)

# These watch clocks or kill processes: one after the other, in one of pytest's processes.
ALONE = ("tests/faults/", "tests/browser/")


def pytest_configure(config: pytest.Config) -> None:
    """Know the marker of pytest-xdist also where the plug-in is switched off."""
    config.addinivalue_line("markers", "xdist_group(name): tests that run in one process, one by one")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist writes the groups into the tests' names
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep fault and browser tests in one group, which pytest-xdist starts first, as its largest."""
    for item in items:
        if item.nodeid.startswith(ALONE):
            item.add_marker(pytest.mark.xdist_group("alone"))
