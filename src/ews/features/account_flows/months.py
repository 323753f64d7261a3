"""Months: the windows over which account flows are added up, as lags counted back from as_of."""

MONTH, QUARTER, HALF, YEAR, TWO_YEARS = 1, 3, 6, 12, 24
SINCE_LAST_YEAR = YEAR + QUARTER
"""Reaches back to the same three months of the year before."""
EVER = 12 * 200
"""More months than any book holds."""
