"""Who may import what, beyond what import-linter's layers can say."""

import subprocess
import sys
from collections.abc import Iterator

from tests.support.source import ROOT, Module, modules

SEEN_BY_OTHER_SLICES = {"service", "schemas", "errors"}
STATEMENTS = {
    "select",
    "insert",
    "update",
    "delete",
    "text",
    "func",
    "union",
    "union_all",
    "exists",
    "literal",
}
HTTP = ("fastapi", "starlette", "httpx", "uvicorn")


def targets(module: Module) -> Iterator[str]:
    """Yield every dotted name that a module may mean by its imports."""
    for source, name in module.imports():
        yield source
        if name:
            yield f"{source}.{name}"


def slice_of(name: str) -> str | None:
    parts = name.split(".")
    return parts[2] if parts[:2] == ["kuznia", "domains"] and len(parts) > 2 else None


def part_of(name: str) -> str | None:
    parts = name.split(".")
    return parts[3] if slice_of(name) and len(parts) > 3 else None


def test_the_layers_hold() -> None:
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_slices_meet_only_through_service_schemas_and_errors() -> None:
    wrong = [
        f"{module.where} imports {target}"
        for module in modules()
        if slice_of(module.name)
        for target in targets(module)
        if slice_of(target) not in (None, slice_of(module.name))
        and part_of(target) is not None
        and part_of(target) not in SEEN_BY_OTHER_SLICES
    ]
    assert wrong == []


def test_slices_have_no_cycle() -> None:
    needs: dict[str, set[str]] = {}
    for module in modules():
        own = slice_of(module.name)
        if own:
            others = {other for target in targets(module) if (other := slice_of(target)) not in (None, own)}
            needs.setdefault(own, set()).update(others)
    while needs:
        free = {name for name, others in needs.items() if not others & needs.keys()}
        assert free, f"slices that need each other: {needs}"
        needs = {name: others for name, others in needs.items() if name not in free}


def test_endpoints_are_imported_by_the_api_alone_and_tasks_by_the_worker_alone() -> None:
    owners = {"endpoints": "kuznia.api", "tasks": "kuznia.worker"}
    wrong = [
        f"{module.where} imports {target}"
        for module in modules()
        for target in targets(module)
        if (owner := owners.get(part_of(target) or ""))
        and module.name.split(".")[:2] != owner.split(".")
        and not (slice_of(module.name) == slice_of(target) and part_of(module.name) == part_of(target))
    ]
    assert wrong == []


def test_numba_is_only_in_kernels() -> None:
    wrong = [
        module.where
        for module in modules()
        if any(source.split(".")[0] == "numba" for source, _ in module.imports())
        and not module.path.name.endswith("_kernels.py")
    ]
    assert wrong == []


def test_sql_is_only_in_db_queue_and_repositories() -> None:
    def may(module: Module) -> bool:
        return module.name.startswith(("kuznia.db", "kuznia.queue")) or module.path.name == "repository.py"

    wrong = [
        f"{module.where} imports {name} of {source}"
        for module in modules()
        if not may(module)
        for source, name in module.imports()
        if (source.split(".")[0] == "sqlalchemy" and name in STATEMENTS)
        or source.startswith("sqlalchemy.dialects")
    ]
    assert wrong == []


def test_services_and_repositories_know_no_http() -> None:
    wrong = [
        f"{module.where} imports {source}"
        for module in modules()
        if module.path.name in ("service.py", "repository.py", "tasks.py")
        for source, _ in module.imports()
        if source.split(".")[0] in HTTP
    ]
    assert wrong == []


def test_a_request_is_committed_in_one_place_and_a_slice_never_commits() -> None:
    inner = ("kuznia.domains", "kuznia.rest", "kuznia.connectors", "kuznia.store")
    wrong = [
        module.where
        for module in modules()
        if module.name.startswith(inner)
        and module.name != "kuznia.rest.session"
        and ".commit()" in module.path.read_text()
    ]
    assert wrong == []


LEARNING = {
    "lightgbm",
    "xgboost",
    "catboost",
    "sklearn",
    "optuna",
    "torch",
    "numba",
    "scipy",
    "pandas",
    "shap",
    "onnx",
}


def loaded_by(code: str) -> set[str]:
    """The packages that a fresh interpreter has loaded after running this."""
    told = f"{code}\nimport sys\nprint('\\n'.join({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_the_api_starts_without_what_learns_and_computes() -> None:
    code = (
        "from kuznia.api import __main__\n"
        "from kuznia.api.app import make_app\n"
        "from kuznia.api.openapi import specification_text\n"
        "from kuznia.settings import load_settings\n"
        "import tempfile\n"
        "make_app(load_settings(data=tempfile.mkdtemp(), database={'url': 'postgresql+psycopg://nobody@/none'},"
        " security={'jwt_key': 'a key of tests, which signs access tokens', 'internal_token': 'internal'}))\n"
        "specification_text()"
    )
    assert LEARNING & loaded_by(code) == set()


def test_scoring_starts_without_what_learns() -> None:
    loaded = loaded_by("from kuznia.scoring import __main__")
    # An ensemble puts its members on one scale by a function of SciPy.
    assert (LEARNING - {"scipy"} | {"sqlalchemy", "psycopg"}) & loaded == set()
