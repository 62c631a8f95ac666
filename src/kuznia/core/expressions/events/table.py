"""The table of functions over events."""

from __future__ import annotations

from kuznia.core.expressions.function import Family, Function, Parameter, Takes, lag_memory

_RULE = (
    "Skips events without a value; not known without an event that has one, and in the first bar of the "
    "data, which has no bar before it."
)
_WINDOW = Parameter("d", Takes.WINDOW, 1.0)
_HALF_LIFE = Parameter("halflife", Takes.NUMBER, 0.0, 0.0)
_WEIGHT = 20.0


def _of_events(
    name: str,
    aliases: tuple[str, ...],
    doc: str,
    *options: Parameter,
    rule: str = _RULE,
    example: str = "",
) -> Function:
    return Function(
        name,
        aliases,
        Family.EVENTS,
        (Parameter("events", Takes.EVENTS), _WINDOW, *options),
        doc,
        rule,
        example or f"{name}(sentiment.vader, 5)",
        memory=lag_memory,
        weight=_WEIGHT,
    )


EVENTS = (
    _of_events(
        "vec_count",
        (),
        "Events of the last d bars that have a value; with a half-life in bars the sum of their weights.",
        _HALF_LIFE,
        rule="0 without events; not known in the first bar of the data, which has no bar before it.",
        example="vec_count(news.headline, 5)",
    ),
    _of_events(
        "vec_sum",
        (),
        "Sum over the events of the last d bars; 0.5 ** (age / halflife) weighs them if it is above 0.",
        _HALF_LIFE,
    ),
    _of_events(
        "vec_mean",
        ("vec_avg",),
        "Mean over the events of the last d bars, weighted by age if halflife is above 0.",
        _HALF_LIFE,
        example="vec_mean(sentiment.vader, 20, halflife=5)",
    ),
    _of_events(
        "vec_std",
        ("vec_stddev", "vec_std_dev"),
        "Standard deviation of the events of the last d bars (ddof 1), weighted if halflife is above 0.",
        _HALF_LIFE,
    ),
    _of_events("vec_ir", (), "Mean over standard deviation of the events of the last d bars.", _HALF_LIFE),
    _of_events("vec_skewness", (), "Sample skewness of the events of the last d bars."),
    _of_events("vec_kurtosis", (), "Sample excess kurtosis of the events of the last d bars."),
    _of_events("vec_min", (), "Smallest value among the events of the last d bars."),
    _of_events("vec_max", (), "Greatest value among the events of the last d bars."),
    _of_events("vec_range", (), "Greatest less smallest value among the events of the last d bars."),
    _of_events("vec_median", (), "Median of the events of the last d bars."),
    _of_events(
        "vec_percentage",
        (),
        "Quantile of the events of the last d bars, linearly interpolated.",
        Parameter("percentage", Takes.NUMBER, 0.5, 0.0, 1.0),
    ),
    _of_events(
        "vec_choose",
        (),
        "The nth event of the last d bars, from the oldest (0) or back from the newest (-1).",
        Parameter("nth", Takes.NUMBER, -1.0, -1000.0, 1000.0),
    ),
    _of_events("vec_norm", (), "Sum of the absolute values of the events of the last d bars."),
    _of_events(
        "vec_powersum",
        (),
        "Sum of the events of the last d bars, each to the power of constant.",
        Parameter("constant", Takes.NUMBER, 2.0, -10.0, 10.0),
    ),
)
"""Functions over the events known after the decision d bars ago and up to the current one."""
