"""``python -m tests.support.steps interactive|heavy [slices]``: the product's worker with these alone."""

import os
import signal
import sys

from kuznia.settings import load_settings
from kuznia.telemetry.logs import configure
from kuznia.worker.parentage import die_with
from kuznia.worker.pool import run_pool

if __name__ == "__main__":
    die_with(int(os.environ["KUZNIA_TEST_PARENT"]), signal.SIGKILL)
    configure("worker", "info")
    pool = sys.argv[1]
    assert pool in ("interactive", "heavy")
    sys.exit(run_pool(load_settings(), pool, sys.argv[2:] or ("tests.support.steps",)))
