"""The feature set of the demo, as data: what anybody could post."""

from __future__ import annotations

from typing import TypedDict


class DemoFeature(TypedDict):
    """One feature as ``POST /features`` takes it."""

    name: str
    expression: str
    tags: list[str]


def _feature(name: str, expression: str, *tags: str) -> DemoFeature:
    return {"name": name, "expression": expression, "tags": list(tags)}


DEMO_FEATURES: list[DemoFeature] = [
    _feature("momentum_12_1", "Ref($close, 21) / Ref($close, 252) - 1", "momentum"),
    _feature("momentum_6_1", "Ref($close, 21) / Ref($close, 126) - 1", "momentum"),
    _feature("momentum_3", "close / ts_delay(close, 63) - 1", "momentum"),
    _feature("trend_50_200", "ts_mean(close, 50) / ts_mean(close, 200) - 1", "momentum"),
    _feature("from_high_252", "close / ts_max(high, 252) - 1", "momentum", "range"),
    _feature("reversal_1", "-returns", "reversal"),
    _feature("reversal_5", "-ts_returns(close, 5)", "reversal"),
    _feature("reversal_5_sector", "group_neutralize(reversal_5, sector)", "reversal", "sector"),
    _feature("overnight_20", "ts_mean(open / ts_delay(close, 1) - 1, 20)", "reversal"),
    _feature("intraday_20", "ts_mean(close / open - 1, 20)", "momentum"),
    _feature("volatility_20", "ts_std_dev(returns, 20)", "volatility"),
    _feature("volatility_120", "ts_std_dev(returns, 120)", "volatility"),
    _feature("volatility_ratio", "volatility_20 / volatility_120", "volatility"),
    _feature("parkinson_20", "sqrt(ts_mean(log(high / low) ** 2, 20) / 2.7725887)", "volatility", "range"),
    _feature("skew_60", "ts_skewness(returns, 60)", "volatility"),
    _feature("best_day_20", "ts_max(returns, 20)", "volatility"),
    _feature("volume_trend", "ts_mean(volume, 5) / ts_mean(volume, 60) - 1", "volume"),
    _feature("illiquidity_20", "rank(ts_mean(abs(returns) / (close * volume), 20))", "volume"),
    _feature("price_volume_20", "ts_corr(returns, log(volume), 20)", "volume"),
    _feature("place_20", "ts_scale(close, 20)", "range"),
    _feature("range_20", "ts_mean((high - low) / close, 20)", "range", "volatility"),
    _feature("close_in_range_10", "ts_mean((close - low) / (high - low), 10)", "range"),
    _feature("vix_beta_60", "ts_corr(returns, ts_delta(macro.VIXCLS, 1), 60)", "macro"),
    _feature("oil_beta_120", "ts_corr(returns, ts_returns(macro.DCOILWTICO, 1), 120)", "macro"),
    _feature(
        "calm_momentum",
        "if_else(macro.VIXCLS < ts_mean(macro.VIXCLS, 252), momentum_6_1, 0)",
        "macro",
        "momentum",
    ),
    _feature(
        "stress_volatility", "rank(volatility_20) * ts_zscore(macro.VIXCLS, 252)", "macro", "volatility"
    ),
    _feature("momentum_sector", "group_zscore(momentum_12_1, sector)", "momentum", "sector"),
    _feature("volatility_sector", "group_rank(volatility_120, sector)", "volatility", "sector"),
    _feature("earnings_yield", "fundamentals.eps / close", "value", "reports"),
    _feature(
        "book_to_price", "group_neutralize(fundamentals.book_value / close, sector)", "value", "reports"
    ),
    _feature("size", "log(fundamentals.market_cap)", "value", "reports"),
    _feature("reversal_5_members", "if_else(membership.sp500 > 0, reversal_5, 0)", "reversal", "index"),
    _feature(
        "inflation_momentum",
        "momentum_6_1 * sign(ts_delta(ts_returns(macro.CPIAUCSL, 12), 3))",
        "macro",
        "momentum",
    ),
    _feature("headlines_20", "vec_count(news.headline, 20)", "news"),
    _feature("tone_20", "vec_mean(sentiment.vader, 20, halflife=5)", "news"),
]
"""Momentum, reversal, volatility, volume, range, macro, sector, value and news features."""
