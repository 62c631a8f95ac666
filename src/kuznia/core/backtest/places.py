"""Places in the arrays that kernels read and write, and the codes that stand there.

Plain integers, so that settings and frames can be written without compiling anything.
"""

from __future__ import annotations

# The vector of settings (`Settings.vector`). A limit that is off is infinite; a size or share that is
# off is zero; `TIERS` counts the pairs (value traded in the month from, rate) that follow.
CASH, BPS, PER_SHARE, PER_ORDER, MINIMUM, MAXIMUM, HALF_SPREAD = range(7)
FILL, DELAY, SIZE_AT_FILL = range(7, 10)
SLIPPAGE, COEFFICIENT, WINDOW, TICK = range(10, 14)
PARTICIPATION, CARRY, LOT = range(14, 17)
INTEREST, DEBIT, BORROW, LEVERAGE, MAINTENANCE, STALE = range(17, 23)
LIMIT_GROSS, LIMIT_NET, LIMIT_NAME, LIMIT_SECTOR, LIMIT_LOSS = range(23, 28)
TIERS = 28
FIRST_TIER = 29

FILLS = ("next_open", "next_close", "same_close")
NEXT_OPEN, NEXT_CLOSE, SAME_CLOSE = range(3)
SLIPPAGES = ("none", "fixed", "volatility", "volume_share", "square_root")
NO_SLIPPAGE, FIXED, VOLATILITY, VOLUME_SHARE, SQUARE_ROOT = range(5)

# What is known of prices before a run.
UNKNOWN, WHOLE, GAPS = range(3)

# Columns of a row of orders; `HELD` is the position after it.
DECIDED, FILLED, INSTRUMENT, KIND, ASKED, DONE, PRICE, COMMISSION, SPREAD, SLIPPED, STATUS, HELD = range(12)
ORDER_COLUMNS = 12
# Columns of a narrow row: bar, instrument and status in one whole number, shares asked, done and then held.
CODE, NARROW_ASKED, NARROW_DONE, NARROW_HELD = range(4)
NARROW_COLUMNS = 4
KINDS = ("market", "limit", "stop", "stop_limit", "trailing")
MARKET, LIMIT, STOP, STOP_LIMIT, TRAILING = range(5)
STATUSES = (
    "filled",
    "scaled",
    "unfilled_no_price",
    "unfilled_no_cash",
    "liquidated",
    "partial",
    "unfilled_no_volume",
    "unfilled_lot",
    "limited",
    "stopped",
    "margin",
    "delisted",
    "expired",
    "cancelled",
    "rejected",
    "working",
)
(
    COMPLETE,
    SCALED,
    NO_PRICE,
    NO_CASH,
    LIQUIDATED,
    PARTIAL,
    NO_VOLUME,
    LESS_THAN_LOT,
    LIMITED,
    STOPPED,
    MARGIN,
    DELISTED,
    EXPIRED,
    CANCELLED,
    REJECTED,
    WORKING,
) = range(16)
STATUS_COUNT = len(STATUSES)

# Rows of the flows, cash of each bar by kind.
FLOWS = ("commission", "spread", "slippage", "borrow", "interest", "dividends", "deposits", "traded")
(
    FLOW_COMMISSION,
    FLOW_SPREAD,
    FLOW_SLIPPAGE,
    FLOW_BORROW,
    FLOW_INTEREST,
    FLOW_DIVIDENDS,
    FLOW_DEPOSITS,
    FLOW_TRADED,
) = range(8)
FLOW_COLUMNS = len(FLOWS)

# Columns of a row of trades, and why a trade ended.
T_INSTRUMENT, T_SIDE, T_OPENED, T_CLOSED, T_QUANTITY, T_ENTRY, T_EXIT = range(7)
T_COSTS, T_SLIPPAGE, T_MAE, T_MFE, T_REASON = range(7, 12)
TRADE_COLUMNS = 12
REASONS = (
    "open",
    "reduced",
    "exited",
    "flipped",
    "delisted",
    "stop",
    "target",
    "trailing",
    "margin",
    "stopped",
)
BECAUSE_OPEN, REDUCED, EXITED, FLIPPED, GONE, BY_STOP, BY_TARGET, BY_TRAILING, BY_MARGIN, BY_LOSS = range(10)
