"""Sweeps from specification to result: both engines, one meaning."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kuznia.core.backtest.market import Market
from kuznia.core.backtest.settings import Settings
from kuznia.core.backtest.sweep.outcome import STATISTICS
from kuznia.core.errors import StrategyError
from kuznia.core.strategies.sweep import rule
from kuznia.core.strategies.sweep import run as running
from kuznia.core.strategies.sweep.result import SweepResult
from kuznia.core.strategies.sweep.run import run_sweep
from kuznia.core.strategies.sweep.spec import SweepSpec
from kuznia.core.strategies.sweep.walk_forward import walk_forward
from tests.support.paths import panel_of, random_panel

ACCOUNT = Settings(commission_bps=5.0, half_spread_bps=1.0)
CROSS = SweepSpec(
    {"kind": "rule", "entries": "ts_mean(close, $fast) > ts_mean(close, $slow)"},
    {"fast": (3, 5, 8), "slow": (5, 10, 20)},
    where="fast < slow",
)
RULES: list[tuple[dict[str, Any], dict[str, tuple[float, ...]]]] = [
    (dict(CROSS.template), dict(CROSS.parameters)),
    (
        {
            "kind": "rule",
            "entries": "close > ts_mean($close, $n) and not (close < ts_min(low, $m) * (1 + $x))"
            " or cross_above(close, ts_mean(close, d=$n))",
        },
        {"n": (5, 9), "m": (3, 8), "x": (-0.01, 0.02)},
    ),
    (
        {
            "kind": "rule",
            "entries": "close >= ts_max(ts_delay(high, 1), $n) * (1 - 2 * $x)",
            "exits": "close < ts_min(ts_delay(low, 1), $m)",
            "weight": -0.4,
        },
        {"n": (5, 9), "m": (3, 30), "x": (0.001,)},
    ),
    (
        {"kind": "rule", "entries": "ts_zscore(close, $n) < -$z", "exits": "ts_rank(close, $n) != 0"},
        {"n": (6, 12), "z": (0.5, 1.0, -0.5)},
    ),
    ({"kind": "rule", "entries": "returns * $a", "weight": 0.5}, {"a": (0, 1)}),
]


def by_events(panel: Any, spec: SweepSpec, patch: pytest.MonkeyPatch, **options: Any) -> SweepResult:
    with patch.context() as changed:
        changed.setattr(running, "rule_plan", lambda *_: None)
        return run_sweep(panel, spec, ACCOUNT, **options)


def same(one: SweepResult, other: SweepResult, tolerance: float = 1e-9) -> None:
    assert one.first == other.first
    for name in STATISTICS:
        np.testing.assert_allclose(one.column(name), other.column(name), tolerance, tolerance, err_msg=name)
        np.testing.assert_allclose(one.benchmark[name], other.benchmark[name], tolerance, tolerance)
    np.testing.assert_allclose(one.block_sums, other.block_sums, 1e-7, 1e-10)
    np.testing.assert_allclose(one.monthly, other.monthly, 1e-5, 1e-7)


@pytest.mark.parametrize(("template", "parameters"), RULES)
@pytest.mark.parametrize("start", [0, 45])
def test_segments_and_events_agree(
    template: dict[str, Any],
    parameters: dict[str, tuple[float, ...]],
    start: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    panel = random_panel(4, 400, 1)
    dividends = np.zeros((400, 1))
    dividends[50::60] = 0.3
    spec, market = SweepSpec(template, parameters), Market(dividends=dividends)
    fast = run_sweep(panel, spec, ACCOUNT, market, start=start)
    slow = by_events(panel, spec, monkeypatch, market=market, start=start)
    assert (fast.engine, slow.engine) == ("segments", "events")
    same(fast, slow)
    k = fast.best
    equity = fast.equity(k)
    np.testing.assert_allclose(equity[-1] / ACCOUNT.initial_cash - 1.0, fast.column("total_return")[k], 1e-9)


def test_rows_that_do_not_fit_are_made_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = random_panel(5, 300, 1)
    whole = run_sweep(panel, CROSS, ACCOUNT)
    monkeypatch.setattr(rule, "ROW_BYTES", 3 * 300 * 8)
    seen: list[float] = []
    parts = run_sweep(panel, CROSS, ACCOUNT, progress=lambda share, _: seen.append(share))
    for name in STATISTICS:
        np.testing.assert_array_equal(whole.column(name), parts.column(name))
    assert len(seen) > 1 and seen == sorted(seen) and seen[-1] == 1.0


def test_gaps_go_to_the_event_engine() -> None:
    panel = random_panel(6, 300, 1, gaps=0.05)
    found = run_sweep(panel, CROSS, ACCOUNT)
    assert found.engine == "events"
    assert np.isfinite(found.column("total_return")).all()


def test_what_an_instrument_lacks_at_its_start_is_not_a_gap() -> None:
    panel = random_panel(6, 300, 1)
    for name in ("open", "close"):
        panel.fields[name][0, :40] = np.nan
    found = run_sweep(panel, CROSS, ACCOUNT)
    assert (found.engine, found.first) == ("segments", 40)


def test_other_strategies_run_on_the_event_engine_whatever_the_threads() -> None:
    panel = random_panel(7, 260, 4)
    spec = SweepSpec(
        {"kind": "ranked", "score": "ts_returns(close, $n)", "top": "$top", "rebalance": "weekly"},
        {"n": (5, 20), "top": (1, 2)},
    )
    one, two = (run_sweep(panel, spec, ACCOUNT, threads=threads) for threads in (1, 2))
    assert one.engine == "events"
    for name in STATISTICS:
        np.testing.assert_array_equal(one.column(name), two.column(name))
    assert one.benchmark["trades"] > 4


def test_a_result_counts_what_beat_holding_and_what_luck_shows() -> None:
    close = 100.0 * 1.001 ** np.arange(400.0) * np.exp(0.002 * np.sin(np.arange(400)))
    panel = panel_of(close[:, None], close[:, None])
    found = run_sweep(panel, CROSS, ACCOUNT)
    assert len(found) == 7 and found.beats_benchmark == 0
    assert found.best == int(np.nanargmax(found.column("sharpe")))
    assert found.best_by("max_drawdown") == int(np.argmin(found.column("max_drawdown")))
    assert found.pbo is not None and 0.0 <= found.pbo.probability <= 1.0
    assert 0.0 <= found.deflated_sharpe <= 1.0 and found.expected_maximum_sharpe >= 0.0
    with pytest.raises(StrategyError, match="no statistic 'luck'"):
        found.column("luck")


@pytest.mark.parametrize(
    ("template", "what"),
    [
        ({"kind": "rule", "entries": "ts_mea(close, $n) > 0"}, "With n = 5.*Did you mean ts_mean"),
        ({"kind": "rule", "entries": "ts_delay(close, -$n) > close"}, "With n = 5"),
        ({"kind": "rule", "entries": "ts_mean(close, $n) > n"}, "With n = 5.*no field or feature n"),
    ],
)
def test_bad_expressions_name_the_combination(template: dict[str, Any], what: str) -> None:
    with pytest.raises(StrategyError, match=what):
        run_sweep(random_panel(1, 60, 1), SweepSpec(template, {"n": (5,)}))


def test_too_short_a_span_is_refused() -> None:
    with pytest.raises(Exception, match="longer span"):
        run_sweep(random_panel(1, 30, 1), CROSS)


@pytest.mark.parametrize("expanding", [False, True])
def test_walking_forward_uses_the_past_alone(expanding: bool) -> None:
    panel = random_panel(8, 420, 1)
    options: dict[str, Any] = {"train": 100, "test": 50, "expanding": expanding}
    whole = walk_forward(panel, CROSS, ACCOUNT, **options)
    cut = walk_forward(panel.until(330), CROSS, ACCOUNT, **options)
    same_rows = cut.windows.height - 1
    assert whole.windows.head(same_rows).equals(cut.windows.head(same_rows))
    length = len(cut.result.equity)
    np.testing.assert_array_equal(whole.result.equity[:length], cut.result.equity)
    swept = run_sweep(panel, CROSS, ACCOUNT)
    row = whole.windows.row(0, named=True)
    k = next(k for k in range(len(swept)) if swept.values(k) == {n: row[n] for n in ("fast", "slow")})
    returns = swept.backtest(k).returns[1:101]
    np.testing.assert_allclose(row["in_sample"], returns.mean() / returns.std(ddof=1) * 252**0.5, 1e-9)
    assert len(whole.result.equity) == swept.span.length - 100


def test_walking_forward_follows_the_one_combination_there_is() -> None:
    panel = random_panel(9, 300, 1)
    spec = SweepSpec(dict(CROSS.template), {"fast": (3,), "slow": (10,)})
    walked = walk_forward(panel, spec, Settings(), train=60, test=30)
    single = run_sweep(panel, spec, Settings()).backtest(0)
    alone = single.equity
    ours = walked.result.equity[2:] / walked.result.equity[1:-1]
    theirs = alone[62:] / alone[61:-1]
    assert walked.switches == 0
    held = walked.result.positions[1:-1, 0] != 0
    np.testing.assert_array_equal(
        held, run_sweep(panel, spec, Settings()).backtest(0).positions[61:-1, 0] != 0
    )
    np.testing.assert_allclose(ours[5:], theirs[5:], rtol=5e-3)


def test_walking_forward_needs_enough_bars() -> None:
    with pytest.raises(StrategyError, match="shorter train"):
        walk_forward(random_panel(9, 200, 1), CROSS, ACCOUNT, train=190, test=30)
    with pytest.raises(StrategyError, match="Use two bars"):
        walk_forward(random_panel(9, 200, 1), CROSS, ACCOUNT, train=1, test=30)


def test_stability_tells_a_plateau_from_a_peak() -> None:
    found = run_sweep(random_panel(10, 300, 1), CROSS, ACCOUNT)
    surface = found.stability("fast", "slow", tolerance=0.0)
    assert surface.surface.shape == (3, 3)
    assert np.isnan(surface.surface[0, 1])  # fast = slow = 5 is not a combination
    row = found.combinations.row(0, named=True)
    own, mean, share = surface.at(row["fast"], row["slow"])
    assert own == found.column("sharpe")[0] and share == 0.0 and mean != own
    with pytest.raises(StrategyError, match="cannot be an axis"):
        found.stability("fast", "fast")
