"""Locks carry hashes and name no registry, so that a clone installs from any mirror."""

import json
import re
import tomllib

from tests.support.source import ROOT

LOCKS = sorted((ROOT / "requirements").rglob("*.txt"))
CHOSEN = ("catboost", "torch", "onnx")
"""Extras that are installed when they are asked for."""
BARE = {"numpy", "polars", "numba", "scipy"}


def test_python_locks_name_no_host() -> None:
    assert len(LOCKS) >= 5
    for lock in LOCKS:
        assert not re.search(r"://|--(?:extra-)?index|--find-links", lock.read_text()), lock.name


def test_every_python_requirement_is_pinned_with_a_hash() -> None:
    for lock in LOCKS:
        joined = lock.read_text().replace("\\\n", " ")
        entries = re.findall(r"^[a-z0-9].*", joined, re.MULTILINE)
        assert entries, lock.name
        for entry in entries:
            assert re.match(r"[a-z0-9][\w.-]*(?:\[[\w,-]+\])?==\S+", entry), entry[:80]
            assert "--hash=sha256:" in entry, entry[:80]


def test_the_web_lock_names_no_host() -> None:
    packages = json.loads((ROOT / "web" / "package-lock.json").read_text())["packages"]
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if name and "integrity" not in entry] == []


def test_what_is_installed_brings_no_gigabytes() -> None:
    for lock in ("kuznia.txt", "dev.txt"):
        assert not re.search(
            r"^(?:torch|nvidia|cuda)", (ROOT / "requirements" / lock).read_text(), re.MULTILINE
        )


def test_a_bare_install_is_the_library_alone() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert {re.split(r"[^\w-]", name)[0] for name in project["dependencies"]} == BARE


def test_every_extra_says_what_it_is_for() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    section = text.split("[project.optional-dependencies]")[1].split("\n[")[0]
    for name in re.findall(r"^(\w+) = \[", section, re.MULTILINE):
        if name == "all":
            continue
        block = section[: section.index(f"\n{name} = [")]
        own = section[section.index(f"\n{name} = [") :].split("\n]")[0]
        assert block.rstrip().splitlines()[-1].startswith("#") or "#" in own, name


def test_locks_hold_every_dependency_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"]
    own = [names for name, names in extras.items() if name not in CHOSEN]
    product = {name for names in (project["project"]["dependencies"], *own) for name in names}
    development = set(project["dependency-groups"]["dev"])
    for lock, wanted in (
        ("kuznia.txt", product),
        ("dev.txt", product | development | set(extras["catboost"]) | set(extras["onnx"])),
        *((f"extras/{name}.txt", set(extras[name])) for name in CHOSEN),
    ):
        locked = set(
            re.findall(r"^([a-z0-9][\w.-]*)==", (ROOT / "requirements" / lock).read_text(), re.MULTILINE)
        )
        locked |= set(
            re.findall(r"^([a-z0-9][\w.-]*)\[", (ROOT / "requirements" / lock).read_text(), re.MULTILINE)
        )
        names = {re.split(r"[^\w.-]", name)[0].lower() for name in wanted} - {"kuznia"}
        assert names - locked == set(), f"{lock}: run make lock"
