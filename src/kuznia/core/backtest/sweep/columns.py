"""Columns of the sums that are kept of each combination.

Growth of the capital, sums of the first four powers of the returns, deepest fall, round trips, and
sums over bars of gross exposure, of value traded over the worth before it, of costs in cash and of
worth in cash. `REFUSED` is 1 where the segment kernel met a case that only the event engine knows.
"""

GROWTH, FIRST, SECOND, THIRD, FOURTH, FALL, TRADES, EXPOSURE, TRADED, COSTS, WORTH, REFUSED = range(12)
COLUMNS = 12
