"""Run every measurement, or those named: ``python -m bench [name …] [--quick] [--write]``."""

import subprocess
import sys
from pathlib import Path

FILES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))


def main(names: list[str]) -> int:
    """Run each in a process of its own, so that none warms another; return how many failed."""
    options = [name for name in names if name.startswith("--")]
    failed = 0
    for name in [name for name in names if name not in options] or FILES:
        print(f"== {name}", flush=True)
        failed += subprocess.call([sys.executable, "-m", f"bench.{name}", *options]) != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
