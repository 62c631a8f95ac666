"""What is wrong with an expression: where, why and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kuznia.core.errors import CoreError


@dataclass(frozen=True, slots=True)
class Problem:
    """One defect of an expression.

    Parameters
    ----------
    position, length : int
        Characters of the source it concerns, counted from 0.
    message, suggestion : str
        What is wrong and how to mend it.
    """

    position: int
    length: int
    message: str
    suggestion: str


class ExpressionError(CoreError):
    """An expression that cannot be read, checked or computed.

    Parameters
    ----------
    problems : sequence of Problem
        At least one.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        super().__init__(f"At character {first.position + 1}: {first.message}", first.suggestion)
        self.problems = tuple(problems)


def refuse(position: int, length: int, message: str, suggestion: str) -> ExpressionError:
    """An error of one problem."""
    return ExpressionError([Problem(position, length, message, suggestion)])
