"""Choose where to listen: the port that was asked for, or the next free one."""

import socket

from kuznia.cli.errors import StartError

TRIED = 100


def choose_port(host: str, port: int, *, asked: bool, taken: frozenset[int] = frozenset()) -> int:
    """Return ``port`` if it is free; when nobody ``asked`` for it, the next free one.

    Raises
    ------
    StartError
        If the port asked for is taken, or none of a hundred is free.
    """
    if asked:
        if port in taken or not _is_free(host, port):
            raise StartError(
                f"Port {port} on {host} is taken: choose another with --port, or leave --port out."
            )
        return port
    for candidate in range(port, min(port + TRIED, 65536)):
        if candidate not in taken and _is_free(host, candidate):
            return candidate
    raise StartError(f"No port from {port} to {port + TRIED - 1} on {host} is free: choose one with --port.")


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As the server does: a port whose last connections are only fading away counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise StartError(f"Port {port} may be used by root alone: choose one above 1023.") from error
        except OSError:
            return False
    return True
