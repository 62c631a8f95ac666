"""Places in the arrays that the sweep's kernels read and write. Plain integers: nothing is compiled here."""

from __future__ import annotations

# Comparisons of an atom, and steps of a program besides the numbers of atoms.
GREATER, GREATER_EQUAL, EQUAL, DIFFERENT = range(4)
AND, OR = -1, -2

# The vector of the account: cash, cost of a fill as a fraction of its value, weights while the
# condition holds and while it does not, and whether shares are counted at the fill's price.
CASH, COST, ON, OFF, AT_FILL = range(5)

# Rows of a path: price of a fill, close, dividends paid so far, and close with these.
FILL, CLOSE, PAID, TOTAL = range(4)

# Columns of the running sums of a path: four powers of the close's returns, then the total; beside
# them, of each row, what leaving a fully invested position does, and the total itself.
LEVEL, EXIT_STEP, EXIT_TRADED, WORTH_AT = 4, 5, 6, 7
RUNNING = 8

# Of a run of rows: highest and lowest close with dividends, and what the deepest fall of the close left.
HIGH, LOW, KEPT = range(3)

# Columns of what an entry decided at a row does to an account worth 1.
IN_CASH, IN_BASE, IN_HELD, IN_STEP, IN_TRADED, IN_EXPOSURE = range(6)
INSIDE = 8

# Terms of the series for a little cash beside a position, and its columns for each row: for each of the
# four powers of the return, running sums of it over powers 0 .. TERMS - 1 of the price before, then
# running sums of the price's own inverse powers. `NEAR` is the largest cash a share over the price for
# which what is left out is below 1e-9 of what is summed, and below 1e-11 of the returns themselves.
TERMS = 7
SERIES = 34
NEAR = 0.02

# State of an account: worth is BASE + HELD * total between two changes. Then the cursor: the block
# and the mark that come next.
BASE, HELD, PEAK = range(3)
BLOCK, MARK = range(2)
