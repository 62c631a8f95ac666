"""System libraries that a bare machine lacks, taken from a wheel that carries a copy.

LightGBM needs GNU OpenMP (``libgomp.so.1``), which a bare Debian has not; scikit-learn's wheel holds one.
"""

import ctypes
import importlib.util
import sys
from pathlib import Path

OPENMP = "libgomp.so.1"


def library_path(folder: Path) -> str | None:
    """Return what ``LD_LIBRARY_PATH`` must name so that LightGBM finds OpenMP; None if it does anyway.

    Parameters
    ----------
    folder
        Where a link to the wheel's copy is put.
    """
    if not sys.platform.startswith("linux") or _loads(OPENMP):
        return None
    copy = _copy_in_wheel()
    if copy is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / OPENMP
    link.unlink(missing_ok=True)
    link.symlink_to(copy)
    return str(folder)


def missing_openmp() -> str | None:
    """Return a sentence if OpenMP is nowhere, neither in the system nor in a wheel."""
    if not sys.platform.startswith("linux") or _loads(OPENMP) or _copy_in_wheel():
        return None
    return f"The system library {OPENMP} is missing: install it, on Debian with `apt install libgomp1`."


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _copy_in_wheel() -> Path | None:
    spec = importlib.util.find_spec("sklearn")
    if spec is None or not spec.submodule_search_locations:
        return None
    libraries = Path(spec.submodule_search_locations[0]).parent / "scikit_learn.libs"
    return next(iter(sorted(libraries.glob("libgomp-*.so*"))), None)
