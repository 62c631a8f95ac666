"""The page and the completions are made from the tables and leave nothing out."""

from __future__ import annotations

from kuznia.core.expressions import FUNCTIONS, Context
from kuznia.core.expressions.catalogue import SPELLINGS
from kuznia.core.expressions.completion import completions
from kuznia.core.expressions.page import page
from tests.support.source import ROOT


def test_the_page_is_written_down() -> None:
    assert (ROOT / "docs" / "language.md").read_text() == page(), (
        "python -m kuznia.core.expressions.page > docs/language.md"
    )


def test_the_page_has_every_function_with_every_spelling() -> None:
    text = page()
    for function in FUNCTIONS.values():
        assert f"### {function.name}\n" in text
        assert f"Example: `{function.example}`" in text
    assert all(f"`{spelling}" in text for spelling in SPELLINGS)


def test_completions_know_functions_names_and_own_features() -> None:
    context = Context(
        fields=frozenset({"close", "fundamentals.eps"}),
        series=frozenset({"VIX"}),
        groups=frozenset({"industry"}),
        features={"fast": "ts_mean(close, 5)"},
        events=frozenset({"press.headline"}),
    )
    found = {one.text: one for one in completions(context)}
    assert found["Mean"].detail == "ts_mean(x, d)"
    assert found["fundamentals.eps"].kind == "field"
    assert found["macro.VIX"].kind == "series"
    assert found["industry"].kind == found["market"].kind == "group"
    assert found["fast"].detail == "ts_mean(close, 5)"
    assert found["press.headline"].kind == "events"
    assert found["press.count"].detail == "vec_count(press.headline, 1)"
    assert found["vwap"].doc == "Stands for what the data lacks."
    assert [one.text for one in completions(context)] == sorted(one.text for one in completions(context))
