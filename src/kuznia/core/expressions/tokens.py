"""Text cut into tokens, bounded, and written for Python's parser with the place of each character.

``$close`` is ``close``; ``^`` is ``**``, ``&&`` and ``||`` are ``and`` and ``or``, and
``condition ? a : b`` is ``if_else(condition, a, b)``, as in published alphas.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kuznia.core.expressions.errors import refuse

# Whatever a check accepts must be read again from its canonical text, in which functions and features are
# written out: so these are the bounds of that text. What a person may send is bounded where it comes in.
MAX_CHARACTERS = 100_000
MAX_TOKENS = 70_000
MAX_BRACKETS = 150

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>\$?[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)"
    r"|(?P<text>\"[^\"'\\\r\n]*\"|'[^\"'\\\r\n]*')"
    r"|(?P<sign>\*\*|<=|>=|==|!=|&&|\|\||[-+*/^<>(),=&|~?:])",
    re.ASCII,
)
_SIGNS = {"^": "**", "&&": "and", "||": "or"}
_INSTEAD = {
    "!": "Write not x.",
    "%": "Fractions are plain numbers: 5 % is 0.05.",
    "[": "Write ts_delay(x, n) for an earlier value.",
    "{": "Remove the braces.",
    ";": "One expression at a time.",
    "#": "Remove the comment.",
}
_TOO_LARGE = "The expression is too large.", "Split it into features."


@dataclass(frozen=True, slots=True)
class Rewritten:
    """Text for Python's parser, with the place in the source of each of its characters."""

    text: str
    origin: tuple[int, ...]

    def place(self, column: int, line: int = 1) -> int:
        """Character of the source behind a place of the text."""
        if line > 1:
            return max(self.origin[-1] - 1, 0)
        return self.origin[min(max(column, 0), len(self.origin) - 1)]


def rewrite(source: str) -> Rewritten:
    """Cut a text into tokens and write it for Python's parser.

    Parameters
    ----------
    source : str
        At most 10,000 characters, 3,000 tokens and 60 brackets deep.

    Returns
    -------
    Rewritten

    Raises
    ------
    ExpressionError
        At the first character that is not of the language, and where a limit is passed.

    Examples
    --------
    >>> rewrite("$a ? b : c").text.replace(" ", "")
    '(if_else(a,b,c))'
    """
    if len(source) > MAX_CHARACTERS:
        message = f"The text has over {MAX_CHARACTERS} characters."
        raise refuse(MAX_CHARACTERS, 1, message, "Split it into features.")
    writer = _Writer()
    at = count = 0
    previous = ""
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None:
            sign = source[at]
            message = f"The character {sign!r} has no meaning here."
            raise refuse(at, 1, message, _INSTEAD.get(sign, "Remove it."))
        kind, token = str(match.lastgroup), match.group()
        if previous == "number" and kind in ("name", "number"):
            raise refuse(at, len(token), "A number runs into what follows.", "Put an operator between them.")
        count += kind != "space"
        if count > MAX_TOKENS:
            raise refuse(at, 1, *_TOO_LARGE)
        writer.take(kind, token, at)
        previous, at = kind, match.end()
    if not count:
        message = "The expression is empty."
        raise refuse(0, max(len(source), 1), message, "Write for example ts_mean(close, 20).")
    return writer.end(source)


@dataclass(slots=True)
class _Level:
    """Inside one bracket: where the current operand begins, and the places of open question marks."""

    start: int
    choices: list[tuple[int, bool]] = field(default_factory=list)


class _Writer:
    """Writes tokens for Python's parser; brackets and question marks are matched here."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, range | list[int]]] = [("(", [0])]
        self.levels = [_Level(1)]
        self.depth = 0

    def take(self, kind: str, token: str, at: int) -> None:
        if kind != "sign":
            self.write(_python_token(kind, token), token, at)
            return
        match token:
            case "?":
                self.choose(at)
            case ":":
                self.otherwise(at)
            case "(":
                self.deepen(at)
                self.write(token, token, at)
                self.levels.append(_Level(len(self.parts)))
            case ")":
                self.close(at)
                self.write(token, token, at)
            case "," | "=":
                self.settle(at, self.levels[-1])
                self.write(token, token, at)
                self.levels[-1].start = len(self.parts)
            case _:
                self.write(f" {_SIGNS[token]} " if token in _SIGNS else token, token, at)

    def write(self, text: str, token: str, at: int) -> None:
        start = at + token.startswith("$")
        same = len(text) == len(token)
        self.parts.append((text, range(at, at + len(text)) if same else [start] * len(text)))

    def deepen(self, at: int) -> None:
        self.depth += 1
        if self.depth > MAX_BRACKETS:
            raise refuse(at, 1, *_TOO_LARGE)

    def close(self, at: int) -> None:
        if len(self.levels) == 1:
            raise refuse(at, 1, "This bracket closes nothing.", "Remove it or open one before.")
        self.settle(at, self.levels.pop())
        self.depth -= 1

    def choose(self, at: int) -> None:
        """What stands before the question mark becomes the first argument of ``if_else``."""
        level = self.levels[-1]
        self.deepen(at)
        place = self.parts[level.start][1][0] if level.start < len(self.parts) else at
        self.parts.insert(level.start, ("if_else(", [place] * len("if_else(")))
        self.write(",", "?", at)
        level.choices.append((at, False))
        level.start = len(self.parts)

    def otherwise(self, at: int) -> None:
        level = self.levels[-1]
        while level.choices and level.choices[-1][1]:
            level.choices.pop()
            self.write(")", ":", at)
            self.depth -= 1
        if not level.choices:
            raise refuse(at, 1, "This colon belongs to no question mark.", "Write condition ? a : b.")
        self.write(",", ":", at)
        level.choices[-1] = (level.choices[-1][0], True)
        level.start = len(self.parts)

    def settle(self, at: int, level: _Level) -> None:
        """Close the choices of an operand that ends here."""
        while level.choices:
            mark, complete = level.choices.pop()
            if not complete:
                raise refuse(mark, 1, "This question mark lacks its colon.", "Write condition ? a : b.")
            self.write(")", ")", at)
            self.depth -= 1

    def end(self, source: str) -> Rewritten:
        if len(self.levels) > 1:
            message = f"{len(self.levels) - 1} bracket(s) are not closed."
            raise refuse(len(source) - 1, 1, message, "Close them.")
        self.settle(len(source) - 1, self.levels[0])
        text = "".join(part for part, _ in self.parts)
        origin = [place for _, places in self.parts for place in places]
        return Rewritten(f"{text})", (*origin, len(source)))


def _python_token(kind: str, token: str) -> str:
    if kind == "space":
        return " " * len(token)
    if kind == "name":
        return token.removeprefix("$")
    if kind == "number" and token.isdigit():
        return repr(float(token)) if len(token) > 15 else token.lstrip("0") or "0"
    return token
