"""Every cost by hand: what one order pays, and why."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kuznia.core.backtest.costs import _kernels as costs
from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.market import Market
from kuznia.core.backtest.settings import Settings
from kuznia.core.typing import Float
from tests.support.paths import panel_of

NOTHING = np.nan


def once(weight: float, length: int = 4) -> Float:
    """One decision at the first bar."""
    return np.array([[weight]] + [[NOTHING]] * (length - 1))


def flat(price: float = 10.0, length: int = 4, volume: float = 1e6):
    prices = np.full((length, 1), price)
    return panel_of(prices, prices, volume=np.full((length, 1), volume))


def fee(quantity: float, price: float, month: float = 0.0, **settings: object) -> float:
    return costs.commission(quantity, price, month, Settings(**settings).vector())  # type: ignore[arg-type]


def test_commission_has_parts_a_minimum_and_a_cap() -> None:
    """Interactive Brokers' fixed schedule: 0.005 a share, at least 1, at most 1 % of the value."""
    broker = {"commission_per_share": 0.005, "commission_minimum": 1.0, "commission_maximum_bps": 100.0}
    assert fee(1_000, 25.0, **broker) == pytest.approx(5.0)
    assert fee(100, 25.0, **broker) == pytest.approx(1.0)
    assert fee(1_000, 0.25, **broker) == pytest.approx(2.5)
    assert fee(-10, 5.0, **broker) == pytest.approx(0.5)
    assert fee(100, 20.0, commission_bps=5.0, commission_per_order=2.0) == pytest.approx(3.0)


def test_tiers_replace_the_rate_by_the_value_traded_in_the_month() -> None:
    tiers = {"commission_bps": 10.0, "commission_tiers": ((1e5, 4.0), (1e6, 1.0))}
    assert fee(100, 100.0, 99_999.0, **tiers) == pytest.approx(10.0)
    assert fee(100, 100.0, 1e5, **tiers) == pytest.approx(4.0)
    assert fee(100, 100.0, 2e6, **tiers) == pytest.approx(1.0)
    # Two orders of 10,000 in one month pay 10 and 4 bps; the third, in the next month, 10 again.
    prices = np.full((60, 1), 10.0)
    weights = np.full((60, 1), NOTHING)
    weights[[0, 5, 40], 0] = 0.1, 0.0, 0.1
    account = Settings(commission_bps=10.0, commission_tiers=((1e4, 4.0),))
    paid = simulate(panel_of(prices, prices), weights, account).orders
    assert (paid["commission"] / (paid["done"].abs() * 10.0)).to_list() == pytest.approx([1e-3, 4e-4, 1e-3])


def slip(quantity: float, price: float, sigma: float, adv: float, volume: float, **settings: object) -> float:
    return costs.slippage(quantity, price, sigma, adv, volume, Settings(**settings).vector())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("model", "coefficient", "expected"),
    [
        ("none", 1.0, 0.0),
        ("fixed", 5.0, 1_000 * 20 * 0.0005),
        ("volatility", 0.5, 1_000 * 20 * 0.5 * 0.02),
        ("volume_share", 0.1, 1_000 * 20 * 0.1 * (1_000 / 40_000) ** 2),  # zipline's VolumeShareSlippage
        ("square_root", 0.8, 1_000 * 20 * 0.8 * 0.02 * math.sqrt(1_000 / 50_000)),  # Y sigma sqrt(Q / ADV)
    ],
)
def test_slippage_models(model: str, coefficient: float, expected: float) -> None:
    given = {"slippage": model, "slippage_coefficient": coefficient}
    for quantity in (1_000.0, -1_000.0):
        assert slip(quantity, 20.0, 0.02, 50_000.0, 40_000.0, **given) == pytest.approx(expected)


@pytest.mark.parametrize("model", ["volatility", "volume_share", "square_root"])
def test_slippage_takes_the_whole_price_at_most(model: str) -> None:
    given = {"slippage": model, "slippage_coefficient": 1_000.0}
    for quantity in (50_000.0, -50_000.0):
        assert slip(quantity, 20.0, 0.02, 50_000.0, 40_000.0, **given) == 50_000 * 20.0


def test_units_too_small_to_count_change_nothing() -> None:
    for quantity in (1_000.0, -1_000.0):
        assert slip(quantity, 20.0, 0.0, 0.0, 0.0, tick=1e-300) == 0.0
        assert costs.fillable(quantity, np.nan, Settings(lot=1e-300).vector()) == quantity
        assert costs.fillable(quantity, np.nan, Settings(lot=1e-18).vector()) == quantity


