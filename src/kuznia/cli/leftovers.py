"""Processes that an earlier start left behind, known by a token in their environment."""

import psutil

TOKEN = "KUZNIA_RUN_TOKEN"


def end_leftovers(token: str) -> int:
    """Kill every process that was started with ``token``, except PostgreSQL, and return their number.

    PostgreSQL is stopped by its own rules (`Cluster.prepare_start`); for all others a kill costs a retry
    and never a result.
    """
    found = [process for process in psutil.process_iter() if _has(process, token)]
    for process in found:
        try:
            process.kill()
        except psutil.Error:
            continue
    psutil.wait_procs(found, timeout=10.0)
    return len(found)


def _has(process: psutil.Process, token: str) -> bool:
    try:
        return process.environ().get(TOKEN) == token and process.name() != "postgres"
    except (psutil.Error, OSError):
        return False
