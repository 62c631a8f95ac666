"""Profit and loss in parts that add up."""

from __future__ import annotations

import numpy as np
import pytest

from kuznia.core.backtest.analysis.attribution import attribution
from kuznia.core.backtest.settings import Settings
from kuznia.core.errors import BacktestError
from tests.support.accounts import one_name, world


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_parts_are_the_account(seed: int) -> None:
    result = world(seed=seed).account()
    found = attribution(result)
    earned = result.equity[-1] - result.settings.initial_cash
    assert found.total == pytest.approx(earned)
    for parts in (found.instruments, found.sectors, found.sides):
        assert sum(one.pnl for one in parts) + found.cash == pytest.approx(earned, abs=1e-6)
        assert sum(one.costs for one in parts) == pytest.approx(sum(result.costs.values()), abs=1e-6)
        assert sum(one.dividends for one in parts) == pytest.approx(result.flows["dividends"].sum(), abs=1e-6)
        assert sum(one.traded for one in parts) == pytest.approx(result.flows["traded"].sum(), rel=1e-9)
        for one in parts:
            assert one.pnl == pytest.approx(one.price + one.dividends - one.costs)


def test_by_hand() -> None:
    """Ten shares long at 10, closed at 12 and five short; covered at 10: 20 and 10 earned."""
    settings = Settings(initial_cash=100.0, fill="same_close")
    result = one_name([10.0, 12.0, 10.0], [1.0, -0.5, 0.0], settings)
    found = attribution(result)
    assert [one.pnl for one in found.sides] == pytest.approx([20.0, 10.0])
    assert [one.traded for one in found.sides] == pytest.approx([220.0, 110.0])
    assert found.instruments[0].share == 1.0 and found.total == pytest.approx(30.0)


def test_sectors_have_names_or_numbers() -> None:
    result = world().account()
    assert {one.key for one in attribution(result).sectors} == {"0", "1", "2", "3"}
    named = attribution(result, np.array([0, 1, -1] * 4), ["Energy"])
    assert {one.key for one in named.sectors} == {"Energy", "1", "none"}
    assert {one.key for one in attribution(result, np.zeros(12, np.int64), {0: "All"}).sectors} == {"All"}
    with pytest.raises(BacktestError, match="3 sectors for 12"):
        attribution(result, np.zeros(3, np.int64))


def test_the_largest_comes_first() -> None:
    values = [one.pnl for one in attribution(world().account()).instruments]
    assert values == sorted(values, reverse=True)
