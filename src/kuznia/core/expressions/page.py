"""The documentation page of the language, from its tables.

``python -m kuznia.core.expressions.page > docs/language.md`` writes it down.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from kuznia.core.expressions.arguments import MAX_WINDOW
from kuznia.core.expressions.catalogue import BAR_FIELDS, DERIVED_FIELDS, EVENT_FIELDS, FUNCTIONS
from kuznia.core.expressions.check import LANGUAGE, check
from kuznia.core.expressions.context import Context
from kuznia.core.expressions.function import Family, Function
from kuznia.core.expressions.nodes import OPERATORS, PREFIXES
from kuznia.core.expressions.tokens import MAX_BRACKETS, MAX_CHARACTERS

_TITLES = {
    Family.ELEMENTWISE: ("Single cells", "One value from the values of the same instrument and bar."),
    Family.TIME_SERIES: ("Over time", "Windows of `d` bars of one instrument, the current one included."),
    Family.TECHNICAL: ("Technical analysis", "Indicators, as fractions where a fraction is meant."),
    Family.RISK: ("Volatility and liquidity", "Estimators from bars, per bar and not annualised."),
    Family.CROSS_SECTION: ("Across instruments", "All instruments of one bar."),
    Family.GROUP: ("Inside groups", "The members of a group in one bar; `market` is the group of all."),
    Family.EVENTS: ("Events", "Headlines, scores, filings: any number between two bars."),
}

_INTRODUCTION = """# The language of expressions

One language for features, labels, rules, filters and alerts. An expression is read, checked and computed
by our own code; nothing of it is ever run as Python. Formulas of WorldQuant BRAIN, of Qlib and of *101
Formulaic Alphas* paste in as they are: where spellings differ, each is known, and `$close` is `close`.

```
rank(ts_mean(returns, 5)) - 0.5 * group_rank(ts_std_dev(returns, 60), sector)
close > ts_mean(close, 200) and rsi(close, 14) < 0.3
if_else(news.count > 0, vec_mean(sentiment.vader, 1), 0)
```

This page is made from the code by `python -m kuznia.core.expressions.page`; every example on it is
computed by the tests. Version of the meaning: `{language}`.

## Grammar

"""

_GRAMMAR = (
    ("written", "is"),
    ("`close`, `$close`, `fundamentals.eps`", "a name: field, derived field, feature, series, group, events"),
    ("`20`, `0.5`, `1e-3`, `nan`, `true`", "a number; percent are fractions"),
    ('`"gaussian"`', "a text, an option of a function"),
    ("`ts_mean(x, 20)`, `ts_mean(x, d=20)`", "a call; options have defaults and may be named"),
    ("{operators}", "operators, from the weakest; comparisons do not chain"),
    (
        "`^`, `&&` or `&`, <code>&#124;&#124;</code> or <code>&#124;</code>, `~`",
        "the same as `**`, `and`, `or`, `not`",
    ),
    ("`condition ? a : b`, `a if condition else b`", "the same as `if_else(condition, a, b)`"),
)

_LIMITS = """
A window or lag is a plain whole number of bars, at most {window:,}. One with a fraction counts down to
the next whole, as the paper of the 101 alphas has it: `Ts_Rank(x, 8.6)` is `ts_rank(x, 8)`. A text holds
at most {characters:,} characters and {brackets} brackets inside each other; each installation limits
look-back and cost.

Every expression has one canonical spelling (`Mean($close,20)` becomes `ts_mean(close, 20)`), and its
digest is that of this spelling under the version of the meaning.

## Names

"""

_NAMES = (
    (
        "`adv20`",
        "`ts_mean(volume, 20)`, for any number of bars. The paper of the 101 alphas calls it dollar volume "
        "and compares it with shares; here it is shares",
    ),
    ("`cap`", "`fundamentals.market_cap`"),
    (
        "`macro.VIX`",
        "a series that belongs to no instrument. Functions over time run in its own periods, inside the "
        "vintage known at each decision: `ts_delta(macro.CPI, 12)` is twelve months",
    ),
    ("`fundamentals.eps`, `membership.sp500`", "values of other data, as known at each decision"),
    ("{events}", "events; only a `vec_` function may read them"),
    ("`news.count`", "`vec_count(news.headline, 1)`; for any source of headlines"),
    ("`sector`, `IndClass.sector`", "a group of a classification; `market` holds all"),
    ("any of your features", "its expression, put in"),
)

_MEANING = """
A field of the data or a feature of yours goes before a derived name. A result that used the stand-in for
`vwap` is told as *approximated*.

## What is not known

Not known is NaN, and a result that is not finite is not known. Functions over time skip such cells and
use what the window has; at the start of the data a window uses what there is, so leave the first
*look-back* bars out (features do). Conditions are 0, 1 or not known. Standard deviations have ddof 1.

