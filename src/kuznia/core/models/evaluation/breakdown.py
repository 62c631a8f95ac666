"""The same score in parts: years, sectors, states of the market, horizons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kuznia.core.backtest.analysis.periods import TREND, VOLATILITY, trend_regime, volatility_regime
from kuznia.core.frames.panel import Panel
from kuznia.core.models.evaluation.baskets import Spread, spread
from kuznia.core.models.evaluation.information import RankIC, mean_ic, rank_ic_by_bar
from kuznia.core.models.evaluation.scored import Estimate, Scored, estimate
from kuznia.core.models.spec import Label
from kuznia.core.models.targets import forward_returns
from kuznia.core.typing import Bool, Float, Int

HORIZONS = (1, 2, 3, 5, 10, 21, 42, 63)
"""Bars over which a score's decay is told."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a score was worth in one part.

    Parameters
    ----------
    key : str
        ``2024``, a sector, a state of the market; ``all`` for everything.
    ic : RankIC
        Among the names of the part.
    gross, net : Estimate
        Best less worst over the horizon, before and after costs.
    turnover : float
        Mean value traded at each choice.
    """

    key: str
    ic: RankIC
    gross: Estimate
    net: Estimate
    turnover: float


@dataclass(frozen=True, slots=True)
class Daily:
    """A score's worth at each bar, measured once for all parts of the time.

    Parameters
    ----------
    bars : int64 (B,)
    ic : float64 (B,)
        Rank IC; NaN where it is not known.
    spread : Spread
    horizon : int
    """

    bars: Int
    ic: Float
    spread: Spread
    horizon: int

    def part(self, key: str, chosen: Bool) -> Part:
        """The bars of the panel that `chosen`, (T,), marks."""
        inside = chosen[self.spread.bars]
        turnover = self.spread.turnover[inside]
        return Part(
            key,
            mean_ic(self.ic[chosen[self.bars]], self.horizon),
            estimate(self.spread.gross[inside], self.horizon),
            estimate(self.spread.net[inside], self.horizon),
            float(turnover.mean()) if len(turnover) else float("nan"),
        )


def daily(scored: Scored, *, cost_bps: float) -> Daily:
    """Measure a score at each bar."""
    bars, series = rank_ic_by_bar(scored.score, scored.forward, scored.bar)
    return Daily(bars, series, spread(scored, cost_bps=cost_bps), scored.horizon)


def by_year(measured: Daily, panel: Panel) -> list[Part]:
    """Each calendar year that has scores."""
    years = panel.session.astype("datetime64[Y]")
    wanted = np.unique(years[measured.bars])
    return [measured.part(str(year), years == year) for year in wanted]


def by_regime(measured: Daily, panel: Panel) -> tuple[list[Part], list[Part]]:
    """States of the market as they were known at the decision: its volatility, its trend.

    The market is the mean of all names. States are those of backtests: terciles of volatility among all
    values up to then, and the index above or below its average of 200 bars.
    """
    market = market_returns(panel)
    states = ((volatility_regime(market), VOLATILITY), (trend_regime(market), TREND))
    told = [
        [measured.part(name, codes == n) for n, name in enumerate(names) if (codes == n)[measured.bars].any()]
        for codes, names in states
    ]
    return told[0], told[1]


def market_returns(panel: Panel) -> Float:
    """Mean return of all names from close to close, 0 where none is known. (T,)"""
    close = panel.fields["close"]
    moves = np.full(close.shape, np.nan)
    moves[:, 1:] = close[:, 1:] / close[:, :-1] - 1.0
    count = (~np.isnan(moves)).sum(axis=0)
    return np.asarray(np.where(count > 0, np.nansum(moves, axis=0) / np.maximum(count, 1), 0.0))


def by_sector(
    scored: Scored, codes: Int, names: Sequence[str], panel: Panel, *, cost_bps: float
) -> list[Part]:
    """Names of one sector among themselves, as they were classified at each decision.

    Parameters
    ----------
    scored : Scored
    codes : int64 (N, T)
        Places in `names`; −1 where not known.
    names : sequence of str
    panel : Panel
    cost_bps : float

    Returns
    -------
    list of Part
        A sector with too few names at every bar has an IC of no bars.
    """
    own = codes[scored.row, scored.bar]
    every = np.ones(panel.shape[1], dtype=np.bool_)
    return [
        daily(scored.where(own == code), cost_bps=cost_bps).part(name, every)
        for code, name in enumerate(names)
        if (own == code).any()
    ]


def decay(scored: Scored, panel: Panel, horizons: Sequence[int] = HORIZONS) -> list[tuple[int, RankIC]]:
    """Rank IC with the return over each horizon from the next open."""
    told = []
    for bars in sorted({*horizons, scored.horizon}):
        beside = scored.against(forward_returns(panel, Label(horizon=bars)), bars)
        series = rank_ic_by_bar(beside.score, beside.forward, beside.bar)[1]
        told.append((bars, mean_ic(series, bars)))
    return told
