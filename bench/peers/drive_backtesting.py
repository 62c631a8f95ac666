"""backtesting.py in its fractional mode."""

import os
import warnings

import backtesting
import numpy as np
import pandas as pd
from backtesting import Strategy
from backtesting.lib import FractionalBacktest
from protocol import index, serve

warnings.simplefilter("ignore")
UNIT = 1e-8
ALL = float(np.nextafter(1.0, 0.0))
"""The largest share of the cash it takes for a share and not for a number of units."""


def frame(arrays):
    names = ("open", "high", "low", "close", "volume")
    return pd.DataFrame({name.capitalize(): arrays[name][:, 0] for name in names}, index(arrays))


def strategy(arrays, options):
    """Booleans, or brackets of prices known at the decision."""
    entries, exits = arrays["entries"], arrays["exits"]
    stop, limit = arrays.get("stop_price"), arrays.get("target_price")
    size = options["size"] / UNIT if "size" in options else ALL
    equity = np.full(len(entries), np.nan)

    class Given(Strategy):
        def init(self):
            pass

        def next(self):
            now = len(self.data) - 1
            equity[now] = self.equity
            if entries[now] and not self.position:
                prices = {} if stop is None else {"sl": stop[now] * UNIT, "tp": limit[now] * UNIT}
                self.buy(size=size, **prices)
            elif exits[now] and self.position:
                self.position.close()

    return Given, equity


def signals(arrays, options):
    data = frame(arrays)

    def work():
        given, _ = strategy(arrays, options)
        trial = FractionalBacktest(
            data, given, cash=options["cash"], commission=options["commission"], fractional_unit=UNIT
        )
        found = trial.run()
        values = {
            "final": found["Equity Final [$]"],
            "total_return": found["Return [%]"] / 100,
            "sharpe": found["Sharpe Ratio"],
            "drawdown": -found["Max. Drawdown [%]"] / 100,
            "orders": 2 * found["# Trades"],
        }
        return values, lambda: details(found)

    return work


def details(found):
    """Fills of round trips; what is open at the end is not among them."""
    trades = found["_trades"]
    size = trades["Size"].to_numpy()
    bar = np.concatenate([trades["EntryBar"], trades["ExitBar"]])
    order = np.argsort(bar, kind="stable")
    return {
        "equity": found["_equity_curve"]["Equity"].to_numpy(),
        "bar": bar[order],
        "instrument": np.zeros(len(bar)),
        "quantity": np.concatenate([size, -size])[order],
        "price": np.concatenate([trades["EntryPrice"], trades["ExitPrice"]])[order],
        "fees": np.array([trades["Commission"].sum()]),
    }


def sweep(arrays, options):
    """Some of the pairs one after the other: the cost of one is the cost of each."""
    data = frame(arrays)
    close = data["Close"]
    windows, pairs = arrays["windows"], arrays["pairs"]

    def work():
        best = []
        for i, j in pairs[: options["count"]]:
            above = (close.rolling(windows[i]).mean() > close.rolling(windows[j]).mean()).to_numpy()
            given, _ = strategy({"entries": above, "exits": ~above}, {})
            trial = FractionalBacktest(
                data, given, cash=options["cash"], commission=options["commission"], fractional_unit=UNIT
            )
            found = trial.run()
            best.append(found["Return [%]"] / 100)
        return {"first": best[0], "best": max(best)}, lambda: {"found": np.array(best)}

    return work


if __name__ == "__main__":
    os.environ["TQDM_DISABLE"] = "1"
    backtesting.backtesting._tqdm = lambda given, **_: given
    serve(backtesting.__version__, {"signals": signals, "sweep": sweep})