def test_a_price_is_rounded_to_a_tick_against_the_trader() -> None:
    """20 with a half spread of 3 bps is 20.006 to buy: 20.01; and 19.994 to sell: 19.99."""
    given = {"tick": 0.01, "half_spread_bps": 3.0}
    assert slip(100.0, 20.0, 0.0, 0.0, 0.0, **given) == pytest.approx(100 * 0.004)
    assert slip(-100.0, 20.0, 0.0, 0.0, 0.0, **given) == pytest.approx(100 * 0.004)
    assert slip(100.0, 20.0, 0.0, 0.0, 0.0, tick=0.01) == pytest.approx(0.0)


def test_deviation_and_mean_volume_end_at_the_decision() -> None:
    close = np.array([[10.0], [11.0], [9.9], [10.89], [50.0]])
    volume = np.array([[100.0], [200.0], [300.0], [400.0], [1e9]])
    weights = np.array([[NOTHING]] * 3 + [[0.01]] + [[NOTHING]])
    account = Settings(slippage="square_root", slippage_coefficient=1.0, impact_window=3)
    done = simulate(panel_of(close, close, volume=volume), weights, account).orders.row(0, named=True)
    sigma = np.std([0.1, -0.1, 0.1], ddof=1)
    assert done["price"] == 50.0
    expected = done["done"] * 50.0 * sigma * math.sqrt(done["done"] / 300.0)
    assert done["slippage"] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("rest", "held"), [("carry", [0, 500, 1_000, 1_000]), ("cancel", [0, 500, 500, 500])]
)
def test_an_order_takes_a_part_of_the_volume(rest: str, held: list[float]) -> None:
    account = Settings(participation=0.1, rest=rest)  # type: ignore[arg-type]
    result = simulate(flat(volume=5_000.0), once(0.1), account)
    assert result.positions[:, 0].tolist() == pytest.approx(held)
    assert result.orders["status"].to_list() == ["partial", "filled"][: 2 if rest == "carry" else 1]
    assert result.orders["asked"].to_list() == [1_000.0, 500.0][: 2 if rest == "carry" else 1]


def test_a_halt_is_reported_and_gone_on_with() -> None:
    panel = flat(length=5)
    panel.fields["volume"][0, 1] = 0.0
    result = simulate(panel, once(0.1, 5), Settings(participation=0.5))
    assert result.orders["status"].to_list() == ["unfilled_no_volume", "filled"]
    assert result.positions[:, 0].tolist() == [0.0, 0.0, 1_000.0, 1_000.0, 1_000.0]


def test_lots_are_whole_and_what_is_less_is_reported() -> None:
    result = simulate(flat(30.0), once(0.1), Settings(lot=100.0))
    assert result.orders["done"].to_list() == [300.0]
    assert simulate(flat(30.0), once(0.02), Settings(lot=100.0)).order_counts == {"unfilled_lot": 1}


def test_delay_and_close_fills() -> None:
    prices = np.arange(10.0, 16.0)[:, None]
    panel = panel_of(prices, prices + 0.5)
    late = simulate(panel, once(0.5, 6), Settings(delay=3)).orders.row(0, named=True)
    assert (late["decided"], late["filled"], late["price"]) == (0, 3, 13.0)
    close = simulate(panel, once(0.5, 6), Settings(fill="next_close")).orders.row(0, named=True)
    assert (close["filled"], close["price"]) == (1, 11.5)


def test_shares_are_counted_at_the_decision_or_at_the_fill() -> None:
    prices = np.array([[10.0], [20.0], [20.0], [20.0]])
    shares = [
        simulate(panel_of(prices, prices), once(0.5), Settings(size_at=at)).orders["done"][0]  # type: ignore[arg-type]
        for at in ("decision", "fill")
    ]
    assert shares == [5_000.0, 2_500.0]


def test_leverage_buys_on_credit_up_to_its_limit_and_pays_for_it() -> None:
    account = Settings(initial_cash=1_000.0, leverage=2.0, debit_interest=0.36, commission_bps=10.0)
    result = simulate(flat(), once(3.0), account)
    order = result.orders.row(0, named=True)
    assert order["status"] == "scaled"
    # The costs of the whole order, 3 of 3,000, are set aside: 2 * (1000 - 3) are bought.
    assert order["done"] * 10.0 == pytest.approx(2 * 997.0)
    debt = 1_000.0 - 1_994.0 * 1.001
    assert result.flows["interest"][2] == pytest.approx(debt * 0.36 / 360)


