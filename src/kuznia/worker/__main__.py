"""``python -m kuznia.worker``: both pools, each in a process of its own; ``--pool`` runs one."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time

POOLS = ("interactive", "heavy")
PARENT = "KUZNIA_PARENT_PID"  # names no setting


def main() -> int:
    parser = argparse.ArgumentParser(prog="kuznia worker", description=__doc__)
    parser.add_argument("--pool", choices=POOLS, help="run this pool only")
    pool = parser.parse_args().pool
    return launch() if pool is None else serve(pool)


def serve(pool: str) -> int:
    """Run one pool in this process."""
    # Imported here, so that the process which only launches stays small.
    from kuznia.settings import load_settings
    from kuznia.telemetry.logs import configure
    from kuznia.worker.parentage import die_with
    from kuznia.worker.pool import run_pool

    if PARENT in os.environ:
        die_with(int(os.environ[PARENT]), signal.SIGTERM)
    settings = load_settings()
    configure("worker", settings.logs.level)
    return run_pool(settings, "heavy" if pool == "heavy" else "interactive")


def launch() -> int:
    """Run both pools; when one ends or a stop is asked for, end the other too."""
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    command = [sys.executable, "-m", "kuznia.worker", "--pool"]
    environment = {**os.environ, PARENT: str(os.getpid())}
    running = [subprocess.Popen([*command, pool], env=environment) for pool in POOLS]
    while not stopping and all(one.poll() is None for one in running):
        time.sleep(0.1)
    for one in running:
        one.terminate()
    codes = [one.wait() for one in running]
    return 0 if stopping else max(1, *codes)


if __name__ == "__main__":
    raise SystemExit(main())
