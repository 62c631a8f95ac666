"""backtrader with fills at the open of the bar after the decision, and no check of cash at submission."""

from datetime import UTC, datetime

import backtrader
import numpy as np
from backtrader import date2num
from backtrader.feed import DataBase
from protocol import serve


class Arrays(DataBase):
    """Bars out of arrays; it has no feed that does without pandas and without files."""

    params = (("bars", None), ("times", None))

    def start(self):
        super().start()
        self.at = 0

    def _load(self):
        if self.at >= len(self.p.times):
            return False
        self.lines.datetime[0] = self.p.times[self.at]
        open_, high, low, close, volume = self.p.bars[self.at]
        self.lines.open[0] = open_
        self.lines.high[0] = high
        self.lines.low[0] = low
        self.lines.close[0] = close
        self.lines.volume[0] = volume
        self.lines.openinterest[0] = 0.0
        self.at += 1
        return True


class Given(backtrader.Strategy):
    """Moves holdings to targets that were counted at the close before, sells first."""

    params = (("decide", None), ("length", 0), ("count", 0))

    def __init__(self):
        self.fills = []
        self.equity = np.full(self.p.length, np.nan)
        self.cash_of = np.full(self.p.length, np.nan)
        self.positions_of = np.zeros((self.p.length, self.p.count))
        self.wanted = None

    def prenext(self):
        self.next()

    def next(self):
        now = len(self) - 1
        cash = self.broker.getcash()
        held = np.array([self.broker.getposition(data).size for data in self.datas])
        close = np.array([data.close[0] for data in self.datas])
        self.cash_of[now] = cash
        self.positions_of[now] = held
        self.equity[now] = cash + held @ close
        self.wanted = self.p.decide(now, self.equity[now], held, close)

    def next_open(self):
        if self.wanted is None:
            return
        for side in (-1.0, 1.0):
            for data, wanted in zip(self.datas, self.wanted, strict=True):
                done = wanted - self.broker.getposition(data).size
                if done * side > 0.0:
                    (self.buy if side > 0 else self.sell)(data, size=abs(done))
        self.wanted = None

    def notify_order(self, order):
        if order.status == order.Completed:
            done = order.executed
            number = next(n for n, data in enumerate(self.datas) if data is order.data)
            self.fills.append((len(self) - 1, number, done.size, done.price, done.comm))


def run(arrays, options, decide):
    length, count = arrays["close"].shape
    # Whole days are enough, and their numbers survive its arithmetic with days as floats.
    first = datetime(2010, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    times = date2num(first) + np.arange(length)
    rows = [
        np.stack([arrays[k][:, n] for k in ("open", "high", "low", "close", "volume")], 1)
        for n in range(count)
    ]

    def work():
        cerebro = backtrader.Cerebro(cheat_on_open=True, stdstats=False)
        cerebro.broker.set_checksubmit(False)
        cerebro.broker.setcash(options["cash"])
        cerebro.broker.setcommission(commission=options["commission"])
        for bars in rows:
            cerebro.adddata(Arrays(bars=bars.tolist(), times=times))
        cerebro.addstrategy(Given, decide=decide, length=length, count=count)
        cerebro.addanalyzer(backtrader.analyzers.DrawDown, _name="drawdown")
        done = cerebro.run()[0]
        values = {
            "final": done.equity[-1],
            "total_return": done.equity[-1] / options["cash"] - 1.0,
            "drawdown": done.analyzers.drawdown.get_analysis()["max"]["drawdown"] / 100,
            "orders": len(done.fills),
        }
        return values, lambda: details(done)

    return work


def details(done):
    fills = np.array(done.fills).reshape(-1, 5).T
    names = ("bar", "instrument", "quantity", "price", "fee")
    found = {"equity": done.equity, "cash": done.cash_of, "positions": done.positions_of}
    return found | dict(zip(names, fills, strict=True))


def weights(arrays, options):
    given = arrays["weights"]

    def decide(now, equity, _, close):
        row = given[now]
        return None if np.isnan(row).any() else row * equity / close

    return run(arrays, options, decide)


def signals(arrays, options):
    """Booleans with a share of the equity, counted at the decision's close."""
    entries, exits, share = arrays["entries"], arrays["exits"], options["share"]

    def decide(now, equity, held, close):
        if entries[now] and held[0] == 0.0:
            return np.array([share * equity / close[0]])
        if exits[now] and held[0] != 0.0:
            return np.zeros(1)
        return None

    return run(arrays, options, decide)


if __name__ == "__main__":
    serve(backtrader.__version__, {"weights": weights, "signals": signals})
