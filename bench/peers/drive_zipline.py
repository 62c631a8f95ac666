"""zipline-reloaded: daily bars of a bundle of its own, whole shares, fills at the next close."""

import os
import tempfile
import warnings

import numpy as np
import pandas as pd
from protocol import serve

warnings.simplefilter("ignore")
ROOT = tempfile.TemporaryDirectory()
os.environ["ZIPLINE_ROOT"] = ROOT.name

import zipline  # noqa: E402 - it reads its root when it is imported
from zipline.api import order, set_commission, set_slippage, symbols  # noqa: E402
from zipline.data import bundles  # noqa: E402
from zipline.finance import commission, slippage  # noqa: E402
from zipline.utils.calendar_utils import get_calendar  # noqa: E402

CALENDAR = "XNYS"


def prepared(arrays):
    """Register and ingest a bundle of these bars, one a session; returns its name, sessions and symbols."""
    length, count = arrays["close"].shape
    name = f"given{len(bundles.bundles)}"
    sessions = get_calendar(CALENDAR).sessions
    sessions = sessions[sessions.searchsorted(pd.Timestamp("2008-01-02")) :][:length]
    codes = [f"N{n:04d}" for n in range(count)]

    def ingest(_environ, assets, _minutes, days, adjustments, *_):
        assets.write(
            equities=pd.DataFrame(
                {
                    "symbol": codes,
                    "asset_name": codes,
                    "start_date": sessions[0],
                    "end_date": sessions[-1],
                    "exchange": "X",
                }
            ),
            exchanges=pd.DataFrame({"exchange": ["X"], "canonical_name": ["X"], "country_code": ["US"]}),
        )
        fields = ("open", "high", "low", "close", "volume")
        days.write(
            (n, pd.DataFrame({field: arrays[field][:, n] for field in fields}, sessions))
            for n in range(count)
        )
        adjustments.write()

    bundles.register(
        name, ingest, calendar_name=CALENDAR, start_session=sessions[0], end_session=sessions[-1]
    )
    bundles.ingest(name, show_progress=False)
    return name, sessions, codes


def weights(arrays, options):
    """Whole shares towards weights, counted at the decision's close."""
    bundle, sessions, codes = prepared(arrays)
    given = arrays["weights"]

    def initialize(context):
        set_slippage(slippage.FixedSlippage(spread=0.0))
        set_commission(commission.PerDollar(cost=options["commission"]))
        context.names = symbols(*codes)
        context.at = 0

    def handle(context, data):
        row = given[context.at]
        context.at += 1
        if np.isnan(row).any():
            return
        close = data.current(context.names, "close")
        worth = context.portfolio.portfolio_value
        for name, weight in zip(context.names, row, strict=True):
            held = context.portfolio.positions[name].amount
            done = weight * worth / close[name] - held
            if abs(done) >= 1.0:
                order(name, done)  # which cuts it to whole shares

    def work():
        found = zipline.run_algorithm(
            start=sessions[0],
            end=sessions[-1],
            initialize=initialize,
            handle_data=handle,
            capital_base=options["cash"],
            bundle=bundle,
            data_frequency="daily",
            trading_calendar=get_calendar(CALENDAR),
            benchmark_returns=pd.Series(0.0, sessions),
        )
        values = {
            "final": found["portfolio_value"].iloc[-1],
            "total_return": found["algorithm_period_return"].iloc[-1],
            "sharpe": found["sharpe"].iloc[-1],
            "drawdown": -found["max_drawdown"].iloc[-1],
            "orders": sum(len(day) for day in found["transactions"]),
        }
        return values, lambda: details(found, codes)

    return work


def details(found, codes):
    places = {code: n for n, code in enumerate(codes)}
    rows = [
        (t, places[fill["sid"].symbol], fill["amount"], fill["price"])
        for t, day in enumerate(found["transactions"])
        for fill in day
    ]
    bar, instrument, quantity, price = np.array(rows, dtype=float).T
    positions = np.zeros((len(found), len(codes)))
    for t, day in enumerate(found["positions"]):
        for held in day:
            positions[t, places[held["sid"].symbol]] = held["amount"]
    return {
        "equity": found["portfolio_value"].to_numpy(),
        "cash": found["ending_cash"].to_numpy(),
        "positions": positions,
        "bar": bar,
        "instrument": instrument,
        "quantity": quantity,
        "price": price,
    }


if __name__ == "__main__":
    serve(zipline.__version__, {"weights": weights})
