"""Reading and checking: spellings, errors with their places, leaks, limits, hostile text."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kuznia.core.expressions import FUNCTIONS, Context, ExpressionError, check, parse
from kuznia.core.expressions.arithmetic import ARITHMETIC
from kuznia.core.expressions.catalogue import SPELLINGS
from kuznia.core.expressions.crosssection.compute import KERNELS as ACROSS
from kuznia.core.expressions.events.compute import KERNELS as INSIDE
from kuznia.core.expressions.function import Family
from kuznia.core.expressions.timeseries.compute import KERNELS as ALONG
from kuznia.core.expressions.warm import warm


def test_every_function_has_a_computation_and_an_example_that_runs() -> None:
    computed = {*ARITHMETIC, *ALONG, *ACROSS, *INSIDE}
    assert computed == {f.name for f in FUNCTIONS.values() if not f.expansion}
    assert set(ALONG) == {
        f.name for f in FUNCTIONS.values() if f.family is Family.TIME_SERIES and not f.expansion
    }
    assert warm() == len(FUNCTIONS) > 200


def test_no_spelling_is_used_twice() -> None:
    assert len(SPELLINGS) == sum(1 + len(f.aliases) for f in FUNCTIONS.values())


@pytest.mark.parametrize(
    ("source", "canonical"),
    [
        ("Mean($close, 20)", "ts_mean(close, 20)"),
        ("ts_mean(x=close, d=20)", "ts_mean(close, 20)"),
        ("$close/Ref($close, 5)-1", "close / ts_delay(close, 5) - 1"),
        ("close - (open - high)", "close - (open - high)"),
        ("(close - open) - high", "close - open - high"),
        ("-(close ** 2)", "-close ** 2"),
        ("(-close) ** 2", "(-close) ** 2"),
        ("close ^ 0.5", "close ** 0.5"),
        ("2 ** -close", "2 ** (-close)"),
        ("returns", "ts_returns(close, 1)"),
        ("close > open && volume > 0", "close > open and volume > 0"),
        ("(close > open) & (volume > 0)", "close > open and volume > 0"),
        ("not close > open", "not close > open"),
        ("open if close > open else close", "if_else(close > open, open, close)"),
        ("winsorize(close)", "winsorize(close, 4)"),
        ("quantile(close, driver='uniform')", 'quantile(close, "uniform", 1)'),
        ("IndNeutralize(close, sector)", "group_neutralize(close, sector)"),
        ("clamp(returns, -0.10, 1e-1)", "clamp(ts_returns(close, 1), -0.1, 0.1)"),
        ("close\n  + open", "close + open"),
        ("close > open ? 1 : 2", "if_else(close > open, 1, 2)"),
        (
            "open + (close > 1 ? 2 : close > 0 ? 3 : 4)",
            "open + if_else(close > 1, 2, if_else(close > 0, 3, 4))",
        ),
        ("close > 1 ? open > 1 ? 2 : 3 : 4", "if_else(close > 1, if_else(open > 1, 2, 3), 4)"),
        ("ts_mean(x = close > 1 ? 2 : 3, d = 5)", "ts_mean(if_else(close > 1, 2, 3), 5)"),
        ("Ts_Rank(close, 19.8975)", "ts_rank(close, 19)"),
        ("ts_mean(close, 020)", "ts_mean(close, 20)"),
    ],
)
def test_both_spellings_have_one_canonical_form(source: str, canonical: str) -> None:
    checked = check(source)
    assert checked.canonical == canonical
    assert check(canonical).digest == checked.digest


@pytest.mark.parametrize(
    ("source", "position", "message", "suggestion"),
    [
        ("clse + 1", 0, "no field or feature clse", "Did you mean close?"),
        ("1 + ts_maen(close, 5)", 4, "no function ts_maen", "Did you mean ts_mean?"),
        ("ts_mean(close)", 0, "lacks d", "ts_mean(x, d)"),
        ("ts_mean(close, 5, 6)", 0, "takes 2 arguments", "ts_mean(x, d)"),
        ("adv(20)", 0, "no function adv", "adv20"),
        ("ts_step(1)", 0, "no function ts_step", "bars_since"),
        ("rank(close, 5)", 0, "takes 1 argument, not 2", "ts_rank(x, d)"),
        ("group_mean(close, volume, sector)", 0, "takes 2 arguments, not 3", "group_weighted_mean"),
        ("IndNeutralize(close, IndClass.industry)", 21, "no classification industry", "market, sector"),
        ("filings.insiders / close", 0, "no data of 'filings' is given", "filings.insiders"),
        ("ts_mean(news.headline, 5)", 8, "are events", "vec_mean(news.headline, 1)"),
        ("vec_mean(news.headlin, 5)", 9, "no field or feature news.headlin", "Did you mean news.headline?"),
        ("vec_mean(close, 5)", 9, "name of events", "news.headline"),
        ("vec_mean(news.headline, 0)", 24, "at least 1", "20"),
        ("rsi(sector, 14)", 4, "not a group", "close"),
        ("rsi(1, 14)", 0, "In rsi: ", "close"),
        ("cs_median(macro.VIX)", 0, "In cs_median: ", "close"),
        ("ts_mean(close, window=5)", 22, "no argument window", "ts_mean(x, d)"),
        ("ts_mean(close, volume)", 15, "plain number", "20"),
        ("ts_mean(close, 0.5)", 15, "whole number", "20"),
        ("ts_mean(close, 0)", 15, "at least 1", "20"),
        ("Ref($close, -1)", 12, "looks into the future", "Write 1"),
        ("ts_delta(close, -2)", 16, "looks into the future", "Write 2"),
        ("if_else(close, open, high)", 8, "condition", "> 0"),
        ("group_mean(close, volume)", 18, "a group", "sector"),
        ("close + sector", 8, "not a group", "close"),
        ("rank(macro.VIX)", 0, "compares instruments", "close"),
        ("ts_mean(macro.VIX - macro.CPI, 5)", 0, "periods of their own", "each"),
        ("ts_mean(1, 5)", 0, "values over time", "close"),
        ("5", 0, "one number", "close"),
        ("quantile(close, 'normal')", 16, "cannot be", "quantile"),
        ("ts_mean(close, 6000)", 0, "looks back over 5000", "Shorten"),
        ("close % 5", 6, "no meaning", "0.05"),
        ("close ? 1 : 2", 0, "a condition must stand", "> 0"),
        ("close > 1 ? 2", 10, "lacks its colon", "a : b"),
        ("(close > 1 ? 2)", 11, "lacks its colon", "a : b"),
        ("close : 2", 6, "no question mark", "a : b"),
        ("if_else(close ? 1, 2 : 3)", 14, "lacks its colon", "a : b"),
        ("? 1 : 2", 0, "cannot be read", "operand"),
        ("close[1]", 5, "no meaning", "ts_delay"),
        ("(close", 5, "not closed", "Close"),
        ("close)", 5, "closes nothing", "Remove"),
        ("close +", 6, "cannot be read", "operand"),
        ("1 < close < 2", 0, "one comparison", "a < b and b < c"),
        ("close.open", 0, "no field or feature close.open", ""),
        ("5close", 1, "runs into", "operator"),
        ("", 0, "empty", "ts_mean"),
        ("lambda", 6, "cannot be read", ""),
        ("True", 0, "one number", ""),
        ("f'x'", 0, "not in the language", ""),
    ],
)
def test_errors_say_where_why_and_how(source: str, position: int, message: str, suggestion: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        check(source)
    first = caught.value.problems[0]
    assert message in first.message
    assert suggestion in first.suggestion
    assert abs(first.position - position) <= (1 if "read" in message else 0)
    assert first.length >= 1


def test_all_problems_are_named_at_once() -> None:
    with pytest.raises(ExpressionError) as caught:
        check("ts_mean(clos, 0) + opn")
    assert [p.position for p in caught.value.problems] == [8, 19]


def test_a_label_may_look_ahead_and_says_how_far() -> None:
    label = check("Ref($open, -6) / Ref($open, -1) - 1", Context(label=True))
    assert (label.horizon, label.lookback) == (6, 0)


def test_what_an_expression_reads_and_costs() -> None:
    checked = check("rank(ts_corr(close, volume, 10)) * ts_delta(macro.VIX, 5) + group_rank(open, sector)")
    assert checked.fields == ("close", "open", "volume")
    assert (checked.series, checked.groups, checked.lookback) == (("VIX",), ("sector",), 9)
    assert checked.cost > check("close + open").cost


def test_features_are_put_in_by_name() -> None:
    features = {"fast": "ts_mean(close, 5)", "gap": "fast / close - 1"}
    checked = check("rank(gap)", Context(features=features))
    assert checked.canonical == "rank(ts_mean(close, 5) / close - 1)"
    with pytest.raises(ExpressionError, match="uses itself"):
        check("a", Context(features={"a": "b", "b": "a + 1"}))
    with pytest.raises(ExpressionError, match="In the feature bad"):
        check("bad + 1", Context(features={"bad": "clse"}))


def test_derived_names_give_way_to_fields_and_features() -> None:
    assert check("vwap").canonical == "(high + low + close) / 3"
    assert check("vwap").approximated == ("vwap",)
    assert check("gap", Context(features={"gap": "vwap / close"})).approximated == ("vwap",)
    traded = check("vwap / close", Context(fields=frozenset({"close", "vwap"})))
    assert (traded.canonical, traded.approximated) == ("vwap / close", ())
    assert check("adv20 / volume").canonical == "ts_mean(volume, 20) / volume"
    assert check("adv20", Context(features={"adv20": "open"})).canonical == "open"
    owned = Context(fields=frozenset({"close", "fundamentals.market_cap"}))
    assert check("rank(cap)", owned).canonical == "rank(fundamentals.market_cap)"
    assert check("rank(cap)", owned).fields == ("fundamentals.market_cap",)


def test_a_composed_function_is_its_written_out_twin() -> None:
    written = "ts_ema(max(ts_delta(close, 1), 0), 27) / ts_ema(abs(ts_delta(close, 1)), 27)"
    assert check("RSI($close, 14)").digest == check(written).digest
    nested = check("adx(high, low, close, 14) - rsi(rsi(rsi(close, 5), 5), 5)")
    assert check(nested.canonical).digest == nested.digest
    deep = "close"
    for _ in range(30):
        deep = f"robust_zscore({deep})"
    with pytest.raises(ExpressionError, match=r"too many parts|too deep"):
        check(deep)


def test_features_that_double_each_other_are_bounded() -> None:
    doubling = {f"f{n}": f"f{n - 1} + f{n - 1}" for n in range(1, 200)} | {"f0": "close"}
    with pytest.raises(ExpressionError):
        check("f199", Context(features=doubling))
    with pytest.raises(ExpressionError):
        check("f18", Context(features=doubling))


def test_limits_on_cost() -> None:
    with pytest.raises(ExpressionError, match="operations a cell"):
        check("ts_mean(close, 500)", Context(max_cost=100))


WORDS = (
    *("close", "ts_mean", "Ref", "1", "1e9", "99999999999999999999", "__import__", "macro.X", "sector"),
    *("0x1", "é", "\x00", "True", "*x", "**d", "d=", "f'", "==", "**", "&&", ":="),
)
KEYWORDS = ("not ", "and ", "or ", "if ", "else ", "lambda ", "is ", "in ", "yield ", "await ")
PIECES = st.sampled_from([*"()+-*/^<>=&|~!,. $\"'\n\t[]{}:;#@%?\\_", *WORDS, *KEYWORDS])


@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(st.lists(PIECES, max_size=40).map("".join), st.text(max_size=60)))
@example("(" * 5000)
@example("-" * 9000 + "1")
@example("not " * 2000 + "close")
@example("close" + "**close" * 1000)
@example("close" + "+close" * 1400)
@example("abs(" * 59 + "close" + ")" * 59)
@example("close and " * 900 + "close")
@example("9" * 9000)
@example("ts_mean(" * 30 + "close" + ", 5000)" * 30)
@example("().__class__.__base__.__subclasses__()")
@example("__import__('os').system('true')")
@example("ts_mean(close, **{})")
@example("ts_mean(*close)")
@example("close" * 3000)
def test_hostile_text_gives_a_placed_error_or_a_bounded_expression(source: str) -> None:
    try:
        checked = check(source)
    except ExpressionError as error:
        for problem in error.problems:
            assert 0 <= problem.position <= len(source)
            assert problem.message
            assert problem.suggestion
    else:
        assert checked.cost <= Context().max_cost
        assert checked.lookback <= Context().max_lookback
        assert check(checked.canonical).digest == checked.digest


def test_nothing_of_python_is_reachable() -> None:
    for source in (
        "open('x')",
        "exec('1')",
        "close.__class__",
        "(lambda: 1)()",
        "print(close)",
        "[c for c in close]",
    ):
        with pytest.raises(ExpressionError):
            check(source)


def test_positions_survive_what_is_rewritten() -> None:
    source = "Mean($close, 5) ^ 2 && $opn > 1"
    with pytest.raises(ExpressionError) as caught:
        check(source)
    assert re.search(r"\$?opn", source)
    assert source[caught.value.problems[0].position :].startswith("opn")


def test_equal_trees_are_equal_wherever_they_stand() -> None:
    assert parse("  close+open") == parse("$close + $open")


def test_what_is_long_when_written_out_is_read_again() -> None:
    """Composed functions grow: whatever is accepted must be computable from its canonical text."""
    source = " + ".join(f"macd_histogram(adx(high, low, close, {d}))" for d in range(5, 13))
    checked = check(source)
    assert len(source) < 500 < 10_000 < len(checked.canonical)
    assert check(checked.canonical).digest == checked.digest
