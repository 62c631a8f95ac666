"""Sizes of files and functions. A file past its limit asks for a new word, not for a second part."""

import ast

from tests.support.source import ROOT, Module, modules, tracked

BY_NAME = {"endpoints.py": 300, "repository.py": 300, "tasks.py": 300, "service.py": 400}
CORE, OTHER, TSX = 500, 400, 250
FUNCTION, KERNEL = 40, 80


def limit(module: Module) -> int:
    if module.path.name in BY_NAME and module.name.startswith("kuznia.domains"):
        return BY_NAME[module.path.name]
    return CORE if module.name.startswith("kuznia.core") else OTHER


def statements(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count statements, those of nested functions too, without docstrings."""
    found = [node for node in ast.walk(function) if isinstance(node, ast.stmt)]
    strings = [node for node in found if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)]
    return len(found) - len(strings) - 1


def test_modules_are_small() -> None:
    wrong = [
        f"{module.where}: {module.lines} lines of {limit(module)}"
        for module in modules()
        if module.lines > limit(module)
    ]
    assert wrong == []


def test_functions_are_small() -> None:
    wrong = [
        f"{module.where}:{function.lineno} {function.name}: {statements(function)} statements of {most}"
        for module in modules()
        for most in [KERNEL if module.path.name.endswith("_kernels.py") else FUNCTION]
        for function in module.functions()
        if statements(function) > most
    ]
    assert wrong == []


def test_components_are_small() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {lines} lines of {TSX}"
        for path in tracked("web/src/*.tsx")
        if (lines := len(path.read_text().splitlines())) > TSX
    ]
    assert wrong == []
