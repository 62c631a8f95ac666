"""Names that say nothing are not used, and no text ties the project to one machine."""

import re

from tests.support.source import ROOT, modules, tracked

EMPTY_WORDS = {"util", "utils", "helper", "helpers", "common", "manager", "misc"}
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".in",
    ".ts",
    ".tsx",
    ".json",
    ".yml",
    ".yaml",
    ".sh",
    ".css",
    ".html",
    ".cfg",
}
# A home or work folder of someone, or a folder beside the clone.
MACHINE = re.compile(r"(?<![\w.])/(?:root|work|home/[a-z]\w+|Users/\w+|opt/(?:pypi|wheels))/|\.\./shared")
LEFT_OVER = re.compile(r"\b(?:TO" r"DO|FIX" r"ME)\b")


def text_files() -> list[str]:
    return [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix in TEXT or path.name in ("Makefile", "run", ".npmrc")
    ]


def test_no_file_or_folder_has_an_empty_name() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path in tracked("src", "tests", "web/src", "bench", "deploy")
        if EMPTY_WORDS
        & {part.lower() for name in path.relative_to(ROOT).parts for part in re.split(r"[._-]", name)}
    ]
    assert wrong == []


def test_no_class_or_function_has_an_empty_name() -> None:
    word = re.compile(r"[A-Z]?[a-z]+")
    wrong = [
        f"{module.where} {name}"
        for module in modules()
        for name in re.findall(r"^\s*(?:async def|def|class) (\w+)", module.path.read_text(), re.MULTILINE)
        if EMPTY_WORDS & {part.lower() for part in word.findall(name)}
    ]
    assert wrong == []


def test_no_text_names_a_machine() -> None:
    wrong = [
        f"{name}:{number}"
        for name in text_files()
        for number, line in enumerate((ROOT / name).read_text(errors="replace").splitlines(), 1)
        if MACHINE.search(line) and name != "tests/contracts/test_names.py"
    ]
    assert wrong == []


def test_nothing_is_left_to_do_or_ignored_without_a_reason() -> None:
    wrong = []
    for name in text_files():
        if not name.endswith((".py", ".ts", ".tsx")):
            continue
        for number, line in enumerate((ROOT / name).read_text().splitlines(), 1):
            bare = re.search(r"#\s*type: ignore(?!\[)|#\s*noqa(?!:)", line)
            if (LEFT_OVER.search(line) or bare) and name != "tests/contracts/test_names.py":
                wrong.append(f"{name}:{number}")
    assert wrong == []
