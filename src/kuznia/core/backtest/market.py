"""What an account meets beside prices: dividends, deposits, currencies, sectors, fees of instruments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from kuznia.core.errors import BacktestError
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Float, Int


@dataclass(frozen=True)
class Market:
    """Facts about the instruments and the account that are not prices; ``T`` bars, ``N`` instruments.

    Parameters
    ----------
    dividends : float64 (T, N), optional
        Cash per share on the ex-date, in the instrument's currency.
    cash_flows : float64 (T,), optional
        Deposits (withdrawals negative) that arrive before a bar's fills, in the account's currency.
    borrow_fee : float64 (N,), optional
        An instrument's own yearly fee for being short, actual/360; NaN takes that of the settings.
    fx : float64 (T, N), optional
        Account currency for one unit of the instrument's currency at each bar.
    sectors : int64 (N,), optional
        Code of each instrument's sector, −1 for none; limits of a sector need them.
    delisting_return : float64 (N,), optional
        Known return from the last price to what a holder got when the instrument ended; NaN when unknown.

    Examples
    --------
    >>> Market(borrow_fee=np.array([0.03, np.nan])).doubled().borrow_fee.tolist()
    [0.06, nan]
    """

    dividends: Float | None = None
    cash_flows: Float | None = None
    borrow_fee: Float | None = None
    fx: Float | None = None
    sectors: Int | None = None
    delisting_return: Float | None = None

    def between(self, start: int, stop: int) -> Market:
        """The same facts over the bars `start` to `stop` (excluded)."""

        def cut(values: Float | None) -> Float | None:
            return None if values is None else np.ascontiguousarray(values[start:stop])

        return replace(self, dividends=cut(self.dividends), cash_flows=cut(self.cash_flows), fx=cut(self.fx))

    def until(self, t: int) -> Market:
        """The facts of the first `t` bars."""
        return self.between(0, t)

    def chosen(self, columns: Sequence[int]) -> Market:
        """The facts of some of the instruments."""

        def pick(values: Float | None) -> Float | None:
            return None if values is None else np.ascontiguousarray(values[..., list(columns)])

        return replace(
            self,
            dividends=pick(self.dividends),
            borrow_fee=pick(self.borrow_fee),
            fx=pick(self.fx),
            sectors=None if self.sectors is None else self.sectors[list(columns)],
            delisting_return=pick(self.delisting_return),
        )

    def doubled(self) -> Market:
        """The same facts with borrowing twice as dear."""
        return self._times(2.0)

    def free(self) -> Market:
        """The same facts with borrowing for nothing."""
        return self._times(0.0)

    def _times(self, factor: float) -> Market:
        return replace(self, borrow_fee=None if self.borrow_fee is None else self.borrow_fee * factor)

    def check(self, panel: Panel) -> None:
        """Refuse what does not fit the panel, naming it.

        Raises
        ------
        BacktestError
            A wrong shape, a value that is missing or infinite, a rate of exchange that is not positive.
        """
        count, length = panel.shape
        shapes = {"dividends": (length, count), "fx": (length, count), "cash_flows": (length,)}
        shapes |= dict.fromkeys(("borrow_fee", "sectors", "delisting_return"), (count,))
        for name, shape in shapes.items():
            values = getattr(self, name)
            if values is None:
                continue
            if values.shape != shape:
                raise BacktestError(f"{name} has shape {values.shape}.", f"Give it the shape {shape}.")
            wrong = {
                "borrow_fee": lambda x: np.isinf(x) | (x < 0),
                "sectors": lambda x: ~((x >= -1) & (x < MOST_SECTORS) & (x == np.floor(x))),
                "delisting_return": lambda x: np.isinf(x) | (x < -1),
                "fx": lambda x: ~(np.isfinite(x) & (x > 0)),
            }.get(name, lambda x: ~np.isfinite(x))(values)
            if wrong.any():
                at = tuple(int(i) for i in np.argwhere(wrong)[0])
                raise BacktestError(
                    f"{name} is {values[at]} {_where(panel, name, at)}.", REMEDIES.get(name, FINITE)
                )


MOST_SECTORS = 1_000_000
FINITE = "Give finite numbers, 0 for none."
REMEDIES = {
    "borrow_fee": "Give a yearly fraction of at least 0, NaN to take that of the settings.",
    "sectors": f"Number the sectors from 0 to below {MOST_SECTORS}; −1 is none.",
    "delisting_return": "Give a fraction of at least −1, NaN when it is unknown.",
    "fx": "Give a positive rate of exchange for each bar.",
}


def _where(panel: Panel, name: str, at: tuple[int, ...]) -> str:
    if len(at) == 2:
        return f"for {panel.instruments[at[1]]} at {when(panel, at[0])}"
    return f"at {when(panel, at[0])}" if name == "cash_flows" else f"for {panel.instruments[at[0]]}"


def when(panel: Panel, t: int) -> str:
    """The close of a bar, as errors name it."""
    return f"{np.datetime64(int(panel.ts[t]), 'us').astype('datetime64[s]')}Z"
