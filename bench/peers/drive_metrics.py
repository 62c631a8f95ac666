"""empyrical-reloaded and quantstats: figures of one return series beside a benchmark."""

import warnings

import empyrical
import numpy as np
import pandas as pd
import quantstats
from protocol import index, serve

warnings.simplefilter("ignore")
YEAR = 252


def of_empyrical(arrays, options):
    when = index(arrays)
    own, other = pd.Series(arrays["returns"], when), pd.Series(arrays["benchmark"], when)

    def work():
        values = {
            "total_return": empyrical.cum_returns_final(own),
            "cagr": empyrical.annual_return(own, annualization=YEAR),
            "volatility": empyrical.annual_volatility(own, annualization=YEAR),
            "sharpe": empyrical.sharpe_ratio(own, annualization=YEAR),
            "sortino": empyrical.sortino_ratio(own, annualization=YEAR),
            "downside_deviation": empyrical.downside_risk(own, annualization=YEAR),
            "max_drawdown": empyrical.max_drawdown(own),
            "calmar": empyrical.calmar_ratio(own, annualization=YEAR),
            "omega": empyrical.omega_ratio(own, annualization=YEAR),
            "tail_ratio": empyrical.tail_ratio(own),
            "value_at_risk": empyrical.value_at_risk(own),
            "expected_shortfall": empyrical.conditional_value_at_risk(own),
            "beta": empyrical.beta(own, other),
            "alpha": empyrical.alpha(own, other, annualization=YEAR),
            "information_ratio": empyrical.excess_sharpe(own, other),
            "up_capture": empyrical.up_capture(own, other, period="daily"),
            "down_capture": empyrical.down_capture(own, other, period="daily"),
        }

        def series():
            window = int(options["window"])
            return {
                "rolling_sharpe": empyrical.roll_sharpe_ratio(own, window).to_numpy(),
                "rolling_beta": empyrical.roll_beta(own, other, window).to_numpy(),
                "rolling_volatility": empyrical.roll_annual_volatility(own, window).to_numpy(),
            }

        return values, series

    return work


def of_quantstats(arrays, _options):
    when = index(arrays)
    own, other = pd.Series(arrays["returns"], when), pd.Series(arrays["benchmark"], when)
    stats = quantstats.stats

    def work():
        greeks = stats.greeks(own, other, periods=YEAR, prepare_returns=False)
        values = {
            "total_return": stats.comp(own),
            "cagr": stats.cagr(own, periods=YEAR),
            "volatility": stats.volatility(own, periods=YEAR, prepare_returns=False),
            "sharpe": stats.sharpe(own, periods=YEAR),
            "sortino": stats.sortino(own, periods=YEAR),
            "max_drawdown": stats.max_drawdown(own),
            "calmar": stats.calmar(own, prepare_returns=False),
            "omega": stats.omega(own, periods=YEAR),
            "gain_to_pain": stats.gain_to_pain_ratio(own),
            "tail_ratio": stats.tail_ratio(own),
            "value_at_risk": stats.value_at_risk(own),
            "expected_shortfall": stats.cvar(own),
            "skewness": stats.skew(own),
            "kurtosis": stats.kurtosis(own),
            "ulcer": stats.ulcer_index(own),
            "probabilistic_sharpe": stats.probabilistic_sharpe_ratio(own, periods=YEAR),
            "payoff_ratio": stats.payoff_ratio(own),
            "profit_factor": stats.profit_factor(own),
            "win_rate": stats.win_rate(own),
            "beta": greeks["beta"],
            "alpha": greeks["alpha"],
            "information_ratio": stats.information_ratio(own, other),
            "treynor": stats.treynor_ratio(own, other, periods=YEAR),
            "r_squared": stats.r_squared(own, other),
            "best": stats.best(own),
            "worst": stats.worst(own),
        }

        def tables():
            falls = stats.drawdown_details(stats.to_drawdown_series(own))
            falls = falls.sort_values("max drawdown").head(5)
            return {
                "depths": falls["max drawdown"].to_numpy() / 100,
                "starts": falls["start"].to_numpy().astype("datetime64[D]").astype(np.int64),
                "valleys": falls["valley"].to_numpy().astype("datetime64[D]").astype(np.int64),
                "ends": falls["end"].to_numpy().astype("datetime64[D]").astype(np.int64),
            }

        return values, tables

    return work


serve(
    f"empyrical-reloaded {empyrical.__version__}, quantstats {quantstats.__version__}",
    {"empyrical": of_empyrical, "quantstats": of_quantstats},
)
