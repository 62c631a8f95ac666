"""How a child is started so that it dies with its parent, and PostgreSQL so that it is not root.

PostgreSQL refuses uid 0 and a uid without a name. A user namespace gives it another uid while its files
stay the caller's; where a container forbids that, it gets a uid of its own. The signal at the parent's
death follows the parent's *thread*, so children are spawned from the main one.
"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from kuznia.cli.errors import StartError

FORBIDDEN = (
    "PostgreSQL does not run as root and this container allows neither user namespaces nor a uid of its own "
    "that can read {path}: start Kuznia as an ordinary user, or set KUZNIA_DATABASE_URL to a server you have."
)


@dataclass(frozen=True)
class Privileges:
    """What to put before a command, and who owns the files it writes (None: the caller)."""

    prefix: tuple[str, ...] = ()
    owner: tuple[int, int] | None = None


def dies_with_parent(signal_name: str) -> tuple[str, ...]:
    """Return the prefix that sends ``signal_name`` to a child when its parent is gone (Linux)."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", signal_name) if setpriv else ()


def for_postgres(*paths: Path) -> Privileges:
    """Choose how to start PostgreSQL, whose process must reach ``paths``."""
    uid = os.geteuid()
    if uid != 0 and _name_of(uid):
        return Privileges(dies_with_parent("INT"))
    mapped = _namespace()
    if mapped and _runs((*mapped, "true")):
        return Privileges((*mapped, *dies_with_parent("INT")))
    if uid == 0:
        return _own_uid(paths)
    raise StartError(
        f"PostgreSQL needs a user with a name, and uid {uid} has none here: "
        "add it to /etc/passwd, or set KUZNIA_DATABASE_URL to a server you have."
    )


def _name_of(uid: int) -> str | None:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return None


def _namespace() -> tuple[str, ...]:
    """Return the prefix that shows the caller's uid as an ordinary one, 1000 if that has a name."""
    unshare = shutil.which("unshare")
    ordinary = sorted(
        (entry.pw_uid for entry in pwd.getpwall() if 0 < entry.pw_uid < 60_000),
        key=lambda uid: (uid != 1000, uid),
    )
    if not unshare or not ordinary:
        return ()
    return (unshare, "--user", f"--map-user={ordinary[0]}", f"--map-group={ordinary[0]}")


def _own_uid(paths: tuple[Path, ...]) -> Privileges:
    setpriv = shutil.which("setpriv")
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if not setpriv:
            break
        drop = (setpriv, f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups")
        if all(_runs((*drop, "test", "-x", str(_existing(path)))) for path in paths):
            return Privileges((*drop, "--pdeathsig", "INT"), (entry.pw_uid, entry.pw_gid))
    raise StartError(FORBIDDEN.format(path=paths[0]))


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


def _runs(command: tuple[str, ...]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
