"""The catalogue of problem codes, read from the source.

``python -m tests.support.catalogue > docs/problems.md`` writes it down.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.source import ROOT

SOURCE = ROOT / "src" / "kuznia"
INTRODUCTION = """# Problems

Every error is answered as a problem (RFC 9457, `application/problem+json`):

| member | meaning |
|---|---|
| `type` | this page, at the code's row |
| `title` | what went wrong, in general; the same for each occurrence |
| `status` | the HTTP status |
| `detail` | what went wrong this time, and how to mend it |
| `instance` | the path that was asked |
| `code` | a stable name, for programs; listed below |
| `trace_id` | the request's id; it finds the request, its jobs and its scores in the logs |
| `errors` | the faulty places: each a `pointer` into the request and a `detail` |

A job that fails carries the same members, without `instance`. `retry_after` says in how many seconds another
try makes sense, where that is known. This page is made from the code by `python -m tests.support.catalogue`.

| code | status | title | from |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Entry:
    """One class of errors."""

    name: str
    code: str
    title: str
    status: int
    place: str


def entries() -> list[Entry]:
    """Every error class of the product that has a code, by code."""
    found: list[Entry] = []
    statuses = {"KuzniaError": 500}
    classes = [(path, node) for path in sorted(SOURCE.rglob("*.py")) for node in _classes(path)]
    # Families come first, in errors.py; what derives from a family of its own slice follows it there.
    classes.sort(key=lambda one: one[0] != SOURCE / "errors.py")
    for path, node in classes:
        base = next((statuses[name] for name in _bases(node) if name in statuses), None)
        values = _constants(node)
        if node.name == "KuzniaError":
            values = {"code": "internal", "title": "Something went wrong on our side", "status": 500}
        elif base is None:
            continue
        status = int(values.get("status", base or 500))
        statuses[node.name] = status
        if "code" in values:
            place = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
            found.append(Entry(node.name, str(values["code"]), str(values["title"]), status, place))
    return sorted(found, key=lambda entry: entry.code)


def _classes(path: Path) -> Iterator[ast.ClassDef]:
    yield from (node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef))


def _bases(node: ast.ClassDef) -> list[str]:
    return [base.id for base in node.bases if isinstance(base, ast.Name)]


def _constants(node: ast.ClassDef) -> dict[str, str | int]:
    """What a class assigns: ``code, title = "…", "…"`` or one by one."""
    values: dict[str, str | int] = {}
    for statement in node.body:
        if not isinstance(statement, ast.Assign):
            continue
        target = statement.targets[0]
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        given = statement.value.elts if isinstance(statement.value, ast.Tuple) else [statement.value]
        for name, value in zip(names, given, strict=False):
            if isinstance(name, ast.Name) and isinstance(value, ast.Constant):
                values[name.id] = value.value  # type: ignore[assignment]  # only text and numbers are read
    return values


def page() -> str:
    """The whole document."""
    rows = [f"| `{one.code}` | {one.status} | {one.title} | {one.place} |" for one in entries()]
    return INTRODUCTION + "\n".join(rows) + "\n"


if __name__ == "__main__":
    print(page(), end="")
