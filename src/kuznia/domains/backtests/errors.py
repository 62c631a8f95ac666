"""What can be wrong with backtests."""

from kuznia.errors import Invalid, NotFound


class BacktestMissing(NotFound):
    code, title = "backtest_missing", "There is no such backtest"


class NoBars(Invalid):
    code, title = "no_bars", "There are no bars to simulate on"


class UnusableBacktest(Invalid):
    code, title = "unusable_backtest", "The backtest cannot be run as it is"


class NoRate(Invalid):
    code, title = "no_exchange_rate", "A rate of exchange is missing"
