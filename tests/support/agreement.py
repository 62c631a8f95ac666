"""Whether the fast evaluator agrees with the plain one on a tree, part by part."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kuznia.core.expressions import FUNCTIONS, check, evaluate
from kuznia.core.expressions.function import Family, Takes
from kuznia.core.expressions.nodes import Call, Name, Node, Number, Text, canonical_text
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Float
from tests.support import reference


def value_of(node: Node, panel: Panel) -> Float:
    return evaluate({"x": replace(check("close"), tree=node)}, panel)["x"]


def agree(node: Node, panel: Panel, seen: set[str] | None = None) -> None:
    """Every part of a tree agrees with the reference, given the fast values of its own parts.

    Part by part and on rounded values: a rank of two values that differ by rounding alone may fall
    either way, and so may a spread of nearly nothing. Parts over macro series alone have another
    time axis and are tested apart.
    """
    seen = set() if seen is None else seen
    text = canonical_text(node)
    used = {*panel.fields, *panel.events, *panel.groups}
    if text in seen or not isinstance(node, Call) or not used & set(leaves(node)):
        return
    seen.add(text)
    if FUNCTIONS[node.function].family is Family.EVENTS:
        agree_on_events(node, panel)
        return
    for part in node.arguments:
        agree(part, panel, seen)
    fields, groups, given, names = dict(panel.fields), dict(panel.groups), [], []
    for n, (part, parameter) in enumerate(
        zip(node.arguments, FUNCTIONS[node.function].parameters, strict=True)
    ):
        name = f"part_{n}"
        if parameter.takes not in (Takes.VALUES, Takes.CONDITION, Takes.GROUP):
            assert isinstance(part, Number | Text)
            given.append(part.value)
            names.append(part)
            continue
        value = value_of(part, panel)
        if parameter.takes is Takes.GROUP:
            groups[name] = value.astype(np.int64)
        else:
            fields[name] = value = np.round(np.clip(value, -1e4, 1e4), 4)
        given.append(value.tolist())
        names.append(Name(name, node.span))
    inside = replace(panel, fields=fields, groups=groups)
    found = value_of(Call(node.function, tuple(names), node.span), inside)
    expected = np.array(reference.apply(node.function, given))
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6, err_msg=text)


def agree_on_events(node: Call, panel: Panel) -> None:
    """A function over events agrees with the reference."""
    name, *literals = node.arguments
    assert isinstance(name, Name)
    history = panel.events[name.name]
    cuts = list(zip(history.starts[:-1], history.starts[1:], strict=True))
    known = [history.known[a:b].tolist() for a, b in cuts]
    values = [history.values[a:b].tolist() for a, b in cuts]
    given = [part.value for part in literals if isinstance(part, Number)]
    expected = reference.of_events(node.function, known, values, panel.decision.tolist(), *given)
    found = value_of(node, panel)
    np.testing.assert_allclose(found, np.array(expected), rtol=1e-6, atol=1e-6, err_msg=canonical_text(node))


def leaves(node: Node) -> list[str]:
    """Every name at the leaves of a tree."""
    if isinstance(node, Name):
        return [node.name]
    return [name for part in node.arguments for name in leaves(part)] if isinstance(node, Call) else []
