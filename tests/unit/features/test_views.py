"""A feature belongs to the last kind of data that it reads, and kinds are added in one order."""

from __future__ import annotations

import pytest

from kuznia.core.features.views import PREFIXES, steps, view_of


@pytest.mark.parametrize(
    ("expression", "view"),
    [
        ("rank(close)", "prices"),
        ("group_neutralize(returns, sector)", "prices"),
        ("membership.sp500 * close", "prices"),
        ("ts_corr(returns, macro.vix, 20)", "macro"),
        ("fundamentals.eps / close", "fundamentals"),
        ("fundamentals.eps / macro.cpi", "fundamentals"),
        ("vec_count(news.headline, 5)", "sentiment"),
        ("vec_mean(sentiment.vader, 5) * fundamentals.eps + macro.cpi", "sentiment"),
    ],
)
def test_the_last_kind_of_data_counts(expression: str, view: str) -> None:
    assert view_of(expression) == view


def test_each_step_holds_those_before_it_in_the_order_of_the_set() -> None:
    told = steps(
        {"tone": "vec_mean(sentiment.vader, 5)", "move": "returns", "vix": "macro.vix", "gap": "open"}
    )
    assert [(one.view, one.added, one.features) for one in told] == [
        ("prices", ("move", "gap"), ("move", "gap")),
        ("macro", ("vix",), ("move", "vix", "gap")),
        ("sentiment", ("tone",), ("tone", "move", "vix", "gap")),
    ]
    assert {one.view for one in told} <= set(PREFIXES)
    assert steps({}) == []
