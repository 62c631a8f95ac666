"""The same strategy in a slightly other world: other costs, later fills, other prices, other choices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.evaluation import summary
from kuznia.core.backtest.market import Market
from kuznia.core.backtest.result import BacktestResult, filled_forward
from kuznia.core.backtest.robustness.resampling import PERCENTILES
from kuznia.core.backtest.settings import Settings
from kuznia.core.errors import BacktestError
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Bool, Float, Int

Metric = Literal["sharpe", "total_return", "cagr", "calmar", "sortino"]


def stresses(
    account_of: Callable[[Settings, Market], BacktestResult],
    settings: Settings,
    market: Market,
    periods_per_year: float,
) -> dict[str, dict[str, float]]:
    """Simulate again under worse terms.

    Parameters
    ----------
    account_of : callable
        Simulates the strategy, by weights or by orders, on other terms; it is called once for each.
    settings, market
        The strategy's own terms.
    periods_per_year : float
        Bars of a year.

    Returns
    -------
    dict of str to summary
        ``base``, ``doubled_costs``, ``no_costs``, and ``one_bar_later`` (a same-close fill moves to the
        next close), each with the values of `kuznia.core.backtest.evaluation.summary`.

    Examples
    --------
    >>> ts = np.arange(4) * 86_400_000_000
    >>> days = ts.astype("datetime64[us]").astype("datetime64[D]")
    >>> prices = dict.fromkeys(("open", "close"), np.array([[10.0, 10.0, 20.0, 20.0]]))
    >>> panel = Panel(("XTST:A",), ts, days, ts, prices)
    >>> weights = np.array([[1.0], [np.nan], [np.nan], [np.nan]])
    >>> account_of = lambda settings, market: simulate(panel, weights, settings, market)
    >>> found = stresses(account_of, Settings(commission_bps=100.0), Market(), 252.0)
    >>> {key: round(one["total_return"], 2) for key, one in found.items()}
    {'base': 0.98, 'doubled_costs': 0.96, 'no_costs': 1.0, 'one_bar_later': -0.01}
    """
    later = replace(settings, delay=settings.delay + 1)
    if settings.fill == "same_close":
        later = replace(settings, fill="next_close", delay=1)
    accounts = {
        "base": (settings, market),
        "doubled_costs": (settings.doubled(), market.doubled()),
        "no_costs": (settings.free(), market.free()),
        "one_bar_later": (later, market),
    }
    return {key: summary(account_of(own, facts), periods_per_year) for key, (own, facts) in accounts.items()}


@dataclass(frozen=True, slots=True)
class Noise:
    """Results on perturbed prices.

    Parameters
    ----------
    metric : str
        What is compared.
    actual : float
        On the true prices.
    values : float64 (count,)
        On the perturbed ones.
    percentiles : tuple of float
        Of `values`, at `kuznia.core.backtest.robustness.resampling.PERCENTILES`.
    kept : float
        Mean of `values` over the actual one: what is left when the prices are slightly others; NaN
        when the actual one is not positive.
    """

    metric: Metric
    actual: float
    values: Float
    percentiles: tuple[float, ...]
    kept: float


def perturbed(panel: Panel, rng: np.random.Generator, size: float = 0.2) -> Panel:
    """The panel with prices moved at random.

    Every open and close is multiplied by ``exp(e)``, `e` normal with `size` times the standard
    deviation of the instrument's returns; highs and lows move with the nearer of the two and never lie
    inside the bar. Missing prices stay missing.

    Parameters
    ----------
    panel : Panel
        With ``open`` and ``close``, optionally ``high`` and ``low``.
    rng : Generator
        Source of randomness.
    size : float
        Share of an instrument's usual move.

    Examples
    --------
    >>> ts = np.arange(3) * 86_400_000_000
    >>> days = ts.astype("datetime64[us]").astype("datetime64[D]")
    >>> prices = dict.fromkeys(("open", "close"), np.array([[10.0, 11.0, np.nan]]))
    >>> panel = Panel(("XTST:A",), ts, days, ts, prices)
    >>> np.isnan(perturbed(panel, np.random.default_rng(1)).fields["close"]).tolist()
    [[False, False, True]]
    """
    close = panel.fields["close"]
    with np.errstate(invalid="ignore"):
        steps = np.diff(np.log(close), axis=1)
    spread = np.nanstd(np.where(np.isnan(steps).all(axis=1, keepdims=True), 0.0, steps), axis=1)[:, None]
    factor = {name: np.exp(rng.normal(0.0, 1.0, close.shape) * spread * size) for name in ("open", "close")}
    fields = dict(panel.fields)
    for name, moved in factor.items():
        fields[name] = panel.fields[name] * moved
    if "high" in fields:
        raised = fields["high"] * np.fmax(factor["open"], factor["close"])
        fields["high"] = np.fmax(raised, np.fmax(fields["open"], fields["close"]))
    if "low" in fields:
        lowered = fields["low"] * np.fmin(factor["open"], factor["close"])
        fields["low"] = np.fmin(lowered, np.fmin(fields["open"], fields["close"]))
    return replace(panel, fields={name: np.ascontiguousarray(values) for name, values in fields.items()})


def noise_test(
    panel: Panel,
    account_of: Callable[[Panel], BacktestResult],
    periods_per_year: float,
    rng: np.random.Generator,
    *,
    count: int = 100,
    size: float = 0.2,
    metric: Metric = "sharpe",
) -> Noise:
    """Decide and simulate anew on perturbed prices: a rule that fits the noise falls apart.

    Parameters
    ----------
    panel : Panel
        The true bars.
    account_of : callable
        Decides and simulates on a panel; it is called once for the true bars and once for each repetition.
    periods_per_year : float
        Bars of a year.
    rng : Generator
        Source of randomness.
    count : int
        Repetitions.
    size : float
        Of the perturbation, see `perturbed`.
    metric : str
        A value of `kuznia.core.backtest.evaluation.summary`.

    Examples
    --------
    >>> ts = np.arange(40) * 86_400_000_000
    >>> days = ts.astype("datetime64[us]").astype("datetime64[D]")
    >>> prices = dict.fromkeys(("open", "close"), 10 + np.sin(np.arange(40.0))[None])
    >>> panel = Panel(("XTST:A",), ts, days, ts, prices)
    >>> always = lambda world: simulate(world, np.ones((40, 1)))
    >>> found = noise_test(panel, always, 252.0, np.random.default_rng(1), count=5)
    >>> found.metric, found.values.shape
    ('sharpe', (5,))
    """

    def value(world: Panel) -> float:
        return summary(account_of(world), periods_per_year)[metric]

    actual = value(panel)
    values = np.array([value(perturbed(panel, rng, size)) for _ in range(count)])
    kept = float(np.nanmean(values)) / actual if actual > 0 else float("nan")
    return Noise(metric, actual, values, _percentiles(values), kept)


@dataclass(frozen=True, slots=True)
class RandomEntry:
    """A strategy among random ones with its own pattern of trading.

    Parameters
    ----------
    kind : {"selection", "timing"}
        What was left to chance: which instruments are held, or when.
    metric : str
        What is compared.
    actual : float
        Of the strategy.
    values : float64 (count,)
        Of the random ones.
    percentiles : tuple of float
        Of `values`, at `kuznia.core.backtest.robustness.resampling.PERCENTILES`.
    beaten : float
        Share of the random ones below the strategy.
    p_value : float
        ``(1 + k) / (1 + n)`` with `k` of `n` random ones at least as good; those whose metric is not
        defined do not count, and NaN is left when the strategy's own is not.
    """

    kind: Literal["selection", "timing"]
    metric: Metric
    actual: float
    values: Float
    percentiles: tuple[float, ...]
    beaten: float
    p_value: float


def random_entry(
    panel: Panel,
    weights: Float,
    settings: Settings,
    market: Market,
    periods_per_year: float,
    rng: np.random.Generator,
    *,
    kind: Literal["selection", "timing"] | None = None,
    count: int = 200,
    metric: Metric = "sharpe",
) -> RandomEntry:
    """Is the choice better than chance, given how often and how much is traded?

    ``selection`` gives the weights of each instrument to another one, drawn at random: number held,
    sizes, rebalances, holding periods and turnover stay, the names are chance. A name without a price is
    replaced by a random one that has one. ``timing`` moves all decisions by a random number of bars,
    with wrap-around: the holding pattern stays, the moments are chance.

    Parameters
    ----------
    panel, weights, settings, market
        As for `kuznia.core.backtest.engine.simulate`.
    periods_per_year : float
        Bars of a year.
    rng : Generator
        Source of randomness.
    kind : {"selection", "timing"}, optional
        By default ``selection``, with one instrument ``timing``.
    count : int
        Random accounts; each costs one simulation.
    metric : str
        A value of `kuznia.core.backtest.evaluation.summary`.

    Examples
    --------
    Always in the better one of two names; the only other choice is the worse one:

    >>> ts = np.arange(40) * 86_400_000_000
    >>> close = np.cumprod(1 + np.array([[0.01], [-0.01]]) * (1 + np.arange(40) % 3), axis=1)
    >>> days = ts.astype("datetime64[us]").astype("datetime64[D]")
    >>> panel = Panel(("XTST:A", "XTST:B"), ts, days, ts, {"open": close, "close": close})
    >>> weights = np.full((40, 2), np.nan)
    >>> weights[0] = 1.0, 0.0
    >>> rng = np.random.default_rng(1)
    >>> found = random_entry(panel, weights, Settings(), Market(), 252.0, rng, count=99)
    >>> found.kind, 0.4 < found.p_value < 0.6
    ('selection', True)
    """
    if count < 1:
        raise BacktestError(f"{count} random accounts were asked for.", "Ask for one at least.")
    chosen = kind or ("timing" if weights.shape[1] == 1 else "selection")
    decided = np.flatnonzero(~np.isnan(weights).all(axis=1))
    if len(decided) == 0:
        raise BacktestError("Nothing is decided at any bar.", "Give weights with at least one decision.")
    known = ~np.isnan(filled_forward(panel.fields["close"].T))

    def value(wanted: Float) -> float:
        return summary(simulate(panel, wanted, settings, market), periods_per_year)[metric]

    actual = value(weights)
    values = np.empty(count)
    for k in range(count):
        if chosen == "selection":
            values[k] = value(other_names(weights, decided, known, rng))
        else:
            values[k] = value(other_times(weights, decided, known, rng))
    valid = values[~np.isnan(values)]
    told = len(valid) > 0 and not np.isnan(actual)
    return RandomEntry(
        chosen,
        metric,
        actual,
        values,
        _percentiles(values),
        float(np.mean(valid < actual)) if told else float("nan"),
        (1.0 + float(np.sum(valid >= actual))) / (1.0 + len(valid)) if told else float("nan"),
    )


def other_names(weights: Float, decided: Int, known: Bool, rng: np.random.Generator) -> Float:
    """The weights of each instrument on another one that has a price when it is decided. (T, N)"""
    found = np.full(weights.shape, np.nan)
    place = rng.permutation(weights.shape[1])
    for t in decided:
        used = np.flatnonzero(weights[t])
        gone = used[~known[t, place[used]]]
        if len(gone):
            place = _replaced(place, used, gone, known[t], rng)
        found[t] = 0.0
        found[t, place[used]] = weights[t, used]
    return found


def _replaced(place: Int, used: Int, gone: Int, known: Bool, rng: np.random.Generator) -> Int:
    """Swap places without a price for random ones that have one and are not used."""
    place = place.copy()
    free = np.setdiff1d(np.arange(len(place)), used)
    free = free[known[place[free]]]
    other = rng.permutation(free)[: len(gone)]
    gone = gone[: len(other)]
    place[gone], place[other] = place[other], place[gone].copy()
    return place


def other_times(weights: Float, decided: Int, known: Bool, rng: np.random.Generator) -> Float:
    """All decisions moved by the same number of bars, round the end; the first bar decides too. (T, N)"""
    length = len(weights)
    shift = int(rng.integers(1, length)) if length > 1 else 0
    found = np.roll(weights, shift, axis=0)
    if np.isnan(found[0]).all():
        before = decided[decided <= length - shift]
        found[0] = weights[before[-1]] if len(before) else weights[decided[-1]]
    return np.where(np.isnan(found) | known, found, 0.0)


def _percentiles(values: Float) -> tuple[float, ...]:
    valid = values[~np.isnan(values)]
    if len(valid) == 0:
        return (float("nan"),) * len(PERCENTILES)
    return tuple(float(one) for one in np.percentile(valid, PERCENTILES))
