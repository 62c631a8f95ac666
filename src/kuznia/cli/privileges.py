"""How a child is started so that it dies with its parent, and PostgreSQL so that it is not root.

PostgreSQL refuses uid 0 and a uid without a name. A user namespace gives it another uid while its files
stay the caller's. Where that is forbidden (in a chroot always, in some containers), it gets a uid of its
own, and if that uid cannot reach its files, as below a root's home, one capability to pass folders. The
signal at the parent's death follows the parent's *thread*, so children are spawned from the main one.
"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from kuznia.cli.errors import StartError

# access(2) ignores capabilities of an ordinary uid unless this bit is set.
ACCESS_TOO = "--securebits=+no_setuid_fixup"
CAPABILITIES = (
    (),
    (ACCESS_TOO, "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"),
    (ACCESS_TOO, "--inh-caps=+dac_override", "--ambient-caps=+dac_override"),
)
FORBIDDEN = (
    "PostgreSQL does not run as root and this container allows neither user namespaces nor a uid of its own "
    "that can read {path}: start Kuznia as an ordinary user, or set KUZNIA_DATABASE_URL to a server you have."
)


@dataclass(frozen=True)
class Privileges:
    """What to put before a command, and who owns the files it writes (uid and gid)."""

    prefix: tuple[str, ...]
    owner: tuple[int, int]


def dies_with_parent(signal_name: str) -> tuple[str, ...]:
    """Return the prefix that sends ``signal_name`` to a child when its parent is gone (Linux)."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", signal_name) if setpriv else ()


def for_postgres(*paths: Path) -> Privileges:
    """Choose how to start PostgreSQL, whose process must reach ``paths``."""
    uid, owner = os.geteuid(), (os.geteuid(), os.getegid())
    if uid != 0 and _name_of(uid):
        return Privileges(dies_with_parent("INT"), owner)
    mapped = _namespace()
    if mapped and _runs((*mapped, "true")):
        return Privileges((*mapped, *dies_with_parent("INT")), owner)
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
    setpriv = shutil.which("setpriv") or ""
    for entry in _ordinary_accounts():
        drop = (setpriv, f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups")
        for capability in CAPABILITIES:
            prefix = (*drop, *capability, "--pdeathsig", "INT")
            if all(_runs((*prefix, "test", "-x", str(_existing(path)))) for path in paths):
                return Privileges(prefix, (entry.pw_uid, entry.pw_gid))
    raise StartError(FORBIDDEN.format(path=paths[0]))


def _ordinary_accounts() -> list[pwd.struct_passwd]:
    names = ("postgres", "nobody")
    return [entry for name in names for entry in pwd.getpwall() if entry.pw_name == name]


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


def _runs(command: tuple[str, ...]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
