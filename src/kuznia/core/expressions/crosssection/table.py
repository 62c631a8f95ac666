"""The table of functions across instruments and inside groups."""

from __future__ import annotations

from kuznia.core.expressions.function import Family, Function, Parameter, Takes, window_memory

_MEMBERS = "Instruments whose value is not known are left out and stay not known."
_SHARED = "Known for every member of a group with a known value, also where its own is not known."
_X = Parameter("x")
_G = Parameter("group", Takes.GROUP)


def _across(
    name: str, aliases: tuple[str, ...], doc: str, *options: Parameter, example: str = "", weight: float = 3.0
) -> Function:
    text = example or f"{name}(close)"
    return Function(name, aliases, Family.CROSS_SECTION, (_X, *options), doc, _MEMBERS, text, weight=weight)


def _grouped(
    name: str, doc: str, rule: str = _MEMBERS, aliases: tuple[str, ...] = (), weight: float = 4.0
) -> Function:
    return Function(
        name, aliases, Family.GROUP, (_X, _G), doc, rule, f"{name}(returns, sector)", weight=weight
    )


CROSS_SECTION = (
    _across(
        "rank", ("CSRank",), "Rank across instruments, from 0 to 1, equals share their mean.", weight=20.0
    ),
    _across("zscore", ("CSZScore",), "Distance from the mean across instruments in standard deviations."),
    _across("demean", (), "Distance from the mean across instruments."),
    _across(
        "normalize",
        (),
        "Distance from the mean; over the standard deviation if useStd; clipped at limit if above 0.",
        Parameter("useStd", Takes.NUMBER, 0.0, 0.0, 1.0),
        Parameter("limit", Takes.NUMBER, 0.0, 0.0),
    ),
    _across(
        "scale",
        (),
        "Absolute values sum to scale; long and short sides apart when their scales are given.",
        Parameter("scale", Takes.NUMBER, 1.0, 0.0),
        Parameter("longscale", Takes.NUMBER, 0.0, 0.0),
        Parameter("shortscale", Takes.NUMBER, 0.0, 0.0),
    ),
    _across(
        "winsorize",
        (),
        "Clipped to std standard deviations around the mean.",
        Parameter("std", Takes.NUMBER, 4.0, 0.0),
    ),
    _across(
        "quantile",
        (),
        "Rank moved inside (0, 1) and sent through a distribution's quantiles: gaussian, uniform or cauchy.",
        Parameter("driver", Takes.TEXT, "gaussian", pattern="gaussian|uniform|cauchy"),
        Parameter("sigma", Takes.NUMBER, 1.0, 0.0),
        weight=22.0,
    ),
    _across(
        "truncate",
        (),
        "Clipped to maxPercent of the sum of absolute values.",
        Parameter("maxPercent", Takes.NUMBER, 0.01, 0.0, 1.0),
    ),
    _across("cs_mean", (), "Mean across instruments."),
    _across("cs_sum", (), "Sum across instruments."),
    _across("cs_count", (), "Instruments whose value is known."),
    _across("cs_std_dev", (), "Standard deviation across instruments (ddof 1)."),
    Function(
        "regression_neut",
        (),
        Family.CROSS_SECTION,
        (Parameter("y"), Parameter("x")),
        "What least squares of y on x across instruments leaves.",
        "Uses pairs known on both sides.",
        "regression_neut(returns, log(volume))",
        weight=5.0,
    ),
    Function(
        "vector_neut",
        (),
        Family.CROSS_SECTION,
        (Parameter("x"), Parameter("y")),
        "x less its projection on y.",
        "Uses pairs known on both sides.",
        "vector_neut(demean(returns), demean(close))",
        weight=5.0,
    ),
)

GROUPED = (
    _grouped(
        "group_neutralize",
        "Distance from the group's mean.",
        aliases=("indneutralize", "IndNeutralize", "group_demean"),
    ),
    _grouped("group_rank", "Rank inside the group, from 0 to 1.", weight=20.0),
    _grouped("group_zscore", "Distance from the group's mean in its standard deviations."),
    _grouped("group_scale", "Place between the group's smallest (0) and greatest (1) value."),
    _grouped("group_mean", "Mean of the group.", _SHARED),
    _grouped("group_sum", "Sum of the group.", _SHARED),
    _grouped("group_count", "Members of the group whose value is known.", _SHARED),
    _grouped("group_std_dev", "Standard deviation of the group (ddof 1).", _SHARED, ("group_stddev",)),
    _grouped("group_min", "Smallest value of the group.", _SHARED),
    _grouped("group_max", "Greatest value of the group.", _SHARED),
    _grouped("group_median", "Median of the group.", _SHARED, weight=20.0),
    Function(
        "group_backfill",
        (),
        Family.GROUP,
        (_X, _G, Parameter("d", Takes.WINDOW), Parameter("std", Takes.NUMBER, 4.0, 0.0)),
        "x, or where it is not known the mean of the group's newest values of d bars, without outliers.",
        "Fills gaps where the group has known values.",
        "group_backfill(close, sector, 5)",
        memory=window_memory,
        weight=6.0,
    ),
)
