"""100,000 hostile texts: each ends in a placed error or in a bounded check, and what is let in computes."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest

from kuznia.core.expressions import FUNCTIONS, Checked, Context, ExpressionError, check, evaluate
from kuznia.core.expressions.check import MAX_TEXT
from kuznia.core.expressions.context import names_of
from kuznia.core.expressions.function import Takes
from kuznia.core.features.ready_made import alpha158, formulas
from kuznia.core.frames.events import EventHistory
from kuznia.core.frames.panel import Panel

COUNT, CHUNKS = 100_000, 20
CONTEXT = Context()
CORPUS = [
    *formulas().values(),
    *(feature.expression for feature in alpha158().features),
    *(function.example for function in FUNCTIONS.values()),
]
NAMES = [*names_of(CONTEXT), "close", "volume", "close > open", "news.headline", "sector", "1"]
VALUES = (Takes.VALUES, Takes.CONDITION, Takes.GROUP, Takes.EVENTS)
ATOMS = [
    *NAMES,
    *("macro.VIX", "$close", "IndClass.sector", "adv20", "adv99999", "nan", "True", "__import__", "lambda"),
    *("0", "1", "-1", "0.5", "1e308", "1e999", "9" * 400, "0x1", "1_000", "1j", "2.", ".5", "5000", "100000"),
    *("(", ")", ",", "?", ":", "=", "==", "<", ">", "!=", "+", "-", "*", "/", "**", "^", "&", "|", "~", "%"),
    *(" and ", " or ", " not ", " if ", " else ", " in ", " is ", "||", "&&", "'", '"', "'gaussian'", "\\"),
    *(
        "\x00",
        "\ud800",
        "\udfff",
        "\u202e",
        "\ufeff",
        "é",
        "𝟙",
        "\n",
        "\t",
        "\r",
        "#",
        ";",
        "[",
        "]",
        "{",
        "}",
    ),
    *("d=", "x=", "*close", "**close", ":=", "f'{close}'", "b''", "@", "->", "..."),
]


def mutated(rng: random.Random) -> str:
    """A formula with pieces cut, doubled, swapped or put in."""
    text = rng.choice(CORPUS)
    for _ in range(rng.randint(1, 3)):
        a, b = sorted((rng.randint(0, len(text)), rng.randint(0, len(text))))
        match rng.randint(0, 5):
            case 0:
                text = text[:a] + text[b:]
            case 1:
                text = text[:b] + text[a:b] + text[b:]
            case 2:
                text = text[:a] + rng.choice(ATOMS) + text[a:]
            case 3:
                text = text[:a] + rng.choice(ATOMS) + text[a + 1 :]
            case 4:
                other = rng.choice(CORPUS)
                text = text[:a] + other[rng.randint(0, len(other)) :]
            case _:
                text = text[:a] + chr(rng.randint(0, 0x10FFFF)) + text[a:]
    return text


def pieces(rng: random.Random) -> str:
    return "".join(rng.choice(ATOMS) for _ in range(rng.randint(0, 30)))


def characters(rng: random.Random) -> str:
    return "".join(chr(rng.randint(0, 0x10FFFF)) for _ in range(rng.randint(0, 40)))


def called(rng: random.Random) -> str:
    """A call of any function with any arguments, also too many and too few."""
    function = rng.choice(list(FUNCTIONS.values()))
    numbers = ["1", "5", "20", "0.5", "-1", "1e9", "99999"]
    arguments = [
        rng.choice(NAMES) if p.takes in VALUES or rng.random() < 0.1 else rng.choice(numbers)
        for p in function.parameters
    ]
    if rng.random() < 0.3:
        arguments.insert(rng.randint(0, len(arguments)), rng.choice(CORPUS))
    return f"{rng.choice([function.name, *function.aliases])}({', '.join(arguments)})"


def huge(rng: random.Random) -> str:
    """Deep, wide or long."""
    size = rng.choice([10, 59, 61, 200, 3000])
    inner = rng.choice(NAMES)
    name = rng.choice(list(FUNCTIONS))
    shapes: list[Callable[[], str]] = [
        lambda: "(" * size + inner + ")" * size,
        lambda: f"{name}(" * size + inner + ", 5)" * size,
        lambda: f"{name}(" + ", ".join([inner] * size) + ")",
        lambda: rng.choice(["-", "not ", "~", "+"]) * size + inner,
        lambda: rng.choice(["+", "**", " and ", "<", "?", " ? 1 : "]).join([inner] * size),
        lambda: f"ts_mean({inner}, {rng.choice(['9' * size, '1e99', '99999', '5000'])})",
        lambda: (
            f"{name}({name}({name}({name}({inner}, {inner}, 20), {inner}, 20), {inner}, 20), {inner}, 20)"
        ),
        lambda: f"adx(adx(adx({inner}, {inner}, {inner}), {inner}, {inner}), {inner}, {inner})",
    ]
    return rng.choice(shapes)()


KINDS: list[tuple[Callable[[random.Random], str], int]] = [
    (mutated, 40),
    (pieces, 30),
    (characters, 10),
    (called, 19),
    (huge, 1),
]


def tiny_panel() -> Panel:
    """Values of both signs, zeros, gaps, infinities' makings."""
    rng = np.random.default_rng(1)
    ts = np.arange(1, 9, dtype=np.int64)
    fields = {name: np.round(rng.normal(0, 2, (3, 8))) for name in sorted(CONTEXT.fields)}
    for values in fields.values():
        values[rng.random((3, 8)) < 0.2] = np.nan
    events = EventHistory(np.array([0, 4, 4, 9]), np.array([1, 2, 2, 8, 0, 3, 4, 5, 9]), rng.normal(0, 1, 9))
    groups = {"sector": np.array([[0] * 8, [-1] * 8, [1] * 8])}
    return Panel(
        ("A", "B", "C"),
        ts,
        ts.astype("M8[D]"),
        ts,
        fields,
        groups,
        events=dict.fromkeys(CONTEXT.events, events),
    )


@pytest.mark.timeout(60)
@pytest.mark.parametrize("chunk", [0, *(pytest.param(n, marks=pytest.mark.long) for n in range(1, CHUNKS))])
def test_hostile_text_ends_in_a_placed_error_or_a_bounded_computation(chunk: int) -> None:
    rng, panel = random.Random(chunk), tiny_panel()
    makers, weights = zip(*KINDS, strict=True)
    accepted = 0
    for _ in range(COUNT // CHUNKS):
        source = rng.choices(makers, weights)[0](rng)
        try:
            checked = check(source, CONTEXT)
        except ExpressionError as error:
            for problem in error.problems:
                assert 0 <= problem.position <= len(source), source
                assert problem.length >= 1 and problem.message and problem.suggestion, source
        else:
            accepted += 1
            assert checked.lookback <= CONTEXT.max_lookback and checked.cost <= CONTEXT.max_cost
            assert len(checked.canonical) <= MAX_TEXT
            compute(checked, panel)
    assert accepted > 150


def compute(checked: Checked, panel: Panel) -> None:
    """What was let in gives finite numbers or NaN, or says what the data cannot give."""
    try:
        values = evaluate({"x": checked}, panel)["x"]
    except ExpressionError as error:
        assert error.problems[0].message
    else:
        assert values.shape == panel.shape
        assert not np.isinf(values).any()
