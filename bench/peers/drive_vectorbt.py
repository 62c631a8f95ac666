"""vectorbt, by its numba and by its Rust engine (``engine`` in the options)."""

import numpy as np
import pandas as pd
import vectorbt as vbt
from protocol import index, later, serve

vbt.settings.returns["year_freq"] = "252 days"


def fees_of(entries, options):
    """vectorbt charges commission on the slipped price; these rates make it the market's price."""
    fee, slip = options["commission"], options["slippage"]
    if slip == 0.0:
        return fee
    rates = np.full(entries.shape, fee / (1.0 - slip))
    rates[entries] = fee / (1.0 + slip)
    return rates


def figures(portfolio):
    """The metrics everyone computes."""
    return {
        "final": np.ravel(portfolio.final_value())[0],
        "total_return": np.ravel(portfolio.total_return())[0],
        "sharpe": np.ravel(portfolio.sharpe_ratio())[0],
        "drawdown": -np.ravel(portfolio.max_drawdown())[0],
        "orders": np.sum(portfolio.orders.count()),
    }


def details(portfolio, count):
    def arrays():
        records = portfolio.orders.records_arr
        sign = np.where(records["side"] == 0, 1.0, -1.0)
        return {
            "equity": np.asarray(portfolio.value()).reshape(-1),
            "cash": np.asarray(portfolio.cash()).reshape(-1),
            "positions": np.asarray(portfolio.assets()).reshape(-1, count),
            "bar": records["idx"],
            "instrument": records["col"],
            "quantity": records["size"] * sign,
            "price": records["price"],
            "fee": records["fees"],
        }

    return arrays


def signals(arrays, options):
    """Booleans decided at a close, filled at the next open, with all the cash or so many shares."""
    when = index(arrays)
    open_, high, low, close = (pd.Series(arrays[k][:, 0], when) for k in ("open", "high", "low", "close"))
    entries, exits = arrays["entries"], arrays["exits"]
    averages = options.get("averages")
    stops = {}
    for ours, theirs in (("stop", "sl_stop"), ("trail", "sl_stop"), ("target", "tp_stop")):
        if options.get(ours) is not None:
            stops[theirs] = options[ours]
    if stops:
        stops.update(
            sl_trail=options.get("trail") is not None, stop_entry_price="fillprice", high=high, low=low
        )

    def work():
        into, out = entries, exits
        if averages:
            fast, slow = (vbt.MA.run(close, window, engine=options["engine"]) for window in averages)
            into = fast.ma_crossed_above(slow).to_numpy().reshape(-1)
            out = fast.ma_crossed_below(slow).to_numpy().reshape(-1)
        into, out = later(into), later(out)
        portfolio = vbt.Portfolio.from_signals(
            close,
            into,
            out,
            open=open_,
            price=open_,
            fees=fees_of(into, options),
            slippage=options["slippage"],
            init_cash=options["cash"],
            size=options.get("size", np.inf),
            freq="1D",
            engine=options["engine"],
            **stops,
        )
        return figures(portfolio), details(portfolio, 1)

    return work


def weights(arrays, options):
    """Target weights decided at a close, sized there, filled at the next open, one cash account."""
    when = index(arrays)
    count = arrays["close"].shape[1]
    open_, close = (pd.DataFrame(arrays[k], when) for k in ("open", "close"))

    def work():
        moved = np.full(arrays["weights"].shape, np.nan)
        moved[1:] = arrays["weights"][:-1]
        at_fill = options.get("size_at") == "fill"
        portfolio = vbt.Portfolio.from_orders(
            close,
            size=moved,
            size_type="targetpercent",
            price=open_,
            val_price=open_ if at_fill else close.shift(1),
            fees=options["commission"],
            init_cash=options["cash"],
            cash_sharing=True,
            group_by=True,
            call_seq="auto",
            freq="1D",
            engine=options["engine"],
            **({"max_orders": options["max_orders"]} if "max_orders" in options else {}),
        )
        return figures(portfolio), details(portfolio, count)

    return work


def sweep(arrays, options):
    """All pairs of averages at once, as its documentation does it; ``chunk`` columns at a time if given."""
    when = index(arrays)
    open_, close = (pd.Series(arrays[k][:, 0], when) for k in ("open", "close"))
    windows, pairs = arrays["windows"], arrays["pairs"]
    engine = options["engine"]

    def work():
        fast = vbt.MA.run(close, windows[pairs[:, 0]], short_name="fast", engine=engine)
        slow = vbt.MA.run(close, windows[pairs[:, 1]], short_name="slow", engine=engine)
        above = np.asarray(fast.ma) > np.asarray(slow.ma)
        into, out = np.zeros_like(above), np.zeros_like(above)
        into[1:] = above[:-1]
        out[1:] = ~above[:-1]
        portfolio = vbt.Portfolio.from_signals(
            close,
            into,
            out,
            price=open_,
            fees=options["commission"],
            init_cash=options["cash"],
            freq="1D",
            engine=engine,
        )
        found = np.stack(
            [
                np.asarray(portfolio.total_return()),
                np.asarray(portfolio.sharpe_ratio()),
                -np.asarray(portfolio.max_drawdown()),
                np.asarray(portfolio.orders.count()),
            ],
            axis=1,
        )
        return {"first": found[0, 0], "best": found[:, 0].max()}, lambda: {"found": found}

    return work


if __name__ == "__main__":
    serve(vbt.__version__, {"signals": signals, "weights": weights, "sweep": sweep})