Two laws hold to the last bit, for every expression: no value depends on later data (prefix law), and none
on data more than *look-back* bars before it (increment law). So functions whose value depends on where
the data begins are not in the language (BRAIN's `ts_step`, a cumulative `obv`); exponential means are cut
where the rest weighs under 1e-9, and stateful functions say how many bars they remember.

A negative lag looks ahead; only a label may.
"""

_DIFFERENCES = (
    ("here", "elsewhere"),
    ("`rank`, `ts_rank`: 0 to 1, as BRAIN's", "Qlib's `Rank` (`ts_percent_rank`) and pandas: 1/n to 1"),
    (
        "`ts_arg_max`: bars since the greatest value, as BRAIN's",
        "Qlib's `IdxMax` and the 101 alphas' `Ts_ArgMax` (`ts_index_max`): place from the oldest, 1 to d",
    ),
    ("`ts_decay_linear`, `WMA`: a weighted mean", "Qlib's `WMA` is this divided by the window's length"),
    ("`ts_ema` ends where the rest weighs under 1e-9", "pandas and Qlib go back to the first bar"),
    (
        "`x ** y` of a negative x and a broken y is not known",
        "some read `^` of the 101 alphas as `signed_power`",
    ),
    (
        "`rsi`, `adx`, `mfi`, `stochastic_k`, `aroon` are fractions",
        "charts show them from 0 to 100; `williams_r` from -100 to 0",
    ),
    ("standard deviations and Bollinger's bands: ddof 1", "Bollinger's own and TA-Lib: ddof 0"),
    (
        "near the start `ts_index_max` counts as if the window were full",
        "Qlib's `IdxMax` counts from the first bar",
    ),
)

_EVENT_RULES = """
An event counts from the first decision that knew it: its known time is the later of when it happened and
when it could be read. A window of `d` bars holds the events known after the decision `d` bars before and
up to the current one, so nights, weekends and holidays belong to the bar that follows them; `d = 1` is
what came since the bar before. Near the start of the data a window begins at the first decision. The
first bar has none before it and no value: what was known before the data begins belongs to no bar of it.

A half-life is in bars: an event that became known `k` bars ago weighs `0.5 ** (k / halflife)`; 0 weighs
all alike.
"""


def page() -> str:
    """The whole page."""
    strength = {**dict(PREFIXES.values()), **dict(OPERATORS.values())}
    operators = " ".join(f"`{sign.strip()}`" for sign in sorted(strength, key=strength.__getitem__))
    derived = tuple((f"`{name}`", f"`{text}`") for name, text in DERIVED_FIELDS.items())
    names = (("name", "is"), (_listed(BAR_FIELDS), "fields of the bars"), *derived, *_NAMES)
    return "".join(
        [
            _INTRODUCTION.format(language=LANGUAGE),
            _table(_GRAMMAR).format(operators=operators),
            _LIMITS.format(window=MAX_WINDOW, characters=MAX_CHARACTERS, brackets=MAX_BRACKETS),
            _table(names).format(events=_listed(EVENT_FIELDS)),
            _MEANING,
            "\n## Where others differ\n\n",
            _table(_DIFFERENCES),
            _contents(),
            *(_section(family) for family in _TITLES),
        ]
    )


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    head, *body = ("| " + " | ".join(row) + " |" for row in rows)
    return "\n".join([head, "|---" * len(rows[0]) + "|", *body]) + "\n"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _of(family: Family) -> list[Function]:
    return [function for function in FUNCTIONS.values() if function.family is family]


def _contents() -> str:
    rows = [
        (f"[{title}](#{title.lower().replace(' ', '-')})", str(len(_of(family))), what)
        for family, (title, what) in _TITLES.items()
    ]
    return f"\n## {len(FUNCTIONS)} functions\n\n" + _table([("family", "functions", "looks at"), *rows])


def _section(family: Family) -> str:
    title, what = _TITLES[family]
    rules = _EVENT_RULES if family is Family.EVENTS else ""
    return f"\n## {title}\n\n{what}\n{rules}" + "".join(_entry(function) for function in _of(family))


def _entry(function: Function) -> str:
    return f"\n### {function.name}\n\n" + "\n".join(_lines(function)) + "\n"


def _lines(function: Function) -> Iterator[str]:
    yield f"`{function.signature}`" + (f", also {_listed(function.aliases)}" if function.aliases else "")
    yield ""
    yield f"{function.doc.replace('*', chr(92) + '*')} {function.nan_rule}"
    if function.expansion:
        yield f"Stands for `{function.expansion}`."
    checked = check(function.example, Context())
    bars = "bar" if checked.lookback == 1 else "bars"
    yield ""
    yield f"Example: `{function.example}` (look-back {checked.lookback} {bars}, cost {checked.cost:g})"


if __name__ == "__main__":
    sys.stdout.write(page())