def test_a_margin_call_cuts_positions_at_the_next_fill() -> None:
    prices = np.array([[10.0], [10.0], [7.0], [7.0], [7.0]])
    account = Settings(initial_cash=1_000.0, leverage=2.0, maintenance=0.4)
    result = simulate(panel_of(prices, prices), once(2.0, 5), account)
    # 200 shares on 1,000: at 7 the equity is 400 of 1,400 gross, below 40 %; cut to twice 400.
    cut = result.orders.row(1, named=True)
    assert (cut["status"], cut["decided"], cut["filled"]) == ("margin", 2, 3)
    assert cut["done"] == pytest.approx(800 / 7 - 200)
    assert result.trades["reason"].to_list() == ["margin", "open"]


@pytest.mark.parametrize(("key", "part"), [("XNYS:A", 0.70), ("XNAS:A", 0.45), ("XTST:A", 1.0)])
def test_what_is_delisted_loses_what_its_exchange_lost(key: str, part: float) -> None:
    """Shumway (1997): −30 % on NYSE; Shumway and Warther (1999): −55 % on Nasdaq."""
    prices = np.array([[10.0], [10.0], [NOTHING], [NOTHING], [NOTHING]])
    panel = panel_of(prices, prices, names=(key,))
    result = simulate(panel, once(0.5, 5), Settings(stale_bars=2, delisting="exchange"))
    assert result.equity[-1] == pytest.approx(50_000.0 * (1 + part))
    assert result.orders["status"][-1] == ("liquidated" if part == 1.0 else "delisted")
    own = Market(delisting_return=np.array([-1.0]))
    assert simulate(panel, once(0.5, 5), Settings(stale_bars=2), own).equity[-1] == pytest.approx(50_000.0)


def test_currencies_deposits_and_own_borrow_fees() -> None:
    fx = np.array([[1.0], [1.0], [1.1], [1.1]])
    bought = simulate(flat(), once(0.5), Settings(), Market(fx=fx))
    assert bought.equity.tolist() == pytest.approx([100_000, 100_000, 105_000, 105_000])
    paid = simulate(flat(), once(0.0), Settings(), Market(cash_flows=np.array([0.0, 0.0, 500.0, -200.0])))
    assert paid.equity.tolist() == [100_000, 100_000, 100_500, 100_300]
    assert paid.returns.tolist() == [0.0] * 4
    short = simulate(flat(), once(-0.5), Settings(borrow_fee=0.1), Market(borrow_fee=np.array([0.36])))
    assert short.flows["borrow"].tolist() == pytest.approx([0.0, 0.0, 50.0, 50.0])


@pytest.mark.parametrize(
    ("limits", "wanted", "held"),
    [
        ({"limit_name": 0.2}, [0.5, -0.5], [0.2, -0.2]),
        ({"limit_gross": 0.5}, [0.5, -0.5], [0.25, -0.25]),
        ({"limit_net": 0.1}, [0.3, -0.1], [0.2, -0.1]),
        ({"limit_sector": 0.3}, [0.4, 0.2], [0.2, 0.1]),
    ],
)
def test_limits_cut_targets_and_report_it(
    limits: dict[str, float], wanted: list[float], held: list[float]
) -> None:
    prices = np.full((3, 2), 10.0)
    weights = np.array([wanted, [NOTHING] * 2, [NOTHING] * 2])
    result = simulate(panel_of(prices, prices), weights, Settings(**limits), Market(sectors=np.zeros(2, int)))  # type: ignore[arg-type]
    assert (result.positions[1] * 10 / 100_000).tolist() == pytest.approx(held)
    assert "limited" in result.order_counts
    asked = [weight * 10_000 for weight in wanted]
    assert sorted(result.orders["asked"].to_list()) == pytest.approx(sorted(asked))


def test_a_fall_too_deep_sells_everything_for_good() -> None:
    prices = np.array([[10.0], [10.0], [7.0], [6.0], [6.0], [6.0]])
    weights = np.array([[1.0], [NOTHING], [NOTHING], [1.0], [NOTHING], [NOTHING]])
    result = simulate(panel_of(prices, prices), weights, Settings(limit_loss=0.25))
    assert result.positions[:, 0].tolist() == [0.0, 10_000.0, 10_000.0, 0.0, 0.0, 0.0]
    assert result.orders["status"].to_list() == ["filled", "stopped", "stopped"]
    assert result.orders["done"].to_list() == [10_000.0, -10_000.0, 0.0]
    assert result.trades["reason"].to_list() == ["stopped"]
