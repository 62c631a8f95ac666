"""bt, which trades at the close it decides on."""

import warnings

import bt
import numpy as np
import pandas as pd
from protocol import index, serve

warnings.simplefilter("ignore")


class Counted(bt.Algo):
    """Trades the difference to units counted from the value before any fee."""

    def __call__(self, target):
        value = target.value
        wanted = target.temp["weights"]
        prices = target.universe.loc[target.now]
        deltas = {
            name: weight * value / prices[name]
            - (target.children[name].position if name in target.children else 0.0)
            for name, weight in wanted.items()
        }
        for name, delta in sorted(deltas.items(), key=lambda item: item[1]):
            if delta != 0.0:
                target.transact(delta, child=name)
        return True


def weights(arrays, options):
    when = index(arrays)
    count = arrays["close"].shape[1]
    names = [f"n{n:04d}" for n in range(count)]
    prices = pd.DataFrame(arrays["close"], when, names)
    wanted = pd.DataFrame(arrays["weights"], when, names).dropna()
    rate = options["commission"]

    def work():
        trade = Counted() if options.get("counted") else bt.algos.Rebalance()
        strategy = bt.Strategy("given", [bt.algos.WeighTarget(wanted), trade], children=names)
        trial = bt.Backtest(
            strategy,
            prices,
            initial_capital=options["cash"],
            commissions=lambda quantity, price: abs(quantity) * price * rate,
            integer_positions=False,
            progress_bar=False,
        )
        found = bt.run(trial)
        done = trial.strategy
        equity = done.values.to_numpy()[1:]  # it puts a day before the first
        statistics = found.stats["given"]
        values = {
            "final": equity[-1],
            "total_return": statistics["total_return"],
            "sharpe": statistics["daily_sharpe"],
            "drawdown": -statistics["max_drawdown"],
            "orders": len(done.get_transactions()),
        }
        return values, lambda: details(done, names, equity, when)

    return work


def details(done, names, equity, when):
    fills = done.get_transactions().reset_index()
    places = {name: n for n, name in enumerate(names)}
    return {
        "equity": equity,
        "cash": done.cash.to_numpy()[1:],
        "positions": done.positions.reindex(columns=names).fillna(0.0).to_numpy()[1:],
        "fees": np.array([done.fees.sum()]),
        "bar": when.get_indexer(fills["Date"]),
        "instrument": np.array([places[name] for name in fills["Security"]]),
        "quantity": fills["quantity"].to_numpy(),
        "price": fills["price"].to_numpy(),
    }


if __name__ == "__main__":
    serve(bt.__version__, {"weights": weights})
